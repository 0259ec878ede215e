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
import { keepFor, rollOver } from './data_streams';
import type { SetupRequest, SetupStep } from './step';

interface InstalledTemplate {
  version?: number;
  template?: { lifecycle?: { data_retention?: string } };
}

/**
 * Brings the cluster to what this version of Rota needs. Idempotent; an older template is replaced, a newer one (of a
 * newer Rota) is left alone. Data streams that exist are rolled over where they need it.
 * @throws UnansweredError, AnswerError
 */
export async function setUp(http: HttpClient, request: SetupRequest): Promise<SetupStep[]> {
  const abilities = await askAbilities(http);
  const installed = await installedTemplate(http, request.namespace);
  const before = installed && (installed.version ?? 0);
  const steps = [
    await lifecycle(http, request, abilities, installed),
    await template(http, request, abilities, before),
  ];
  if (before === undefined || before <= TEMPLATE_VERSION) {
    const rolledOver = await rollOver(http, request);
    if (rolledOver) steps.push(rolledOver);
  }
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

async function lifecycle(
  http: HttpClient,
  request: SetupRequest,
  abilities: NodeAbilities,
  installed: InstalledTemplate | undefined,
): Promise<SetupStep> {
  const days = `${request.retentionDays} days`;
  if (abilities.indexLifecycle) {
    const path = `/_ilm/policy/${policyName(request.namespace)}`;
    const wanted = lifecyclePolicy(request.retentionDays);
    const found = await http.json<Record<string, { policy?: unknown }>>('GET', path);
    const what = `lifecycle policy ${policyName(request.namespace)}`;
    const there = found?.[policyName(request.namespace)]?.policy;
    if (there && sameJson(there, wanted.policy))
      return { what, outcome: 'kept', detail: `logs are deleted after ${days}` };
    // A site's own phases (warm, cold) stay.
    const phases = { ...(there as Policy | undefined)?.phases, ...wanted.policy.phases };
    if (!request.dryRun) await http.json('PUT', path, { policy: { ...wanted.policy, phases } });
    return { what, outcome: there ? 'updated' : 'created', detail: `logs are deleted after ${days}` };
  }
  if (abilities.dataStreamLifecycle) return keepFor(http, request, installed?.template?.lifecycle?.data_retention);
  return {
    what: 'lifecycle',
    outcome: 'left_out',
    detail:
      'this cluster has neither index nor data stream lifecycle: nothing rolls over or is deleted by itself. ' +
      'Call POST /<data stream>/_rollover and delete old backing indices on a schedule.',
  };
}

interface Policy {
  phases?: object;
}

async function installedTemplate(http: HttpClient, namespace: string): Promise<InstalledTemplate | undefined> {
  const found = await http.json<{ index_templates?: { index_template: InstalledTemplate }[] }>(
    'GET',
    `/_index_template/${templateName(namespace)}`,
  );
  return found?.index_templates?.[0]?.index_template;
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

/** Same content, whatever the order of keys; the cluster may add defaults, so only what is wanted is compared. */
function sameJson(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return found === wanted;
  if (typeof found !== 'object' || found === null) return false;
  return Object.entries(wanted).every(([key, value]) => sameJson((found as Record<string, unknown>)[key], value));
}
