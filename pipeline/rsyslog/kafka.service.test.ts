import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const here = import.meta.dirname;
const MODULE = '/usr/lib/x86_64-linux-gnu/rsyslog/omkafka.so';

/** rsyslog's own check of a configuration, with the defaults of `defaults.env`. No broker is asked. */
function check(entry: string, settings: Record<string, string> = {}) {
  const lines = readFileSync(join(here, 'defaults.env'), 'utf8').split('\n');
  const pairs = lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(/=(.*)/s).slice(0, 2));
  const env = {
    ...Object.fromEntries(pairs.map(([name, value]) => [name, value!.replace(/^"|"$/g, '')])),
    ROTA_RSYSLOG_DIR: here,
    ROTA_WORK: mkdtempSync(join(tmpdir(), 'rota-kafka-')),
    ...settings,
  };
  return spawnSync('/usr/sbin/rsyslogd', ['-N1', '-f', join(here, entry)], { env, encoding: 'utf8' });
}

test.runIf(existsSync(MODULE))('rsyslog accepts the Kafka variant, producer and consumer (needs rsyslog-kafka)', () => {
  for (const [entry, profile] of [
    ['server.conf', 'kafka'],
    ['kafka.conf', 'durable'],
    ['kafka.conf', 'fast'],
  ] as const) {
    const { status, stderr } = check(entry, { ROTA_PROFILE: profile });
    expect(stderr, `${entry} ${profile}`).not.toMatch(/error/i);
    expect(status).toBe(0);
  }
});

test.runIf(existsSync(MODULE))('the check would notice a mistake (needs rsyslog-kafka)', () => {
  expect(check('server.conf', { ROTA_PROFILE: 'no-such-profile' }).status).not.toBe(0);
});
