import { parseArgs } from 'node:util';
import { SettingsError } from '../../indexer/errors';
import { HttpClient } from '../../indexer/http_client';
import { readText, readUrls } from '../../indexer/settings';
import { filesOf, readEnvironmentFiles, sendersSentence } from '../server_settings';
import { accessOf } from './account';
import { checkCertificates, dates } from './certificates';
import { checkElasticsearch } from './elasticsearch';
import { checkLogFiles } from './files';
import { bad, type Finding, notKnown, sentenceOf, warning } from './finding';
import { checkInputs, checkServerOf } from './inputs';
import { checkQueue } from './queue';

export const CHECK_USAGE = `rota-setup check [options]

Looks at what Rota needs here and says what is amiss and what to do about it. It changes nothing. Run it as root, so that it can
look as the service's user.

  --agent FILE          environment file of this host's agent (may be given more than once)
  --server FILE         environment file of this host's log server (may be given more than once)
                        Without either: /etc/rota/agent.env, log.env and rsyslog/defaults.env, those that are there
  --user NAME           whom the services run as (default rota)
  --elasticsearch URL   default: what the log server's file says, $ROTA_ELASTICSEARCH_URL; without any it is not asked
  --api-key KEY, --ca FILE, --namespace NAME   as for rota-setup; also from the log server's file
  --json                {"findings": [{"what", "outcome", "found", "mend"}]} instead of lines

Ends with 0 when nothing is bad, with 2 when something is.
`;

type Environment = Readonly<Record<string, string | undefined>>;

interface CheckOptions {
  agent: Environment | undefined;
  server: Environment | undefined;
  user: string;
  elasticsearch: string | undefined;
  apiKey: string | undefined;
  ca: string | undefined;
  namespace: string;
  json: boolean;
}

/** `rota-setup check`. @returns what to print, and the exit code */
export async function check(argv: readonly string[], env: Environment): Promise<{ text: string; code: number }> {
  if (argv.includes('--help') || argv.includes('-h')) return { text: CHECK_USAGE, code: 0 };
  const options = readOptions(argv, env);
  const findings = await lookAround(options);
  const isBad = findings.some(({ outcome }) => outcome === 'bad');
  const text = options.json ? JSON.stringify({ findings }, null, 2) : findings.map(sentenceOf).join('\n');
  return { text: `${text}\n`, code: isBad ? 2 : 0 };
}

async function lookAround(options: CheckOptions): Promise<Finding[]> {
  const { agent, server, user } = options;
  const access = accessOf(user);
  const findings: Finding[] = [];
  if (agent) {
    findings.push(...checkLogFiles(agent, user, access));
    findings.push(...checkQueue(agent, 'forward', user, access));
    findings.push(...checkCertificates(agent, 'agent', user, access));
    findings.push(await checkServerOf(agent));
  }
  if (server) {
    findings.push(...checkQueue(server, 'index', user, access));
    findings.push(...checkCertificates(server, 'server', user, access));
    findings.push(...(await checkInputs(server)));
    findings.push(senders(server));
  }
  if (!agent && !server) {
    findings.push(
      notKnown('agent, log server', 'none is set up here', 'name their environment files with --agent and --server'),
    );
  }
  return [...findings, ...(await elasticsearch(options))];
}

function senders(server: Environment): Finding {
  try {
    const found = sendersSentence(server);
    return server['ROTA_SENDERS']
      ? { what: 'senders', outcome: 'good', found }
      : warning('senders', found, 'write a table and name it in ROTA_SENDERS');
  } catch (error) {
    return bad('senders', (error as Error).message, 'see docs/security.md for its form');
  }
}

async function elasticsearch({ elasticsearch: list, apiKey, ca, namespace, agent, server }: CheckOptions) {
  if (list === undefined) {
    // An agent's host has no business with it.
    return agent && !server ? [] : [notKnown('Elasticsearch', 'no address', 'name it with --elasticsearch')];
  }
  const findings = ca === undefined ? [] : dates(ca, `Elasticsearch's authority ${ca}`, Date.now());
  if (findings.some(({ outcome }) => outcome !== 'good' && outcome !== 'warning')) return findings;
  const http = new HttpClient({
    urls: readUrls(list),
    apiKey,
    ca: ca === undefined ? undefined : readText('--ca', ca),
    requestTimeoutMs: 10_000,
  });
  try {
    return [...findings, ...(await checkElasticsearch(http, namespace))];
  } finally {
    http.close();
  }
}

function readOptions(argv: readonly string[], env: Environment): CheckOptions {
  const { values } = parse(argv);
  const given = values.agent !== undefined || values.server !== undefined;
  const agentFiles = values.agent ?? (given ? [] : filesOf('agent'));
  const serverFiles = values.server ?? (given ? [] : filesOf('log'));
  const agent = agentFiles.length > 0 ? readEnvironmentFiles(agentFiles) : undefined;
  const server = serverFiles.length > 0 ? readEnvironmentFiles(serverFiles) : undefined;
  const all = { ...server, ...Object.fromEntries(Object.entries(env).filter(([, value]) => value)) };
  const keyFile = all['ROTA_ELASTICSEARCH_API_KEY_FILE'];
  return {
    agent,
    server,
    user: values.user ?? 'rota',
    elasticsearch: values.elasticsearch ?? (all['ROTA_ELASTICSEARCH_URL'] || undefined),
    apiKey:
      values['api-key'] ??
      (all['ROTA_ELASTICSEARCH_API_KEY'] ||
        (keyFile ? readText('ROTA_ELASTICSEARCH_API_KEY_FILE', keyFile).trim() : undefined)),
    ca: values.ca ?? (all['ROTA_ELASTICSEARCH_CA'] || undefined),
    namespace: values.namespace ?? (all['ROTA_NAMESPACE'] || 'rota'),
    json: values.json ?? false,
  };
}

function parse(argv: readonly string[]) {
  const string = { type: 'string' } as const;
  const several = { type: 'string', multiple: true } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        agent: several,
        server: several,
        user: string,
        elasticsearch: string,
        'api-key': string,
        ca: string,
        namespace: string,
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new SettingsError('rota-setup check', `${(error as Error).message}. See rota-setup check --help.`);
  }
}
