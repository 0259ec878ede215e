import { createHash } from 'node:crypto';
import { HeatBuildError } from './errors';
import { readSource } from './sources';
import { buildUserData } from './user_data';
import { isMap, type Yaml, type YamlMap } from './yaml';

/** What a template says of its server: `$node: {role, port, server_group?, values?, secrets?}`. */
interface Node {
  role: string;
  /** OS::Nova::Server unless told otherwise. */
  type?: string;
  /** Its Neutron port; a Rackspace server comes with its networks. */
  port?: Yaml;
  server_group?: Yaml;
  /** Filled into user_data; a change replaces the server. */
  values?: YamlMap;
  /** Filled into user_data likewise, and kept out of every property that Heat shows. */
  secrets?: YamlMap;
}

/** The most that `ready_timeout` may be, in seconds. */
const LONGEST_BOOT = 3300;

/**
 * The resources that every server has in common: its one-time secret, the handle that it signals, itself, and the waits
 * for its word: `ready` at its creation, `report` after each server that takes its place, too (docs/decisions/0092). Needs the parameters `settings`, `peers`, `flavor` and a resource `host` whose value is its name.
 */
export function node(argument: Yaml): YamlMap {
  if (!isMap(argument)) throw new HeatBuildError('$node wants a mapping with a role.');
  const {
    role,
    type = 'OS::Nova::Server',
    port,
    server_group,
    values = {},
    secrets = {},
  } = argument as unknown as Node;
  const userData = buildUserData(role);
  const shown = tokens({ ...(readSource('parts/values.yaml') as YamlMap), ...values });
  const hidden = tokens({ ...(readSource('parts/secrets_of_node.yaml') as YamlMap), ...secrets });
  checkTokens(role, userData.tokens, [...Object.keys(shown), ...Object.keys(hidden)]);
  return {
    enrolment: {
      type: 'OS::Heat::RandomString',
      properties: {
        length: 24,
        character_classes: [{ class: 'lettersdigits' }],
        salt: salt(digest(userData.text), shown, Object.values(secrets), server_group),
      },
    },
    // With a login, not a token: that of the stack's creation is stale when an update replaces the server.
    handle: { type: 'OS::Heat::WaitConditionHandle', properties: { signal_transport: 'HEAT_SIGNAL' } },
    server: {
      type,
      properties: {
        name: { list_join: ['-', [setting('stack'), HOST]] },
        image: setting('image'),
        flavor: { get_param: 'flavor' },
        key_name: setting('key_name'),
        ...(port === undefined ? { config_drive: true } : { networks: [{ port }] }),
        ...(server_group === undefined ? {} : { scheduler_hints: { group: server_group } }),
        metadata: { get_param: 'peers' },
        user_data_format: 'RAW',
        user_data: { str_replace_strict: { template: userData.text, params: { ...shown, ...hidden } } },
      },
    },
    ready: {
      type: 'OS::Heat::WaitCondition',
      depends_on: ['server'],
      // The boot gives up at ready_timeout by itself. Were that the value here, its change would make a new condition,
      // and the old one's removal empties the handle: the next change would wait for words that were said long ago.
      properties: { handle: { get_resource: 'handle' }, timeout: LONGEST_BOOT },
    },
    report: {
      type: 'OS::Heat::SoftwareDeployment',
      depends_on: ['server'],
      properties: {
        config: setting('outcome'),
        // Not the server, which would have to be Heat's agent's, but what is new with every new server.
        server: { get_attr: ['enrolment', 'value'] },
        signal_transport: 'HEAT_SIGNAL',
      },
    },
  };
}

/**
 * A one-time secret serves one boot: whatever has Heat make a new server must make a new secret, and this is the list of
 * it. A handle that was marked unhealthy is replaced, and so are the secret, the server and the wait for its word. Heat
 * shows the salt; a digest that random secrets are part of gives none of them away.
 */
function salt(userData: string, shown: YamlMap, secrets: Yaml[], serverGroup: Yaml = ''): Yaml {
  const params: YamlMap = {
    ...shown,
    '@image@': setting('image'),
    '@key_name@': setting('key_name'),
    '@server_group@': serverGroup,
    '@handle@': { get_resource: 'handle' },
    ...(secrets.length === 0 ? {} : { '@secrets@': { digest: ['sha256', { list_join: [' ', secrets] }] } }),
  };
  return { str_replace_strict: { template: [userData, ...Object.keys(params)].join(' '), params } };
}

const HOST: Yaml = { get_attr: ['host', 'value'] };
const setting = (name: string): Yaml => ({ get_param: ['settings', name] });
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
const tokens = (values: YamlMap): YamlMap =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`@${name}@`, value]));

function checkTokens(role: string, used: ReadonlySet<string>, given: readonly string[]): void {
  const missing = [...used].filter((token) => !given.includes(token));
  const spare = given.filter((token) => !used.has(token));
  if (missing.length + spare.length === 0) return;
  throw new HeatBuildError(
    `user_data of ${role} and its template disagree: ${missing.join(' ') || 'nothing'} without a value, ${spare.join(' ') || 'nothing'} without a place.`,
  );
}
