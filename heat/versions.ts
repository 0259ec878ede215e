import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withParameterTable } from './parameter_table';

const HEAT = import.meta.dirname;
const ROOT = join(HEAT, '..');
const SUMS = 'files/pipeline';
const PAGE = '../docs/heat.md';

/** What a stack is launched from, in any folder or below any URL, relative to heat/. */
export const LAUNCHED = [
  'rota.yaml',
  'rackspace.yaml',
  'rackspace_environment.yaml',
  'rota',
  'rackspace',
  'files',
] as const;

/** The templates, relative to heat/. */
export const TEMPLATES: readonly string[] = [
  'rota.yaml',
  'rackspace.yaml',
  ...['rota', 'rackspace'].flatMap((folder) => readdirSync(join(HEAT, folder)).map((name) => `${folder}/${name}`)),
];

/**
 * A template with the version of each nested one after its name, a digest of its content: `webapp.yaml#1f2e3d4c.yaml`. Heat takes the
 * members of a group one after the other only when the group's own words changed, and keeps the old file for those that wait only when
 * the new one has another name (docs/decisions/0161). To clients, what follows the # belongs to no path.
 */
function withVersions(name: string): string {
  return read(name).replace(
    /(\btype: )([a-z_/]+\.yaml)(?:#[0-9a-f]{8}\.yaml)?/g,
    (_, key: string, nested: string) =>
      `${key}${nested}#${digest(withVersions(join(dirname(name), nested))).slice(0, 8)}.yaml`,
  );
}

/** A list as sha256sum reads it, with the sums of what the archive's files hold now. */
function withSums(name: string): string {
  return read(name).replace(
    /^[0-9a-f]{64} {2}(.+)$/gm,
    (_, path: string) => `${digest(readFileSync(archived(path)))}  ${path}`,
  );
}

/** Where a file of rota-pipeline.tar.gz comes from: Heat's own programs, or the pipeline's. */
export const archived = (path: string) => join(path.startsWith('programs/') ? HEAT : join(ROOT, 'pipeline'), path);

const read = (name: string) => readFileSync(join(HEAT, name), 'utf8');
const digest = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

/** Finds what does not tell the version of what it names, and writes it when asked to. @returns the paths of it, relative to heat/ */
export function versions(write: boolean): string[] {
  const told = new Map([
    ...readdirSync(join(HEAT, SUMS)).map((name): [string, string] => [`${SUMS}/${name}`, withSums(`${SUMS}/${name}`)]),
    ...TEMPLATES.map((name): [string, string] => [name, withVersions(name)]),
    [PAGE, withParameterTable(read(PAGE), read('rota.yaml'))],
  ]);
  const stale = [...told].filter(([name, text]) => read(name) !== text);
  for (const [name, text] of write ? stale : []) writeFileSync(join(HEAT, name), text);
  return stale.map(([name]) => name);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const changed = versions(true);
  console.log(changed.length === 0 ? 'All versions are told.' : `Wrote the versions into ${changed.join(', ')}.`);
}
