/**
 * Every field that Rota indexes, by its dotted name: ECS 8.11 names and types where ECS has the field (its `wildcard`,
 * `match_only_text` and `constant_keyword` become `keyword` and `text`, which every node has), Elastic's names for
 * `haproxy.*` and `nginx.*`, and `rota.*`. The index template and the check in front of the bulk are both made from
 * this one table; what is not in it goes to `rota.extra`.
 */
export type FieldType =
  | 'keyword'
  /** A keyword that may be long: a URL, a header. */
  | 'long_keyword'
  /** Kept in `_source`, neither indexed nor searchable. */
  | 'stored'
  | 'text'
  | 'date'
  | 'ip'
  | 'long'
  | 'double'
  | 'boolean'
  | 'flattened'
  | 'nested';

const group = (prefix: string, fields: Record<string, FieldType>): Record<string, FieldType> =>
  Object.fromEntries(Object.entries(fields).map(([name, type]) => [`${prefix}.${name}`, type]));

const address: Record<string, FieldType> = {
  address: 'keyword',
  ip: 'ip',
  port: 'long',
  bytes: 'long',
  domain: 'keyword',
};

const ecs: Record<string, FieldType> = {
  '@timestamp': 'date',
  message: 'text',
  tags: 'keyword',
  labels: 'flattened',
  'ecs.version': 'keyword',
  'trace.id': 'keyword',
  'transaction.id': 'keyword',
  'span.id': 'keyword',
  'parent.id': 'keyword',
  ...group('agent', {
    ephemeral_id: 'keyword',
    id: 'keyword',
    name: 'keyword',
    type: 'keyword',
    version: 'keyword',
  }),
  ...group('client', address),
  ...group('source', address),
  ...group('server', address),
  ...group('destination', address),
  ...group('data_stream', { type: 'keyword', dataset: 'keyword', namespace: 'keyword' }),
  ...group('error', {
    code: 'keyword',
    id: 'keyword',
    message: 'text',
    stack_trace: 'text',
    type: 'keyword',
  }),
  ...group('event', {
    action: 'keyword',
    category: 'keyword',
    code: 'keyword',
    created: 'date',
    dataset: 'keyword',
    duration: 'long',
    end: 'date',
    id: 'keyword',
    ingested: 'date',
    kind: 'keyword',
    module: 'keyword',
    original: 'stored',
    outcome: 'keyword',
    provider: 'keyword',
    reason: 'keyword',
    sequence: 'long',
    severity: 'long',
    start: 'date',
    timezone: 'keyword',
    type: 'keyword',
  }),
  ...group('host', { name: 'keyword', hostname: 'keyword', id: 'keyword', ip: 'ip', 'os.type': 'keyword' }),
  ...group('http', {
    version: 'keyword',
    'request.id': 'keyword',
    'request.method': 'keyword',
    'request.mime_type': 'keyword',
    'request.referrer': 'long_keyword',
    'request.bytes': 'long',
    'request.body.bytes': 'long',
    'response.status_code': 'long',
    'response.mime_type': 'keyword',
    'response.bytes': 'long',
    'response.body.bytes': 'long',
  }),
  ...group('log', {
    level: 'keyword',
    logger: 'keyword',
    'file.path': 'keyword',
    offset: 'long',
    'origin.file.name': 'keyword',
    'origin.file.line': 'long',
    'origin.function': 'keyword',
    // Where the message came from, as the receiver saw it.
    'source.address': 'keyword',
    'syslog.appname': 'keyword',
    'syslog.facility.code': 'long',
    'syslog.facility.name': 'keyword',
    'syslog.hostname': 'keyword',
    'syslog.msgid': 'keyword',
    'syslog.priority': 'long',
    'syslog.procid': 'keyword',
    'syslog.severity.code': 'long',
    'syslog.severity.name': 'keyword',
    'syslog.structured_data': 'flattened',
    'syslog.version': 'keyword',
  }),
  ...group('network', { protocol: 'keyword', transport: 'keyword', type: 'keyword', forwarded_ip: 'ip' }),
  ...group('observer', {
    hostname: 'keyword',
    name: 'keyword',
    product: 'keyword',
    type: 'keyword',
    version: 'keyword',
  }),
  ...group('process', {
    name: 'keyword',
    pid: 'long',
    title: 'keyword',
    'thread.id': 'long',
    'thread.name': 'keyword',
  }),
  ...group('service', {
    environment: 'keyword',
    name: 'keyword',
    version: 'keyword',
    type: 'keyword',
    id: 'keyword',
    ephemeral_id: 'keyword',
    'node.name': 'keyword',
  }),
  ...group('tls', {
    cipher: 'keyword',
    version: 'keyword',
    version_protocol: 'keyword',
    'client.server_name': 'keyword',
  }),
  ...group('url', {
    domain: 'keyword',
    extension: 'keyword',
    fragment: 'long_keyword',
    full: 'long_keyword',
    original: 'long_keyword',
    path: 'long_keyword',
    port: 'long',
    query: 'long_keyword',
    scheme: 'keyword',
  }),
  ...group('user', { id: 'keyword', name: 'keyword' }),
  ...group('user_agent', {
    original: 'long_keyword',
    name: 'keyword',
    version: 'keyword',
    'device.name': 'keyword',
    'os.name': 'keyword',
    'os.version': 'keyword',
    'os.full': 'keyword',
  }),
};

const products: Record<string, FieldType> = {
  ...group('haproxy', {
    backend_name: 'keyword',
    backend_queue: 'long',
    bind_name: 'keyword',
    bytes_read: 'long',
    connection_wait_time_ms: 'long',
    'connections.active': 'long',
    'connections.backend': 'long',
    'connections.frontend': 'long',
    'connections.retries': 'long',
    'connections.server': 'long',
    error_message: 'text',
    frontend_name: 'keyword',
    'http.request.captured_cookie': 'keyword',
    'http.request.captured_headers': 'keyword',
    'http.request.raw_request_line': 'long_keyword',
    'http.request.time_wait_ms': 'long',
    'http.request.time_wait_without_data_ms': 'long',
    'http.response.captured_cookie': 'keyword',
    'http.response.captured_headers': 'keyword',
    mode: 'keyword',
    server_name: 'keyword',
    server_queue: 'long',
    source: 'keyword',
    'tcp.connection_waiting_time_ms': 'long',
    termination_state: 'keyword',
    time_backend_connect: 'long',
    time_queue: 'long',
    total_time_ms: 'long',
    total_waiting_time_ms: 'long',
  }),
  ...group('nginx', {
    'access.remote_ip_list': 'keyword',
    'error.connection_id': 'long',
    'error.errno': 'long',
  }),
};

const upstream: Record<string, FieldType> = {
  address: 'keyword',
  status_code: 'long',
  duration: 'long',
  connect_duration: 'long',
  header_duration: 'long',
};

const rota: Record<string, FieldType> = group('rota', {
  tier: 'keyword',
  pool: 'keyword',
  cause: 'keyword',
  claimed_dataset: 'keyword',
  claimed_host: 'keyword',
  claimed_id: 'keyword',
  input: 'keyword',
  raw: 'stored',
  reason: 'long_keyword',
  request_line: 'long_keyword',
  truncated: 'boolean',
  extra: 'flattened',
  ...group('upstream', upstream),
  attempts: 'nested',
  ...group('attempts', { n: 'long', ...upstream }),
  ...group('drop', { cause: 'keyword', count: 'long', first_sequence: 'long', last_sequence: 'long' }),
  // What an SDK transport says of itself (sdk/src/reporter.ts).
  ...group('sdk', {
    acknowledged: 'long',
    closing: 'boolean',
    dropped: 'long',
    dropped_by_cause: 'flattened',
    highest_sequence: 'long',
    queued: 'long',
    reconnects: 'long',
    resent: 'long',
    spooled: 'long',
    transport: 'keyword',
  }),
  ...group('indexer', {
    indexed: 'long',
    conflicts: 'long',
    refused: 'long',
    deadlettered: 'long',
    id_conflicts: 'long',
    senders: 'long',
    retries: 'long',
    lookups: 'long',
    replayed: 'long',
    oldest_ms: 'long',
    state: 'keyword',
  }),
  // One counter set of rsyslog's impstats a document; a dot in a counter's name is an underscore here.
  ...group('rsyslog', {
    name: 'keyword',
    origin: 'keyword',
    size: 'long',
    maxqsize: 'long',
    enqueued: 'long',
    full: 'long',
    discarded_full: 'long',
    discarded_nf: 'long',
    processed: 'long',
    failed: 'long',
    suspended: 'long',
    suspended_duration: 'long',
    resumed: 'long',
    submitted: 'long',
    values: 'flattened',
  }),
  // A change of a pool, as docs/architecture.md describes it.
  ...group('health', {
    address: 'keyword',
    cause: 'keyword',
    detection_gap: 'long',
    duration: 'long',
    host: 'keyword',
    pool: 'keyword',
    state: 'keyword',
    tier: 'keyword',
    user_failures: 'long',
  }),
});

export const FIELDS: Readonly<Record<string, FieldType>> = { ...ecs, ...products, ...rota };

/** The table as a tree: a leaf is a type, a branch an object; `nested` is a branch that Elasticsearch keeps apart. */
export interface FieldNode {
  type: FieldType | 'object';
  children?: Map<string, FieldNode>;
}

export function fieldTree(fields: Readonly<Record<string, FieldType>> = FIELDS): FieldNode {
  const root: FieldNode = { type: 'object', children: new Map() };
  for (const [name, type] of Object.entries(fields)) {
    let node = root;
    for (const part of name.split('.')) {
      node.children ??= new Map();
      let child = node.children.get(part);
      if (!child) {
        child = { type: 'object' };
        node.children.set(part, child);
      }
      node = child;
    }
    node.type = type;
  }
  return root;
}
