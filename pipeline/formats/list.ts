import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from './program';

const FOLDER = import.meta.dirname;
const REGISTRY = join(FOLDER, 'registry.ts');
const DOCS = join(FOLDER, '../../docs/formats.md');

/** The folders that hold a program. */
export function programFolders(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((one) => one.isDirectory() && existsSync(join(FOLDER, one.name, 'program.ts')))
    .map(({ name }) => name)
    .sort();
}

/** registry.ts as it should be. */
export function registryText(folders: readonly string[] = programFolders()): string {
  const imports: [string, string][] = folders.map((name) => [`./${name}/program`, `{ ${name} }`]);
  imports.push(['./program', 'type { Program }']);
  return [
    '// Written by `npx tsx pipeline/formats/list.ts`: the folders beside it.',
    ...imports.sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, what]) => `import ${what} from '${path}';`),
    '',
    'const TIERS = { lb: 0, frontend: 1, webapp: 2 };',
    '',
    '// biome-ignore format: as it was written',
    `const ALL: readonly Program[] = [${folders.join(', ')}];`,
    '',
    '/** In the order in which a line is asked about: what a balancer writes is never a frontend’s. */',
    'export const PROGRAMS: readonly Program[] = [...ALL].sort(',
    '  (a, b) => TIERS[a.tier] - TIERS[b.tier] || (a.rank ?? 50) - (b.rank ?? 50),',
    ');',
    '',
  ].join('\n');
}

const [BEGIN, END] = ['<!-- formats -->\n', '<!-- /formats -->'];

/** docs/formats.md with its table as it should be. */
export function docsText(programs: readonly Program[], text = readFileSync(DOCS, 'utf8')): string {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from === -1 || to === -1) throw new Error(`docs/formats.md has no ${BEGIN.trim()} and ${END}`);
  const rows = programs.flatMap(({ title, tier, formats }) =>
    formats.map(({ what, dataset }) => `| ${title} | ${what} | \`${dataset}\` | ${tier} |`),
  );
  const table = ['| program | what | data set | tier |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
  return `${text.slice(0, from + BEGIN.length)}${table}${text.slice(to)}`;
}

export function isUpToDate(programs: readonly Program[]): boolean {
  return readFileSync(REGISTRY, 'utf8') === registryText() && readFileSync(DOCS, 'utf8') === docsText(programs);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(REGISTRY, registryText());
  const { PROGRAMS } = await import('./registry');
  writeFileSync(DOCS, docsText(PROGRAMS));
}
