import { writeFileSync } from 'node:fs';
import { intake } from '../../pipeline/indexer/intake';
import { OmprogDialogue } from '../../pipeline/indexer/omprog';
import { createShape, readShapeSettings } from '../../pipeline/indexer/shape';

/**
 * In the indexer's place: takes each line as far as the indexer does before a bulk (its action and document as bytes) and
 * throws that away. `ROTA_PARSE_COUNTS` names a folder where each such process counts in a file of its own.
 */
const shape = createShape(readShapeSettings(process.env));
const file = `${process.env['ROTA_PARSE_COUNTS'] as string}/${process.pid}`;
let documents = 0;
const dialogue = new OmprogDialogue(
  {
    received: () => undefined,
    message(line) {
      if (intake(line, shape, 'parse').dataset === 'nginx.access') documents += 1;
      return undefined;
    },
    async commit() {
      writeFileSync(file, String(documents));
    },
  },
  () => {},
  5_000,
);
process.stdin.on('data', (chunk: Buffer) => dialogue.push(chunk));
// omprog signals before it closes the pipe (signalOnClose): as the indexer does, take what the pipe still holds.
process.on('SIGTERM', () => {});
