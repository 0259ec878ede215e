/** Says what a command in a real Kibana needs and does not have; undefined when all is there. */
export function missingKibana(what: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env['KIBANA_HOME'] && env['ELASTICSEARCH_HOME']) return undefined;
  const set = (name: string) => (env[name] ? `is ${env[name]}` : 'is not set');
  return `${what} need a real Kibana, which no package registry offers. Nothing was run. Name

  KIBANA_HOME          an unpacked Kibana 8.12.2 (left as it is: a private copy gets the plugin); it ${set('KIBANA_HOME')}
  ELASTICSEARCH_HOME   an unpacked, full Elasticsearch 8.12; it ${set('ELASTICSEARCH_HOME')}`;
}
