import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Cli } from './support/cli';
import { Cloud } from './support/cloud';

const TEMPLATE = join(import.meta.dirname, '../../heat/rota.yaml');

/** A wrong value, and the words of the parameter's own message that must meet whoever gave it. */
const CASES: [parameters: string, words: string][] = [
  ['frontends=0', 'frontends: 1 to 20.'],
  ['webapps_per_frontend=0', 'webapps_per_frontend: 1 to 50.'],
  ['log_servers=0', 'log_servers: 1 to 40.'],
  ['elasticsearch_nodes=2', 'two nodes cannot elect a master'],
  ['allowed_cidr=everyone', 'allowed_cidr: an IPv4 network such as 203.0.113.0/24'],
  ['allowed_cidr=::/0', 'allowed_cidr: an IPv4 network such as'],
  ['allowed_cidr=203.0.113.9/24', 'allowed_cidr: 203.0.113.9/24 is no network'],
  ['inside_cidr=10.77.2.0/33', 'inside_cidr: an IPv4 network of the inside such as'],
  ['inside_cidr=fd00:77:2::/64', 'inside_cidr: an IPv4 network of the inside such as'],
  ['inside_cidr=169.254.0.0/16', 'inside_cidr: an IPv4 network of the inside such as'],
  ['inside_cidr=10.77.2.1/24', 'inside_cidr: 10.77.2.1/24 is no network'],
  ['ssh_cidr=192.0.2.1/31', 'ssh_cidr: 192.0.2.1/31 is no network'],
  ['edge_cidr=fd00:77:1::/64', 'edge_cidr: an IPv4 network of the inside such as'],
  ['edge_cidr=224.0.0.0/8', 'edge_cidr: an IPv4 network of the inside such as'],
  ['edge_cidr=10.77.1.0/30', 'edge_cidr: an IPv4 network of the inside such as'],
  ['edge_cidr=10.77.2.0/24', 'edge_cidr and inside_cidr overlap'],
  ['edge_cidr=10.77.0.0/16', 'edge_cidr and inside_cidr overlap'],
  ['edge_cidr=10.77.2.192/26', 'edge_cidr and inside_cidr overlap'],
  ['edge_cidr=10.77.1.0/28 frontends=10', 'edge_cidr has 16 addresses, and 17 are needed with frontends=10'],
  [
    'inside_cidr=10.77.2.0/28 frontends=2 webapps_per_frontend=4',
    'inside_cidr has 16 addresses, and 18 are needed with frontends=2 of 4 webapps each, log_servers=1',
  ],
  [
    'inside_cidr=10.77.2.0/28 autoscaling=true webapps_per_frontend=1',
    'inside_cidr has 16 addresses, and 22 are needed with frontends=2 of 6 webapps each',
  ],
  ['ssh_cidr=me', 'ssh_cidr: an IPv4 network such as'],
  ['ssh_cidr=10.0.0.256/8', 'ssh_cidr: an IPv4 network such as'],
  ['ssh_cidr=10.0.0.0/40', 'ssh_cidr: an IPv4 network such as'],
  ['dns_servers=9.9.9.9,ns1.example', 'dns_servers: ns1.example is no address'],
  ['dns_servers=9.9.9', 'dns_servers: 9.9.9 is no address'],
  ['certificate=site.pem', "certificate: the address of a container or a PKCS12 secret of Barbican's"],
  ['certificate=https://keys.example/v1/containers/1', 'certificate: the address of a container'],
  ['external_network=unheard-of', 'external_network: no network of that name or ID'],
  ['balancer_provider=ovn', 'balancer_provider: a name that'],
  ['flavor=m1.unheard-of', 'flavor: no flavor of that name or ID'],
  ['image=unheard-of', 'image: no image of that name or ID'],
  ['key_name=unheard-of', 'key_name: no key pair of that name'],
  ['webapp=php', 'webapp: node or django.'],
  ['branch=main; rm -rf /', 'branch: a git branch or tag'],
  ['monitor_timeout=11', 'monitor_timeout: 1 to 10 seconds'],
  ['kibana_port=80', 'kibana_port: 1024 to 65535.'],
  ['kibana_port=9200 elasticsearch_public=true', "kibana_port: 9200 is Elasticsearch's with elasticsearch_public"],
  ['webapps_per_frontend=7 autoscaling=true', 'webapps_per_frontend is more than webapps_per_frontend_max'],
  ['debian_packages=deb http://mirror.example', 'debian_packages: one line "deb URL SUITE COMPONENTS"'],
  ['elastic_packages=deb stable main', 'elastic_packages: one line "deb URL SUITE COMPONENTS"'],
  ['operator_password=short', 'operator_password: 12 to 72 letters'],
];

describe('a wrong parameter', () => {
  const cli = new Cli(inject('heatPlane'));
  let cloud: Cloud;

  const stackNames = async () =>
    (await cli.json<Record<string, string>[]>('stack', 'list')).map((stack) => stack['Stack Name']);

  beforeAll(async () => {
    cloud = await Cloud.connect(inject('heatPlane'));
  });

  /** Parameters that are well but for what a case gives; without artifacts_url the stack would be refused anyway. */
  const parameters = (given: string) =>
    Object.fromEntries([
      ['artifacts_url', 'https://files.example/%branch%'],
      ...given
        .split(/ (?=[a-z_]+=(?![^[]*\]))/)
        .map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
    ]) as Record<string, string>;

  it.each(CASES)('%s is refused with the message of that parameter', async (given, words) => {
    const refused = await cloud.verdict(TEMPLATE, parameters(given));
    expect(refused.replaceAll('\\"', '"')).toContain(words);
    expect(refused).toContain(/^\w+/.exec(given)![0]);
  });

  it.each([
    'frontends=3',
    'edge_cidr=192.168.4.0/28 inside_cidr=172.16.0.0/12',
    'edge_cidr=10.77.3.0/24 inside_cidr=10.77.2.0/24',
    'edge_cidr=10.77.2.0/25 inside_cidr=10.77.2.128/25',
    'dns_servers=9.9.9.9,2620:fe::fe',
    'allowed_cidr=203.0.113.9/32 ssh_cidr=198.51.100.0/24',
    'certificate=https://keys.example/key-manager/v1/secrets/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
    'kibana_port=9200',
    'debian_packages=deb [signed-by=/usr/share/keyrings/a.gpg arch=amd64] http://mirror.example/debian bookworm main contrib',
    'elastic_packages=deb http://mirror.example/flat ./',
    'external_network=public',
  ])('%s is taken', async (given) => {
    expect(await cloud.verdict(TEMPLATE, parameters(given))).toBe('');
  });

  it('a network that does not lead out is refused by the router, before anything else is made', async () => {
    const name = 'outside';
    const args = ['--parameter', 'external_network=servicenet', '--parameter', 'artifacts_url=https://files.example/x'];
    const made = await cli.openstack('stack', 'create', '--wait', '-t', TEMPLATE, ...args, name);
    expect(made.text).toMatch(/resources\.router: .*is not an external network/);
    const kinds = await cli.json<Record<string, string>[]>('stack', 'resource', 'list', name);
    const started = kinds.filter(({ resource_status }) => !resource_status!.startsWith('INIT'));
    const free = ['OS::Heat::Value', 'OS::Heat::RandomString', 'OS::Heat::CloudConfig', 'OS::Heat::SoftwareConfig'];
    const costly = started.filter(({ resource_type }) => !free.includes(resource_type!));
    expect(costly.map(({ resource_name }) => resource_name).sort()).toEqual(['external_network_check', 'router']);
    for (const moved of ['inside_cidr=10.78.2.0/24', 'edge_cidr=10.78.1.0/24']) {
      const refused = await cli.openstack('stack', 'update', '--existing', '-t', TEMPLATE, '--parameter', moved, name);
      expect(refused.text).toMatch(new RegExp(`immutable.*${moved.slice(0, moved.indexOf('='))}`));
    }
    await cli.openstack('stack', 'delete', '--yes', '--wait', name);
    expect(await stackNames()).not.toContain(name);
  });

  it('artifacts_url that is missing, where the template comes from a file, is asked for before anything is made', async () => {
    const made = await cli.openstack('stack', 'create', '--wait', '-t', TEMPLATE, 'nowhere');
    expect(made.code).not.toBe(0);
    expect(made.text).toContain('artifacts_url: launched from a file');
    expect(await stackNames()).not.toContain('nowhere');
  });

  it('is shown so by the old client too, and no stack is made', async () => {
    const refused = await cli.heat('stack-create', 'wrong', '-f', TEMPLATE, '-P', 'frontends=0');
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain('frontends: 1 to 20.');
    expect(await stackNames()).not.toContain('wrong');
  });
});
