import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const work = mkdtempSync(join(tmpdir(), 'rota-run-agent-'));
afterAll(() => rmSync(work, { recursive: true }));

// A missing configuration ends rsyslogd at once: the script came as far as starting it.
const run = (settings: Record<string, string>) =>
  spawnSync('sh', [join(import.meta.dirname, 'run_agent.sh')], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ROTA_WORK: work, ROTA_RSYSLOG_DIR: join(work, 'nowhere'), ...settings },
  });

it.each<Record<string, string>>([
  { ROTA_WINDOW: '1' },
  { ROTA_WINDOW: '0' },
  { ROTA_PROFILE: 'fast', ROTA_WINDOW: '2', ROTA_WINDOW_FAST: '1' },
])('refuses a window that librelp would take for 128: %o', (settings) => {
  const { status, stderr } = run(settings);
  expect(stderr).toMatch(/ROTA_WINDOW is [01]; give 2 or more/);
  expect(status).toBe(64);
});

it.each<Record<string, string>>([{}, { ROTA_WINDOW: '2' }, { ROTA_PROFILE: 'fast', ROTA_WINDOW: '1' }])(
  'takes others: %o',
  (settings) => {
    const { status, stderr } = run(settings);
    expect(stderr).toMatch(/nowhere\/agent\.conf/);
    expect(status).not.toBe(64);
  },
);
