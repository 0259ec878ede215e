import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../src/index.js';
import { ScriptedRelp, until } from './scripted_relp.js';

const NOBODY = 'relp://127.0.0.1:9';
const workers: Worker[] = [];
let relp: ScriptedRelp;
let dir: string;

beforeEach(async () => {
  relp = await ScriptedRelp.start();
  dir = mkdtempSync(join(tmpdir(), 'rota-worker-'));
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
  await relp.stop();
  rmSync(dir, { recursive: true, force: true });
});

const FIXTURE = JSON.stringify(new URL('./fixtures/worker.mts', import.meta.url).href);
/** A worker does not take over `--import tsx`. */
const CODE = `import('tsx/esm/api').then(({ tsImport }) => tsImport(${FIXTURE}, ${FIXTURE}))`;

async function start(count: number): Promise<Worker> {
  const worker = new Worker(CODE, { eval: true, workerData: { url: NOBODY, dir, count } });
  workers.push(worker);
  await once(worker, 'message');
  return worker;
}

const of = (text: string) => relp.messages.filter((message) => message.includes(text)).length;

it('what a terminated worker thread left is sent by another logger of the same process; what a living one has is not', async () => {
  const [gone] = [await start(20), await start(30)];
  await gone?.terminate();
  const log = createLogger({ url: relp.url, service: 'main', statsIntervalMs: 0, spool: dir });
  try {
    await until(() => of('of a worker') === 20, 60_000);
    await until(() => readdirSync(dir).length === 2, 60_000);
    expect(log.stats().spool?.adopted).toBe(20);
  } finally {
    await log.close();
  }
});
