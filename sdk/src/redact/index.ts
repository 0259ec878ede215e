export { escapeUnsafe } from './escape.js';
export { createRedactor, NO_RULES, type PlainRules, type RedactOptions, type Redactor } from './redactor.js';
