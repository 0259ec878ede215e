export { escapeUnsafe } from './escape.js';
export { DEFAULT_NAMES } from './names.js';
export { createRedactor, type RedactOptions, type Redactor } from './redactor.js';
