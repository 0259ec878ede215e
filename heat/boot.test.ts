import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverFiles } from './server_files';

interface Signal {
  status: string;
  reason: string;
}
interface Outcome {
  deploy_status_code: number;
  reason?: string;
}

describe('the boot script (run for real in a folder of its own, with a role made up by the test)', () => {
  const root = mkdtempSync(join(tmpdir(), 'rota-heat-boot-'));
  const signals: Signal[] = [];
  const outcomes: Outcome[] = [];
  let heat: Server;
  const url = () => `http://127.0.0.1:${(heat.address() as AddressInfo).port}`;

  /** Stands in for Keystone, which wants the login of the handle, and for Heat, which wants Keystone's token. */
  function answer(path: string, token: string | undefined, body: string): [status: number, token?: string] {
    if (path === '/identity/v3/auth/tokens') {
      const { auth } = JSON.parse(body) as { auth: Record<string, unknown> };
      const user = { id: 'u1', password: 'p!@#%^&*' };
      const login = { identity: { methods: ['password'], password: { user } }, scope: { project: { id: 'p1' } } };
      return JSON.stringify(auth) === JSON.stringify(login) ? [201, 't1'] : [401];
    }
    if (token !== 't1') return [401];
    if (path === '/stacks/s/1/resources/handle/signal') signals.push(JSON.parse(body) as Signal);
    else if (path === '/stacks/s/1/resources/report/signal') outcomes.push(JSON.parse(body) as Outcome);
    else return [404];
    return [200];
  }

  beforeAll(async () => {
    heat = createServer((request, response) => {
      let body = '';
      request.on('data', (data) => {
        body += data;
      });
      request.on('end', () => {
        const [status, token] = answer(request.url!, request.headers['x-auth-token'] as string | undefined, body);
        response.writeHead(status, token ? { 'X-Subject-Token': token } : {});
        response.end();
      });
    });
    await new Promise<void>((resolve) => heat.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    heat.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** Boots a webapp whose role.sh is `role`. @returns the exit code, and what Heat was told */
  async function boot(role: string, peers = '') {
    const folder = mkdtempSync(join(root, 'node-'));
    const inside = (text: string) =>
      text.replaceAll(/\/(usr\/local|etc\/rota|var\/log|var\/lib\/rota)/g, `${folder}/$1`);
    const values: Record<string, string> = {
      host: 'web-1-1',
      signal: JSON.stringify({
        auth_url: `${url()}/identity`,
        ...{ user_id: 'u1', password: 'p!@#%^&*', project_id: 'p1' },
        alarm_url: `${url()}/stacks/s/1/resources/handle/signal`,
      }),
    };
    for (const { path, content } of serverFiles('webapp')) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, inside(content.replace(/@([a-z][a-z0-9_]*)@/g, (_, name: string) => values[name] ?? '')));
    }
    mkdirSync(join(folder, 'var/log'), { recursive: true });
    writeFileSync(join(folder, 'usr/local/lib/rota/role.sh'), role);
    if (peers) writeFileSync(join(folder, 'etc/rota/peers.env'), peers);
    signals.length = 0;
    outcomes.length = 0;
    const started = Date.now();
    const script = spawn('bash', [join(folder, 'usr/local/lib/rota/boot.sh')], { stdio: 'ignore' });
    const code = await new Promise((resolve) => script.once('exit', resolve));
    return { code, seconds: (Date.now() - started) / 1000, signals: [...signals], outcomes: [...outcomes] };
  }

  it('tells Heat of a variable that nobody set, with its name and the step', async () => {
    const booted = await boot('step "configure the webapp"\necho "$ROTA_UNHEARD_OF"\n');
    expect(booted).toMatchObject({ code: 1, signals: [{ status: 'FAILURE' }] });
    expect(booted.signals[0]!.reason).toMatch(/^web-1-1, configure the webapp: .*ROTA_UNHEARD_OF: unbound variable/);
  });

  it('tells Heat of a command that fails, with the last lines, once', async () => {
    const booted = await boot('step "fetch the webapp"\nfetch_it() { echo "404 of $ROTA_HOST"; false; }\nfetch_it\n');
    expect(booted).toMatchObject({ code: 1, signals: [{ status: 'FAILURE' }] });
    expect(booted.signals[0]!.reason).toMatch(/^web-1-1, fetch the webapp: .*404 of web-1-1/);
    // An update waits for another resource's word: a reason is a failure there.
    expect(booted.outcomes).toEqual([{ deploy_status_code: 1, reason: booted.signals[0]!.reason }]);
  });

  it('gives up by itself before ready_timeout, which the metadata tells, and says where it was', async () => {
    const booted = await boot('step "wait for ever"\nwhile sleep 1; do :; done\n', "ROTA_READY_TIMEOUT='92'\n");
    expect(booted).toMatchObject({ code: 1, signals: [{ status: 'FAILURE' }] });
    expect(booted.signals[0]!.reason).toMatch(/^web-1-1, wait for ever: .*gave up after \d+ seconds \(ready_timeout\)/);
    expect(booted.seconds).toBeLessThan(92);
  });

  it('does so when a command does not end', async () => {
    const booted = await boot('step "hang"\nsleep 12\n', "ROTA_READY_TIMEOUT='92'\n");
    expect(booted.signals[0]!.reason).toMatch(/^web-1-1, out of time: .*gave up after \d+ seconds/);
  });
});
