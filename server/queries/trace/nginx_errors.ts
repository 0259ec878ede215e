import { DATASETS, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import { connectionOf, errorSpan, hostOf, isErrorOf, kindOf, type TraceLine } from '../../../common/model/trace/lines';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import { anyOf } from '../../search/scope';

const MAX_ERRORS = 100;

/**
 * The error lines that nginx wrote while it worked on these requests, by host and connection. A search of its own: which
 * connection to ask for is known only from the request's access lines (docs/decisions/0088).
 */
export async function nginxErrorsOf(
  lines: readonly TraceLine[],
  context: Context,
): Promise<{ errors: TraceLine[]; truncated: boolean }> {
  const accesses = lines.filter((line) => kindOf(line) === 'frontend' && connectionOf(line) !== undefined);
  if (accesses.length === 0) return { errors: [], truncated: false };
  const { errors } = await context.askAll({
    errors: {
      index: streamOf(DATASETS.nginxError, context.settings.namespace),
      body: {
        size: MAX_ERRORS,
        track_total_hits: true,
        query: { bool: { filter: [anyOf(accesses.map(sameConnection))] } },
        sort: [{ [FIELDS.timestamp]: 'asc' }],
      },
    },
  });
  const known = new Set(lines.map(({ id }) => id));
  const found = errors.hits.map(
    (hit): TraceLine => ({ id: hit._id, index: hit._index, doc: hit._source as EcsDocument }),
  );
  return {
    errors: found.filter((error) => !known.has(error.id) && accesses.some((access) => isErrorOf(access, error))),
    truncated: errors.total > errors.hits.length,
  };
}

function sameConnection(access: TraceLine): Dsl {
  const { from, to } = errorSpan(access);
  const time = { gte: new Date(from).toISOString(), lte: new Date(to).toISOString() };
  return {
    bool: {
      filter: [
        { term: { [FIELDS.host]: hostOf(access) } },
        { term: { [FIELDS.nginxConnection]: connectionOf(access) } },
        { range: { [FIELDS.timestamp]: time } },
      ],
    },
  };
}
