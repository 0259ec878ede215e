import { DATASETS, FIELDS } from '../../common/ecs';
import type { Hit, NamedSearch, SearchAnswer } from '../search/msearch';
import type { Cut, UpstreamFault } from '../topology/evidence';
import { leastOf } from '../topology/groups';
import { anyOf, between, not, type Query, searchOf } from './search';

const MOST = 10_000;
/** Each failed try is a line, so that further back they are too many. */
const LOOK_BACK_MS = 3_600_000;
const WORKER = 'process.pid';
/** Statuses that nginx gives a failed attempt itself. */
const NGINX_FAILURES = [502, 504];

/** nginx's own words on its upstreams, and the attempts that failed: newest first, where they are too many. */
export function faultSearches(
  from: number,
  to: number,
  probe: Query,
  namespace: string,
): Record<'disabled' | 'attempts', NamedSearch> {
  const since = between(from - LOOK_BACK_MS, to);
  const body = (filter: Query[], fields: string[]) => ({
    size: MOST,
    track_total_hits: true,
    query: { bool: { filter } },
    sort: [{ [FIELDS.timestamp]: 'desc' as const }],
    _source: [FIELDS.timestamp, FIELDS.host, FIELDS.upstreamAddress, ...fields],
  });
  const said: Query = { term: { 'event.action': 'upstream_disabled' } };
  const tried: Query = anyOf([
    { terms: { [FIELDS.upstreamStatus]: NGINX_FAILURES } },
    { nested: { path: FIELDS.attempts, query: { terms: { [`${FIELDS.attempts}.status_code`]: NGINX_FAILURES } } } },
  ]);
  return {
    disabled: searchOf([DATASETS.nginxError], namespace, body([since, said], [])),
    attempts: searchOf(
      [DATASETS.nginxAccess],
      namespace,
      body([since, tried, not(probe)], [FIELDS.upstreamStatus, FIELDS.attempts, WORKER]),
    ),
  };
}

interface Source {
  '@timestamp': string;
  host?: { name?: string };
  process?: { pid?: number };
  rota?: {
    upstream?: { address?: string; status_code?: number };
    attempts?: { address?: string; status_code?: number }[] | { address?: string; status_code?: number };
  };
}

export function readDisabled({ hits, total }: SearchAnswer): { faults: UpstreamFault[]; cuts: Cut[] } {
  const faults = hits.flatMap((hit): UpstreamFault[] => {
    const { '@timestamp': time, host, rota } = hit._source as unknown as Source;
    const place = rota?.upstream?.address;
    return place === undefined ? [] : [{ t: Date.parse(time), teller: host?.name ?? '', place }];
  });
  return { faults, cuts: cutOf('disabled', 'nginx’s errors of its upstreams', hits, total, faults) };
}

export function readAttempts({ hits, total }: SearchAnswer): { faults: UpstreamFault[]; cuts: Cut[] } {
  const faults = hits.flatMap((hit): UpstreamFault[] => {
    const { '@timestamp': time, host, process, rota } = hit._source as unknown as Source;
    const worker = process?.pid ?? null;
    const listed = [rota?.attempts ?? []].flat();
    const attempts = listed.length > 0 ? listed : [rota?.upstream ?? {}];
    const bad = attempts.filter(({ status_code }) => status_code === 502 || status_code === 504);
    return bad.flatMap(({ address }) =>
      address === undefined ? [] : [{ t: Date.parse(time), teller: host?.name ?? '', place: address, worker }],
    );
  });
  return { faults, cuts: cutOf('attempts', 'failed attempts', hits, total, faults) };
}

function cutOf(
  what: Cut['what'],
  words: string,
  hits: readonly Hit[],
  total: number,
  faults: readonly { t: number }[],
): Cut[] {
  if (total <= hits.length) return [];
  const since = leastOf(faults.map(({ t }) => t));
  const sentence = `Of ${total} ${words} the newest ${hits.length} were read, from ${new Date(since).toISOString().slice(11, 19)} UTC on. Which webapps nginx had given up before that is not known. Choose a shorter time range.`;
  return [{ what, sentence, to: since }];
}
