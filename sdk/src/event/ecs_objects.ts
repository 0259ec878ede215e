/**
 * Where ECS 8.11 has an object, at the top of an event and below: nothing else may stand there, or Elasticsearch refuses the
 * whole document.
 */
export interface Shape {
  readonly [name: string]: Shape;
}

/** Without a prototype: a field may be called `constructor`. */
const shape = (members: Shape): Shape => Object.assign(Object.create(null), members);
const leaf = shape({});
const of = (...names: string[]): Shape => shape(Object.fromEntries(names.map((name) => [name, leaf])));
const party = shape({ ...of('as', 'geo', 'nat'), user: of('group') });

/** Names of objects by name: ECS's field sets at the root, and Rota's own. */
export const ECS_OBJECTS = shape({
  ...of('agent', 'data_stream', 'ecs', 'error', 'event', 'group', 'labels', 'package', 'parent', 'related'),
  ...of('span', 'trace', 'transaction', 'url', 'vulnerability', 'faas', 'volume', 'haproxy', 'registry', 'threat'),
  ...of('container', 'device', 'dll', 'dns', 'email', 'network', 'orchestrator', 'organization', 'rule', 'tls'),
  client: party,
  cloud: of('account', 'instance', 'machine', 'project', 'service', 'origin', 'target'),
  destination: party,
  file: of('hash', 'x509'),
  host: of('geo', 'cpu', 'disk', 'network', 'os'),
  http: shape({ request: of('body'), response: of('body') }),
  log: shape({ ...of('file', 'syslog'), origin: of('file') }),
  nginx: of('error'),
  observer: of('geo', 'ingress', 'egress', 'os'),
  process: of('parent', 'thread', 'hash'),
  rota: of('extra', 'sdk', 'drop', 'upstream'),
  server: party,
  service: of('node', 'origin', 'target'),
  source: party,
  user: of('group', 'target', 'effective', 'changes'),
  user_agent: of('device', 'os'),
});

/** Whether no value stands where an object belongs. */
export function fits(value: unknown, shape: Shape | undefined): boolean {
  if (shape === undefined || value === undefined) return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in shape) {
    if (!fits((value as Record<string, unknown>)[name], shape[name])) return false;
  }
  return true;
}
