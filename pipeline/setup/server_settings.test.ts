import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { listening, readEnvironmentFiles, sendersSentence } from './server_settings';

const folder = mkdtempSync(join(tmpdir(), 'rota-setup-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const ALL = Object.fromEntries(
  ['RELP', 'RELPS', 'TCP', 'TCP_RAW', 'TLS', 'UDP'].map((name) => [`ROTA_INPUT_${name}`, 'on']),
);

it('names nothing that is not asked for', () => {
  expect(listening({})).toEqual([]);
  expect(listening({ ROTA_INPUT_TCP: 'yes', ROTA_BIND: '0.0.0.0' })).toEqual([]);
});

it('tells what listens where, and what in the clear', () => {
  expect(listening({ ...ALL, ROTA_BIND: '0.0.0.0' })).toEqual([
    'RELP with TLS: shut, since it wants ROTA_TLS=on and certificates',
    'syslog over TLS: shut, since it wants ROTA_TLS=on and certificates',
    'RELP on 0.0.0.0, port 8031, in the clear',
    'syslog over TCP on 0.0.0.0, port 8033, in the clear',
    'raw lines over TCP on 0.0.0.0, port 8034, in the clear',
    'syslog over UDP on 0.0.0.0, port 8036, in the clear',
  ]);
  expect(listening({ ...ALL, ROTA_BIND: '0.0.0.0', ROTA_TLS: 'on', ROTA_PORT_RELPS: '2514' })).toEqual([
    'RELP with TLS on 0.0.0.0, port 2514',
    'syslog over TLS on 0.0.0.0, port 8035',
    'RELP on 127.0.0.1, port 8031',
    'syslog over TCP on 127.0.0.1, port 8033',
    'raw lines over TCP on 127.0.0.1, port 8034',
    'syslog over UDP on 127.0.0.1, port 8036',
  ]);
});

it('reads environment files as systemd does, the later over the earlier', () => {
  const first = file('defaults.env', '# all\nROTA_BIND=127.0.0.1\nROTA_INPUT_RELP=off\n');
  const second = file('log.env', 'ROTA_INPUT_RELP="on"\n');
  expect(readEnvironmentFiles([first, second])).toEqual({ ROTA_BIND: '127.0.0.1', ROTA_INPUT_RELP: 'on' });
});

it('says that without a table anyone may write in any name, and refuses a table that cannot be used', () => {
  expect(sendersSentence({})).toMatch(/any sender may write in any host’s name/);
  const path = file('senders', '10.0.0.1 host=web-1 tier=webapp\n10.0.0.2 host=web-2 tier=webapp\n');
  expect(sendersSentence({ ROTA_SENDERS: path })).toMatch(/^2 in .*senders/);
  expect(() => sendersSentence({ ROTA_SENDERS: file('bad', 'x') })).toThrow(/ROTA_SENDERS: line 1/);
});
