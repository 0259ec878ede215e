import { DATASETS, FIELDS } from '../../common/ecs';
import { bucketsOf } from '../search/buckets';
import type { Hit, NamedSearch, SearchAnswer } from '../search/msearch';
import type { Cut, Word } from '../topology/evidence';
import { between, countOf, type Query, searchOf, terms } from './search';

/** Elasticsearch gives no more hits at once (`index.max_result_window`). */
const MOST = 10_000;
const STATES = ['server_up', 'server_down', 'server_state_changed'];
const FIELDS_READ = [
  FIELDS.timestamp,
  FIELDS.host,
  FIELDS.pool,
  FIELDS.haproxyServer,
  'event.action',
  'event.reason',
  'message',
];

/** What balancers said of their servers in the range, and the last that they had said of each before it. */
export function wordSearches(
  from: number,
  to: number,
  lookBackMs: number,
  namespace: string,
): Record<'words' | 'wordsBefore', NamedSearch> {
  const spoken: Query = { terms: { 'event.action': [...STATES, 'health_check_failed'] } };
  const last = { top_hits: { size: 1, sort: [{ [FIELDS.timestamp]: 'desc' as const }], _source: FIELDS_READ } };
  return {
    words: searchOf([DATASETS.haproxy], namespace, {
      size: MOST,
      track_total_hits: true,
      query: { bool: { filter: [between(from, to), spoken] } },
      sort: [{ [FIELDS.timestamp]: 'asc' }],
      _source: FIELDS_READ,
    }),
    wordsBefore: countOf(
      [DATASETS.haproxy],
      namespace,
      [between(from - lookBackMs, from), { terms: { 'event.action': STATES } }],
      {
        hosts: terms(FIELDS.host, 50, {
          pools: terms(FIELDS.pool, 50, { servers: terms(FIELDS.haproxyServer, 500, { last }) }, ''),
        }),
      },
    ),
  };
}

export function readWords(answers: Record<'words' | 'wordsBefore', SearchAnswer>): { words: Word[]; cuts: Cut[] } {
  const before = bucketsOf(answers.wordsBefore.aggregations, 'hosts').flatMap((host) =>
    bucketsOf(host, 'pools').flatMap((pool) =>
      bucketsOf(pool, 'servers').flatMap((server) => (server['last'] as { hits: { hits: Hit[] } }).hits.hits),
    ),
  );
  const { hits, total } = answers.words;
  const words = [...before, ...hits].flatMap(wordOf);
  if (total <= hits.length) return { words, cuts: [] };
  const until = words.at(-1)?.t ?? 0;
  const sentence = `The balancer spoke ${total} times of its servers; read were the first ${hits.length}, up to ${new Date(until).toISOString().slice(11, 19)} UTC. Who was in its pool after that is not known. Choose a shorter time range.`;
  return { words, cuts: [{ what: 'words', sentence, from: until }] };
}

interface Source {
  '@timestamp': string;
  event?: { action?: string; reason?: string };
  haproxy?: { server_name?: string };
  host?: { name?: string };
  message?: string;
  rota?: { pool?: string };
}

function wordOf(hit: Hit): Word[] {
  const { '@timestamp': time, event, haproxy, host, message, rota } = hit._source as unknown as Source;
  const server = haproxy?.server_name;
  if (server === undefined) return [];
  const says = saysOf(event?.action, event?.reason, message ?? '');
  return [
    {
      t: Date.parse(time),
      teller: host?.name ?? 'balancer',
      pool: rota?.pool ?? null,
      server,
      says,
      reason: says === 'maintenance' ? null : (event?.reason ?? null),
      backup: /^Backup [Ss]erver /.test(message ?? ''),
    },
  ];
}

/** HAProxy's own texts: `enters drain state`, `is going DOWN for maintenance`, `is UP/DRAIN`, `is UP (leaving …)`. */
function saysOf(action: string | undefined, reason: string | undefined, message: string): Word['says'] {
  if (action === 'health_check_failed') return 'check_failed';
  if (action === 'server_up') return 'up';
  if (action === 'server_down')
    return reason === 'maintenance' || /for maintenance/.test(message) ? 'maintenance' : 'down';
  if (/\bdrain\b|DRAIN/.test(message) && !/leaving forced drain/.test(message)) return 'drain';
  if (/maintenance/.test(message) && !/leaving/.test(message)) return 'maintenance';
  return 'other';
}
