import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ROLES } from '../../heat/server_files';
import { LAUNCHED } from '../../heat/versions';
import { Cli, type Outcome } from './support/cli';
import { Cloud, type Server } from './support/cloud';
import { deleteStack, expectEmpty, stackIs } from './support/expect_gone';
import { nodeSetting, PlayedNodes, type Word } from './support/nodes';
import { filesOf } from './support/user_data';

const PROJECT = 'rolling';
const HEAT = join(import.meta.dirname, '../../heat');
const SUCCESS: Word = { status: 'SUCCESS', reason: 'played by the test' };
const BOOT = "step 'look at the image'";
const NEXT_BOOT = "step 'look at the next image'";
const REASON = 'start services: rota-webapp.service failed';

describe('an update that replaces servers (servers are fake: the test plays the nodes and sends their signals)', () => {
  const cli = new Cli(inject('heatPlane'), PROJECT);
  let cloud: Cloud;
  let nodes: PlayedNodes;
  let before: Server[];
  /** The templates of a next release: another boot script, and one more setting in each nested template. */
  const next = mkdtempSync(join(tmpdir(), 'rota-heat-next-'));
  let say: (server: Server) => Word | undefined = () => SUCCESS;

  const parameters = (...settings: string[]) => settings.flatMap((each) => ['--parameter', each]);
  const servers = () => cloud.servers('roll-');
  const short = (server: Server) => server.name.replace('roll-', '');
  const update = (...args: string[]) =>
    cli.openstack('stack', 'update', '--existing', '--wait', '-t', join(next, 'rota.yaml'), ...args, 'roll');
  /** Names of the servers that are others than before. */
  const replaced = async () => {
    const old = new Set(before.map(({ id }) => id));
    return [...new Set((await servers()).filter(({ id }) => !old.has(id)).map(short))].sort();
  };
  const kind = (name: string) => name.replace(/-.*/, '');

  beforeAll(async () => {
    cloud = await Cloud.connect(inject('heatPlane'), PROJECT);
    nodes = new PlayedNodes(cloud, 'roll-', (server) => say(server));
    for (const name of LAUNCHED) cpSync(join(HEAT, name), join(next, name), { recursive: true });
    edit(join(next, 'files/boot.sh'), BOOT, NEXT_BOOT);
    for (const role of ROLES)
      edit(join(next, 'rota', `${role}.yaml`), 'ROTA_ROLE=', 'ROTA_NEXT=yes\n            ROTA_ROLE=');
    // A template that changed has another version, and so all that name it.
    for (const name of ['rota/frontend.yaml', 'rota.yaml']) edit(join(next, name), /#\w{8}\.yaml/g, '#01234567.yaml');
    const settings = ['artifacts_url=https://files.example/%branch%', 'frontends=1'];
    const args = ['--wait', '-t', join(HEAT, 'rota.yaml'), ...parameters(...settings), 'roll'];
    expect((await cli.openstack('stack', 'create', ...args)).text).toContain('CREATE_COMPLETE');
    before = await servers();
    expect(before).toHaveLength(6);
  });
  afterAll(async () => {
    await nodes?.stop();
    rmSync(next, { recursive: true, force: true });
  });

  it('to newer templates takes one server of a kind, and waits for its own word before it takes the next', async () => {
    say = () => undefined; // still at their boot
    const updated: Promise<Outcome> = update(...parameters('ready_timeout=1200'));
    const kinds = async () => (await replaced()).map(kind);
    await expect
      .poll(kinds, { timeout: 600_000, interval: 1000 })
      .toEqual(['elasticsearch', 'frontend', 'kibana', 'log', 'web']);
    const half = await replaced();
    // Heat looks after each second: time enough to go on if it did not wait.
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    expect(await replaced()).toEqual(half);
    for (const { id, name } of before) {
      if (!half.includes(name.replace('roll-', ''))) expect(await cloud.actions(id), name).toEqual(['create']);
    }

    // That webapp has booted: its frontend's next one is taken, and nobody else.
    const web = half.find((name) => kind(name) === 'web')!;
    const sibling = web.endsWith('1') ? web.replace(/1$/, '2') : web.replace(/2$/, '1');
    say = () => SUCCESS;
    await nodes.speak((await servers()).find((now) => short(now) === web && !before.some(({ id }) => id === now.id))!);
    say = () => undefined;
    await expect.poll(replaced, { timeout: 600_000, interval: 1000 }).toEqual([...half, sibling].sort());

    say = () => SUCCESS;
    for (const server of await servers()) await nodes.speak(server);
    const { text } = await updated;
    expect(text).toMatch(/stack_status\s*\|\s*UPDATE_COMPLETE/);
  });

  it('has made each server anew, with its name, address and metadata, and with another one-time secret', async () => {
    const now = await servers();
    expect(now.map(short)).toEqual(before.map(short));
    for (const [index, server] of now.entries()) {
      const old = before[index]!;
      expect(server.id).not.toBe(old.id);
      expect(filesOf(server.user_data).get('/usr/local/lib/rota/boot.sh')).toContain(NEXT_BOOT);
      expect(filesOf(server.user_data).get('/etc/rota/node.env')).toContain('ROTA_NEXT=yes');
      expect(server.metadata).toEqual({ ...old.metadata, 'rota:ready_timeout': '1200' });
      expect(addresses(server)).toEqual(addresses(old));
      expect(nodeSetting(server, 'ROTA_ENROLMENT_ID')).not.toBe(nodeSetting(old, 'ROTA_ENROLMENT_ID'));
      expect(nodes.signalled.get(server.id)).toEqual(SUCCESS);
    }
    before = now;
  });

  it('stops at a server that says FAILURE, and the rollback makes that one anew with the old values', async () => {
    const isDjango = (server: Server) =>
      filesOf(server.user_data).get('/etc/rota/node.env')!.includes("ROTA_WEBAPP='django'");
    say = (server) => (isDjango(server) ? { status: 'FAILURE', reason: REASON } : SUCCESS);
    const { text } = await update('--rollback', 'enabled', ...parameters('webapp=django'));
    expect(text).toContain('UPDATE_FAILED');
    await stackIs(cli, 'roll', 'ROLLBACK_COMPLETE');
    const events = await cli.openstack('stack', 'event', 'list', '--nested-depth', '5', 'roll');
    expect(events.text).toContain(REASON);
    expect([...nodes.signalled.values()].filter(({ status }) => status === 'FAILURE')).toHaveLength(1);

    const now = await servers();
    expect(now.map(short)).toEqual(before.map(short));
    expect(now.some(isDjango)).toBe(false);
    const others = now.filter(({ id }) => !before.some((old) => old.id === id));
    expect(others.map((server) => kind(short(server)))).toEqual(['web']);
    const untouched = now.find((server) => kind(short(server)) === 'web' && !others.includes(server))!;
    expect(await cloud.actions(untouched.id)).toEqual(['create']);
    before = now;
  });

  it('goes well once the fault is mended, and a second change of ready_timeout waits for nobody', async () => {
    say = () => SUCCESS;
    const { text } = await update(...parameters('webapp=django', 'ready_timeout=2400'));
    expect(text).toMatch(/stack_status\s*\|\s*UPDATE_COMPLETE/);
    expect(await replaced()).toEqual(['web-1-1', 'web-1-2']);
  });

  it('leaves nothing when the stack is deleted', async () => {
    await nodes.stop();
    await deleteStack(cli, 'roll');
    await expectEmpty(cloud);
  });
});

const addresses = (server: Server) => Object.values(server.addresses).flatMap((each) => each.map(({ addr }) => addr));

function edit(path: string, what: string | RegExp, into: string): void {
  const text = readFileSync(path, 'utf8');
  const edited = text.replace(what, into);
  if (edited === text) throw new Error(`${path} does not hold ${what}.`);
  writeFileSync(path, edited);
}
