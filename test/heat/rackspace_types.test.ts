import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Cli } from './support/cli';
import { Cloud } from './support/cloud';
import { deleteStack, expectEmpty } from './support/expect_gone';
import { collectEnvironment } from './support/template_files';

const PROJECT = 'rackspace-types';
const HEAT = join(import.meta.dirname, '../../heat');
const ENVIRONMENT = join(HEAT, 'rackspace_environment.yaml');

type Properties = Record<string, unknown>;
const NODE = { addresses: ['10.88.0.50'], port: 80, condition: 'ENABLED' };
const MONITOR = { type: 'HTTP', attemptsBeforeDeactivation: 3, delay: 10, timeout: 5, path: '/', statusRegex: '^200$' };

const balancer = (properties: Properties = {}) => ({
  type: 'Rackspace::Cloud::LoadBalancer',
  properties: {
    name: 't',
    nodes: [NODE],
    port: 80,
    protocol: 'HTTP',
    virtualIps: [{ type: 'PUBLIC', ipVersion: 'IPV4' }],
    ...properties,
  },
});

const template = (lb: object) => ({
  heat_template_version: '2013-05-23',
  resources: { lb },
  outputs: {
    ip: { value: { get_attr: ['lb', 'PublicIp'] } },
    first: { value: { get_attr: ['lb', 'virtualIps', 0, 'address'] } },
    vips: { value: { get_attr: ['lb', 'virtualIps'] } },
  },
});

describe('templates written for Rackspace (previewed, which makes nothing)', () => {
  let cloud: Cloud;
  const environment = collectEnvironment(ENVIRONMENT);

  beforeAll(async () => {
    cloud = await Cloud.connect(inject('heatPlane'), PROJECT);
  });

  const verdict = (properties: Properties) =>
    cloud.preview({ template: template(balancer(properties)), ...environment });

  it.each<[string, Properties]>([
    ['a cache that is off', { contentCaching: 'DISABLED' }],
    ['a log that is off', { connectionLogging: false }],
    [
      'lists and settings that are empty',
      { accessList: [], connectionThrottle: {}, errorPage: {}, sslTermination: {} },
    ],
    ['halves of connections and redirections that are off', { halfClosed: false, httpsRedirect: false }],
    ['metadata', { metadata: { 'rax-heat': 'x' } }],
    ['a primary node', { nodes: [{ ...NODE, type: 'PRIMARY' }] }],
    ['a node that is drained', { nodes: [{ ...NODE, condition: 'DRAINING' }] }],
    ['a protocol that is TCP to Octavia', { protocol: 'MYSQL', port: 3306 }],
    ['an address of ServiceNet', { virtualIps: [{ type: 'SERVICENET' }] }],
    [
      'a monitor of connections',
      { healthMonitor: { type: 'CONNECT', attemptsBeforeDeactivation: 3, delay: 10, timeout: 5 } },
    ],
    ['a monitor with a list of codes', { healthMonitor: { ...MONITOR, statusRegex: '^[23]0[0-2]$' } }],
    ['a monitor to which any body is well', { healthMonitor: { ...MONITOR, bodyRegex: '.*' } }],
  ])('%s is taken', async (_, properties) => {
    expect(await verdict(properties)).toBe('');
  });

  it.each<[string, Properties, string]>([
    ['a cache', { contentCaching: 'ENABLED' }, 'contentCaching: Octavia does not cache'],
    ['a log', { connectionLogging: true }, 'connectionLogging: Octavia’s logs'.replace('’', "'")],
    ['a redirection', { httpsRedirect: true }, 'httpsRedirect: not kept here'],
    ['who may come', { accessList: [{ address: '203.0.113.0/24', type: 'ALLOW' }] }, 'accessList: Octavia'],
    ['a throttle', { connectionThrottle: { maxConnections: 10 } }, 'connectionThrottle: Octavia'],
    ['a page for errors', { errorPage: { content: '<p>sorry' } }, 'errorPage: Octavia'],
    ['TLS of Rackspace’s form', { sslTermination: { securePort: 443 } }, 'sslTermination: Octavia'],
    ['a timeout that is not Octavia’s', { timeout: 120 }, 'timeout: Heat sets none'],
    ['a protocol that Octavia does not know', { protocol: 'FTP', port: 21 }, 'protocol: HTTP, HTTPS, or one'],
    ['a secondary node', { nodes: [NODE, { ...NODE, type: 'SECONDARY' }] }, 'nodes: a SECONDARY node'],
    ['another balancer’s address', { virtualIps: [{ id: 1234 }] }, 'virtualIps: one new address'],
    ['an address of IPv6', { virtualIps: [{ type: 'PUBLIC', ipVersion: 'IPV6' }] }, 'virtualIps: ipVersion IPV6'],
    ['a monitor that reads bodies', { healthMonitor: { ...MONITOR, bodyRegex: 'OK' } }, 'leave bodyRegex out'],
    ['a monitor that gives up at once', { healthMonitor: { ...MONITOR, attemptsBeforeDeactivation: 1 } }, 'Give 3.'],
    [
      'a monitor of odd codes',
      { healthMonitor: { ...MONITOR, statusRegex: '^[1-5][02468].$' } },
      'statusRegex fits no code, or more',
    ],
    [
      'a monitor of no code',
      { healthMonitor: { ...MONITOR, statusRegex: '^OK$' } },
      'statusRegex fits no code, or more',
    ],
  ])('%s, which would mean something else, is refused in a sentence', async (_, properties, words) => {
    expect((await verdict(properties)).replaceAll('\\"', '"')).toContain(words);
  });

  it('a server passes its security groups on', async () => {
    const properties = { name: 't', flavor: '2 GB Performance', image: 'Debian 12', security_groups: ['default'] };
    const outputs = Object.fromEntries(
      ['accessIPv4', 'accessIPv6', 'show'].map((name) => [name, { value: { get_attr: ['s', name] } }]),
    );
    const resources = { s: { type: 'Rackspace::Cloud::Server', properties } };
    const body = { template: { heat_template_version: '2013-05-23', resources, outputs }, ...environment };
    expect(await cloud.preview(body)).toBe('');
  });
});

describe('a balancer written for Rackspace, made', () => {
  const cli = new Cli(inject('heatPlane'), PROJECT);

  it('has its meaning in Octavia and its attributes in Rackspace’s shape', async () => {
    const cloud = await Cloud.connect(inject('heatPlane'), PROJECT);
    const nodes = [
      NODE,
      { addresses: ['10.88.0.51'], port: 81, condition: 'DRAINING' },
      { addresses: ['10.88.0.52'], port: 82, condition: 'DISABLED' },
    ];
    const lb = balancer({
      nodes,
      metadata: { 'rax-heat': 'x' },
      healthMonitor: { ...MONITOR, statusRegex: '^[23]0[0-2]$' },
    });
    await cloud.create('shape', { template: template(lb), ...collectEnvironment(ENVIRONMENT) });
    const status = async () => (await cli.json<Record<string, string>>('stack', 'show', 'shape'))['stack_status'];
    await expect.poll(status, { timeout: 300_000, interval: 1000 }).toBe('CREATE_COMPLETE');

    const [made] = await cloud.octavia<{ vip_address: string; description: string }>('loadbalancers');
    expect(made!.description).toContain('rax-heat');
    const [monitor] = await cloud.octavia<Record<string, unknown>>('healthmonitors');
    expect(monitor).toMatchObject({ expected_codes: '200,201,202,300,301,302', max_retries_down: 3, max_retries: 3 });
    const [pool] = await cloud.octavia<{ id: string }>('pools');
    type Member = { protocol_port: number; weight: number; admin_state_up: boolean };
    const members = await cloud.octavia<Member>(`pools/${pool!.id}/members`);
    const told = members.map(({ protocol_port, weight, admin_state_up }) => [protocol_port, weight, admin_state_up]);
    expect(told.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [80, 1, true],
      [81, 0, true],
      [82, 1, false],
    ]);
    const { outputs } = await cli.json<{ outputs: { output_key: string; output_value: unknown }[] }>(
      'stack',
      'show',
      'shape',
      '-c',
      'outputs',
    );
    const value = (name: string) => outputs.find(({ output_key }) => output_key === name)?.output_value;
    expect(value('first')).toBe(made!.vip_address);
    expect(value('vips')).toMatchObject([{ address: made!.vip_address, type: 'SERVICENET', ip_version: 'IPV4' }]);
    await deleteStack(cli, 'shape');
    await expectEmpty(cloud);
  });
});
