/** The narrow part of Kibana 8.12's own modules that the plugin uses; Kibana publishes no types. */
declare module '@kbn/config-schema' {
  interface Schema {
    object(fields: Record<string, unknown>, options?: unknown): unknown;
    any(options?: unknown): unknown;
    maybe(type: unknown): unknown;
    recordOf(key: unknown, value: unknown, options?: unknown): unknown;
    string(options?: unknown): unknown;
    number(options?: unknown): unknown;
  }
  export const schema: Schema;
}

declare module '@kbn/es-query' {
  export interface KueryNode {
    type: string;
    function?: string;
    arguments?: unknown[];
    value?: unknown;
  }
  export function fromKueryExpression(kql: string): KueryNode;
  export function toElasticsearchQuery(
    node: KueryNode,
    dataView: undefined,
    config: { nestedIgnoreUnmapped?: boolean },
  ): Record<string, unknown>;
}
