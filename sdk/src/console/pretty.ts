/** One event in a form that is read on a terminal. */

type Members = Record<string, unknown>;

/** SGR codes by level: red and bold, red, yellow, cyan, green, grey. */
const COLOURS: Readonly<Record<string, string>> = {
  emerg: '1;31',
  alert: '1;31',
  crit: '1;31',
  error: '31',
  warning: '33',
  notice: '36',
  info: '32',
  debug: '90',
};
/** What is the same in every line of a process, or stands elsewhere in it. */
const QUIET = new Set(['@timestamp', 'message', 'log', 'ecs', 'agent', 'host', 'process', 'service', 'data_stream']);
const QUIET_OF: Readonly<Record<string, ReadonlySet<string>>> = {
  event: new Set(['id', 'sequence', 'dataset', 'kind', 'category', 'type']),
  rota: new Set(['tier']),
  error: new Set(['stack_trace']),
};

/**
 * `12:34:56.789 INFO text  user.id=u1`, a stack trace below. What is no JSON object comes back as it is, without what a
 * terminal would act upon.
 * @param line an ECS document, or a syslog message that has one
 */
export function pretty(line: string, colours: boolean): string {
  const doc = documentIn(line);
  if (doc === undefined) return safe(line);
  const log = objectOf(doc['log']);
  const level = String(log['level'] ?? doc['level'] ?? 'info');
  const paint = (code: string, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const time = /T(\d\d:\d\d:\d\d\.\d{3})/.exec(String(doc['@timestamp'] ?? ''))?.[1];
  const pairs = pairsIn(doc).map(([name, value]) => `${paint('90', `${safe(name)}=`)}${value}`);
  const head = [
    ...(time === undefined ? [] : [paint('90', time)]),
    paint(COLOURS[level] ?? '36', safe(level).toUpperCase().padEnd(7)),
    safe(String(doc['message'] ?? '')),
  ].join(' ');
  const stack = objectOf(doc['error'])['stack_trace'];
  const below = typeof stack === 'string' ? `\n${safe(stack).replace(/^/gm, '    ')}` : '';
  return `${head}${pairs.length > 0 ? `  ${pairs.join(' ')}` : ''}${below}`;
}

function documentIn(line: string): Members | undefined {
  const start = line.startsWith('{') ? 0 : line.indexOf('] {') + 2;
  if (start === 1) return undefined;
  try {
    const doc: unknown = JSON.parse(line.slice(start));
    return typeof doc === 'object' && doc !== null && !Array.isArray(doc) ? (doc as Members) : undefined;
  } catch {
    return undefined;
  }
}

function pairsIn(doc: Members): [string, string][] {
  const pairs: [string, string][] = [];
  const visit = (name: string, value: unknown) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, item] of Object.entries(value)) if (!QUIET_OF[name]?.has(key)) visit(`${name}.${key}`, item);
    } else
      pairs.push([name, typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : safe(JSON.stringify(value))]);
  };
  for (const [name, value] of Object.entries(doc)) if (!QUIET.has(name)) visit(name, value);
  return pairs;
}

function objectOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

/** Lines stay lines; every other control character is shown instead of obeyed. */
function safe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (one) =>
    one === '\r' ? '' : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
