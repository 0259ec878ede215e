import { TEMPLATE_VERSION } from '../elasticsearch/templates';
import type { HttpClient } from '../indexer/http_client';
import type { SetupRequest, SetupStep } from './step';

interface Mapping {
  mappings?: { _meta?: { rota_template?: number } };
}

/**
 * A template's mappings hold from the next backing index on, so each stream whose newest one was made by an older template,
 * or by none of Rota's (the indexer wrote before rota-setup ever ran), is rolled over. What counts is what the index says of
 * itself: a run that broke off is made good by the next.
 * @returns undefined when all are as they should be
 * @throws UnansweredError, AnswerError
 */
export async function rollOver(http: HttpClient, request: SetupRequest): Promise<SetupStep | undefined> {
  const stale = await staleStreams(http, `logs-*-${request.namespace}`);
  if (stale.length === 0) return undefined;
  const what = 'data streams';
  if (request.dryRun) return { what, outcome: 'updated', detail: `rolled over: ${stale.join(', ')}` };
  const rolled: string[] = [];
  const others: string[] = [];
  for (const stream of stale) {
    if (await isOurs(http, stream)) {
      await http.json('POST', `/${stream}/_rollover`);
      rolled.push(stream);
    } else others.push(stream);
  }
  const done = rolled.length > 0 ? `rolled over: ${rolled.join(', ')}` : '';
  if (others.length === 0) return { what, outcome: 'updated', detail: done };
  const why = `another index template of higher priority has ${others.join(', ')}: change it, then run this again`;
  return { what, outcome: 'left_out', detail: done === '' ? why : `${done}; ${why}` };
}

/** Data streams whose newest backing index lacks the mark of this version's template. */
async function staleStreams(http: HttpClient, pattern: string): Promise<string[]> {
  const settings = (await http.json<object>('GET', `/${pattern}/_settings/index.creation_date`)) ?? {};
  const mappings =
    (await http.json<Record<string, Mapping>>('GET', `/${pattern}/_mapping?filter_path=*.mappings._meta`)) ?? {};
  const newest = new Map<string, string>();
  // Of equal length, so that the last is the newest: .ds-<stream>-<day>-<generation>.
  for (const index of Object.keys(settings).sort()) {
    const stream = /^\.ds-(.+)-\d{4}\.\d\d\.\d\d-\d{6,}$/.exec(index)?.[1];
    if (stream !== undefined) newest.set(stream, index);
  }
  return [...newest].filter(([, index]) => version(mappings[index]) < TEMPLATE_VERSION).map(([stream]) => stream);
}

/** Whether the stream's next backing index would be of Rota's template. */
async function isOurs(http: HttpClient, stream: string): Promise<boolean> {
  const answer = await http.json<{ template?: Mapping }>('POST', `/_index_template/_simulate_index/${stream}`);
  return version(answer?.template) === TEMPLATE_VERSION;
}

function version(of: Mapping | undefined): number {
  return of?.mappings?._meta?.rota_template ?? 0;
}

interface DataStream {
  name: string;
  lifecycle?: { data_retention?: string };
}

/**
 * Without index lifecycle: a template's retention holds for data streams to come, so those that are there get it too.
 * @throws UnansweredError, AnswerError
 */
export async function keepFor(http: HttpClient, request: SetupRequest, before: string | undefined): Promise<SetupStep> {
  const retention = `${request.retentionDays}d`;
  const path = `/_data_stream/logs-*-${request.namespace}`;
  const streams = (await http.json<{ data_streams: DataStream[] }>('GET', path))?.data_streams ?? [];
  const changed = streams.filter(({ lifecycle }) => lifecycle?.data_retention !== retention);
  if (!request.dryRun) {
    for (const { name } of changed)
      await http.json('PUT', `/_data_stream/${name}/_lifecycle`, { data_retention: retention });
  }
  const isNew = before === undefined && changed.length === streams.length;
  return {
    what: 'data stream lifecycle',
    outcome: isNew ? 'created' : before === retention && changed.length === 0 ? 'kept' : 'updated',
    detail: `logs are deleted after ${request.retentionDays} days`,
  };
}
