import { DATASETS, FIELDS, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import { toApiError } from '../../errors';
import type { Dsl } from '../../host';
import { type NamedSearch, NO_ANSWER, type SearchAnswer } from '../../search/msearch';
import { anyOf } from '../../search/scope';
import { lineOf } from '../raw_line';
import { connectionOf, errorSpan, hostOf, isErrorOf, kindOf, type TraceLine } from './lines';

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
  const errors = await ask(context, {
    index: streamOf(DATASETS.nginxError, context.settings.namespace),
    body: {
      size: MAX_ERRORS,
      track_total_hits: true,
      query: { bool: { filter: [anyOf(accesses.map(sameConnection))] } },
      sort: [{ [FIELDS.timestamp]: 'asc' }],
    },
  });
  const known = new Set(lines.map(({ id }) => id));
  const found = errors.hits.map(lineOf);
  return {
    errors: found.filter((error) => !known.has(error.id) && accesses.some((access) => isErrorOf(access, error))),
    truncated: errors.total > errors.hits.length,
  };
}

/** Who may not read the error log still gets the rest of the trace. */
async function ask(context: Context, search: NamedSearch): Promise<SearchAnswer> {
  try {
    return (await context.askAll({ errors: search })).errors;
  } catch (error) {
    const { code } = toApiError(error, context.signal);
    if (code !== 'search_failed' && code !== 'forbidden') throw error;
    context.reasons.push({ code: 'search_failed', message: 'nginx’s error lines could not be read.' });
    return NO_ANSWER;
  }
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
