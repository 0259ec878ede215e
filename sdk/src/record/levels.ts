/** RFC 5424's severities by winston's names, with their numbers (table 2). */
export const SEVERITIES = {
  emerg: 0,
  alert: 1,
  crit: 2,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
} as const;
export type Level = keyof typeof SEVERITIES;

/** What other libraries call them: npm's and cli's sets of winston, pino, bunyan, log4j, Nest, syslog's own long names. */
export const ALIASES = {
  emergency: 'emerg',
  panic: 'emerg',
  fatal: 'crit',
  critical: 'crit',
  err: 'error',
  warn: 'warning',
  information: 'info',
  informational: 'info',
  http: 'info',
  help: 'info',
  data: 'info',
  prompt: 'info',
  verbose: 'debug',
  input: 'debug',
  silly: 'debug',
  trace: 'debug',
} as const satisfies Record<string, Level>;
export type Alias = keyof typeof ALIASES;

const KNOWN = new Map<unknown, Level>([
  ...(Object.keys(SEVERITIES) as Level[]).map((level) => [level, level] as const),
  ...Object.entries(ALIASES),
]);
/** pino's and bunyan's numbers, each from here on. */
const NUMBERS: readonly (readonly [least: number, level: Level])[] = [
  [60, 'crit'],
  [50, 'error'],
  [40, 'warning'],
  [30, 'info'],
  [0, 'debug'],
];
/** A level that nobody knows is somebody's own: it is sent under this severity, with its name. */
export const UNKNOWN: Level = 'notice';

/** The level that a name or pino's number means, in whatever letters; undefined when nobody knows it. */
export function knownLevel(name: unknown): Level | undefined {
  const level = KNOWN.get(name);
  if (level !== undefined) return level;
  if (typeof name === 'number') return NUMBERS.find(([least]) => name >= least)?.[1];
  if (typeof name !== 'string') return undefined;
  const word = name.trim().toLowerCase();
  return /^\d{1,3}$/.test(word) ? knownLevel(Number(word)) : KNOWN.get(word);
}

/** The severity of a level by its name; of one that nobody knows, that of `notice`. */
export function severityOf(name: unknown): number {
  return SEVERITIES[knownLevel(name) ?? UNKNOWN];
}
