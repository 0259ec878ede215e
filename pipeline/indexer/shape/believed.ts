import { hashId } from '../hash_id';
import type { Claim, Refusal, Senders } from '../senders/senders';

import { hostOf, type Line } from './line';
import type { ShapeSettings } from './settings';
import { isObject, type Json, type JsonObject, type Shaped, type ShapedDeadLetter } from './shaped';

const PIPELINE = 'rota.pipeline';
/** Data sets in whose name an event may also speak by its `event.dataset`. */
const EVENT_DATASETS: ReadonlySet<string> = new Set([
  'haproxy.log',
  'nginx.access',
  'nginx.error',
  'gunicorn.access',
  'gunicorn.error',
  'rota.access',
  'rota.app',
  'rota.sdk',
  'rota.health',
  PIPELINE,
]);

/**
 * What was shaped, if the table of senders lets its sender say that; a dead letter otherwise. What this rsyslog says itself is
 * believed, and without a table everything.
 */
export function believed(line: Line, shaped: Shaped, settings: ShapeSettings, now: number): Shaped {
  const { senders } = settings;
  if (!senders || line.own || isPlainlyAllowed(line, shaped, senders, now)) return shaped;
  const refusal = senders.refusal(claimOf(line, shaped), now);
  return refusal ? refused(line, shaped, refusal) : shaped;
}

/** Most events say one host, data set and tier: those are compared as they stand, for a list of each would cost as much as parsing. */
function isPlainlyAllowed(line: Line, shaped: Shaped, senders: Senders, now: number): boolean {
  if (shaped.kind === 'dead_letter') return false;
  const { doc, dataset } = shaped;
  const { host, event, rota } = doc;
  if (!isObject(host) || typeof host['name'] !== 'string' || !isObject(event) || event['dataset'] !== dataset)
    return false;
  const tier = dataset.startsWith('rota.') && isObject(rota) ? rota['tier'] : undefined;
  if (tier !== undefined && typeof tier !== 'string') return false;
  return senders.allows(line.source, line.header.in, host['name'], dataset, tier, now);
}

/** The same for a line whose document is not made yet: whether it would be refused. */
export function refusalOfLine(line: Line, dataset: string, { senders }: ShapeSettings, now: number): boolean {
  if (!senders || line.own) return false;
  return !senders.allows(line.source, line.header.in, hostOf(line), dataset, undefined, now);
}

function claimOf(line: Line, shaped: Shaped): Claim {
  const claim = { input: line.header.in, address: line.source };
  if (shaped.kind === 'dead_letter') return { ...claim, hosts: textsOf(shaped.host), datasets: [], tiers: [] };
  const { doc, dataset } = shaped;
  const hosts = textsOf(member(doc, 'host', 'name'));
  // An agent's own counters, which are shaped so that they can be nothing else.
  if (dataset === PIPELINE && line.agent?.['dataset'] === PIPELINE) return { ...claim, hosts, datasets: [], tiers: [] };
  // What a line is says its tier; an event says it itself.
  const tiers = dataset.startsWith('rota.') ? textsOf(member(doc, 'rota', 'tier')) : [];
  return { ...claim, hosts, datasets: datasetsOf(dataset, member(doc, 'event', 'dataset')), tiers };
}

/** The data set that it lands in, and those that it says it is of. */
function datasetsOf(dataset: string, spoken: Json | undefined): string[] {
  if (spoken === dataset) return [dataset];
  return [dataset, ...textsOf(spoken).filter((name) => EVENT_DATASETS.has(name))];
}

function member(doc: JsonObject, object: string, name: string): Json | undefined {
  const found = doc[object];
  return isObject(found) ? found[name] : undefined;
}

function textsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return value === undefined || value === null ? [] : [isObject(value) ? JSON.stringify(value) : String(value)];
}

/** Under an id that nobody can choose: what a stranger writes must not take the place of what the host itself writes. */
function refused(line: Line, shaped: Shaped, { code, reason, host }: Refusal): ShapedDeadLetter {
  const { header, agent, raw, source } = line;
  const letter: ShapedDeadLetter = {
    kind: 'dead_letter',
    code,
    reason,
    input: header.in,
    raw,
    id: hashId(source, shaped.id, raw),
    mayBeResend: false,
    received: agent ? header.ts : header.rcv,
    source,
  };
  if (host !== undefined) letter.host = host;
  const claimed = shaped.kind === 'document' ? textsOf(member(shaped.doc, 'host', 'name'))[0] : shaped.host;
  if (claimed !== undefined && claimed !== host) letter.claimedHost = claimed;
  const dataset = shaped.dataset;
  if (dataset !== undefined) letter.dataset = dataset;
  return letter;
}
