import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, parseYaml, type Yaml, type YamlMap } from './yaml';

const HEAT = import.meta.dirname;

export const ROLES = ['frontend', 'webapp', 'log_server', 'elasticsearch', 'kibana'] as const;
export type Role = (typeof ROLES)[number];

export interface ServerFile {
  path: string;
  content: string;
  permissions: string;
}

export const readTemplate = (name: string): YamlMap =>
  parseYaml(readFileSync(join(HEAT, name), 'utf8'), name) as YamlMap;

/**
 * The files that the templates put onto a server of a role, in their order, before Heat has filled in values: a value stands as the token
 * `@name@` by which the template names it.
 */
export function serverFiles(role: Role, entry: 'rota' | 'rackspace' = 'rota'): ServerFile[] {
  const configs = [
    config(readTemplate(`${entry}.yaml`), 'common_files'),
    config(readTemplate(`${entry}.yaml`), `${role}_files`),
    config(readTemplate(`${entry}/${role}.yaml`), 'boot'),
  ];
  const environment = text(
    at(readTemplate(`${entry}/${role}.yaml`), 'resources', 'environment', 'properties', 'value'),
  );
  return configs.flatMap((each) =>
    (each['write_files'] as YamlMap[]).map((file) => ({
      path: String(file['path']),
      permissions: String(file['permissions'] ?? '0644'),
      content: text(file['content'], environment),
    })),
  );
}

/** What cloud-init makes of the three configs of a server's user_data, with tokens in place of values. */
export function serverConfig(role: Role): YamlMap {
  const boot = config(readTemplate(`rota/${role}.yaml`), 'boot');
  return { ...boot, hostname: '@host@', write_files: serverFiles(role).map((file) => ({ ...file })) };
}

export const config = (template: YamlMap, resource: string): YamlMap =>
  at(template, 'resources', resource, 'properties', 'cloud_config') as YamlMap;

/** What a text comes to: words, a file, a filled-in text, or several of them. */
function text(node: Yaml | undefined, environment = ''): string {
  if (!isMap(node)) return String(node);
  if ('get_file' in node) return readFileSync(join(HEAT, String(node['get_file'])), 'utf8');
  if ('str_replace_strict' in node) return String((node['str_replace_strict'] as YamlMap)['template']);
  if ('get_param' in node) return '';
  if ('get_attr' in node) return environment;
  return ((node['list_join'] as Yaml[])[1] as Yaml[]).map((part) => text(part, environment)).join('');
}

function at(node: Yaml, ...keys: string[]): Yaml {
  return keys.reduce<Yaml>((inner, key) => (inner as YamlMap)[key]!, node);
}
