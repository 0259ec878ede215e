/** The part of Kibana 8.12's own KQL that ours is compared with; Kibana publishes no types. */
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
    dataView: { title: string; fields: object[] } | undefined,
    config: { nestedIgnoreUnmapped?: boolean; dateFormatTZ?: string },
  ): Record<string, unknown>;
}
