import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';

export interface CollectedTemplate {
  template: string;
  /** Nested templates by the name that their parent's `type` gives them, and what `get_file` names. */
  files: Record<string, string>;
}

/**
 * Collects a template and its files as a client does: every `get_file`, and every `type:` that ends in .yaml, is read relative to the
 * file that names it, and named by its absolute URL in both places.
 */
export function collectTemplate(path: string): CollectedTemplate {
  const files: Record<string, string> = {};
  const template = readFileSync(path, 'utf8');
  return { template: resolve(template, path, files), files };
}

/** Collects an environment and the provider templates of its resource_registry, as a client does. */
export function collectEnvironment(path: string) {
  const files: Record<string, string> = {};
  const environment = load(readFileSync(path, 'utf8'), { schema: CORE_SCHEMA }) as {
    resource_registry: Record<string, string>;
    parameter_defaults: Record<string, unknown>;
  };
  const registry = Object.entries(environment.resource_registry).map(([type, file]) => {
    const provider = join(dirname(path), file);
    files[`file://${provider}`] = resolve(readFileSync(provider, 'utf8'), provider, files);
    return [type, `file://${provider}`];
  });
  return { environment: { ...environment, resource_registry: Object.fromEntries(registry) }, files };
}

/** A nested template's name bears a digest after a `#`, which belongs to no path. */
export const pathOf = (name: string) => name.replace(/#.*$/, '');

function resolve(text: string, path: string, files: Record<string, string>): string {
  const tree = load(text, { schema: CORE_SCHEMA });
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => {
        if (key === 'get_file') {
          const file = join(dirname(path), String(value));
          files[`file://${file}`] ??= readFileSync(file, 'utf8');
          return [key, `file://${file}`];
        }
        if (key !== 'type' || typeof value !== 'string' || !value.endsWith('.yaml')) return [key, walk(value)];
        const nested = join(dirname(path), value);
        const name = `file://${nested}`;
        files[name] ??= resolve(readFileSync(pathOf(nested), 'utf8'), nested, files);
        return [key, name];
      }),
    );
  };
  return JSON.stringify(walk(tree));
}
