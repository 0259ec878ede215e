import {
  indexTemplate,
  lifecyclePolicy,
  type NodeAbilities,
  policyName,
  TEMPLATE_VERSION,
  templateName,
} from '../elasticsearch/templates';
import { AnswerError } from '../indexer/errors';
import type { HttpClient } from '../indexer/http_client';

export interface SetupRequest {
  namespace: string;
  retentionDays: number;
  dryRun: boolean;
}

/** What was done, or with a dry run would be. */
export interface SetupStep {
  what: string;
  /** `kept`: it was there and as it should be; `left_out`: this cluster cannot do it, `detail` says what follows. */
  outcome: 'created' | 'updated' | 'kept' | 'left_out';
  detail: string;
}

interface TemplateAnswer {
  index_templates?: { index_template: { version?: number } }[];
}

/**
 * Brings the cluster to what this version of Rota needs. Idempotent; an older template is replaced, a newer one (of a
 * newer Rota) is left alone. Data streams that exist get a template's new mappings with their next backing index, so
 * after an upgrade each is rolled over once.
 * @throws UnansweredError, AnswerError
 */
export async function setUp(http: HttpClient, request: SetupRequest): Promise<SetupStep[]> {
  const abilities = await askAbilities(http);
  const steps = [await lifecycle(http, request, abilities)];
  const before = await installedVersion(http, request.namespace);
  steps.push(await template(http, request, abilities, before));
  if (before !== undefined && before < TEMPLATE_VERSION) steps.push(await rollOver(http, request));
  return steps;
}

/** Asks the cluster what lifecycle it has; an endpoint that is not there is answered by 400 or 405. */
export async function askAbilities(http: HttpClient): Promise<NodeAbilities> {
  const [indexLifecycle, dataStreamLifecycle] = await Promise.all([
    exists(http, '/_ilm/status'),
    exists(http, '/_data_stream/logs-rota-none-*/_lifecycle'),
  ]);
  return { indexLifecycle, dataStreamLifecycle };
}

async function exists(http: HttpClient, path: string): Promise<boolean> {
  const { status, body } = await http.send('GET', path);
  if (status === 401 || status === 403) throw new AnswerError(status, `GET ${path}`, body.toString().slice(0, 300));
  // 404 comes from an endpoint that is there and found nothing.
  return status < 300 || status === 404;
}

async function lifecycle(http: HttpClient, request: SetupRequest, abilities: NodeAbilities): Promise<SetupStep> {
  const days = `${request.retentionDays} days`;
  if (abilities.indexLifecycle) {
    const path = `/_ilm/policy/${policyName(request.namespace)}`;
    const wanted = lifecyclePolicy(request.retentionDays);
    const found = await http.json<Record<string, { policy?: unknown }>>('GET', path);
    const what = `lifecycle policy ${policyName(request.namespace)}`;
    const there = found?.[policyName(request.namespace)]?.policy;
    if (there && sameJson(there, wanted['policy']))
      return { what, outcome: 'kept', detail: `logs are deleted after ${days}` };
    if (!request.dryRun) await http.json('PUT', path, wanted);
    return { what, outcome: there ? 'updated' : 'created', detail: `logs are deleted after ${days}` };
  }
  if (abilities.dataStreamLifecycle) {
    return { what: 'data stream lifecycle', outcome: 'created', detail: `in the template: logs are kept ${days}` };
  }
  return {
    what: 'lifecycle',
    outcome: 'left_out',
    detail:
      'this cluster has neither index nor data stream lifecycle: nothing rolls over or is deleted by itself. ' +
      'Call POST /<data stream>/_rollover and delete old backing indices on a schedule.',
  };
}

async function installedVersion(http: HttpClient, namespace: string): Promise<number | undefined> {
  const found = await http.json<TemplateAnswer>('GET', `/_index_template/${templateName(namespace)}`);
  const entry = found?.index_templates?.[0];
  return entry ? (entry.index_template.version ?? 0) : undefined;
}

async function template(
  http: HttpClient,
  request: SetupRequest,
  abilities: NodeAbilities,
  before: number | undefined,
): Promise<SetupStep> {
  const what = `index template ${templateName(request.namespace)}`;
  if (before !== undefined && before > TEMPLATE_VERSION) {
    return { what, outcome: 'kept', detail: `version ${before} is newer than this Rota's ${TEMPLATE_VERSION}` };
  }
  // Written also when the version is the same: the retention or the cluster's abilities may have changed.
  const wanted = indexTemplate(request.namespace, abilities, request.retentionDays);
  if (!request.dryRun) await http.json('PUT', `/_index_template/${templateName(request.namespace)}`, wanted);
  const outcome = before === undefined ? 'created' : before === TEMPLATE_VERSION ? 'kept' : 'updated';
  const from = outcome === 'updated' ? ` (from ${before})` : '';
  return { what, outcome, detail: `version ${TEMPLATE_VERSION}${from}, for logs-*-${request.namespace}` };
}

/** New mappings hold from the next backing index on. */
async function rollOver(http: HttpClient, request: SetupRequest): Promise<SetupStep> {
  const pattern = `logs-*-${request.namespace}`;
  const settings = await http.json<Record<string, unknown>>('GET', `/${pattern}/_settings/index.creation_date`);
  const streams = new Set(
    Object.keys(settings ?? {}).map((index) => index.replace(/^\.ds-/, '').replace(/-\d{4}\.\d\d\.\d\d-\d{6,}$/, '')),
  );
  if (!request.dryRun) for (const stream of streams) await http.json('POST', `/${stream}/_rollover`);
  return { what: 'data streams', outcome: 'updated', detail: `rolled over: ${[...streams].join(', ') || 'none yet'}` };
}

/** Same content, whatever the order of keys; the cluster may add defaults, so only what is wanted is compared. */
function sameJson(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return found === wanted;
  if (typeof found !== 'object' || found === null) return false;
  return Object.entries(wanted).every(([key, value]) => sameJson((found as Record<string, unknown>)[key], value));
}
