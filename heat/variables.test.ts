import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROLES, readTemplate, serverFiles } from './server_files';
import { isMap, type Yaml, type YamlMap } from './yaml';

const ENTRIES = ['rota', 'rackspace'] as const;

/** What the metadata of each role's servers says ("log" for the key "rota:log"), as the templates hand it down. */
function metadataOf(entry: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  visit(`${entry}.yaml`, new Set());
  return found;

  function visit(name: string, peers: Set<string>): void {
    const resources = readTemplate(name)['resources'] as Record<string, YamlMap>;
    for (const use of usesOf(resources)) {
      const nested = join(dirname(name), String(use['type']).replace(/#.*$/, ''));
      const given = keysOf((use['properties'] as YamlMap)['peers'] ?? null, resources, peers);
      found.set(nested.replace(/^.*\/|\.yaml$/g, ''), given);
      visit(nested, given);
    }
  }
}

/** The uses of nested files that make servers, wherever they stand. */
function usesOf(tree: Yaml): YamlMap[] {
  if (Array.isArray(tree)) return tree.flatMap(usesOf);
  if (!isMap(tree)) return [];
  const inner = Object.values(tree).flatMap(usesOf);
  const isUse = String(tree['type']).endsWith('.yaml') && isMap(tree['properties']) && 'peers' in tree['properties'];
  return isUse ? [tree, ...inner] : inner;
}

/** The keys "rota:…" that a value of `peers` comes to. */
function keysOf(value: Yaml, resources: Record<string, YamlMap>, inherited: Set<string>): Set<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((item) => [...keysOf(item, resources, inherited)]));
  if (!isMap(value)) return new Set();
  if (value['get_param'] === 'peers') return inherited;
  const source = value['get_attr'];
  const resource = Array.isArray(source) ? resources[String(source[0])] : undefined;
  if (resource?.['type'] === 'OS::Heat::Value') return keysOf(resource['properties']!, resources, inherited);
  const own = Object.keys(value).flatMap((key) => /^rota:([a-z0-9_]+)/.exec(key)?.[1] ?? []);
  return new Set([...own, ...Object.values(value).flatMap((item) => [...keysOf(item, resources, inherited)])]);
}

describe.each(ENTRIES)('%s tells', (entry) => {
  const metadata = metadataOf(entry);

  it.each(ROLES)('a %s every variable that its shell scripts read', (role) => {
    const files = serverFiles(role, entry);
    const content = (path: string) => files.find((file) => file.path === path)!.content;
    const [own, common, ...others] = ['role.sh', 'common.sh', 'boot.sh', 'refresh.sh'].map((name) =>
      content(`/usr/local/lib/rota/${name}`),
    ) as [string, string, string, string];
    const text = [own, common, ...others].join('\n');
    // Without what they write into other files.
    const commands = text.replace(/<<'?(\w+)'?(.*)\n[\s\S]*?\n\1\n/g, '$2\n');
    const given = new Set([
      ...(content('/etc/rota/node.env').match(/^ROTA_\w+/gm) ?? []),
      ...[...metadata.get(role)!].map((name) => `ROTA_${name.toUpperCase()}`),
      ...[...commands.matchAll(/(?:^|[\s;{(])(ROTA_\w+)=/gm)].map((match) => match[1]!),
      // Sourced from the file that apply() writes.
      ...(text.includes('. /etc/rota/announce.env') ? ['ROTA_ANNOUNCE_ADDRESS'] : []),
    ]);
    // common.sh asks first whether a role has these.
    const asked = [...common.matchAll(/\$\{(ROTA_\w+):-\}/g)].map((match) => match[1]!);
    const read = [...text.matchAll(/(?<!\\)\$\{?(ROTA_\w+)(?!\w*:-)/g)].map((match) => match[1]!);
    expect(read.length).toBeGreaterThan(10);
    expect([...new Set(read)].filter((name) => !given.has(name) && !isAsked(name))).toEqual([]);

    function isAsked(name: string) {
      return !own.includes(name) && asked.some((each) => name.startsWith(each));
    }
  });
});
