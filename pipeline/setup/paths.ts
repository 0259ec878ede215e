import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Files that a path names, with `*` and `?` in any of its parts. */
export function matching(pattern: string): string[] {
  let paths = ['/'];
  for (const part of pattern.split('/').filter((one) => one !== '')) {
    paths = paths.flatMap((path) => (/[*?]/.test(part) ? named(path, part) : [join(path, part)]));
  }
  return paths.filter((path) => existsSync(path) && statSync(path).isFile()).sort();
}

function named(folder: string, part: string): string[] {
  const escaped = part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const form = new RegExp(`^${escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
  try {
    return readdirSync(folder)
      .filter((name) => form.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map((name) => join(folder, basename(name)));
  } catch {
    return [];
  }
}
