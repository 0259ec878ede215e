import { FormatError, type Meaning, type Piece } from '../declared/values';

const NUMBER = String.raw`\d+|-`;
const CLF_TIME = String.raw`\[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Za-z]+)\]`;
/** A quote and a backslash in a value have a backslash before them. */
const FREE = String.raw`(?:[^"\\]|\\.)*?`;

/** mod_log_config's directives whose meaning is known, and their form; mod_logio's `%I`, `%O`, `%S` among them. */
const DIRECTIVES: Readonly<Record<string, [Meaning, string?]>> = {
  a: ['client', String.raw`[\w.:%-]+`],
  h: ['client', String.raw`[\w.:%-]+`],
  '{c}a': ['peer', String.raw`[\w.:%-]+`],
  '{c}h': ['peer', String.raw`[\w.:%-]+`],
  '{remote}p': ['client_port', NUMBER],
  l: ['nothing', String.raw`\S+`],
  u: ['user'],
  t: ['time_clf', CLF_TIME],
  '{sec}t': ['time_epoch', String.raw`\d+`],
  '{msec}t': ['time_epoch_ms', String.raw`\d+`],
  '{usec}t': ['time_epoch_us', String.raw`\d+`],
  r: ['request'],
  m: ['method', '[A-Z_-]*'],
  U: ['path'],
  q: ['query'],
  H: ['protocol', String.raw`(?:HTTP\/[\d.]+|-)?`],
  s: ['status', String.raw`\d{3}|-`],
  b: ['body_bytes', NUMBER],
  B: ['body_bytes', NUMBER],
  O: ['bytes', NUMBER],
  I: ['request_bytes', NUMBER],
  T: ['seconds', NUMBER],
  '{s}T': ['seconds', NUMBER],
  '{ms}T': ['milliseconds', NUMBER],
  '{us}T': ['microseconds', NUMBER],
  D: ['microseconds', NUMBER],
  P: ['pid', NUMBER],
  '{pid}P': ['pid', NUMBER],
  '{tid}P': ['tid', NUMBER],
  p: ['server_port', NUMBER],
  A: ['server_address', String.raw`[\w.:%-]+`],
  v: ['domain', String.raw`[\w.:\[\]-]+`],
  V: ['domain', String.raw`[^\s"]*`],
  k: ['nothing', NUMBER],
  X: ['nothing', '[X+-]'],
  '{referer}i': ['referrer'],
  '{user-agent}i': ['agent'],
  '{x-forwarded-for}i': ['forwarded_for'],
  '{x-request-id}i': ['request_id'],
  '{host}i': ['domain'],
  '{traceparent}i': ['traceparent'],
  '{unique_id}e': ['request_id', String.raw`[\w@-]+`],
};

/**
 * A `LogFormat` directive as it stands in Apache's configuration (`LogFormat "%h … \"%r\"" name`), or its string alone.
 * @throws FormatError
 */
export function readLogFormat(text: string): Piece[] {
  const source = stringOf(text.trim());
  const pieces: Piece[] = [];
  let from = 0;
  // Between % and the letter: a list of statuses, < or >, and an argument in braces.
  for (const match of source.matchAll(/%(?:%|(!?[\d,]*)([<>]?)(?:\{([^}]*)\})?(\^?[a-zA-Z]{1,3}))/g)) {
    if (match.index > from) pieces.push(source.slice(from, match.index));
    if (match[0] === '%%') {
      pieces.push('%');
      from = match.index + 2;
      continue;
    }
    const [, statuses = '', , argument, letters = ''] = match;
    // A directive is one letter, or ^ and two: what follows is text.
    const letter = letters.startsWith('^') ? letters : letters.slice(0, 1);
    from = match.index + match[0].length - (letters.length - letter.length);
    pieces.push(variableOf(source.slice(match.index, from), argument, letter, statuses !== ''));
  }
  if (from < source.length) pieces.push(source.slice(from));
  return pieces;
}

function variableOf(name: string, argument: string | undefined, letter: string, isConditional: boolean): Piece {
  const key = argument === undefined ? letter : `{${argument.toLowerCase()}}${letter}`;
  const [known, form] = DIRECTIVES[key] ?? [undefined];
  if (letter === 't' && known === undefined && argument !== undefined) return timeOf(name, argument);
  const usual = form ?? FREE;
  return { name, meaning: known, form: isConditional ? `-|${usual}` : usual };
}

/** `%{…}t` with strftime's words: those that give an ISO 8601 time with a zone, and those of the Common Log Format. */
function timeOf(name: string, words: string): Piece {
  const bare = words.replace(/^(?:begin|end):/, '');
  if (/^%(?:Y-%m-%d|F)T%(?:H:%M:%S|T)%z$/.test(bare)) {
    return { name, meaning: 'time_iso', form: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}` };
  }
  if (/^%(?:Y-%m-%d|F) %(?:H:%M:%S|T)$/.test(bare)) {
    return { name, meaning: 'time_plain', form: String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d` };
  }
  if (bare === '%d/%b/%Y:%H:%M:%S %z' || bare === '%d/%b/%Y:%T %z') {
    return { name, meaning: 'time_clf', form: CLF_TIME.replace(String.raw`\[`, '').replace(String.raw`\]`, '') };
  }
  return { name, meaning: undefined, form: FREE };
}

function stringOf(text: string): string {
  const bare = text.replace(/^(?:LogFormat|CustomLog\s+\S+)\s+/i, '');
  const quoted = /^"((?:[^"\\]|\\.)*)"(?:\s+\S+)?\s*$/s.exec(bare) ?? /^'([^']*)'(?:\s+\S+)?\s*$/s.exec(bare);
  const inner = quoted?.[1] ?? bare;
  if (!inner.includes('%')) throw new FormatError('there is no % in it: give LogFormat with its quoted string');
  // A nickname behind a string without quotes around it cannot be told from its words.
  return quoted && bare.startsWith("'")
    ? inner
    : inner.replace(/\\(["\\tn])/g, (_, c: string) => ({ t: '\t', n: '\n' })[c] ?? c);
}
