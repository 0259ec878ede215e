import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Cli } from './support/cli';
import { Cloud, type Server } from './support/cloud';
import { deleteStack, expectEmpty } from './support/expect_gone';
import { nodeSetting, PlayedNodes, type Word } from './support/nodes';

const PROJECT = 'anew';
const TEMPLATE = join(import.meta.dirname, '../../heat/rota.yaml');
const SUCCESS: Word = { status: 'SUCCESS', reason: 'played by the test' };

describe('a server that is lost (servers are fake: the test plays the nodes and sends their signals)', () => {
  const cli = new Cli(inject('heatPlane'), PROJECT);
  let cloud: Cloud;
  let nodes: PlayedNodes;
  let before: Server[];
  let say: (server: Server) => Word | undefined = () => SUCCESS;

  const stack = (verb: string, ...args: string[]) => cli.openstack('stack', verb, '--wait', ...args, 'anew');
  const kibana = async () => (await cloud.servers('anew-')).find(({ name }) => name === 'anew-kibana-1');
  const address = (server: Server) => Object.values(server.addresses)[0]![0]!.addr;

  beforeAll(async () => {
    cloud = await Cloud.connect(inject('heatPlane'), PROJECT);
    nodes = new PlayedNodes(cloud, 'anew-', (server) => say(server));
    const settings = [
      'artifacts_url=https://files.example/%branch%',
      'frontends=1',
      'webapps_per_frontend=1',
      'balancer_provider=octavia',
    ];
    const parameters = settings.flatMap((each) => ['--parameter', each]);
    expect((await stack('create', '-t', TEMPLATE, ...parameters)).text).toContain('CREATE_COMPLETE');
    before = await cloud.servers('anew-');
    // The cloud's own choice is another one.
    const [balancer] = await cloud.octavia<{ provider: string }>('loadbalancers');
    expect(balancer!.provider).toBe('octavia');
  });
  afterAll(() => nodes?.stop());

  it('behind Heat’s back is made anew by check and update, in the same place, and its word is waited for', async () => {
    const lost = (await kibana())!;
    await cloud.deleteServer(lost.id);
    await expect.poll(kibana, { timeout: 120_000, interval: 500 }).toBeUndefined();
    expect((await stack('check')).text).toContain('CHECK_FAILED');

    say = () => undefined; // still at its boot
    let ended = false;
    const updated = stack('update', '--existing', '-t', TEMPLATE).finally(() => {
      ended = true;
    });
    await expect.poll(async () => (await kibana())?.status, { timeout: 300_000, interval: 1000 }).toBe('ACTIVE');
    const made = (await kibana())!;
    const secret = nodeSetting(made, 'ROTA_ENROLMENT_ID');
    await expect.poll(() => cloud.isAwaited(made.id, secret), { timeout: 300_000, interval: 1000 }).toBe(true);
    expect(ended).toBe(false);
    expect(made.id).not.toBe(lost.id);
    expect(address(made)).toBe(address(lost));

    say = () => SUCCESS;
    await nodes.speak(made);
    expect((await updated).text).toMatch(/stack_status\s*\|\s*UPDATE_COMPLETE/);
    for (const { id, name } of before.filter(({ id }) => id !== lost.id)) {
      expect(await cloud.actions(id), name).toEqual(['create']);
    }
  });

  it('leaves nothing when the stack is deleted', async () => {
    await nodes.stop();
    await deleteStack(cli, 'anew');
    await expectEmpty(cloud);
  });
});
