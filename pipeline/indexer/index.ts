import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Counters } from './counters';
import { Delivery } from './delivery';
import { HttpClient } from './http_client';
import { Indexer } from './indexer';
import { documentOf, type Item } from './item';
import { OmprogDialogue } from './omprog';
import { Reporter } from './reporter';
import { readSettings } from './settings';
import { readShapeSettings } from './shape';
import { createAnonymize, createShape } from './shape/shape';
import { Status } from './status';
import { Streams } from './streams';

const CLOSE_GRACE_MS = 3_000;
/** Less than omprog's closeTimeout, CLOSE_GRACE_MS deducted. */
const PIPE_GRACE_MS = 10_000;

function main(): void {
  const settings = readSettings(process.env);
  mkdirSync(settings.dir, { recursive: true });
  const status = new Status(settings.dir);
  const shaping = readShapeSettings(process.env, (text) => status.note(text));
  const http = new HttpClient(settings);
  const counters = new Counters();
  const deliveryParts = {
    http,
    streams: new Streams(http),
    status,
    namespace: settings.namespace,
    anonymize: createAnonymize(shaping),
    lastResort: (item: Item, reason: string) =>
      keepOnDisk(join(settings.dir, 'dead_letters.ndjson'), item, reason, status),
  };
  // Profile `fast` runs omprog without `confirmMessages`: nobody reads answers, and rsyslog does not wait for them.
  const confirms = process.env['ROTA_PROFILE'] !== 'fast';
  const delivery = new Delivery({ ...deliveryParts, counters });
  const indexer = new Indexer({
    settings,
    delivery,
    counters,
    status,
    shape: createShape(shaping),
    confirms,
  });
  const reporter = new Reporter({
    settings,
    // Its own documents are not counted.
    delivery: new Delivery({ ...deliveryParts, counters: new Counters() }),
    counters,
    status,
    host: process.env['ROTA_HOST'] || hostname(),
    ephemeralId: randomUUID(),
    oldestMs: () => indexer.oldestMs(),
    senders: () => shaping.senders?.size ?? 0,
  });
  const answer = confirms ? (text: string) => void writeSync(1, text) : () => {};
  const dialogue = new OmprogDialogue(indexer, answer, settings.keepAliveMs);

  process.stdin.on('data', (chunk: Buffer) => {
    dialogue.push(chunk);
    if (confirms || !dialogue.isBusy) return;
    process.stdin.pause();
    void dialogue.drained().then(() => process.stdin.resume());
  });
  // rsyslog is gone or wants to be rid of us. What it had confirmed is in the journal, so leaving is always safe.
  let leaving = false;
  const leave = (why: string) => {
    if (leaving) return;
    leaving = true;
    status.stopping(why);
    setTimeout(() => process.exit(0), CLOSE_GRACE_MS).unref();
    void Promise.all([indexer.close(), reporter.close()]).then(() => process.exit(0));
  };
  process.stdin.once('end', () => leave('rsyslog closed the pipe'));
  // Unconfirmed lines are still in the pipe when rsyslog says goodbye: its end comes when they are read.
  process.once('SIGTERM', () => {
    if (confirms) leave('SIGTERM');
    else setTimeout(() => leave('SIGTERM'), PIPE_GRACE_MS).unref();
  });
  process.on('SIGINT', () => {}); // Ctrl-C in a terminal reaches the whole group; rsyslog decides.

  indexer.start();
  reporter.start();
  dialogue.ready();
}

/** Elasticsearch refused even the dead letter: keep it in a file, and say where. */
function keepOnDisk(path: string, item: Item, reason: string, status: Status): void {
  const file = openSync(path, 'a', 0o600);
  writeSync(file, `${JSON.stringify({ id: item.id, reason, doc: documentOf(item) })}\n`);
  fsyncSync(file);
  closeSync(file);
  status.note(`a dead letter was refused (${reason}); it is kept in ${path}`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`rota-indexer: ${(error as Error).message}\n`);
  process.exit(1);
}
