import { existsSync } from 'node:fs';
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

/** An input that is asked for. */
export interface Input {
  name: string;
  title: string;
  /** Where it listens; undefined: it is shut, since it wants certificates. */
  address: string | undefined;
  port: number;
  /** Whether others can read what is sent there. */
  clear: boolean;
}

/** What the rsyslog server is to listen on, by its settings. */
export function inputsOf(env: Environment): Input[] {
  const tls = env['ROTA_TLS'] === 'on';
  const bind = env['ROTA_BIND'] || '127.0.0.1';
  return INPUTS.filter(([name]) => env[`ROTA_INPUT_${name}`] === 'on').map(([name, title, usual, isTls]) => {
    const address = isTls && !tls ? undefined : tls && !isTls ? '127.0.0.1' : bind;
    const clear = !isTls && address !== undefined && !address.startsWith('127.') && address !== '::1';
    return { name, title, address, port: Number(env[`ROTA_PORT_${name}`] || usual), clear };
  });
}

/** The same, an input a line. */
export function listening(env: Environment): string[] {
  return inputsOf(env).map(({ title, address, port, clear }) =>
    address === undefined
      ? `${title}: shut, since it wants ROTA_TLS=on and certificates`
      : `${title} on ${address}, port ${port}${clear ? ', in the clear' : ''}`,
  );
}

/** Who may write what, in a sentence. @throws SettingsError when the table cannot be used */
export function sendersSentence(env: Environment): string {
  const path = env['ROTA_SENDERS'];
  if (!path) return 'no table (ROTA_SENDERS), so any sender may write in any host’s name; see docs/security.md';
  const lines = parseTable(readText('ROTA_SENDERS', path)).length;
  return `${lines} in ${path}; what they may not write becomes a dead letter`;
}

/** The environment files of a service on this host, as its unit names them (heat/files/units); none where it is not installed. */
export function filesOf(service: 'agent' | 'log'): string[] {
  const own = `/etc/rota/${service}.env`;
  return existsSync(own) ? ['/etc/rota/rsyslog/defaults.env', own].filter((path) => existsSync(path)) : [];
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
