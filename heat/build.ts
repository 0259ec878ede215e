import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { node } from './build/node';
import { withParameterTable } from './build/parameter_table';
import { parameters } from './build/parameters';
import { expand, readSource } from './build/sources';
import { isMap, printYaml, type Yaml } from './build/yaml';

/** The templates, entries first; each is built from the file of the same name under heat/src/templates. */
export const TEMPLATES = [
  'rota.yaml',
  'rota/frontend.yaml',
  'rota/webapp.yaml',
  'rota/log_server.yaml',
  'rota/elasticsearch.yaml',
  'rota/kibana.yaml',
  'rackspace.yaml',
  'rackspace_environment.yaml',
  'rackspace/frontend.yaml',
  'rackspace/webapp.yaml',
  'rackspace/log_server.yaml',
  'rackspace/elasticsearch.yaml',
  'rackspace/kibana.yaml',
  'rackspace/on_openstack_server.yaml',
  'rackspace/on_openstack_load_balancer.yaml',
  'rackspace/on_openstack_member.yaml',
] as const;

const HEADER = '# Built by `npx tsx heat/build.ts` from heat/src and pipeline. Edit there, not here.\n';

/** Renders one template. @param name relative to heat/, one of TEMPLATES */
export function buildTemplate(name: string): string {
  const template = expand(readSource(`templates/${name}`), {
    $node: node,
    $parameters: parameters,
  });
  return HEADER + printYaml(withDigests(template, dirname(name)));
}

/**
 * Each nested template by its name and a digest of its content: `webapp.yaml#1f2e3d4c.yaml`. Heat takes the members of a
 * group one after the other only when the group's own words changed, and keeps the old file for those that wait only when the new one has
 * another name (docs/decisions/0095). To clients, what follows the # belongs to no path.
 */
function withDigests(node: Yaml, folder: string): Yaml {
  if (Array.isArray(node)) return node.map((item) => withDigests(item, folder));
  if (!isMap(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (key !== 'type' || typeof value !== 'string' || !value.endsWith('.yaml'))
        return [key, withDigests(value, folder)];
      const digest = createHash('sha256')
        .update(buildTemplate(join(folder, value)))
        .digest('hex')
        .slice(0, 8);
      return [key, `${value}#${digest}.yaml`];
    }),
  );
}

/** What is built, by path relative to heat/: the templates, and the table of parameters in the documentation. */
function targets(): Map<string, string> {
  const page = join('..', 'docs', 'heat.md');
  const built = TEMPLATES.map((name): [string, string] => [name, buildTemplate(name)]);
  return new Map([...built, [page, withParameterTable(readFileSync(join(import.meta.dirname, page), 'utf8'))]]);
}

/** Finds what differs from its sources, and writes it when asked to. @returns the paths of what differed */
export function build(write: boolean): string[] {
  const stale = [...targets()].filter(([path, text]) => readIfThere(join(import.meta.dirname, path)) !== text);
  for (const [name, text] of write ? stale : []) {
    const path = join(import.meta.dirname, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return stale.map(([path]) => path);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const changed = build(true);
  console.log(changed.length === 0 ? 'The templates are fresh.' : `Built ${changed.join(', ')}.`);
}
