import { DEFAULT_RETENTION_DAYS, policyName, templateName } from '../../elasticsearch/templates';
import { AnswerError, UnansweredError } from '../../indexer/errors';
import type { HttpClient } from '../../indexer/http_client';
import { setUp } from '../setup';
import type { SetupStep } from '../step';
import { bad, type Finding, good, notKnown, warning } from './finding';

/** Clocks further apart than this put lines at a wrong place on every page. */
const CLOCK_S = 5;
const RUN_SETUP = 'run rota-setup with the same --elasticsearch and --namespace';

/** What the indexer does, by the privileges on `logs-*-<namespace>` that it takes. */
const INDEXER_PRIVILEGES = ['create_doc', 'create_index', 'read', 'delete', 'maintenance', 'view_index_metadata'];

/** Looks at a cluster, and changes nothing. */
export async function checkElasticsearch(http: HttpClient, namespace: string): Promise<Finding[]> {
  const health = await asked('Elasticsearch', () => http.json<{ status?: string }>('GET', '/_cluster/health'));
  if ('outcome' in health && health.outcome === 'bad') return [health];
  const answers =
    'outcome' in health
      ? health
      : health.answer?.status === 'red'
        ? bad(
            'Elasticsearch',
            'answers, health red: some shard cannot be written to',
            'GET _cluster/allocation/explain says why',
          )
        : good('Elasticsearch', `answers, health ${health.answer?.status}`);
  return [
    answers,
    ...(await clock(http)),
    ...(await privileges(http, namespace)),
    ...(await installed(http, namespace)),
    ...(await plainIndices(http, namespace)),
  ];
}

/** An answer, or the finding that there is none. */
async function asked<T>(what: string, ask: () => Promise<T>): Promise<{ answer: T } | Finding> {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (error instanceof UnansweredError) {
      const mend = /certificate|issuer|altnames|self.signed/i.test(error.message)
        ? 'name the certificate authority with --ca, and the host as its certificate does'
        : 'start it, or name its address with --elasticsearch';
      return bad(what, error.message, mend);
    }
    if (!(error instanceof AnswerError)) throw error;
    if (error.status === 401) return bad(what, error.message, 'give a key that holds in ROTA_ELASTICSEARCH_API_KEY');
    if (error.status === 403)
      return notKnown(what, 'this key may not ask that (HTTP 403)', "run this with rota-setup's key");
    return bad(what, error.message, "is the address really Elasticsearch's?");
  }
}

/** The nodes' clocks against this one, half of the question's time being the uncertainty. */
async function clock(http: HttpClient): Promise<Finding[]> {
  const what = 'clocks';
  const before = Date.now();
  const path = '/_nodes/stats/process?filter_path=nodes.*.timestamp,nodes.*.name';
  const found = await asked(what, () => http.json<{ nodes?: Record<string, NodeClock> }>('GET', path));
  if ('outcome' in found) return [found];
  const now = (before + Date.now()) / 2;
  const nodes = Object.values(found.answer?.nodes ?? {});
  if (nodes.length === 0) return [notKnown(what, 'no node tells its time')];
  const off = nodes
    .map(({ name, timestamp }) => ({ name, seconds: (timestamp - now) / 1000 }))
    .filter(({ seconds }) => Math.abs(seconds) > CLOCK_S + (Date.now() - before) / 2000);
  if (off.length === 0) return [good(what, `this host and ${nodes.length} nodes agree within ${CLOCK_S} s`)];
  return off.map(({ name, seconds }) =>
    bad(
      what,
      `node ${name} is ${Math.round(Math.abs(seconds))} s ${seconds > 0 ? 'ahead of' : 'behind'} this host`,
      'let both take their time from NTP (systemd-timesyncd, chrony)',
    ),
  );
}

interface NodeClock {
  name: string;
  timestamp: number;
}

/** Whether the key may do what the indexer does. */
async function privileges(http: HttpClient, namespace: string): Promise<Finding[]> {
  const what = "the indexer's privileges";
  const index = `logs-*-${namespace}`;
  const { status, body } = await http.send(
    'POST',
    '/_security/user/_has_privileges',
    JSON.stringify({ index: [{ names: [index], privileges: INDEXER_PRIVILEGES }] }),
  );
  if (status === 401 || status === 403) {
    return [bad(what, `the key is refused (HTTP ${status})`, 'give a key that holds in ROTA_ELASTICSEARCH_API_KEY')];
  }
  // A node without security has no such endpoint.
  if (status !== 200) {
    return [warning(what, 'this cluster asks for none: anyone who reaches it may do anything', 'see docs/security.md')];
  }
  const held = (JSON.parse(body.toString()) as { index?: Record<string, Record<string, boolean>> }).index?.[index];
  const lacking = INDEXER_PRIVILEGES.filter((one) => held?.[one] !== true);
  if (lacking.length === 0) return [good(what, `the key has all of them on ${index}`)];
  return [
    bad(what, `on ${index} the key lacks ${lacking.join(', ')}`, 'give it a role that has them (docs/operations.md)'),
  ];
}

/** What rota-setup would do, as a finding a step. */
async function installed(http: HttpClient, namespace: string): Promise<Finding[]> {
  const what = `index template ${templateName(namespace)}`;
  const steps = await asked(what, async () => {
    const retentionDays = (await retention(http, namespace)) ?? DEFAULT_RETENTION_DAYS;
    return setUp(http, { namespace, retentionDays, dryRun: true });
  });
  return 'outcome' in steps ? [steps] : steps.answer.map(findingOf);
}

function findingOf({ what, outcome, detail }: SetupStep): Finding {
  if (outcome === 'kept') return good(what, detail);
  if (outcome === 'created') return bad(what, 'missing', RUN_SETUP);
  if (outcome === 'left_out') return warning(what, detail, 'see docs/operations.md, "Set up and upgrade"');
  if (what === 'data streams') {
    return bad(what, `of an older template, or none of Rota's: ${detail.replace(/^rolled over: /, '')}`, RUN_SETUP);
  }
  return bad(what, `not as this Rota needs it: ${detail}`, RUN_SETUP);
}

/** The days that the site chose: its lifecycle says it. */
async function retention(http: HttpClient, namespace: string): Promise<number | undefined> {
  const name = policyName(namespace);
  const ilm = await http.send('GET', `/_ilm/policy/${name}`);
  if (ilm.status === 200) {
    const found = JSON.parse(ilm.body.toString()) as Record<string, { policy?: { phases?: Phases } }>;
    return days(found[name]?.policy?.phases?.delete?.min_age);
  }
  const template = await http.json<{ index_templates?: { index_template: InstalledTemplate }[] }>(
    'GET',
    `/_index_template/${templateName(namespace)}`,
  );
  return days(template?.index_templates?.[0]?.index_template.template?.lifecycle?.data_retention);
}

interface Phases {
  delete?: { min_age?: string };
}
interface InstalledTemplate {
  template?: { lifecycle?: { data_retention?: string } };
}

function days(text: string | undefined): number | undefined {
  const found = /^(\d+)d$/.exec(text ?? '');
  return found ? Number(found[1]) : undefined;
}

/** An index of a data stream's name takes its place: it is never rolled over nor deleted, and has no mapping of Rota's. */
async function plainIndices(http: HttpClient, namespace: string): Promise<Finding[]> {
  const what = 'data streams';
  const path = `/logs-*-${namespace}/_settings/index.creation_date?expand_wildcards=all`;
  const found = await asked(what, () => http.json<Record<string, unknown>>('GET', path));
  if ('outcome' in found) return [found];
  const names = Object.keys(found.answer ?? {});
  const plain = names.filter((name) => !name.startsWith('.ds-'));
  if (plain.length > 0) {
    return plain
      .sort()
      .map((name) =>
        bad(
          name,
          'a plain index stands where a data stream must be: something wrote there before the template was installed',
          `stop the writer, clone the index to another name, delete it, ${RUN_SETUP}, and reindex the clone with op_type create`,
        ),
      );
  }
  return [good(what, names.length === 0 ? 'none yet: nothing was indexed' : `${names.length} backing indices`)];
}
