import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const PARTS = 'bench|common|dev|docs|heat|pipeline|public|scripts|sdk|server|stack|test';
/** `server/settings.ts` or `docs/heat.md`; what has a `<name>`, a `*` or `…` in it stands for several. */
const IN_QUOTES = new RegExp(`\`((?:${PARTS})/[\\w./-]*)\``, 'g');
const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g;
/** What `npm run build` or a run makes. */
const MADE = /(^|\/)(dist|build|node_modules)(\/|$)/;

/** Pages that say how things are; decisions tell of their day, and the changelog of all days. */
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('/README.md') && !MADE.test(name) && !name.startsWith('.') && !name.startsWith('docs/'),
  ),
];

const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

describe('the documentation', () => {
  it('was found', () => {
    expect(pages.length).toBeGreaterThan(12);
  });

  it.each(pages)('%s names files that exist', (page) => {
    const text = textOf(page);
    const linked = [...text.matchAll(LINK)].map(([, path = '']) => join(dirname(page), path));
    const named = [...text.matchAll(IN_QUOTES)].map(([, path = '']) => path);
    const absent = [...linked, ...named].filter((path) => !MADE.test(path) && !existsSync(join(root, path)));
    expect(absent).toEqual([]);
  });
});

describe('the way of an nginx line, file by file (docs/architecture.md)', () => {
  const [, section = ''] = textOf('docs/architecture.md').split(/^## The way of an nginx line, file by file$/m);
  const rows = section
    .split(/^## /m)[0]!
    .split('\n')
    .flatMap((line) => {
      const [, file, by] = /^\| `([^`]+)` \| (?:`([^`]+)`)? ?\|/.exec(line) ?? [];
      return file ? [{ file, by }] : [];
    });

  it('is told from the file that nginx writes to the answer of Elasticsearch', () => {
    expect(rows.length).toBeGreaterThan(10);
  });

  it.each(rows.map(({ file, by }, n) => [file, by, n] as const))('%s is where it comes by %s', (file, by, n) => {
    if (n === 0) return expect(existsSync(join(root, file))).toBe(true);
    expect(by).toBeDefined();
    expect(textOf(file)).toContain(by);
    const above = rows.slice(0, n).filter((row) => textOf(row.file).includes(by as string));
    expect(above.map((row) => row.file)).not.toEqual([]);
  });
});
