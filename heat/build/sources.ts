import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeatBuildError } from './errors';
import { isMap, parseYaml, type Yaml, type YamlMap } from './yaml';

const ROOT = join(import.meta.dirname, '../..');
const SOURCE = join(ROOT, 'heat/src');

/** Reads a file of the repository; `path` is relative to its root. @throws HeatBuildError when it is not there */
export function readRepository(path: string): string {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    throw new HeatBuildError(`${path} is named under heat/src and is not there; correct the name or restore the file.`);
  }
}

export const readSource = (path: string): Yaml => parseYaml(readRepository(`heat/src/${path}`), join(SOURCE, path));

/** What a `$name:` key in a source stands for: it yields the entries that take the key's place. */
export type Macro = (argument: Yaml) => YamlMap;

const include: Macro = (argument) => {
  const paths = Array.isArray(argument) ? argument : [argument];
  const parts = paths.map((path) => {
    const part = readSource(String(path));
    if (!isMap(part)) throw new HeatBuildError(`${path} is included and holds no mapping.`);
    return part;
  });
  return Object.assign({}, ...parts);
};

/** Replaces every macro key of a tree: `$include: file` by the file's entries, others by what `macros` makes of them. */
export function expand(node: Yaml, macros: Record<string, Macro>): Yaml {
  if (Array.isArray(node)) return node.map((item) => expand(item, macros));
  if (!isMap(node)) return node;
  const all: Record<string, Macro> = { $include: include, ...macros };
  const result: YamlMap = {};
  for (const [key, value] of Object.entries(node)) {
    const macro = all[key];
    const entries = macro ? (expand(macro(value), macros) as YamlMap) : { [key]: expand(value, macros) };
    for (const [name, entry] of Object.entries(entries)) {
      if (name in result) throw new HeatBuildError(`"${name}" stands twice in one mapping under heat/src.`);
      result[name] = entry;
    }
  }
  return result;
}
