export { KqlLimitError, KqlSyntaxError } from './errors';
export { parseKql } from './parser';
export { kqlToQuery } from './to_query';
