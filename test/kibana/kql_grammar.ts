import fc from 'fast-check';

/** Queries as people write them, over fields of every type that the fixture has. Each must find what Kibana's own finds. */
export const QUERIES = [
  '*',
  'web-3',
  'web-*',
  '"GET /checkout"',
  'http.response.status_code : 503',
  'http.response.status_code >= 500',
  'http.response.status_code >= 500 and not host.name : frontend-2',
  'http.response.status_code > 399 AND http.response.status_code < 500',
  'http.response.status_code : (500 or 502 or 503)',
  'http.response.status_code : *',
  'not http.response.status_code : *',
  'host.name : web-3',
  'host.name : web-*',
  'host.name : (web-1 or web-2) and event.dataset : rota.access',
  'host.name : (not web-1)',
  'HOST.NAME : web-3',
  'host.name : WEB-3',
  'url.path : "/checkout"',
  'url.path : /checkout',
  'url.path : /products/*',
  'url.path : */4711',
  'url.path:/cart or url.path:/checkout and http.request.method:POST',
  '(url.path:/cart or url.path:/checkout) and http.request.method:POST',
  'not url.path : "/"',
  'event.duration > 200000000',
  'event.duration >= 1e8',
  'event.outcome : failure',
  'tags : health_check',
  'not tags : health_check and rota.tier : frontend',
  'message : database',
  'message : "lost connection"',
  'message : connect* or message : refused',
  'error.message : *',
  'error.stack_trace : *',
  'service.version : 1.5.0',
  'service.version : 1.*',
  'service.version >= 1.5',
  'client.ip : *',
  'source.ip : 10.0.0.0/8',
  'client.ip : "192.0.2.0/24"',
  '@timestamp >= "2026-01-19T09:15:00Z" and @timestamp < "2026-01-19T09:16:00Z"',
  '@timestamp > "2026-01-19T09:29"',
  '@timestamp : "2026-01-19"',
  'rota.attempts : { status_code >= 500 }',
  'rota.attempts : { status_code : 502 and n : 1 }',
  'rota.attempts : { not status_code : 200 }',
  'not rota.attempts : { status_code : * }',
  'rota.upstream.status_code : 502 or rota.attempts : { n > 1 and status_code : 200 }',
  'haproxy.server_name : frontend-1',
  'no.such.field : 1',
  'not no.such.field : 1',
  'no.such.field : *',
  'user_agent.original : *Mozilla*',
  'user_agent.original : "no such agent"',
  'http.request.referrer : http\\:*',
  'http.* : *',
  'log.level : (error or warn*)',
  'trace.id : 0*',
] as const;

const FIELDS = {
  'host.name': ['web-1', 'web-3', 'frontend-2', 'web-*', '*-2', '"web-4"', 'WEB-1', 'web', 'lb-1'],
  'http.response.status_code': ['200', '503', '"404"', '302'],
  'http.request.method': ['GET', 'POST', 'get', 'P*'],
  'url.path': ['/', '/checkout', '"/cart"', '/prod*', '*4711', '/products/4711', '/a b', '\\/cart'],
  'event.dataset': ['nginx.access', 'rota.access', 'rota.*', '"haproxy.log"', 'nginx'],
  'event.outcome': ['success', 'failure', 'f*'],
  message: ['database', '"database"', 'conn*', 'GET', '"POST /checkout"', 'timed out', 'é', 'a and'],
  'service.version': ['1.4.2', '1.5.0', '1.*', '"1.4.2"'],
  'rota.tier': ['lb', 'frontend', 'webapp', 'web*'],
  tags: ['health_check', '*'],
  'no.such.field': ['x', '*', '"y z"', 'y*'],
} as const;
const NUMBERS = {
  'http.response.status_code': ['199', '400', '"500"'],
  'event.duration': ['1000000', '150000000'],
} as const;
const ATTEMPT = { n: ['1', '2', '*'], status_code: ['200', '500', '502', '*'] } as const;

const space = fc.constantFrom('', ' ', '  ', '\n');
const gap = fc.constantFrom(' ', '  ', '\n');
const ofField = (fields: Record<string, readonly string[]>) =>
  fc.oneof(
    ...Object.entries(fields).flatMap(([field, values]) => {
      const value = fc.constantFrom(...values, '*');
      const list = fc
        .tuple(value, fc.constantFrom(' or ', ' OR ', ' and '), value)
        .map((parts) => `(${parts.join('')})`);
      const wanted = fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: list });
      return [fc.tuple(space, space, wanted).map(([a, b, text]) => `${field}${a}:${b}${text}`)];
    }),
  );
const range = (fields: Record<string, readonly string[]>) =>
  fc.oneof(
    ...Object.entries(fields).map(([field, values]) =>
      fc
        .tuple(space, fc.constantFrom('<', '<=', '>', '>='), space, fc.constantFrom(...values))
        .map(([a, operator, b, value]) => `${field}${a}${operator}${b}${value}`),
    ),
  );
const bare = fc.constantFrom('web-3', 'web*', '"GET"', 'checkout', 'database', '/cart', '*');

/** Valid KQL of every kind, over what the fixture holds. */
export const kql: fc.Arbitrary<string> = fc.letrec<{ query: string; one: string; inner: string }>((tie) => ({
  inner: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(ofField(ATTEMPT), range({ status_code: ['499'] })),
    fc.tuple(tie('inner'), fc.constantFrom('and', 'or'), tie('inner')).map(([a, word, b]) => `${a} ${word} ${b}`),
    tie('inner').map((text) => `not ${text}`),
  ),
  one: fc.oneof(
    { weight: 5, arbitrary: ofField(FIELDS) },
    { weight: 2, arbitrary: range(NUMBERS) },
    { weight: 1, arbitrary: bare },
    { weight: 1, arbitrary: tie('inner').map((text) => `rota.attempts:{ ${text} }`) },
  ),
  query: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('one'),
    fc
      .tuple(tie('query'), gap, fc.constantFrom('and', 'or', 'AND', 'Or'), gap, tie('query'))
      .map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom('not ', 'NOT ', 'Not  '), tie('query')).map((parts) => parts.join('')),
    fc.tuple(space, tie('query'), space).map(([a, text, b]) => `(${a}${text}${b})`),
  ),
})).query;
