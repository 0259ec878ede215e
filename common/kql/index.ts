export type { KqlNode, KqlText } from './ast';
export { KqlLimitError, KqlSyntaxError } from './errors';
export { MAX_KQL_CHARS, parseKql } from './parser';
export { kqlToQuery } from './to_query';
