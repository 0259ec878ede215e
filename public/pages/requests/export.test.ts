import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRow } from '../../../common/format/csv';
import type { CoreHttp } from '../../kibana/contract';
import { type ExportInput, fetchExport, rowsIn } from './export';

const INPUT: ExportInput = { from: '2026-01-19T09:00:00Z', to: '2026-01-19T09:30:00Z', format: 'csv' };

function answering(post: () => Promise<unknown>): CoreHttp {
  return { basePath: { prepend: (path) => path }, post };
}

const response = (body: BodyInit, rows: number, matching = rows, lowerBound = false) =>
  new Response(body, {
    headers: {
      'x-rota-rows': String(rows),
      'x-rota-matching': String(matching),
      'x-rota-lower-bound': String(lowerBound),
    },
  });

describe('an export', () => {
  it('counts rows, whatever stands in a cell', () => {
    const cells = fc.array(
      fc.array(fc.oneof(fc.string(), fc.constantFrom('a\nb', '"', '\r\n', '=1')), { minLength: 1 }),
    );
    fc.assert(
      fc.property(cells, (rows) => {
        const text = [csvRow(['name']), ...rows.map((row) => csvRow(row))].join('');
        expect(rowsIn(text, 'csv')).toBe(rows.length);
        expect(rowsIn(rows.map((row) => `${JSON.stringify(row)}\n`).join(''), 'ndjson')).toBe(rows.length);
      }),
    );
  });

  it('tells how much of what matches is in the file', async () => {
    const http = answering(async () => ({ response: response('a\r\n1\r\n2\r\n', 2, 9, true) }));
    expect(await fetchExport(http, INPUT)).toMatchObject({ rows: 2, matching: 9, lowerBound: true });
  });

  it('is refused when rows are missing at its end', async () => {
    const short = answering(async () => ({ response: response('a\r\n1\r\n2', 2) }));
    await expect(fetchExport(short, INPUT)).rejects.toThrow('broke off after 1 of 2 requests');
    const cut = new ReadableStream({
      start: (to) => to.enqueue(new TextEncoder().encode('a\r\n')),
      pull: (to) => to.error(new TypeError('terminated')),
    });
    const broken = answering(async () => ({ response: response(cut, 2) }));
    await expect(fetchExport(broken, INPUT)).rejects.toThrow('The answer broke off.');
  });

  it('fails with the server’s own sentence, read or not', async () => {
    const body = { code: 'search_failed', message: 'Nothing was exported.' };
    const rejecting = (parts: object) =>
      answering(() => Promise.reject(Object.assign(new Error('Bad Gateway'), parts)));
    await expect(fetchExport(rejecting({ body }), INPUT)).rejects.toThrow(body.message);
    await expect(fetchExport(rejecting({ response: Response.json(body) }), INPUT)).rejects.toThrow(body.message);
    await expect(fetchExport(rejecting({}), INPUT)).rejects.toThrow('Bad Gateway');
  });
});
