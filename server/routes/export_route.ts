import { Readable } from 'node:stream';
import { EXPORT_HEADERS, EXPORT_PATH, exportRequestSchema } from '../../common/api';
import { Context } from '../context';
import type { RotaHost } from '../host';
import { exportRequests } from '../questions/requests/export';
import type { AnswerCache } from '../search/cache';
import { assertValues } from '../search/value_faults';
import { parseBody, respond } from './json_route';

const TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' } as const;

/**
 * `POST requests/export`: a stream. Its first page is asked before the answer begins, so that errors have a status and
 * headers say how much will come; what fails later can only end the stream.
 */
export function registerExportRoute(host: RotaHost, cache: AnswerCache): void {
  host.route({
    method: 'post',
    path: EXPORT_PATH,
    handler: (request) =>
      respond(host, request, async () => {
        const query = parseBody(exportRequestSchema, request.body);
        const context = new Context(host, request, cache);
        await assertValues(query, context);
        const { matching, rows, lowerBound, lines } = await exportRequests(query, context);
        return {
          status: 200,
          headers: {
            'content-type': TYPES[query.format],
            'content-disposition': `attachment; filename="rota-requests.${query.format}"`,
            [EXPORT_HEADERS.matching]: String(matching),
            [EXPORT_HEADERS.rows]: String(rows),
            [EXPORT_HEADERS.lower_bound]: String(lowerBound),
          },
          // Not in object mode, which is what `from` makes by itself: hapi answers 500 to that.
          body: Readable.from(lines, { objectMode: false }),
        };
      }),
  });
}
