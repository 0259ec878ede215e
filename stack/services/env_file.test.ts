import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { envFile } from './env_file.js';
import { fill } from './nginx.js';

test('an environment file gives its names and values, without comments and quotes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rota-env-'));
  writeFileSync(join(folder, 'a.env'), '# comment\nROTA_A=1\nROTA_B="x y; z"\nROTA_C=\n\nlower=no\n');
  expect(envFile(join(folder, 'a.env'))).toEqual({ ROTA_A: '1', ROTA_B: 'x y; z', ROTA_C: '' });
  rmSync(folder, { recursive: true });
});

test('a template keeps nginx variables and gets every setting', () => {
  expect(fill('listen ${ROTA_NGINX_LISTEN}; return 200 $host;', { ROTA_NGINX_LISTEN: '8011' })).toBe(
    'listen 8011; return 200 $host;',
  );
});

test('a template that asks for a setting without a value is refused', () => {
  expect(() => fill('${ROTA_NEW}', {})).toThrow(/ROTA_NEW/);
});
