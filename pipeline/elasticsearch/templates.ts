import { FIELDS, type FieldNode, type FieldType, fieldTree } from './fields';

/** Grows with every change of the templates; rota-setup puts a newer one over an older, never the reverse. */
export const TEMPLATE_VERSION = 6;

/** Days that logs are kept unless a site says otherwise. */
export const DEFAULT_RETENTION_DAYS = 30;

/** A node can do more or less: the one that the tests run has no lifecycle at all. */
export interface NodeAbilities {
  indexLifecycle: boolean;
  dataStreamLifecycle: boolean;
}

type Mapping = Record<string, unknown>;

const LEAVES: Readonly<Record<Exclude<FieldType, 'nested'>, Mapping>> = {
  // Longer values stay in the document but are not searched for; 1,024 characters is ECS's own limit.
  keyword: { type: 'keyword', ignore_above: 1024 },
  // 8,191 characters of up to four bytes stay under Lucene's limit of 32,766 bytes a term.
  long_keyword: { type: 'keyword', ignore_above: 8191 },
  stored: { type: 'keyword', index: false, doc_values: false },
  text: { type: 'text', norms: false },
  date: { type: 'date', ignore_malformed: true },
  ip: { type: 'ip', ignore_malformed: true },
  long: { type: 'long', ignore_malformed: true },
  double: { type: 'double', ignore_malformed: true },
  boolean: { type: 'boolean', ignore_malformed: true },
  flattened: { type: 'flattened', ignore_above: 1024, depth_limit: 20 },
};

function properties(node: FieldNode): Record<string, Mapping> {
  return Object.fromEntries([...(node.children ?? [])].map(([name, child]) => [name, mapping(child)]));
}

function mapping(node: FieldNode): Mapping {
  if (node.type === 'object') return { properties: properties(node) };
  if (node.type === 'nested') return { type: 'nested', dynamic: false, properties: properties(node) };
  return LEAVES[node.type];
}

/** `dynamic: false`: a field that the table does not name is kept in `_source` and never changes the mapping. */
export function mappings(): Mapping {
  const all = properties(fieldTree(FIELDS));
  // A data stream's time must be one valid date; the indexer sees to it.
  all['@timestamp'] = { type: 'date' };
  // By which an index tells what made it (pipeline/setup/data_streams.ts).
  const _meta = { rota_template: TEMPLATE_VERSION };
  return { _meta, dynamic: false, date_detection: false, numeric_detection: false, properties: all };
}

export function templateName(namespace: string): string {
  return `logs-${namespace}`;
}

/** The component template in which a site keeps what it sets differently. */
export function customName(namespace: string): string {
  return `logs-${namespace}@custom`;
}

export function policyName(namespace: string): string {
  return `logs-${namespace}`;
}

/**
 * The one index template, for `logs-*-<namespace>`. Priority 350: a full node's own `logs` has 100 and Elastic's nginx
 * integration 200, and Rota's must win for its namespace only.
 */
export function indexTemplate(namespace: string, abilities: NodeAbilities, retentionDays: number): Mapping {
  const lifecycle = abilities.indexLifecycle ? { 'index.lifecycle.name': policyName(namespace) } : {};
  const retention =
    !abilities.indexLifecycle && abilities.dataStreamLifecycle
      ? { lifecycle: { data_retention: `${retentionDays}d` } }
      : {};
  return {
    index_patterns: [`logs-*-${namespace}`],
    priority: 350,
    version: TEMPLATE_VERSION,
    data_stream: {},
    // A site's own settings (shards, refresh); rota-setup neither makes nor changes it.
    composed_of: [customName(namespace)],
    ignore_missing_component_templates: [customName(namespace)],
    _meta: { managed_by: 'rota-setup', description: `Rota's logs in namespace ${namespace}` },
    template: {
      settings: {
        // One node: no replica; more: one. Shards and refresh stay Elasticsearch's defaults (docs/operations.md).
        'index.auto_expand_replicas': '0-1',
        'index.mapping.total_fields.limit': 1000,
        'index.query.default_field': ['message', 'error.message', 'url.path', 'http.request.id'],
        ...lifecycle,
      },
      mappings: mappings(),
      ...retention,
    },
  };
}

/** Rolls over daily or at 50 GB a shard, deletes after the retention. */
export function lifecyclePolicy(retentionDays: number): { policy: { phases: Mapping; _meta: Mapping } } {
  return {
    policy: {
      _meta: { managed_by: 'rota-setup' },
      phases: {
        hot: { min_age: '0ms', actions: { rollover: { max_age: '1d', max_primary_shard_size: '50gb' } } },
        delete: { min_age: `${retentionDays}d`, actions: { delete: {} } },
      },
    },
  };
}
