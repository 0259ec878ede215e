import { expect, it } from 'vitest';
import { readShapeSettings, shape } from '../../pipeline/indexer/shape';
import { handedOver } from '../../pipeline/logstash/handed_over';
import { numbers } from '../support/lines/fuzz.js';
import { readCases } from '../support/lines/table.js';

/** What formats are made of, doubled until a line has 60,000 bytes: a reader that goes back and forth would take minutes for it. */
const PIECES = [
  ...[
    '"',
    '" ',
    ' "',
    '" "',
    ' ',
    '] "',
    '[',
    ' - ',
    '\\"',
    ', ',
    ' : ',
    ' x=',
    '="',
    ' a=1',
    ' a="1"',
    '" host="',
    '" xff="',
    '1 ',
  ],
  ...[
    '/',
    'http://',
    '(',
    'compatible; ',
    '#22',
    '\\x22',
    ', client: ',
    ', server: ',
    ', reason: ',
    '\n',
    '\n  ',
    '1.',
    'a:',
    '::',
    '\x1b[1m',
  ],
  ...[
    'id="" host="" ',
    '\nTraceback (most recent call last):',
    '" 200 5 "',
    '" 200 - 0 0 0 0 "',
    '[01/Jan/2020:00:00:00 +0000] "',
  ],
];
const BYTES = 60_000;
/** Of the processor, for a line; most take one. */
const MOST_MS = 2_000;

it('a line is read in bounded time, whatever it repeats', () => {
  const random = numbers(20_261_130);
  const below = (limit: number) => Math.floor(random() * limit);
  const cases = readCases().filter(({ from }) => from !== undefined);
  const settings = readShapeSettings({});
  for (let n = 0; n < 1_500; n++) {
    const { bytes, dataset, input } = cases[below(cases.length)] as (typeof cases)[number];
    const seed = bytes.toString('latin1').replace(/^<\d+>1(?: \S+){5} (?:-|\[.*?\]) /s, '');
    const piece = `${PIECES[below(PIECES.length)]}${random() < 0.5 ? PIECES[below(PIECES.length)] : ''}`;
    const at = below(seed.length);
    const text =
      seed.slice(0, at) + piece.repeat(Math.ceil(BYTES / piece.length)) + (random() < 0.7 ? seed.slice(at) : '');
    const file = input === 'file' ? '/var/log/x.log' : '';
    const sd = `[rota@32473 dataset="${dataset}" file="${file}" offset="1" id="F-${n}"]`;
    const now = new Date().toISOString();
    const line = handedOver(`<134>1 ${now} h ${dataset.split('.')[0]} - - ${sd} ${text}`, '10.0.0.1', undefined, now);
    const before = process.cpuUsage();
    shape(Buffer.from(line, 'latin1'), settings);
    expect(process.cpuUsage(before).user / 1000, `${JSON.stringify(piece)} at ${at} of ${seed}`).toBeLessThan(MOST_MS);
  }
});
