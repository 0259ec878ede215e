import { isIP } from 'node:net';
import { meaningOf } from '../formats/declared/json_fields';
import { objectsIn } from '../formats/declared/json_objects';
import type { Format, Program } from '../formats/program';
import { PROGRAMS } from '../formats/registry';
import { unwrapCri, unwrapDocker } from '../formats/wrapper';

/** What lines are: of a format that needs no declaration, or of one that may be declared so. */
export type Proposal = { known: string } | { words: string; format: string; entry: string };

export function propose(wrapped: readonly string[]): Proposal {
  const lines = wrapped.map(unwrapped);
  const known = knownFormat(lines);
  if (known) return { known };
  if (lines.every((line) => objectsIn(line) !== undefined)) return ofJson(lines);
  const format = `log_format site '${skeleton(lines).replace(/['\\]/g, '\\$&')}';`;
  return { words: 'nginx', format, entry: `- nginx: ${JSON.stringify(format)}\n  file: /var/log/…/access.log*` };
}

function unwrapped(line: string): string {
  const [docker] = objectsIn(line) ?? [];
  return (docker ? unwrapDocker(docker) : unwrapCri(line))?.text ?? line;
}

/** A format that reads all lines without leaving values over. */
function knownFormat(lines: readonly string[]): string | undefined {
  for (const program of PROGRAMS) {
    const format = program.formats.find((one) => lines.every((line) => isOf(program, one, line)));
    if (format)
      return `lines of ${program.title}: ${format.what}. Nothing has to be declared; they go to ${format.dataset}.`;
  }
  return undefined;
}

function isOf(program: Program, format: Format, line: string): boolean {
  // Other words fit everywhere: they are no format.
  if (format.dataset.endsWith('.error')) return false;
  const asked = { by: program.name === 'gunicorn' ? 'name' : 'form', app: program.name, dataset: undefined } as const;
  const [object] = objectsIn(line) ?? [];
  const reading = object ? format.readJson?.(object, asked) : format.read?.(line, asked);
  if (!reading) return false;
  if (reading.form !== 'combined') return true;
  const { time, status, extra } = reading.parts;
  return CLF_TIME.test(time) && /^\d{3}$/.test(status) && (extra === undefined || isMain(extra));
}

const CLF_TIME = /^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}$/;

function isMain(extra: string): boolean {
  return /^"[^"]*"$/.test(extra.trim());
}

/** The members of all lines, in order; what the name does not tell is kept under it. */
function ofJson(lines: readonly string[]): Proposal {
  const names = [...new Set(lines.flatMap((line) => (objectsIn(line) ?? []).flatMap((one) => namesOf(one, ''))))];
  const told = names.filter((name) => meaningOf(name) !== undefined);
  const all = [...told, ...names.filter((name) => meaningOf(name) === undefined)];
  return {
    words: 'json',
    format: all.join(' '),
    entry: `- json: [${all.map((name) => JSON.stringify(name)).join(', ')}]\n  file: /var/log/…/access.log*\n  dataset: nginx.access`,
  };
}

function namesOf(object: Record<string, unknown>, prefix: string): string[] {
  return Object.entries(object).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? namesOf(value as Record<string, unknown>, `${prefix}${name}.`)
      : [`${prefix}${name}`],
  );
}

const TOKEN = /\s*(?:([A-Za-z_][\w.-]*[=:]))?("(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^\s"]+)/gy;

/** The first line with variables in the places of its values. */
function skeleton(lines: readonly string[]): string {
  const first = lines.reduce((best, line) => (line.length > best.length ? line : best), '');
  const others = lines.map(tokensOf);
  const names = new Set<string>();
  let unknown = 0;
  return tokensOf(first)
    .map(({ name, value, blanks }, n) => {
      const column = others.flatMap((one) => (one[n] ? [one[n].value] : []));
      return `${blanks}${name}${variableFor(value, name, column)}`;
    })
    .join('');

  function variableFor(value: string, name: string, column: readonly string[]): string {
    const [, open = '', inner = value, close = ''] = /^(["[])(.*)(["\]])$/s.exec(value) ?? [];
    if (column.every((one) => one === '-') && name === '' && names.size <= 1) return value;
    const guess = guessOf(inner, open, column, name);
    if (guess !== undefined && !names.has(guess)) {
      names.add(guess);
      return `${open}$${guess}${close}`;
    }
    unknown++;
    const own = name === '' ? `field_${unknown}` : name.slice(0, -1).replace(/\W/g, '_');
    return `${open}$${own}${close}`;
  }

  function guessOf(value: string, open: string, column: readonly string[], name: string): string | undefined {
    if (name !== '') return BY_NAME[name.slice(0, -1)];
    if (/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}$/.test(value)) return 'time_local';
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d|Z)$/.test(value)) return 'time_iso8601';
    if (/^\d{10}\.\d{3}$/.test(value)) return 'msec';
    if (open === '"') {
      if (/^[A-Z]+ \S+ HTTP\/[\d.]+$/.test(value)) return 'request';
      return names.has('request') ? ['http_referer', 'http_user_agent'].find((one) => !names.has(one)) : undefined;
    }
    if (isIP(value) !== 0) return names.has('remote_addr') ? undefined : 'remote_addr';
    if (column.every((one) => /^[1-5]\d\d$/.test(one)) && !names.has('status')) return 'status';
    if (/^\d+$/.test(value) && names.has('status') && !names.has('body_bytes_sent')) return 'body_bytes_sent';
    if (!names.has('remote_user') && names.has('remote_addr') && !names.has('time_local') && /^[\w-]+$/.test(value))
      return 'remote_user';
    if (column.every((one) => /^(?:\d+\.\d{3}|-)$/.test(one)))
      return ['request_time', 'upstream_response_time'].find((one) => !names.has(one));
    if (
      column.some((one) => /^(?:[\w.-]+:\d{1,5}|unix:\S+)$/.test(one)) &&
      column.every((one) => /^(?:[\w.-]+:\d{1,5}|unix:\S+|-)$/.test(one))
    )
      return 'upstream_addr';
    if (column.every((one) => /^(?:[1-5]\d\d|-)$/.test(one)) && names.has('upstream_addr')) return 'upstream_status';
    return undefined;
  }
}

/** Names that people give nginx's values. */
const BY_NAME: Readonly<Record<string, string>> = {
  rt: 'request_time',
  request_time: 'request_time',
  urt: 'upstream_response_time',
  upstream_response_time: 'upstream_response_time',
  uct: 'upstream_connect_time',
  uht: 'upstream_header_time',
  ua: 'upstream_addr',
  upstream: 'upstream_addr',
  upstream_addr: 'upstream_addr',
  us: 'upstream_status',
  upstream_status: 'upstream_status',
  id: 'request_id',
  rid: 'request_id',
  request_id: 'request_id',
  host: 'host',
  xff: 'http_x_forwarded_for',
};

function tokensOf(line: string): { name: string; value: string; blanks: string }[] {
  const found: { name: string; value: string; blanks: string }[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(line); match; match = TOKEN.exec(line)) {
    const [whole, name = '', value = ''] = match;
    found.push({ name, value, blanks: whole.slice(0, whole.length - name.length - value.length) });
  }
  return found;
}
