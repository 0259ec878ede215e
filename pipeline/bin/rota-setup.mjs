#!/usr/bin/env node
// The bundle where there is one (an installed package), the sources by tsx in a checkout.
import { existsSync } from 'node:fs';

const bundle = new URL('../dist/setup.cjs', import.meta.url);
if (existsSync(bundle)) await import(bundle.href);
else {
  const { register } = await import('tsx/esm/api');
  register();
  await import(new URL('../setup/index.ts', import.meta.url).href);
}
