import { fromKueryExpression, type KueryNode, toElasticsearchQuery } from '@kbn/es-query';
import { DATE_FIELDS } from '../../common/ecs';

/**
 * KQL by Kibana's own parser, with which ours is compared; throws where it is refused. Its time doubles and more with each
 * bracket inside another: hand it no more than six.
 */
export function kibanaQuery(kql: string, zone?: string): Record<string, unknown> {
  if (kql.trim() === '') return { match_all: {} };
  const node = fromKueryExpression(kql);
  refusePatterns(node);
  const options = { nestedIgnoreUnmapped: true, ...(zone === undefined ? {} : { dateFormatTZ: zone }) };
  return toElasticsearchQuery(node, zone === undefined ? undefined : DATES, options);
}

/** As Kibana's search bar knows the fields that are dates. */
const DATES = {
  title: 'logs-*',
  fields: DATE_FIELDS.map((name) => ({ name, type: 'date', esTypes: ['date'], searchable: true, aggregatable: true })),
};

/** Without a data view a pattern for a field's name would silently find nothing, unless it asks only whether one exists. */
function refusePatterns({ function: name, arguments: [field, ...rest] = [] }: KueryNode): void {
  if (name === 'is' || name === 'range') {
    if (isWildcard(field) && !(name === 'is' && isStar(rest[0]))) {
      throw new Error('name one field. A pattern such as http.* can only be asked for *.');
    }
    return;
  }
  for (const child of [field, ...rest]) if (isNode(child)) refusePatterns(child);
}

function isNode(value: unknown): value is KueryNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function isWildcard(value: unknown): value is KueryNode {
  return isNode(value) && value.type === 'wildcard';
}

function isStar(value: unknown): boolean {
  return isWildcard(value) && value.value === '@kuery-wildcard@';
}
