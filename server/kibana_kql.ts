import { fromKueryExpression, toElasticsearchQuery } from '@kbn/es-query';
import { ApiError } from './errors';
import type { Dsl } from './host';

/** KQL by Kibana's own parser (`@kbn/es-query`, there at run time). */
export function kqlToQuery(kql: string): Dsl {
  if (kql.trim() === '') return { match_all: {} };
  try {
    return toElasticsearchQuery(fromKueryExpression(kql));
  } catch (error) {
    const words = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new ApiError('invalid_kql', `The query is not valid KQL: ${words}`);
  }
}
