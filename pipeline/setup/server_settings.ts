import { parseTable } from '../indexer/senders/table';
import { readText } from '../indexer/settings';

type Environment = Readonly<Record<string, string | undefined>>;

/** The inputs of pipeline/rsyslog/server.conf, as a person calls them, with their default ports (defaults.env). */
const INPUTS = [
  ['RELPS', 'RELP with TLS', '8032', true],
  ['TLS', 'syslog over TLS', '8035', true],
  ['RELP', 'RELP', '8031', false],
  ['TCP', 'syslog over TCP', '8033', false],
  ['TCP_RAW', 'raw lines over TCP', '8034', false],
  ['UDP', 'syslog over UDP', '8036', false],
] as const;

/** What the rsyslog server listens on by its settings, an input a line. */
export function listening(env: Environment): string[] {
  const tls = env['ROTA_TLS'] === 'on';
  const bind = env['ROTA_BIND'] || '127.0.0.1';
  return INPUTS.flatMap(([name, title, port, isTls]) => {
    if (env[`ROTA_INPUT_${name}`] !== 'on') return [];
    if (isTls && !tls) return [`${title}: shut, since it wants ROTA_TLS=on and certificates`];
    const address = tls && !isTls ? '127.0.0.1' : bind;
    const clear = isTls || address.startsWith('127.') || address === '::1' ? '' : ', in the clear';
    return [`${title} on ${address}, port ${env[`ROTA_PORT_${name}`] || port}${clear}`];
  });
}

/** Who may write what, in a sentence. @throws SettingsError when the table cannot be used */
export function sendersSentence(env: Environment): string {
  const path = env['ROTA_SENDERS'];
  if (!path) return 'no table (ROTA_SENDERS), so any sender may write in any host’s name; see docs/security.md';
  const lines = parseTable(readText('ROTA_SENDERS', path)).length;
  return `${lines} in ${path}; what they may not write becomes a dead letter`;
}

/** `NAME=value` lines of environment files, the later over the earlier, as systemd reads them. */
export function readEnvironmentFiles(paths: readonly string[]): Environment {
  const lines = paths.flatMap((path) => readText('--server', path).split('\n'));
  const pairs = lines.flatMap((line) => {
    const [, name, value] = /^\s*([A-Za-z_]\w*)=(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')]];
  });
  return Object.fromEntries(pairs);
}
