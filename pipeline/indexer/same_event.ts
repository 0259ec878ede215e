import { maskAddresses } from './shape/anonymize';
import { isObject, type Json, type JsonObject } from './shape/shaped';

/**
 * What the pipeline writes, not the sender, and what tells of one sending and not of the event: the same event that comes again
 * differs in these.
 */
const OF_THE_WAY: ReadonlySet<string> = new Set([
  'event.created', // its receipt, unless the sender said it
  'event.ingested',
  'data_stream',
  'ecs',
  'log.source', // a host may have another address by then
  'log.syslog', // the header
  'log.file.path', // renamed by rotation
  'user_agent.device',
  'user_agent.name',
  'user_agent.os',
  'user_agent.version',
]);

/**
 * What of a line without its original is compared: what its fields say as they stood in the line. What is made of them (tags, outcome,
 * parts of the URL) may be made otherwise by another version of Rota, or with other settings.
 */
const OF_A_LINE = [
  'error.stack_trace',
  'event.duration',
  'host.name',
  'http.request.bytes',
  'http.request.id',
  'http.request.method',
  'http.request.referrer',
  'http.response.body.bytes',
  'http.response.bytes',
  'http.response.status_code',
  'log.level',
  'log.offset',
  'message',
  'nginx.error.connection_id',
  'process.pid',
  'rota.pool',
  'rota.request_line',
  'rota.upstream.address',
  'rota.upstream.status_code',
  'source.address',
  'source.port',
  'trace.id',
  'url.original',
  'user.name',
  'user_agent.original',
] as const;
const OF_A_KEPT_LINE = ['event.original', 'host.name', 'log.offset'] as const;

const QUARTER_MS = 900_000;
/** Zones of the earth's two ends are 26 hours apart. */
const ZONES_MS = 26 * 3_600_000;

/** The field names by which two documents of one id differ in what their senders said; none: it is one event, sent twice. */
export function differences(stored: JsonObject, sent: JsonObject, dataset: string): string[] {
  const [a, b] = isEvent(dataset) ? [leavesOf(stored), leavesOf(sent)] : linesOf(stored, sent, dataset);
  const names = [...new Set([...a.keys(), ...b.keys()])].filter((name) => !sameText(a.get(name), b.get(name)));
  if (!sameTime(stored, sent, dataset)) names.push('@timestamp');
  return names.sort();
}

/** An event is its sender's own words; other documents are made of a line. */
function isEvent(dataset: string): boolean {
  return dataset.startsWith('rota.');
}

/** Addresses may be masked in the one and not in the other, when the site began or ended to do that in between. */
function sameText(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && (maskAddresses(a) === b || maskAddresses(b) === a);
}

/** All that a sender said, but for its time: each value as JSON, by its dotted name. */
function leavesOf(doc: JsonObject): Map<string, string> {
  const leaves = new Map<string, string>();
  collect(doc, '', leaves);
  leaves.delete('@timestamp');
  if (isNamedByAddress(doc)) leaves.delete('host.name');
  return leaves;
}

function collect(value: Json, name: string, leaves: Map<string, string>): void {
  if (OF_THE_WAY.has(name)) return;
  if (isObject(value))
    for (const [key, one] of Object.entries(value)) collect(one, name === '' ? key : `${name}.${key}`, leaves);
  // Elasticsearch has no null.
  else if (value !== null) leaves.set(name, `${leaves.get(name) ?? ''}${JSON.stringify(value)}\n`);
}

function linesOf(stored: JsonObject, sent: JsonObject, dataset: string): [Map<string, string>, Map<string, string>] {
  const kept = [stored, sent].every((doc) => typeof memberOf(doc, 'event.original') === 'string');
  const names = kept ? OF_A_KEPT_LINE : OF_A_LINE;
  // Another program's JSON is kept whole beside.
  const more = dataset === 'syslog' && !kept ? ['rota.extra'] : [];
  const take = (doc: JsonObject) =>
    new Map(
      [...names, ...more].flatMap((name) => {
        const value = name === 'host.name' && isNamedByAddress(doc) ? null : memberOf(doc, name);
        return value === undefined || value === null ? [] : [[name, JSON.stringify(value)]];
      }),
    );
  return [take(stored), take(sent)];
}

/** Who did not say its name is called by the address that it has just then. */
function isNamedByAddress(doc: JsonObject): boolean {
  const name = memberOf(doc, 'host.name');
  return name !== undefined && name === memberOf(doc, 'log.source.address');
}

function memberOf(doc: JsonObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), doc);
}

/**
 * The event's own time. One without a time has its receipt's, which is another each time; one whose time could not be read
 * has that of its indexing. In files times may be local, and the zone that of whoever reads them.
 */
function sameTime(stored: JsonObject, sent: JsonObject, dataset: string): boolean {
  const [a, b] = [stored, sent].map((doc) => instantOf(doc['@timestamp'])) as [number, number];
  if (a === b) return true;
  const both = (test: (doc: JsonObject) => boolean) => test(stored) && test(sent);
  if (both((doc) => instantOf(doc['@timestamp']) === instantOf(memberOf(doc, 'event.created')))) return true;
  if (isEvent(dataset)) return both((doc) => memberOf(doc, 'rota.extra.@timestamp') !== undefined);
  const apart = Math.abs(a - b);
  return both((doc) => memberOf(doc, 'log.file.path') !== undefined) && apart % QUARTER_MS === 0 && apart <= ZONES_MS;
}

/** ms since 1970; NaN, which equals nothing, for what is no time. */
function instantOf(time: Json | undefined): number {
  return typeof time === 'number' ? time : typeof time === 'string' ? Date.parse(time) : Number.NaN;
}
