import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineBlocks, wholeLines } from './lines';

test('however the bytes are cut into chunks, the same lines come out', () => {
  const bytes = fc
    .uint8Array({ maxLength: 40 })
    .map((array) => Buffer.from(array.map((byte) => (byte === 10 ? 0xff : byte))));
  fc.assert(
    fc.property(fc.array(bytes), fc.array(fc.nat(20)), (lines, cuts) => {
      const stream = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
      const splitter = new LineBlocks();
      const seen: string[] = [];
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        splitter.push(stream.subarray(at, at + cut), (block) => {
          seen.push(...wholeLines(block).map((line) => line.toString('latin1')));
        });
        at = Math.min(stream.length, at + cut);
      }
      expect(seen).toEqual(lines.map((line) => line.toString('latin1')));
    }),
  );
});
