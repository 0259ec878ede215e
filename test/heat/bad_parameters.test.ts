import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Cli } from './support/cli';
import { Cloud } from './support/cloud';

const TEMPLATE = join(import.meta.dirname, '../../heat/rota.yaml');

/** A wrong value, and the words of the parameter's own message that must meet whoever gave it. */
const CASES: [parameter: string, words: string][] = [
  ['frontends=0', 'frontends: 1 to 20.'],
  ['webapps_per_frontend=0', 'webapps_per_frontend: 1 to 50.'],
  ['log_servers=0', 'log_servers: 1 to 40.'],
  ['elasticsearch_nodes=2', 'two nodes cannot elect a master'],
  ['allowed_cidr=everyone', 'allowed_cidr: a network such as 203.0.113.0/24'],
  ['inside_cidr=10.77.2.0/33', 'inside_cidr: a network such as'],
  ['ssh_cidr=me', 'ssh_cidr: a network such as'],
  ['flavor=m1.unheard-of', 'flavor: no flavor of that name or ID'],
  ['image=unheard-of', 'image: no image of that name or ID'],
  ['key_name=unheard-of', 'key_name: no key pair of that name'],
  ['webapp=php', 'webapp: node or django.'],
  ['branch=main; rm -rf /', 'branch: a git branch or tag'],
  ['monitor_timeout=11', 'monitor_timeout: 1 to 10 seconds'],
  ['kibana_port=80', 'kibana_port: 1024 to 65535.'],
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

  it.each(CASES)('%s is refused with the message of that parameter', async (parameter, words) => {
    const [name, value] = [parameter.slice(0, parameter.indexOf('=')), parameter.slice(parameter.indexOf('=') + 1)];
    const refused = await cloud.refusal(TEMPLATE, { [name]: value });
    expect(refused).toContain(words);
    expect(refused).toContain(name);
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
