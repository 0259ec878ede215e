// Stands where the indexer stands, with the real shaper: counts documents and dead letters, and keeps nothing else.
// Bundled by the test that uses it; rsyslog runs it by omprog, one for each queue worker (the disk's has its own).
import { renameSync, writeFileSync } from 'node:fs';
import { createShape, readShapeSettings } from '../../pipeline/indexer/shape';

const shape = createShape(readShapeSettings(process.env));
const counts = { documents: 0, dead_letters: 0, own: 0, failures: 0, ids: 0 };
const ids = new Set<string>();
let rest = Buffer.alloc(0);

// For profile `fast`, which reads no answers.
process.stdin.on('data', (chunk: Buffer) => {
  const all = Buffer.concat([rest, chunk]);
  let at = 0;
  for (let end = all.indexOf(10); end !== -1; end = all.indexOf(10, at)) {
    const line = all.subarray(at, end);
    at = end + 1;
    const isMark = line[0] !== 0x7b;
    if (!isMark) count(line);
  }
  rest = all.subarray(at);
  keep();
});

// Like the indexer: unconfirmed lines are still in the pipe when rsyslog says goodbye; the end comes when they are read.
process.on('SIGTERM', () => {});

/** At one stroke: a reader finds the old counts or the new, whenever this process ends. */
function keep(): void {
  const file = `${process.env['ROTA_CAPTURE']}.${process.pid}`;
  writeFileSync(`${file}.part`, JSON.stringify({ ...counts, ids: ids.size }));
  renameSync(`${file}.part`, file);
}

function count(line: Buffer): void {
  const shaped = shape(line);
  if (shaped.kind === 'dead_letter' && /shaper failed|form it should have/.test(shaped.reason)) counts.failures++;
  // What rsyslog says of itself is not what was sent.
  if (/"in":"(?:rsyslogd|impstats)"/.test(line.subarray(0, 40).toString('latin1'))) counts.own++;
  else {
    ids.add(shaped.id);
    if (shaped.kind === 'dead_letter') counts.dead_letters++;
    else {
      JSON.stringify(shaped);
      counts.documents++;
    }
  }
}
