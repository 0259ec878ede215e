/**
 * `agent.type` of lines that rota-setup read from files that were there already: between the time which they bear and their receipt nothing was late.
 */
export const IMPORTER = 'rota-import';

/** Field names that queries and models share: ECS 8.11, Elastic's `haproxy.*`, and Rota's own `rota.*`. */
export const FIELDS = {
  timestamp: '@timestamp',
  created: 'event.created',
  ingested: 'event.ingested',
  dataset: 'event.dataset',
  streamDataset: 'data_stream.dataset',
  sequence: 'event.sequence',
  duration: 'event.duration',
  run: 'agent.ephemeral_id',
  agentType: 'agent.type',
  host: 'host.name',
  tier: 'rota.tier',
  pool: 'rota.pool',
  attempts: 'rota.attempts',
  upstreamAddress: 'rota.upstream.address',
  upstreamStatus: 'rota.upstream.status_code',
  upstreamDuration: 'rota.upstream.duration',
  /** nginx's connection, in its error lines and in Rota's access lines. */
  nginxConnection: 'nginx.error.connection_id',
  haproxyServer: 'haproxy.server_name',
  haproxyBackend: 'haproxy.backend_name',
  requestId: 'http.request.id',
  traceId: 'trace.id',
  method: 'http.request.method',
  status: 'http.response.status_code',
  path: 'url.path',
  service: 'service.name',
  version: 'service.version',
  environment: 'service.environment',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  tags: 'tags',
  message: 'message',
  original: 'event.original',
  level: 'log.level',
} as const;

/** The fields that the template maps as dates: a time without an offset in them is meant in the user's zone. */
export const DATE_FIELDS: readonly string[] = [
  FIELDS.timestamp,
  FIELDS.created,
  FIELDS.ingested,
  'event.start',
  'event.end',
];
