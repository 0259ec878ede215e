import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ROLES, serverFiles } from '../../heat/server_files';
import type { YamlMap } from '../../heat/yaml';
import { Cli } from './support/cli';
import { Cloud, type Server } from './support/cloud';
import { expectEmpty, stackIsGone } from './support/expect_gone';
import { serveFolder } from './support/folder_server';
import { nodeSetting, PlayedNodes } from './support/nodes';
import { cloudConfigs, enrolmentKey, filesOf } from './support/user_data';

const PROJECT = 'logging';
/** Nova takes 65,535 characters of base64. */
const USER_DATA_LIMIT = 65_535;

interface Rule {
  security_group_id: string;
  direction: string;
  port_range_min: number | null;
  port_range_max: number | null;
  protocol: string | null;
  remote_ip_prefix: string | null;
  remote_group_id: string | null;
}

describe('the stack that the original command makes (servers are fake: the test plays the nodes and sends their signals)', () => {
  const layout = inject('heatPlane');
  const cli = new Cli(layout, PROJECT);
  let cloud: Cloud;
  let folder: Awaited<ReturnType<typeof serveFolder>>;
  let nodes: PlayedNodes;
  let created: Server[];
  const outputs = new Map<string, unknown>();
  const url = () => `${folder.url}/rota.yaml`;

  beforeAll(async () => {
    cloud = await Cloud.connect(layout, PROJECT);
    folder = await serveFolder(join(import.meta.dirname, '../../heat'));
    nodes = new PlayedNodes(cloud, 'logging-');
    const made = await cli.heat('stack-create', 'logging', '--parameters=branch=master', '-u', url(), '--poll', '3');
    expect(made.text).toContain('Stack logging CREATE_COMPLETE');
    created = await cloud.servers('logging-');
    const shown = await cli.json<{ outputs: { output_key: string; output_value: unknown }[] }>(
      'stack',
      'show',
      'logging',
      '-c',
      'outputs',
    );
    for (const { output_key, output_value } of shown.outputs) outputs.set(output_key, output_value);
  });

  afterAll(async () => {
    await nodes?.stop();
    await folder?.close();
  });

  it('is complete only when every server has reported by its own handle', () => {
    expect(created.map(({ name }) => name)).toEqual([
      'logging-elasticsearch-1',
      'logging-frontend-1',
      'logging-frontend-2',
      'logging-kibana-1',
      'logging-log-1',
      'logging-web-1-1',
      'logging-web-1-2',
      'logging-web-2-1',
      'logging-web-2-2',
    ]);
    expect([...nodes.signalled.keys()].sort()).toEqual(created.map(({ id }) => id).sort());
    expect(new Set(created.map((server) => nodeSetting(server, 'ROTA_SIGNAL'))).size).toBe(9);
  });

  it('shows the outputs of the article, by stack-show and output-show', async () => {
    const [balancer] = await cloud.octavia<{ vip_address: string }>('loadbalancers');
    const show = await cli.heat('stack-show', 'logging');
    expect(show.text).toContain('"description": "The public IP address of the load balancer"');
    expect(show.text).toContain('"description": "The public IP address of the ELK stack"');
    const output = await cli.heat('output-show', 'logging', 'lb_public_ip');
    expect(output.stdout.replaceAll('"', '').trim()).toBe(balancer!.vip_address);
    expect(outputs.get('elk_public_ip')).toMatch(/^10\.77\.2\.\d+$/);
    expect(outputs.get('kibana_url')).toBe(`https://${outputs.get('elk_public_ip')}:8000/app/rota`);
    expect(outputs.get('watch')).toBe('openstack stack event list --follow --nested-depth 3 logging');
  });

  it('lets the load balancer call the frontends, by fewest connections, and drop one after three bad probes', async () => {
    const [pool] = await cloud.octavia<Record<string, unknown>>('pools');
    expect(pool).toMatchObject({ lb_algorithm: 'LEAST_CONNECTIONS', protocol: 'HTTP' });
    const [monitor] = await cloud.octavia<Record<string, unknown>>('healthmonitors');
    expect(monitor).toMatchObject({
      type: 'HTTP',
      http_method: 'GET',
      url_path: '/',
      expected_codes: '200-499',
      delay: 10,
      max_retries: 3,
      timeout: 5,
    });
    const [listener] = await cloud.octavia<Record<string, unknown>>('listeners');
    expect(listener).toMatchObject({
      protocol: 'HTTP',
      protocol_port: 80,
      default_pool_id: pool!['id'],
      allowed_cidrs: ['0.0.0.0/0'],
    });
    const members = await cloud.octavia<{ address: string; protocol_port: number }>(`pools/${pool!['id']}/members`);
    const frontends = created.filter(({ name }) => name.includes('frontend'));
    expect(members.map(({ address }) => address).sort()).toEqual(frontends.map(addressOf).sort());
    expect(members.every(({ protocol_port }) => protocol_port === 80)).toBe(true);
  });

  it('opens only the ports of the picture', async () => {
    const groups = await cloud.neutron<{ id: string; name: string; description: string }>('security-groups');
    const name = new Map(groups.map((group) => [group.id, group.description]));
    const ours = groups.filter((group) => group.name.startsWith('logging-')).map(({ id }) => id);
    const rules = (await cloud.neutron<Rule>('security-group-rules'))
      .filter((rule) => rule.direction === 'ingress' && ours.includes(rule.security_group_id))
      .map((rule) => {
        expect(rule.port_range_min).toBe(rule.port_range_max);
        const from = rule.remote_group_id ? name.get(rule.remote_group_id) : rule.remote_ip_prefix;
        return `${from} -> ${name.get(rule.security_group_id)} ${rule.protocol}/${rule.port_range_min}`;
      });
    expect(rules.sort()).toEqual([
      '0.0.0.0/0 -> Kibana tcp/8000',
      '10.77.1.0/24 -> nginx frontends tcp/80',
      'Elasticsearch nodes -> Elasticsearch nodes tcp/9300',
      'Every server of the stack -> rsyslog servers tcp/2514',
      'Every server of the stack -> rsyslog servers tcp/8442',
      'Kibana -> Elasticsearch nodes tcp/9200',
      'Webapps -> nginx frontends tcp/8443',
      'nginx frontends -> Webapps tcp/8080',
      'rsyslog servers -> Elasticsearch nodes tcp/9200',
    ]);
  });

  it('keeps servers of one kind apart', async () => {
    type Group = { members: string[]; policies?: string[]; policy?: string };
    const { server_groups } = await cloud.get<{ server_groups: Group[] }>('nova', '/v2.1/os-server-groups');
    const names = server_groups.map(({ members }) =>
      members.map((id) => created.find((server) => server.id === id)!.name.replace('logging-', '')).sort(),
    );
    expect(names.sort()).toEqual([
      ['elasticsearch-1'],
      ['frontend-1', 'frontend-2'],
      ['log-1'],
      ['web-1-1', 'web-1-2'],
      ['web-2-1', 'web-2-2'],
    ]);
    expect(server_groups.every((group) => (group.policy ?? group.policies?.[0]) === 'soft-anti-affinity')).toBe(true);
  });

  it('tells each server by metadata, not by user_data, where the others are', () => {
    const address = (name: string) => addressOf(created.find((server) => server.name === `logging-${name}`)!);
    const log = {
      'rota:log': address('log-1'),
      'rota:authority': address('log-1'),
      'rota:artifacts': `${folder.url}/artifacts/master`,
      'rota:artifacts_sha256': '',
      'rota:ready_timeout': '1800',
    };
    const elasticsearch = { [`rota:elasticsearch:${address('elasticsearch-1')}`]: address('elasticsearch-1') };
    for (const server of created) {
      const role = nodeRole(server);
      const frontend = { 'rota:frontend': address(`frontend-${/web-(\d)/.exec(server.name)?.[1] ?? 1}`) };
      const kibana = { ...elasticsearch, 'rota:public': address('kibana-1') };
      const extra = { webapp: frontend, frontend: {}, kibana }[role] ?? elasticsearch;
      expect(server.metadata).toEqual({ ...log, ...extra });
      expect(server.user_data).not.toMatch(/10\.77\.[12]\.[1-9]/);
    }
  });

  it('fills every value into user_data and stays under what Nova takes', () => {
    for (const server of created) {
      expect(cloudConfigs(server.user_data)).toHaveLength(3);
      // With room for longer addresses and names than this cloud's.
      expect(Buffer.from(server.user_data).toString('base64').length).toBeLessThan(USER_DATA_LIMIT - 3000);
      // A made password may look like a token that was left.
      const texts = [...filesOf(server.user_data).values()].join('\n');
      expect(texts.replace(/ROTA_SIGNAL=.*/, '')).not.toMatch(/@[a-z][a-z0-9_]*@/);
    }
    const webapp = created.find(({ name }) => name === 'logging-web-1-1')!;
    expect(nodeSetting(webapp, 'ROTA_HOST')).toBe('web-1-1');
    expect(nodeSetting(webapp, 'ROTA_BRANCH')).toBe('master');
    // Octavia's listener passes on whatever X-Forwarded-For a client writes.
    const frontend = created.find(({ name }) => name.endsWith('frontend-1'))!;
    expect(nodeSetting(frontend, 'ROTA_TRUSTED_CIDR')).toBe('0.0.0.0/32');
  });

  it.each(ROLES)('is what cloud-init makes of the user_data of a %s: its settings, and every file once', (role) => {
    const { user_data } = created.find((server) => nodeRole(server) === role)!;
    const script = join(import.meta.dirname, 'offline/read_user_data.py');
    const { venv, cloudInit } = inject('heatTools');
    const env = { ...process.env, PYTHONPATH: cloudInit, PYTHONWARNINGS: 'ignore' };
    const read = spawnSync(join(venv, 'bin/python'), [script], { input: user_data, env, encoding: 'utf8' });
    expect(read.stderr).toBe('');
    const { write_files, merge_how: _, ...settings } = JSON.parse(read.stdout) as YamlMap;
    const expected = serverFiles(role);
    const files = write_files as YamlMap[];
    expect(files.map(({ path }) => path)).toEqual(expected.map(({ path }) => path));
    for (const [i, { path, content }] of expected.entries()) {
      if (!path.endsWith('/node.env') && !path.endsWith('/authority.env'))
        expect(files[i]!['content'], path).toBe(content);
    }
    const runcmd = [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', '--no-block', 'rota-boot.service'],
    ];
    expect(settings).toMatchObject({ ssh_pwauth: false, runcmd });
    expect(settings['hostname']).toMatch(/^[a-z]+(-[0-9])+$/);
  });

  it('gives each server a secret of its own, and the key of them all to the log server alone', () => {
    const secrets = created.map((server) => nodeSetting(server, 'ROTA_ENROLMENT_SECRET'));
    expect(new Set(secrets).size).toBe(9);
    expect(secrets.every((secret) => /^[0-9a-f]{64}$/.test(secret))).toBe(true);
    const withKey = created.filter(({ user_data }) => enrolmentKey(user_data));
    expect(withKey.map(({ name }) => name)).toEqual(['logging-log-1']);
  });

  it('shows no secret in its outputs', () => {
    const passwords = created.flatMap(
      ({ user_data }) =>
        filesOf(user_data)
          .get('/etc/rota/node.env')!
          .match(/_PASSWORD='([^']+)'/g) ?? [],
    );
    expect(passwords.length).toBeGreaterThan(3);
    const shown = JSON.stringify([...outputs]);
    for (const line of passwords) expect(shown).not.toContain(/'([^']+)'/.exec(line)![1]);
  });

  it('grows to 6 webapps and goes back to 4 without touching another server', async () => {
    await update('webapps_per_frontend=3');
    const grown = await cloud.servers('logging-');
    expect(grown.map(({ name }) => name).filter((name) => !created.some((old) => old.name === name))).toEqual([
      'logging-web-1-3',
      'logging-web-2-3',
    ]);
    await expectUntouched(grown);

    await update('webapps_per_frontend=2');
    const shrunk = await cloud.servers('logging-');
    expect(shrunk.map(({ id }) => id)).toEqual(created.map(({ id }) => id));
    await expectUntouched(shrunk);
  });

  it('gives a server that an update replaces a new one-time secret, and leaves the others', async () => {
    await update('operator_password=correct-horse-battery');
    const now = await cloud.servers('logging-');
    const id = (server: Server) => nodeSetting(server, 'ROTA_ENROLMENT_ID');
    const old = new Map(created.map((server) => [server.name, server]));
    const replaced = now.filter((server) => old.get(server.name)?.id !== server.id);
    expect(replaced.map(({ name }) => name)).toEqual(['logging-elasticsearch-1', 'logging-kibana-1']);
    for (const server of replaced) expect(id(server), server.name).not.toBe(id(old.get(server.name)!));
  });

  it('leaves nothing when it is deleted by the old client', async () => {
    await nodes.stop();
    const deleted = await cli.heat('stack-delete', '-y', 'logging');
    expect(deleted.code).toBe(0);
    await stackIsGone(cli, 'logging');
    await expectEmpty(cloud);
  });

  /** Changes one parameter, waits for the end, and tells the events if that is not UPDATE_COMPLETE. */
  async function update(parameter: string): Promise<void> {
    const { text } = await cli.openstack(
      ...['stack', 'update', '--existing', '--wait', '-t', url(), '--parameter', parameter, 'logging'],
    );
    // The table at the end, not an event of a part: a rollback tells of complete parts, too.
    if (/stack_status\s*\|\s*UPDATE_COMPLETE/.test(text)) return;
    const events = await cli.openstack('stack', 'event', 'list', '--nested-depth', '3', 'logging');
    throw new Error(`The update to ${parameter} said:\n${text}\nThe events:\n${events.text}`);
  }

  /** Same server, same addresses, same user_data and metadata, and Nova did nothing to it but make it. */
  async function expectUntouched(now: Server[]) {
    for (const before of created) {
      const after = now.find(({ id }) => id === before.id);
      expect(after, before.name).toBeDefined();
      expect(after!.user_data).toBe(before.user_data);
      expect(after!.metadata).toEqual(before.metadata);
      expect(await cloud.actions(before.id)).toEqual(['create']);
    }
  }
});

const addressOf = (server: Server) => Object.values(server.addresses)[0]![0]!.addr;
const nodeRole = (server: Server) => /^ROTA_ROLE=(\w+)/.exec(filesOf(server.user_data).get('/etc/rota/node.env')!)![1]!;
