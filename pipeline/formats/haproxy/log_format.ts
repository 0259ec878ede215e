import type { Meaning, Piece } from '../declared/values';
import { withoutHashes } from './line';

const NUMBER = String.raw`\+?-?\d+`;
const ADDRESS = String.raw`[\w.:%-]+`;
/** HAProxy's log variables ("Custom log format" in its manual); others are kept under their own names. */
const VARIABLES: Readonly<Record<string, [Meaning, string?]>> = {
  ci: ['client', String.raw`[\w.:%-]+`],
  cp: ['client_port', NUMBER],
  u: ['user'],
  t: ['time_haproxy', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}`],
  tr: ['time_haproxy', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}`],
  trg: ['time_clf', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Za-z]+)`],
  T: ['time_clf', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Za-z]+)`],
  Tl: ['time_clf', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Za-z]+)`],
  trl: ['time_clf', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Za-z]+)`],
  r: ['request'],
  HM: ['method', String.raw`[^\s"]*`],
  HU: ['target'],
  HP: ['path'],
  HPO: ['path'],
  HQ: ['query'],
  HV: ['protocol', String.raw`(?:HTTP\/[\d.]+)?|<BADREQ>`],
  ST: ['status', '-?\\d+'],
  B: ['bytes', NUMBER],
  U: ['request_bytes', NUMBER],
  Ta: ['milliseconds', NUMBER],
  Tt: ['milliseconds', NUMBER],
  ID: ['request_id', String.raw`[^\s"]*`],
  f: ['frontend', String.raw`[^\s"]+`],
  ft: ['frontend', String.raw`[^\s"]+`],
  b: ['backend', String.raw`[^\s"]+?`],
  s: ['server', String.raw`[^\s"]+`],
  ts: ['termination', '\\S{2}'],
  tsc: ['termination', '\\S{4}'],
  Ts: ['time_epoch', String.raw`\d+(?:\.\d+)?`],
  pid: ['pid', NUMBER],
  sslc: ['tls_cipher', String.raw`[\w-]+`],
  sslv: ['tls_version', String.raw`[\w.-]+`],
};
/** The forms of those that HAProxy counts itself. */
const COUNTED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    'ac fc bc sc rc sq bq bp fp sp ms lc rt Tc Td Th Ti Tq Tr TR Tw Tu Tau'.split(' ').map((name) => [name, NUMBER]),
  ),
  ...Object.fromEntries('bi fi si H'.split(' ').map((name) => [name, ADDRESS])),
};
/** Quotes, braces, bars and what is no printable ASCII stand as `#HH` in these. */
const HASHED: ReadonlySet<string> = new Set([
  'r',
  'HM',
  'HU',
  'HP',
  'HPO',
  'HQ',
  'hr',
  'hrl',
  'hs',
  'hsl',
  'CC',
  'CS',
  'u',
]);
const SAMPLES: Readonly<Record<string, [Meaning, string?]>> = {
  src: ['client', ADDRESS],
  src_port: ['client_port', NUMBER],
  'req.hdr(host)': ['domain'],
  'req.hdr(user-agent)': ['agent'],
  'req.hdr(referer)': ['referrer'],
  'req.hdr(x-forwarded-for)': ['forwarded_for'],
  'req.hdr(x-request-id)': ['request_id'],
  'req.hdr(traceparent)': ['traceparent'],
  unique_id: ['request_id'],
  method: ['method', String.raw`[^\s"]*`],
  path: ['path'],
  query: ['query'],
  url: ['target'],
  pathq: ['target'],
  status: ['status', NUMBER],
  be_name: ['backend', String.raw`[^\s"]+?`],
  srv_name: ['server', String.raw`[^\s"]+`],
  fe_name: ['frontend', String.raw`[^\s"]+`],
  ssl_fc_protocol: ['tls_version', String.raw`[\w.-]*`],
  ssl_fc_cipher: ['tls_cipher', String.raw`[\w-]*`],
  'txn.timer.total': ['milliseconds', NUMBER],
};

/** The string behind `log-format`, as it stands in haproxy.cfg, with the word or without, in quotes of either kind or none. */
export function readHaproxyFormat(text: string): Piece[] {
  const bare = text.trim().replace(/^log-format\s+/, '');
  const quoted = /^(['"])(.*)\1$/s.exec(bare);
  const source = quoted?.[1] === "'" ? (quoted[2] as string) : (quoted?.[2] ?? bare).replace(/\\(.)/g, '$1');
  const pieces: Piece[] = [];
  let from = 0;
  // %{+Q,+E}o holds for all that follow.
  let common = '';
  for (const match of source.matchAll(VARIABLE)) {
    if (match.index > from) pieces.push(source.slice(from, match.index));
    from = match.index + match[0].length;
    const [, own = '', sample, name] = match;
    if (name === undefined && sample === undefined) pieces.push('%');
    else if (name === 'o') common = own;
    else pieces.push(variableOf(`${common}${own}`, name, sample));
  }
  if (from < source.length) pieces.push(source.slice(from));
  return withoutBlanks(pieces);
}

/** HAProxy writes one blank where the format has several, and none at its beginning. */
function withoutBlanks(pieces: readonly Piece[]): Piece[] {
  const joined = pieces.reduce<Piece[]>((all, piece) => {
    const last = all.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') all[all.length - 1] = last + piece;
    else all.push(piece);
    return all;
  }, []);
  return joined
    .map((piece, n) =>
      typeof piece !== 'string' ? piece : piece.replace(/ +/g, ' ').replace(n === 0 ? /^ / : /^$/, ''),
    )
    .filter((piece) => piece !== '');
}

const VARIABLE = /%(?:\([^)]*\))?(?:\{([^}]*)\})?(?:\[([^\]]*)\]|([A-Za-z]{1,4})|(%))/g;

function variableOf(flags: string, name: string | undefined, sample: string | undefined): Piece {
  const known = name === undefined ? SAMPLES[keyOf(sample)] : (VARIABLES[name] ?? [undefined, COUNTED[name]]);
  const [meaning, form] = known ?? [undefined];
  // %{+Q}x puts quotes around a value; what a sample fetched stands there as it came.
  const usual = form ?? (isBare(flags, sample) ? '.*?' : '[^"]*?');
  const isHashed = name !== undefined && HASHED.has(name);
  const undo = (value: string) => {
    const bare = flags.includes('+Q') ? value.replace(/^"(.*)"$/s, '$1') : value;
    return isHashed ? withoutHashes(bare) : bare;
  };
  return { name: sample ?? `%${name}`, meaning, form: flags.includes('+Q') ? `"?(?:${usual})"?` : usual, undo };
}

/** Before its converters, a header's by one name: `hdr(host)`, `req.fhdr(Host)`. */
function keyOf(sample = ''): string {
  return (sample.split(/,(?![^(]*\))/)[0] as string).toLowerCase().replace(/^(?:req\.)?f?hdr\(/, 'req.hdr(');
}

/** Whether a value may hold quotes. */
function isBare(flags: string, sample: string | undefined): boolean {
  if (sample === undefined || flags.includes('+E')) return false;
  return (
    SAMPLES[keyOf(sample)]?.[1] === undefined && !/,(?:json|url_enc|base64|hex|sha1|sha2|crc32|xxh\d+)\b/.test(sample)
  );
}

/** Whether values of the format may hold quotes: JSON is not what it looks like then. */
export function hasBare(text: string): boolean {
  return [...text.matchAll(VARIABLE)].some(([, flags = '', sample]) => isBare(flags, sample));
}
