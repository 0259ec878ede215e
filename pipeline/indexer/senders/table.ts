import { SettingsError } from '../errors';
import { type Network, parseNetwork } from './address';

/** The data sets that each tier writes. `syslog` and the counters of its own rsyslog are everybody's. */
export const TIER_DATASETS: Readonly<Record<string, readonly string[]>> = {
  lb: ['haproxy.log'],
  frontend: ['nginx.access', 'nginx.error'],
  webapp: ['gunicorn.access', 'gunicorn.error', 'rota.access', 'rota.app', 'rota.sdk'],
  log: [],
};

const DATASETS: ReadonlySet<string> = new Set([
  ...Object.values(TIER_DATASETS).flat(),
  'rota.health',
  'rota.pipeline',
  'syslog',
]);

/** The inputs of pipeline/rsyslog/server.conf, those behind Kafka (imkafka) and of Logstash (logstash). */
const INPUTS: ReadonlySet<string> = new Set(['relp', 'relps', 'tcp', 'tcp_raw', 'tls', 'udp', 'imkafka', 'logstash']);
/** A datagram's address is what its sender writes there: it must be asked for by name. */
const UNLESS_SAID = [...INPUTS].filter((input) => input !== 'udp');

/** One line of the table: what a sender may claim. */
export interface Grant {
  network: Network;
  mayBe: (host: string) => boolean;
  /** The one name that it has, where it has one. */
  onlyHost: string | undefined;
  tiers: ReadonlySet<string>;
  datasets: ReadonlySet<string>;
  inputs: ReadonlySet<string>;
}

/**
 * The table of senders (docs/security.md), a line a sender: `<address or network> host=<names> tier=<tiers> …`.
 * @throws SettingsError naming the line and the mend
 */
export function parseTable(text: string): Grant[] {
  return text.split('\n').flatMap((line, at) => {
    const words = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (words[0] === '') return [];
    try {
      return [parseLine(words)];
    } catch (error) {
      throw new SettingsError('ROTA_SENDERS', `line ${at + 1}: ${(error as Error).message}`);
    }
  });
}

function parseLine([sender = '', ...words]: string[]): Grant {
  const network = parseNetwork(sender);
  if (!network) throw new Error(`"${sender}" is neither an address nor a network such as 10.0.0.0/8`);
  const given = new Map<string, string[]>();
  for (const word of words) {
    const [, name, values] = /^(host|tier|dataset|input)=(.+)$/.exec(word) ?? [];
    if (name === undefined || values === undefined) {
      throw new Error(`"${word}" is none of host=…, tier=…, dataset=…, input=…`);
    }
    given.set(name, [...(given.get(name) ?? []), ...values.split(',')]);
  }
  const hosts = given.get('host');
  if (!hosts) throw new Error(`host=… is missing: say in whose name ${sender} may write, or host=* for any`);
  const tiers = known('tier', given.get('tier') ?? [], new Set(Object.keys(TIER_DATASETS)));
  const datasets = known('dataset', given.get('dataset') ?? [], DATASETS);
  return {
    network,
    mayBe: matcher(hosts),
    onlyHost: hosts.length === 1 && !hosts[0]!.includes('*') ? hosts[0] : undefined,
    tiers: new Set(tiers),
    datasets: new Set(['syslog', ...tiers.flatMap((tier) => TIER_DATASETS[tier] as string[]), ...datasets]),
    inputs: new Set(known('input', given.get('input') ?? UNLESS_SAID, INPUTS)),
  };
}

function known(name: string, values: readonly string[], all: ReadonlySet<string>): readonly string[] {
  if (values.includes('*')) return [...all];
  const other = values.find((value) => !all.has(value));
  if (other !== undefined) throw new Error(`${name}=${other} is not known; it is one of ${[...all].join(', ')}, or *`);
  return values;
}

/** Names as they are, or their beginning before a `*`. */
function matcher(patterns: readonly string[]): (host: string) => boolean {
  const odd = patterns.find((pattern) => pattern === '' || pattern.slice(0, -1).includes('*'));
  if (odd !== undefined) throw new Error(`host=${odd}: give names, each with one "*" at its end at most`);
  const names = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
  const beginnings = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return (host) => names.has(host) || beginnings.some((beginning) => host.startsWith(beginning));
}
