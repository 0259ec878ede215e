import type { Meaning, Piece } from '../declared/values';

const NUMBER = String.raw`\+?-?\d+`;
/** HAProxy's log variables ("Custom log format" in its manual); others are kept under their own names. */
const VARIABLES: Readonly<Record<string, [Meaning, string?]>> = {
  ci: ['client', String.raw`[\w.:%-]+`],
  cp: ['client_port', NUMBER],
  u: ['user'],
  t: ['time_haproxy', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}`],
  tr: ['time_haproxy', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}`],
  trg: ['time_clf', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}`],
  T: ['time_clf', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}`],
  Tl: ['time_clf', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}`],
  trl: ['time_clf', String.raw`\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}`],
  r: ['request'],
  HM: ['method', String.raw`[A-Z_-]*|<BADREQ>`],
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
};
const SAMPLES: Readonly<Record<string, Meaning>> = {
  src: 'client',
  src_port: 'client_port',
  'req.hdr(host)': 'domain',
  'req.hdr(user-agent)': 'agent',
  'req.hdr(referer)': 'referrer',
  'req.hdr(x-forwarded-for)': 'forwarded_for',
  'req.hdr(x-request-id)': 'request_id',
  'req.hdr(traceparent)': 'traceparent',
  unique_id: 'request_id',
  method: 'method',
  status: 'status',
  be_name: 'backend',
  srv_name: 'server',
  fe_name: 'frontend',
};

/** The string behind `log-format`, as it stands in haproxy.cfg, with the word or without, in quotes of either kind or none. */
export function readHaproxyFormat(text: string): Piece[] {
  const bare = text.trim().replace(/^log-format\s+/, '');
  const quoted = /^(['"])(.*)\1$/s.exec(bare);
  const source = quoted?.[1] === "'" ? (quoted[2] as string) : (quoted?.[2] ?? bare).replace(/\\(.)/g, '$1');
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of source.matchAll(/%(?:\{[^}]*\})?(?:\[([^\]]*)\]|([A-Za-z]{1,4})|(%))/g)) {
    if (match.index > from) pieces.push(source.slice(from, match.index));
    from = match.index + match[0].length;
    const [, sample, name] = match;
    if (name === undefined && sample === undefined) pieces.push('%');
    else if (name === 'o') continue;
    else pieces.push(variableOf(match[0], name, sample));
  }
  if (from < source.length) pieces.push(source.slice(from));
  return pieces;
}

function variableOf(text: string, name: string | undefined, sample: string | undefined): Piece {
  const [known, form] = (name === undefined ? undefined : VARIABLES[name]) ?? [undefined];
  const meaning = known ?? (sample === undefined ? undefined : SAMPLES[(sample.split(',')[0] as string).toLowerCase()]);
  const own = sample ?? `%${name}`;
  // %{+Q}x puts quotes around a value.
  const quoted = /^%\{[^}]*\+Q/.test(text);
  const free = '[^"]*?';
  return { name: own, meaning, form: quoted ? `"?(?:${form ?? free})"?` : (form ?? free) };
}
