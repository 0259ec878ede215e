import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout } from '../stack/layout.js';

const folder = join(checkout, 'docs', 'decisions');
const files = readdirSync(folder).filter((name) => name !== 'README.md');

/** The row that the index should have for a page, but for its date. */
function rowOf(file: string): { page: string; title: string; state: string } {
  const text = readFileSync(join(folder, file), 'utf8');
  const number = file.slice(0, 4);
  const title = new RegExp(`^# ${number}: (.+)\n`).exec(text)?.[1] ?? `${file} must begin with "# ${number}: …"`;
  const replaced = /^\*\*Replaced by \[(\d{4})\]/m.exec(text)?.[1];
  return { page: `[${number}](${file})`, title, state: replaced ? `replaced by ${replaced}` : 'stands' };
}

test('the index of decisions has each page once, with its title and state, in the order of their numbers', () => {
  const rows = readFileSync(join(folder, 'README.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ['))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, page, title, date, state]) => ({ page, title, date, state }));
  expect(rows.map(({ page, title, state }) => ({ page, title, state }))).toEqual(files.sort().map(rowOf));
  for (const { date } of rows) expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
});

test('no two decisions have one number, and what replaced another is there', () => {
  const numbers = files.map((file) => file.slice(0, 4));
  expect(numbers.filter((number, i) => numbers.indexOf(number) !== i)).toEqual([]);
  const replacing = files.flatMap((file) => /^replaced by (\d{4})$/.exec(rowOf(file).state)?.[1] ?? []);
  expect(replacing.filter((number) => !numbers.includes(number))).toEqual([]);
});
