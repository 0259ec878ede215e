import type { FieldInfo, FieldsData } from '../../../common/api';
import { MAX_FIELDS } from '../../../common/api';
import type { Context } from '../../context';
import type { Dsl } from '../../host';
import { keyedBucketsOf } from '../../search/buckets';
import type { NamedSearch, SearchAnswer } from '../../search/msearch';
import { existsQuery, nestedPathOf } from '../../search/nested';
import type { Matching } from '../requests/matching';

/** Types of which can be counted who has a value. */
const COUNTABLE = new Set([
  'keyword',
  'text',
  'long',
  'double',
  'date',
  'ip',
  'boolean',
  'flattened',
  'integer',
  'float',
  'short',
  'nested',
]);
const INTERNAL = /^_(?!source$)|^_source$/;

interface Capability {
  type: string;
  searchable: boolean;
  aggregatable: boolean;
  metadata_field?: boolean;
}

/** Fields with type and the share of the matching lines that carry each: first of the requests' own, then the webapps'. */
export async function listFields(
  entries: readonly Matching[],
  context: Context,
): Promise<NonNullable<FieldsData['list']>> {
  const index = [...new Set(entries.map(({ entry }) => entry.index))].join(',');
  const capabilities = await context.send<{ fields: Record<string, Record<string, Capability>> }>({
    method: 'GET',
    path: `/${encodeURIComponent(index)}/_field_caps`,
    querystring: { fields: '*', ignore_unavailable: true, allow_no_indices: true },
  });
  const known = Object.entries(capabilities.fields).flatMap(([name, types]) => fieldOf(name, types));
  const fields = known.slice(0, MAX_FIELDS);
  const searches = Object.fromEntries(
    entries.map(({ entry, filter }) => [entry.name, coverageSearch(entry.index, filter, fields)]),
  );
  const answers = await context.askAll(searches);
  const counted = fields.map((field) => {
    const shares = entries.map(({ entry }) => coverageOf(field, entry.name, answers[entry.name]!));
    return shares.find(({ coverage }) => coverage !== null && coverage > 0) ?? shares[0]!;
  });
  return {
    lines: answers[entries[0]!.entry.name]!.total,
    fields: counted.filter(({ coverage }) => coverage !== 0).sort((a, b) => a.name.localeCompare(b.name)),
    empty: counted.flatMap(({ name, coverage }) => (coverage === 0 ? [name] : [])).sort(),
    truncated: known.length > fields.length,
  };
}

function coverageSearch(index: string, filter: Dsl[], fields: readonly FieldInfo[]): NamedSearch {
  const exists = fields.flatMap(({ name, type }): [string, Dsl][] => {
    return COUNTABLE.has(type) ? [[name, existsQuery(name)]] : [];
  });
  const aggs = exists.length > 0 ? { fields: { filters: { filters: Object.fromEntries(exists) } } } : {};
  return { index, body: { size: 0, track_total_hits: true, query: { bool: { filter } }, aggs } };
}

function coverageOf(field: FieldInfo, entry: string, answer: SearchAnswer): FieldInfo {
  const count = keyedBucketsOf(answer.aggregations, 'fields')[field.name]?.doc_count;
  return {
    ...field,
    counted_at: entry,
    coverage: count === undefined ? null : count / Math.max(1, answer.total),
  };
}

/** Objects have no values of their own. */
function fieldOf(name: string, types: Record<string, Capability>): FieldInfo[] {
  const all = Object.values(types).filter(({ type }) => type !== 'unmapped');
  const [first] = all;
  if (!first || INTERNAL.test(name) || all.some(({ metadata_field }) => metadata_field) || first.type === 'object')
    return [];
  return [
    {
      name,
      type: new Set(all.map(({ type }) => type)).size > 1 ? 'conflict' : first.type,
      searchable: all.every(({ searchable }) => searchable) || first.type === 'nested',
      aggregatable: all.every(({ aggregatable }) => aggregatable),
      nested: nestedPathOf(name),
      coverage: null,
      counted_at: '',
    },
  ];
}
