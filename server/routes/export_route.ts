import { Readable } from 'node:stream';
import { EXPORT_PATH, exportRequestSchema } from '../../common/api';
import { Context } from '../context';
import type { RotaHost } from '../host';
import { exportRequests } from '../queries/requests/export';
import type { AnswerCache } from '../search/cache';
import { parseBody, respond } from './json_route';

const TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' } as const;

/** `POST requests/export`: a stream. Its first page is asked before the answer begins, so that errors have a status. */
export function registerExportRoute(host: RotaHost, cache: AnswerCache): void {
  host.route({
    method: 'post',
    path: EXPORT_PATH,
    handler: (request) =>
      respond(host, request, async () => {
        const query = parseBody(exportRequestSchema, request.body);
        const lines = exportRequests(query, new Context(host, request, cache));
        const first = await lines.next();
        return {
          status: 200,
          headers: {
            'content-type': TYPES[query.format],
            'content-disposition': `attachment; filename="rota-requests.${query.format}"`,
          },
          // Not in object mode, which is what `from` makes by itself: hapi answers 500 to that.
          body: Readable.from(prepend(first, lines), { objectMode: false }),
        };
      }),
  });
}

async function* prepend(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
