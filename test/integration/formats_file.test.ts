import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFormatsFile } from '../../pipeline/formats/declared/formats_file';
import { readShapeSettings, shape } from '../../pipeline/indexer/shape';
import { agentInputs } from '../../pipeline/setup/files';
import { give } from '../../stack/account.js';
import { Capture } from '../support/lines/capture.js';

const TRAEFIK =
  '203.0.113.9 - - [30/Nov/2026:11:40:12 +0000] "GET /edge HTTP/1.1" 200 5 "-" "curl/8" 42 "web@docker" "http://10.0.0.11:80" 12ms';
const APACHE = '203.0.113.9 404 1500 "GET /own HTTP/1.1"';

let capture: Capture;
let arrived: Buffer[] = [];
let yaml = '';

beforeAll(async () => {
  capture = await Capture.start({ ROTA_STATS_INTERVAL: '600' });
  const folder = capture.own('files');
  yaml = JSON.stringify([
    { is: 'traefik', file: join(folder, 'edge.log') },
    { apache: '%a %>s %D "%r"', file: join(folder, 'shop*.log') },
  ]);
  const inputs = join(folder, 'files.conf');
  writeFileSync(inputs, agentInputs(yaml));
  writeFileSync(join(folder, 'edge.log'), `${TRAEFIK}\n`);
  writeFileSync(join(folder, 'shop-1.log'), `${APACHE}\n`);
  for (const name of ['files.conf', 'edge.log', 'shop-1.log']) give(join(folder, name));
  await capture.startAgent('edge-1', { ROTA_FILES: inputs });
  arrived = await capture.until((lines) =>
    ['/edge', '/own'].every((path) => lines.some((line) => line.includes(path))),
  );
});
afterAll(() => capture?.stop());

it.each([
  ['/edge', { event: { dataset: 'haproxy.log', module: 'traefik', duration: 12e6 }, rota: { tier: 'lb' } }],
  ['/own', { event: { dataset: 'nginx.access', module: 'apache', duration: 15e5 }, rota: { tier: 'frontend' } }],
])('agent and server read the same formats.yaml: %s', (path, wanted) => {
  const settings = { ...readShapeSettings({}), ...readFormatsFile(yaml) };
  const shaped = arrived.filter((line) => line.includes(path)).map((line) => shape(line, settings));
  expect(shaped).toHaveLength(1);
  expect(shaped[0]).toMatchObject({ kind: 'document', doc: { ...wanted, source: { ip: '203.0.113.9' } } });
});
