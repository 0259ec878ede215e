import type { TestProject } from 'vitest/node';
import { startControlPlane } from './plane/control_plane';
import { install, type Tools } from './plane/install';
import type { Layout } from './plane/layout';
import { Cloud } from './support/cloud';
import { seedCloud } from './support/seed_cloud';

declare module 'vitest' {
  interface ProvidedContext {
    heatPlane: Layout;
    heatTools: Tools;
  }
}

/** One control plane serves all files of the project; it goes, with its folder, when they are done. */
export default async function setup({ provide }: TestProject) {
  const say = (what: string) => console.log(`heat: ${what}`);
  const tools = await install(say);
  provide('heatTools', tools);
  const started = Date.now();
  say('starting Keystone, Placement, Glance, Neutron, Nova, Octavia and Heat …');
  const plane = await startControlPlane(tools.venv);
  await seedCloud(await Cloud.connect(plane.layout));
  say(`the control plane is up after ${Math.round((Date.now() - started) / 1000)} s`);
  provide('heatPlane', plane.layout);
  return () => plane.stop();
}
