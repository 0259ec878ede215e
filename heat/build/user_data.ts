import { HeatBuildError } from './errors';
import { readRepository, readSource } from './sources';
import { isMap, printYaml, type Yaml, type YamlMap } from './yaml';

/** Heat puts user_data into Nova, which takes 65,535 characters of base64 (48 KiB); the values filled in need room too. */
export const USER_DATA_LIMIT = 45 * 1024;

/** Takes the place of `$HARDENING` in systemd units. */
const HARDENING = 'heat/src/files/units/hardening';

/** A role's user_data: cloud-config whose `@name@` tokens Heat replaces. */
export interface UserData {
  readonly text: string;
  readonly tokens: ReadonlySet<string>;
}

interface FileSource {
  source?: string;
  text?: string;
  mode?: string;
}

/** Builds a role's user_data from `heat/src/roles/<role>.yaml`: its node settings, its files, and the boot script. */
export function buildUserData(role: string): UserData {
  const common = readRole('common');
  const own = readRole(role);
  const files = { ...filesOf(common), ...filesOf(own) };
  const settings = [...settingsOf(common), ...settingsOf(own)];
  const config: YamlMap = {
    hostname: '@host@',
    preserve_hostname: false,
    manage_etc_hosts: true,
    ssh_pwauth: false,
    write_files: [
      entry('/etc/rota/node.env', `ROTA_ROLE=${role}\n${settings.map((line) => `${line}\n`).join('')}`, '0600'),
      ...Object.entries(files).map(([path, file]) => entry(path, contentOf(path, file), file.mode)),
    ],
    runcmd: [['/bin/bash', '/usr/local/lib/rota/boot.sh']],
  };
  const text = `#cloud-config\n# Rota: ${role.replace('_', ' ')}. Built from heat/src and pipeline; edit there.\n${printYaml(config, 1)}`;
  const size = Buffer.byteLength(text);
  if (size > USER_DATA_LIMIT) {
    throw new HeatBuildError(
      `user_data of ${role} has ${size} bytes, more than ${USER_DATA_LIMIT}; move something into an archive.`,
    );
  }
  return { text, tokens: new Set(text.match(/@[a-z][a-z0-9_]*@/g) ?? []) };
}

const readRole = (role: string): YamlMap => {
  const source = readSource(`roles/${role}.yaml`);
  if (!isMap(source)) throw new HeatBuildError(`heat/src/roles/${role}.yaml holds no mapping.`);
  return source;
};

/** `ROTA_NAME: value` becomes a line of the environment file that systemd and the shell both read. */
function settingsOf(role: YamlMap): string[] {
  return Object.entries((role['settings'] ?? {}) as Record<string, Yaml>).map(([name, value]) => `${name}='${value}'`);
}

function filesOf(role: YamlMap): Record<string, FileSource> {
  return (role['files'] ?? {}) as unknown as Record<string, FileSource>;
}

function contentOf(path: string, file: FileSource): string {
  if (file.text !== undefined) return file.text;
  if (file.source === undefined) throw new HeatBuildError(`${path} has neither text nor source.`);
  const text = readRepository(file.source).replace('$HARDENING\n', () => readRepository(HARDENING));
  return withoutComments(file.source.endsWith('.py') ? shortPython(text) : text);
}

/** Without the docstring, and with one space for four: the log server's files would not fit otherwise. */
const shortPython = (text: string) =>
  text.replace(/^"""[\s\S]*?"""\n/, '').replace(/^(?: {4})+/gm, (indent) => ' '.repeat(indent.length / 4));

/** Whole-line comments and what a script says of itself are for who reads the sources; user_data has no room for them. */
const withoutComments = (text: string) => text.replace(/^[ \t]*#(?!!).*\n/gm, '').replace(/\n{3,}/g, '\n\n');

const entry = (path: string, content: string, mode = '0644'): YamlMap => ({ path, permissions: mode, content });
