import type { EventDetail, EventLine, HealthRequest } from '../../../common/api';
import { DATASETS, type EcsDocument, FIELDS, streamOf } from '../../../common/ecs';
import type { Dsl } from '../../host';
import type { NamedSearch, SearchAnswer } from '../../search/msearch';
import { anyOf, not, timeFilter } from '../../search/scope';
import type { Timeline } from '../../search/timeline';
import type { Settings } from '../../settings';
import { type Directory, hostsOf } from '../../topology/directory';
import { lineOf, rawLine } from '../raw_line';
import type { TraceLine } from '../trace/lines';

type AskedEvent = NonNullable<HealthRequest['event']>;

const MAX_LINES = 50;
const MAX_CHARS = 2000;
/** Written as JSON, which nobody reads for its words. */
const STRUCTURED = new Set<string>([DATASETS.app, DATASETS.sdk]);
const POOL_WORDS = ['server_up', 'server_down', 'health_check_failed'];
/** An application writes such lines all day; what it says of an event is graver. */
const QUIET_LEVELS = ['trace', 'silly', 'debug', 'verbose', 'http', 'info', 'notice'];

/**
 * The lines that tell of one event, access lines apart (they are drawn). Words on who is in the pool come first, then the
 * earliest: the first error says more of the cause than the thousandth.
 */
export function eventLinesSearch(
  event: AskedEvent,
  { from, to }: Timeline,
  directory: Directory,
  { namespace }: Settings,
): NamedSearch {
  const words = poolWords(event, directory);
  const datasets = [
    DATASETS.haproxy,
    DATASETS.nginxError,
    DATASETS.gunicornError,
    DATASETS.app,
    DATASETS.sdk,
    DATASETS.syslog,
  ];
  return {
    index: datasets.map((dataset) => streamOf(dataset, namespace)).join(','),
    body: {
      size: MAX_LINES,
      track_total_hits: true,
      query: {
        bool: {
          filter: [timeFilter(from, to), anyOf([words, ownWords(event), complaints(event, directory)])],
          should: [{ constant_score: { filter: words } }],
        },
      },
      sort: [
        { _score: 'desc' },
        { [FIELDS.timestamp]: 'asc' },
        // nginx tells whole seconds: within one, the place in the file.
        { 'log.offset': { order: 'asc', unmapped_type: 'long' } },
      ],
    },
  };
}

/** HAProxy's account of a server, nginx's of an upstream that it takes out. */
function poolWords(event: AskedEvent, directory: Directory): Dsl {
  return anyOf([
    allOf(
      of(DATASETS.haproxy),
      { terms: { [FIELDS.haproxyServer]: serverNames(event, directory) } },
      { terms: { 'event.action': POOL_WORDS } },
    ),
    allOf(of(DATASETS.nginxError), { term: { 'event.action': 'upstream_disabled' } }, naming(event, directory)),
  ]);
}

/** Whatever the hosts themselves say beside their requests. */
function ownWords({ hosts }: AskedEvent): Dsl {
  const loud = not({ terms: { [FIELDS.level]: QUIET_LEVELS } });
  return allOf(
    { terms: { [FIELDS.host]: hosts } },
    anyOf([
      of(DATASETS.nginxError, DATASETS.gunicornError, DATASETS.syslog),
      allOf(of(DATASETS.app, DATASETS.sdk), loud),
    ]),
  );
}

/** What their frontends' nginx says of webapps: refused, timed out, closed early. */
function complaints(event: AskedEvent, directory: Directory): Dsl {
  return allOf(of(DATASETS.nginxError), naming(event, directory));
}

function naming({ hosts }: AskedEvent, { upstreams, whole }: Directory): Dsl {
  const named = (whole?.upstreams ?? upstreams).filter((entry) => hostsOf(entry).some((host) => hosts.includes(host)));
  return { terms: { [FIELDS.upstreamAddress]: [...new Set(named.map(({ seen }) => seen.place))] } };
}

/** By which names balancers write of these hosts. */
function serverNames({ hosts }: AskedEvent, { servers, whole }: Directory): string[] {
  const named = (whole?.servers ?? servers).filter((entry) => hostsOf(entry).some((host) => hosts.includes(host)));
  return [...new Set([...hosts, ...named.map(({ seen }) => seen.place)])];
}

const of = (...datasets: string[]): Dsl => ({ terms: { [FIELDS.streamDataset]: datasets } });

const allOf = (...filter: Dsl[]): Dsl => ({ bool: { filter } });

export function eventLinesOf({ hits, total }: SearchAnswer): EventDetail['lines'] {
  return { shown: hits.map((hit) => eventLine(lineOf(hit))).sort((a, b) => a.t - b.t), total };
}

function eventLine(line: TraceLine): EventLine {
  const { id, index, t, host, dataset, level, original } = rawLine(line);
  const text = STRUCTURED.has(dataset) ? (said(line.doc) ?? original) : original;
  return {
    id,
    index,
    t,
    host,
    dataset,
    level,
    text: text.slice(0, MAX_CHARS),
    bytes: Buffer.byteLength(text),
    request_id: line.doc.http?.request?.id ?? null,
  };
}

/** What a structured line says to a person: its message, and the error that it bears where the message does not name it. */
function said({ message, error }: EcsDocument): string | null {
  const fault = [error?.type, error?.message].filter(Boolean).join(': ');
  if (!message) return fault || null;
  return fault === '' || message.includes(error?.message ?? fault) ? message : `${message} · ${fault}`;
}
