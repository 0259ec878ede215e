import type { FieldsData } from '../../../common/api';
import { ACCESS_DATASETS, DATASETS, FIELDS, HEALTH_CHECK_TAG, streamOf } from '../../../common/ecs';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import { numberOf } from '../../search/buckets';
import type { NamedSearch, SearchAnswer } from '../../search/msearch';

type Setup = NonNullable<FieldsData['setup']>;
type Check = Setup['checks'][number];

/** A part that wrote nothing for so long is named, though it once did. */
const OLD_MS = 15 * 60_000;
const RECENT: Dsl = { range: { [FIELDS.timestamp]: { gte: 'now-7d' } } };

interface Wanted {
  id: Check['id'];
  title: string;
  datasets: readonly string[];
  filter?: Dsl;
  missing: string;
  /** In place of "Lines arrive." */
  found?: string;
  /** Rota works without it, and says what it cannot show. */
  optional?: boolean;
}

const WANTED: readonly Wanted[] = [
  {
    id: 'balancer',
    title: 'Balancer lines',
    datasets: ACCESS_DATASETS.lb,
    missing:
      'No line of a balancer. A cloud balancer gives none: the first tier is then read from the frontends’ lines. For HAProxy, log to the rsyslog agent as pipeline/haproxy/haproxy.cfg does.',
    optional: true,
  },
  {
    id: 'frontends',
    title: 'Frontend lines',
    datasets: ACCESS_DATASETS.frontend,
    missing:
      'No line of an nginx frontend. Run rsyslog with pipeline/rsyslog/agent.conf beside nginx, and let ROTA_NGINX_ACCESS name its access log.',
  },
  {
    id: 'webapps',
    title: 'Webapp lines',
    datasets: ACCESS_DATASETS.webapp,
    missing:
      'No request line of a webapp. In Node.js use requestLogger of rota-sdk/http; for gunicorn let ROTA_GUNICORN_ACCESS name its access log.',
  },
  {
    id: 'sdk',
    title: 'SDK runs',
    datasets: [DATASETS.sdk],
    missing: 'No run of the SDK, so delivery cannot be proven: import { createLogger } from "rota-sdk".',
    optional: true,
  },
  {
    id: 'probes',
    title: 'Health checks',
    datasets: ACCESS_DATASETS.frontend,
    filter: { term: { [FIELDS.tags]: HEALTH_CHECK_TAG } },
    missing:
      'No health check was recognised, so the balancer’s pool is unknown. Set ROTA_HEALTH_PATHS of the indexer to what your balancer asks for; where it gives its name, ROTA_HEALTH_SOURCES to its addresses.',
    optional: true,
  },
  {
    id: 'request_ids',
    title: 'Request ids',
    datasets: ACCESS_DATASETS.frontend,
    filter: { exists: { field: FIELDS.requestId } },
    missing:
      'The frontends’ lines carry no request id, so hops cannot be joined. Use Rota’s nginx format (pipeline/nginx/frontend.conf.template).',
    optional: true,
  },
  {
    id: 'senders',
    title: 'Table of senders',
    datasets: [DATASETS.pipeline],
    filter: { range: { 'rota.indexer.senders': { gte: 1 } } },
    missing:
      'Any sender may write in any host’s name. Let ROTA_SENDERS of the indexer name a table of who may write what (docs/security.md).',
    found: 'Each sender writes in the names that the table gives it.',
    optional: true,
  },
];

/** What the first-run page asks: which parts have written, and what the others need. */
export function setupSearches(namespace: string): Record<string, NamedSearch> {
  return Object.fromEntries(
    WANTED.map(({ id, datasets, filter }) => [
      `setup_${id}`,
      {
        index: datasets.map((dataset) => streamOf(dataset as never, namespace)).join(','),
        body: {
          size: 0,
          track_total_hits: 100_000,
          query: { bool: { filter: filter ? [RECENT, filter] : [RECENT] } },
          aggs: { last: { max: { field: FIELDS.timestamp } } },
        },
      },
    ]),
  );
}

export async function setupOf(answers: Record<string, SearchAnswer>, context: Context): Promise<Setup> {
  const template = await templateCheck(context);
  const checks = WANTED.map((wanted) => checkOf(wanted, answers[`setup_${wanted.id}`], context.now));
  const complete =
    WANTED.every(({ optional }, i) => optional || checks[i]!.state === 'ok') && template.state !== 'missing';
  return {
    complete,
    checks: [{ ...base('elasticsearch', 'Elasticsearch'), message: 'It answers.' }, template, ...checks],
  };
}

function checkOf(
  { id, title, missing, found = 'Lines arrive.' }: Wanted,
  answer: SearchAnswer | undefined,
  now: number,
): Check {
  const last = answer ? numberOf(answer.aggregations, 'last') : null;
  if (last === null) return { ...base(id, title), state: 'missing', message: missing };
  const old = now - last > OLD_MS;
  return {
    ...base(id, title),
    state: old ? 'old' : 'ok',
    message: old
      ? 'It wrote once, but not in the last 15 minutes. Check that it runs and that rsyslog reaches the server.'
      : found,
    last,
    lines: answer?.total ?? 0,
  };
}

function base(id: Check['id'], title: string): Check {
  return { id, title, state: 'ok', message: '', last: null, lines: 0 };
}

/** By what it does, not by its name: the request id must be mapped as a keyword. A user may not read templates. */
async function templateCheck(context: Context): Promise<Check> {
  const check = base('templates', 'Index template');
  const answer = await context.send<{ indices: string[]; fields: Record<string, Record<string, unknown>> }>({
    method: 'GET',
    path: `/${encodeURIComponent(`logs-*-${context.settings.namespace}`)}/_field_caps`,
    querystring: { fields: FIELDS.requestId, ignore_unavailable: true, allow_no_indices: true },
  });
  if (answer.indices.length === 0) {
    return {
      ...check,
      state: 'missing',
      message:
        'No data stream of Rota is there yet. rota-setup installs the index template; the first line makes the stream.',
    };
  }
  const types = Object.keys(answer.fields[FIELDS.requestId] ?? {});
  if (types.length === 1 && types[0] === 'keyword')
    return { ...check, message: 'Fields are mapped as Rota needs them.', lines: answer.indices.length };
  return {
    ...check,
    state: 'missing',
    message: 'The data streams were made without Rota’s index template. Run rota-setup, then roll the streams over.',
  };
}
