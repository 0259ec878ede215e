import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Authority } from './support/authority';
import { Child } from './support/child';
import { Cli } from './support/cli';
import { Cloud, type Server } from './support/cloud';
import { deleteStack, expectEmpty, stackIs } from './support/expect_gone';
import { Frontend } from './support/frontend';
import { NodeFiles } from './support/node_files';
import { nodeSetting, PlayedNodes, type Word } from './support/nodes';
import { enrolmentKey } from './support/user_data';

const PROJECT = 'small';
const TEMPLATE = join(import.meta.dirname, '../../heat/rota.yaml');
const ARCHIVES = ['--parameter', 'artifacts_url=https://files.example/rota/artifacts/%branch%'];
const ONE_WEBAPP = ['--parameter', 'webapps_per_frontend=1'];
const REASON = 'install packages: Unable to locate package nodejs';
const [AUTHORITY, INPUT, SITE] = [24_550, 24_551, 24_552];
const SUCCESS: Word = { status: 'SUCCESS', reason: 'played by the test' };

describe('a stack that fails (servers are fake: the test plays the nodes, one of them with FAILURE)', () => {
  const cli = new Cli(inject('heatPlane'), PROJECT);
  let cloud: Cloud;
  let nodes: PlayedNodes;
  let before: Server[];
  let packagesAreThere = true;

  /** Reports success, but for new webapps while their packages cannot be had. */
  const say = (server: Server): Word =>
    !packagesAreThere && nodeSetting(server, 'ROTA_HOST').startsWith('web-')
      ? { status: 'FAILURE', reason: REASON }
      : SUCCESS;

  const stack = (verb: string, ...args: string[]) => cli.openstack('stack', verb, '--wait', ...args, 'small');

  beforeAll(async () => {
    cloud = await Cloud.connect(inject('heatPlane'), PROJECT);
    nodes = new PlayedNodes(cloud, 'small-', say);
  });
  afterAll(() => nodes.stop());

  it('is made with floating IPs, two log servers behind a balancer, autoscaling and an open Elasticsearch', async () => {
    const options = [
      'frontends=1',
      'external_network=public',
      'log_servers=2',
      'autoscaling=true',
      'autoscaling_cooldown=0',
      'elasticsearch_public=true',
      'ssh_cidr=192.0.2.0/24',
    ];
    const parameters = options.flatMap((option) => ['--parameter', option]);
    const made = await stack('create', '-t', TEMPLATE, ...ARCHIVES, ...ONE_WEBAPP, ...parameters);
    expect(made.text).toContain('CREATE_COMPLETE');
    before = await cloud.servers('small-');
    expect(before.map(({ name }) => name.replace('small-', '').replace(/-[a-z]{5}$/, '-…'))).toEqual([
      'elasticsearch-1',
      'frontend-1',
      'kibana-1',
      'log-1',
      'log-2',
      'web-1-…',
    ]);
  });

  it('gives the key of all one-time secrets to the first log server alone', () => {
    const withKey = before.filter(({ user_data }) => enrolmentKey(user_data));
    expect(withKey.map(({ name }) => name)).toEqual(['small-log-1']);
  });

  it('gives the site and Kibana floating IPs', async () => {
    const addresses = await cloud.neutron<{ floating_ip_address: string }>('floatingips');
    const shown = await cli.json<{ output_key: string; output_value: unknown }[]>(
      'stack',
      'output',
      'show',
      'small',
      '--all',
    );
    const text = JSON.stringify(shown);
    expect(addresses).toHaveLength(2);
    for (const { floating_ip_address } of addresses) expect(text).toContain(floating_ip_address);
    expect(text).toMatch(/https:\/\/203\.0\.113\.\d+:9200/);
    const kibana = before.find(({ name }) => name === 'small-kibana-1')!;
    expect(nodeSetting(kibana, 'ROTA_ELASTICSEARCH_PUBLIC')).toBe('true');
  });

  it('sends logs to the balancer and signing requests to the first log server', async () => {
    const balancers = await cloud.octavia<{ vip_address: string; name: string }>('loadbalancers');
    const inside = balancers.find(({ vip_address }) => vip_address.startsWith('10.77.2.'))!;
    const webapp = before.find(({ name }) => name.startsWith('small-web-1-'))!;
    const authority = before.find(({ name }) => name === 'small-log-1')!;
    expect(webapp.metadata['rota:log']).toBe(inside.vip_address);
    expect(webapp.metadata['rota:authority']).toBe(Object.values(authority.addresses)[0]![0]!.addr);
    const pools = await cloud.octavia<{ id: string; protocol: string }>('pools');
    const tcp = pools.find(({ protocol }) => protocol === 'TCP')!;
    expect(await cloud.octavia(`pools/${tcp.id}/members`)).toHaveLength(2);
  });

  it('has one webapp more after a signal to scale up, whose frontend learns of it, and one less after the other', async () => {
    const outputs = await cli.json<{ outputs: { output_key: string; output_value: string[] }[] }>(
      'stack',
      'show',
      'small',
      '-c',
      'outputs',
    );
    const url = (key: string) => outputs.outputs.find(({ output_key }) => output_key === key)!.output_value[0]!;
    const webapps = async () => (await cloud.servers('small-web-')).map(({ id }) => id);
    const [first] = await webapps();

    await cloud.signal(url('scale_up_urls'));
    await expect.poll(webapps, { timeout: 600_000, interval: 1000 }).toHaveLength(2);
    const second = (await cloud.servers('small-web-')).find(({ id }) => id !== first)!;
    await expect.poll(() => nodes.signalled.has(second.id), { timeout: 600_000, interval: 500 }).toBe(true);
    await groupIsComplete();
    await expectAnnounced(await cloud.server(second.id));

    await cloud.signal(url('scale_down_urls'));
    await expect.poll(webapps, { timeout: 600_000, interval: 1000 }).toHaveLength(1);
    await groupIsComplete();
    const others = before.filter(({ name }) => !name.startsWith('small-web-'));
    for (const { id } of others) expect(await cloud.actions(id)).toEqual(['create']);
    before = await cloud.servers('small-');
  });

  /** Heat refuses signals while the group still changes; a signal changes the nested stack, not the resource. */
  const groupIsComplete = () => {
    const status = async () => {
      type Nested = { stack_name: string; stack_status: string };
      const { stacks } = await cloud.heat<{ stacks: Nested[] }>('/stacks?show_nested=true');
      return stacks.find(({ stack_name }) => /-autoscaled_webapps-[a-z0-9]+$/.test(stack_name))?.stack_status;
    };
    return expect.poll(status, { timeout: 600_000, interval: 1000 }).toBe('UPDATE_COMPLETE');
  };

  /** What the new server does with what Heat gave it, for real: its certificate, then its word to its frontend. */
  async function expectAnnounced(webapp: Server) {
    const node = (server: Server) =>
      Object.fromEntries(
        ['ROTA_HOST', 'ROTA_ENROLMENT_ID', 'ROTA_ENROLMENT_SECRET'].map((name) => [name, nodeSetting(server, name)]),
      );
    const server = (name: string) => before.find((each) => each.name === name)!;
    const frontend = server('small-frontend-1');
    expect(webapp.metadata['rota:frontend']).toBe(Object.values(frontend.addresses)[0]![0]!.addr);
    const key = enrolmentKey(server('small-log-1').user_data)!;
    const authority = await Authority.start(AUTHORITY, key);
    const opened = await Frontend.open(authority, node(frontend), { input: INPUT, site: SITE });
    const files = new NodeFiles('webapp');
    expect(await authority.enrol(files.path('tls'), node(webapp))).toMatchObject({ code: 0 });
    const name = nodeSetting(webapp, 'ROTA_HOST');
    // It calls from here, so its certificate is for this address and it may announce no other.
    const address = '127.0.0.1:8080';
    const announcer = new Child('python3', [files.script('announce.py')], {
      ROTA_TLS_DIR: files.path('tls'),
      ROTA_ANNOUNCE_URL: `https://127.0.0.1:${INPUT}/webapps/${name}`,
      ROTA_ANNOUNCE_ADDRESS: address,
      PYTHONUNBUFFERED: '1',
    });
    try {
      await announcer.until(() => announcer.output.includes('announced'));
      expect((await opened.refresh()).output).toContain(`webapps: ${name} ${address}`);
    } finally {
      await announcer.stop();
      await opened.close();
      await authority.stop();
      files.remove();
    }
  }

  it('goes back to what it was when an update fails, and its events say what the node said', async () => {
    packagesAreThere = false;
    const updated = await stack(
      'update',
      '--existing',
      '--rollback',
      'enabled',
      '-t',
      TEMPLATE,
      '--parameter',
      'webapps_per_frontend=2',
    );
    expect(updated.text).toContain('UPDATE_FAILED');
    await stackIs(cli, 'small', 'ROLLBACK_COMPLETE');
    const events = await cli.openstack('stack', 'event', 'list', '--nested-depth', '5', 'small');
    expect(events.text).toContain(REASON);
    const after = await cloud.servers('small-');
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    for (const { id } of after) expect(await cloud.actions(id)).toEqual(['create']);
  });

  it('takes back all of a creation that fails, and its events say what the node said', async () => {
    // One node only: when several fail within a second or two, Heat's engine can take the late ones for failures of the
    // rollback (docs/heat.md).
    const doomed = new PlayedNodes(cloud, 'doomed-', (server) =>
      nodeSetting(server, 'ROTA_HOST') === 'log-1' ? { status: 'FAILURE', reason: REASON } : undefined,
    );
    const options = ['--wait', '--enable-rollback', '-t', TEMPLATE, ...ARCHIVES];
    const made = await cli.openstack('stack', 'create', ...options, 'doomed');
    await doomed.stop();
    expect(made.text).toContain('CREATE_FAILED');
    await stackIs(cli, 'doomed', 'ROLLBACK_COMPLETE');
    // The events of nested stacks go with them; the client showed them while it waited.
    const events = await cli.openstack('stack', 'event', 'list', 'doomed');
    expect(made.text + events.text).toContain(REASON);
    expect(await cloud.servers('doomed-')).toEqual([]);
    await deleteStack(cli, 'doomed');
  });

  it('is deleted whole', async () => {
    await deleteStack(cli, 'small');
    await expectEmpty(cloud);
  });
});
