import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Cli } from './support/cli';
import { Cloud } from './support/cloud';
import { deleteStack, expectEmpty } from './support/expect_gone';
import { PlayedNodes } from './support/nodes';

const PROJECT = 'rackspace';
const HEAT = join(import.meta.dirname, '../../heat');
const FIXTURES = join(import.meta.dirname, 'fixtures');
const ENVIRONMENT = ['-e', join(HEAT, 'rackspace_environment.yaml'), '-e', join(FIXTURES, 'article_names.yaml')];

interface Member {
  address: string;
  protocol_port: number;
  weight: number;
}

describe('Rackspace’s resource types on OpenStack, by provider templates', () => {
  const cli = new Cli(inject('heatPlane'), PROJECT);
  let cloud: Cloud;

  beforeAll(async () => {
    cloud = await Cloud.connect(inject('heatPlane'), PROJECT);
  });

  const members = async () => {
    const [pool] = await cloud.octavia<{ id: string; lb_algorithm: string }>('pools');
    return { pool, members: await cloud.octavia<Member>(`pools/${pool!.id}/members`) };
  };

  /** What the security groups of a server's port let in. */
  const ingress = async (server: string) => {
    type Rule = {
      security_group_id: string;
      direction: string;
      protocol: string | null;
      remote_ip_prefix: string | null;
    };
    const ports = await cloud.neutron<{ device_id: string; security_groups: string[] }>('ports');
    const groups = ports.filter((port) => port.device_id === server).flatMap((port) => port.security_groups);
    return (await cloud.neutron<Rule>('security-group-rules'))
      .filter((rule) => rule.direction === 'ingress' && groups.includes(rule.security_group_id))
      .map((rule) => `${rule.protocol ?? 'any'} from ${rule.remote_ip_prefix}`);
  };

  it('run the article’s snippet, completed to a whole template', async () => {
    const template = join(FIXTURES, 'article.yaml');
    const made = await cli.heat(
      'stack-create',
      'article',
      '-f',
      template,
      ...ENVIRONMENT,
      '--parameters=branch=master',
      '--poll',
      '3',
    );
    expect(made.text).toContain('Stack article CREATE_COMPLETE');

    const servers = await cloud.servers();
    expect(servers).toHaveLength(5);
    const addresses = servers
      .filter(({ name }) => name.startsWith('frontend-server'))
      .map((server) => Object.values(server.addresses)[0]![0]!.addr);
    const { pool, members: of } = await members();
    expect(pool).toMatchObject({ lb_algorithm: 'LEAST_CONNECTIONS' });
    expect(of.map(({ address }) => address).sort()).toEqual(addresses.sort());
    expect(of.every(({ protocol_port, weight }) => protocol_port === 80 && weight === 1)).toBe(true);

    // Octavia's probe may wait no longer than its delay: the article's 120 s become 10.
    const [monitor] = await cloud.octavia<Record<string, unknown>>('healthmonitors');
    expect(monitor).toMatchObject({
      type: 'HTTP',
      url_path: '/',
      expected_codes: '200-499',
      delay: 10,
      max_retries: 3,
      timeout: 10,
    });
    // Rackspace's servers stood open: the balancer's probes and the site's visitors pass.
    for (const { id } of servers) expect(await ingress(id)).toEqual(['any from 0.0.0.0/0']);

    const webapp = servers.find(({ user_data }) => user_data.includes('rsyslog_client_webapp.sh'))!;
    const log = servers.find(({ name }) => name === 'rsyslog-server')!;
    expect(webapp.user_data).toContain(`/dev/stdin master ${Object.values(log.addresses)[0]![0]!.addr}`);

    await deleteStack(cli, 'article');
    await expectEmpty(cloud);
  });

  it('run rackspace.yaml (servers are fake: the test plays the nodes and sends their signals)', async () => {
    const nodes = new PlayedNodes(cloud, 'rack-');
    const template = join(HEAT, 'rackspace.yaml');
    const archives = 'https://files.example/rota/artifacts/main';
    const options = ['webapps_per_frontend=1', 'frontends=1', `artifacts_url=${archives}`].flatMap((option) => [
      '--parameter',
      option,
    ]);
    const made = await cli.openstack('stack', 'create', '--wait', '-t', template, ...ENVIRONMENT, ...options, 'rack');
    expect(made.text).toContain('CREATE_COMPLETE');
    const servers = await cloud.servers('rack-');
    const names = ['elasticsearch-1', 'frontend-1', 'kibana-1', 'log-1', 'web-1-1'];
    expect(servers.map(({ name }) => name.slice('rack-'.length))).toEqual(names);
    const address = (name: string) =>
      Object.values(servers.find((server) => server.name === `rack-${name}`)!.addresses)[0]![0]!.addr;
    expect((await members()).members.map((member) => member.address).sort()).toEqual([address('frontend-1')]);
    const webapp = servers.find(({ name }) => name === 'rack-web-1-1')!;
    expect(webapp.metadata).toEqual({
      'rota:log': address('log-1'),
      'rota:authority': address('log-1'),
      'rota:frontend': address('frontend-1'),
      'rota:artifacts': archives,
      'rota:artifacts_sha256': '',
      'rota:ready_timeout': '1800',
    });
    await nodes.stop();
    await deleteStack(cli, 'rack');
    await expectEmpty(cloud);
  });
});
