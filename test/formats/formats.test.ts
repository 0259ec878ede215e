import { describe, expect, it } from 'vitest';
import { isUpToDate, programFolders } from '../../pipeline/formats/list';
import { PROGRAMS } from '../../pipeline/formats/registry';
import { readShapeSettings, shape } from '../../pipeline/indexer/shape';
import { handedOver } from '../../pipeline/logstash/handed_over';
import { holdTo } from '../support/lines/held.js';
import { type Case, HEALTH_SOURCES, readCases } from '../support/lines/table.js';

const settings = readShapeSettings({ ROTA_HEALTH_SOURCES: HEALTH_SOURCES });

it('holds every folder, and so does the table in docs/formats.md (npx tsx pipeline/formats/list.ts writes both)', () =>
  expect(isUpToDate(PROGRAMS)).toBe(true));

it('names each program as its folder is called, and no format twice', () => {
  expect(PROGRAMS.map(({ name }) => name).sort()).toEqual(programFolders());
  for (const { formats } of PROGRAMS) expect(new Set(formats.map(({ name }) => name)).size).toBe(formats.length);
});

const cases = readCases();

it.each(PROGRAMS.flatMap(({ name, formats }) => formats.map((one) => [name, one.name] as const)))(
  '%s has fixtures of %s',
  (program, format) => expect(cases.some(({ from }) => from === `${program}/${format}`)).toBe(true),
);

/**
 * What test/integration/lines.test.ts sends through a real agent and server, without them: files, and RFC 5424 by TCP. The other inputs'
 * messages have a header that only rsyslog reads.
 */
describe('each line becomes its document, without rsyslog', () => {
  const direct = cases.filter(({ from, input }) => from !== undefined && (input === 'file' || input === 'tcp'));
  it.each(direct.map((one, n) => [`${one.from}: ${one.name}`, one, n] as const))('%s', (_, one, n) => {
    holdTo(shape(lineOf(one, n), settings), one);
  });
});

function lineOf(one: Case, n: number): Buffer {
  const now = new Date().toISOString();
  if (one.input === 'tcp') {
    const line = handedOver(one.bytes.toString('latin1'), '127.0.0.1', undefined, now);
    return Buffer.from(line.replace('"id":""', `"id":"receipt-${n}"`), 'latin1');
  }
  const file = `/var/log/${one.dataset}.log`;
  const sd = `[rota@32473 dataset="${one.dataset}" file="${file}" offset="${n}" id="F-${n}"]`;
  const text = one.bytes.toString('latin1');
  const [lf, rest] = text.includes('\n') ? [text, ''] : ['', text];
  const header = {
    ...{ in: 'relp', from: '127.0.0.1', ts: now, rcv: now, pri: '182', id: '', ver: '1', d: '', h: one.host },
    ...{ app: one.dataset.split('.')[0], pid: '-', mid: '-', sd, lf },
  };
  return Buffer.from(`${JSON.stringify(header)}\t${rest}`, 'latin1');
}
