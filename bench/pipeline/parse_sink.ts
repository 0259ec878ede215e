import { writeFileSync } from 'node:fs';
import { OmprogDialogue } from '../../pipeline/indexer/omprog.js';
import { createShape } from '../../pipeline/indexer/shape';

/** In the indexer's place: makes each line's document as text and throws it away; `ROTA_PARSE_COUNT` names where it counts. */
const shape = createShape(process.env);
let documents = 0;
const dialogue = new OmprogDialogue(
  {
    message(line) {
      const shaped = shape(line);
      if (shaped.kind === 'document' && JSON.stringify(shaped.doc).length > 0) documents += 1;
      return undefined;
    },
    async commit() {
      writeFileSync(process.env['ROTA_PARSE_COUNT'] as string, String(documents));
    },
  },
  (text) => process.stdout.write(text),
  5_000,
);
process.stdin.on('data', (chunk: Buffer) => dialogue.push(chunk));
dialogue.ready();
