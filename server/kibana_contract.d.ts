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
