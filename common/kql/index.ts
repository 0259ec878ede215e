export type { KqlNode, KqlText } from './ast';
export { KqlSyntaxError, parseKql } from './parser';
export { kqlToQuery } from './to_query';
