import type { Case } from './table.js';

/** A small generator of numbers, the same for the same seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const PIECES = [
  '"',
  '\\',
  '[',
  ']',
  '{',
  '}',
  ' ',
  '\\"',
  '|',
  '/',
  ', client: ',
  '\xff',
  '\xc3\xa9',
  '\0',
  '\t',
  '<13>1 ',
];

/**
 * Lines of every kind: real ones with bytes changed, cut, doubled and inserted; noise; deep nesting; control characters;
 * huge ones. None is empty and none holds a line feed, so that each is one message by every input.
 */
export function* fuzzLines(cases: readonly Case[], count: number, seed: number): Generator<Buffer> {
  const random = numbers(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let n = 0; n < count; n++) {
    const kind = random();
    let bytes: Buffer;
    if (kind < 0.1) bytes = Buffer.from(Array.from({ length: 1 + below(200) }, () => below(256)));
    else if (kind < 0.12) bytes = Buffer.from(`{"a":${'[{"b":'.repeat(below(2000))}`);
    else if (kind < 0.1205) bytes = Buffer.alloc(60_000 + below(60_000), 33 + below(90));
    else bytes = mutate(cases[below(cases.length)]?.bytes ?? Buffer.from('x'), below);
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === 10) bytes[at] = 32;
    // rsyslog skips what has nothing but spaces and NULs: such a line is no message.
    yield /[^\s\0]/.test(bytes.toString('latin1').trim()) ? bytes : Buffer.from(`line ${n}`);
  }
}

function mutate(seed: Buffer, below: (limit: number) => number): Buffer {
  let bytes = Buffer.from(seed.subarray(0, 3000));
  for (let times = below(6); times > 0; times--) {
    const at = below(bytes.length);
    switch (below(5)) {
      case 0:
        if (bytes.length > 0) bytes[at] = below(256);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(20))]);
        break;
      case 2:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(PIECES[below(PIECES.length)] as string, 'latin1'),
          bytes.subarray(at),
        ]);
        break;
      case 3:
        bytes = Buffer.concat([bytes, bytes.subarray(at)]).subarray(0, 4000);
        break;
      default:
        bytes = Buffer.from(bytes.subarray(0, at + 1));
    }
  }
  return bytes;
}
