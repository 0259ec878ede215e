/** What web-1 may do, and nothing else may be done from this machine. */
export const TABLE_OF_ONE = '127.0.0.1 host=web-1 tier=webapp\n';

const agent = (dataset: string, id: string) =>
  `[rota@32473 dataset="${dataset}" file="/var/log/x.log" offset="7" id="${id}"]`;
const ACCESS = '203.0.113.9 - - [23/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "curl/7.88.1"';
const NGINX = '{"rota":1,"msec":"1795428000.123","request":"GET / HTTP/1.1","status":"200","id":"r1"}';

function event(id: string, changes: object): string {
  return JSON.stringify({
    '@timestamp': '2026-11-23T10:00:00.000Z',
    ecs: { version: '8.11.0' },
    message: id,
    host: { name: 'web-1' },
    event: { id, dataset: 'rota.app' },
    ...changes,
  });
}

/** Messages by which one webapp tries to speak for others: RFC 5424, one a name, all with a time of their own. */
export const HOSTILE: Readonly<Record<string, string>> = Object.fromEntries(
  (
    [
      ['own', 'web-1', '[meta x="1"]', event('Z-1', {})],
      ['own_dotted', 'web-1', '[meta x="1"]', event('Z-2', { 'log.level': 'info', 'service.name': 'shop', 'a.b': 1 })],
      ['other_host', 'web-1', '[meta x="1"]', event('Z-3', { host: { name: 'web-2' } })],
      ['two_hosts', 'web-1', '[meta x="1"]', event('Z-4', { host: { name: ['web-1', 'web-2'] } })],
      ['dotted_host', 'web-1', '[meta x="1"]', event('Z-5', { 'host.name': 'web-2' })],
      ['only_dotted_host', 'web-1', '[meta x="1"]', event('Z-6', { host: {}, 'host.name': 'web-2' })],
      ['header_host', 'web-2', '[meta x="1"]', event('Z-7', { host: {} })],
      ['health', 'web-1', '[meta x="1"]', event('Z-8', { event: { id: 'Z-8', dataset: 'rota.health' } })],
      ['counters', 'web-1', '[meta x="1"]', event('Z-9', { data_stream: { dataset: 'rota.pipeline' } })],
      [
        'spoken_dataset',
        'web-1',
        '[meta x="1"]',
        event('Z-10', { data_stream: { dataset: 'rota.app' }, event: { id: 'Z-10', dataset: 'nginx.access' } }),
      ],
      ['tier', 'web-1', '[meta x="1"]', event('Z-11', { rota: { tier: 'lb' } })],
      ['dotted_tier', 'web-1', '[meta x="1"]', event('Z-12', { 'rota.tier': 'lb' })],
      ['source', 'web-1', '[meta x="1"]', event('Z-13', { log: { source: { address: '10.9.9.9', port: 1 } } })],
      [
        'dotted_source',
        'web-1',
        '[meta x="1"]',
        event('Z-14', { 'log.source.address': '10.9.9.9', 'log.source': { ip: 'x' } }),
      ],
      ['extra', 'web-1', '[meta x="1"]', event('Z-15', { rota: { extra: 'text' }, event: 'text', 'event.id': 'Z-15' })],
      ['access', 'web-1', agent('nginx.access', 'Z-16'), ACCESS],
      ['access_of_frontend', 'frontend-1', agent('nginx.access', 'Z-17'), ACCESS],
      ['nginx_json', 'web-1', '-', NGINX],
      ['balancer', 'web-1', agent('haproxy.log', 'Z-18'), 'Server frontends/frontend-1 is DOWN'],
      ['gunicorn', 'web-1', agent('gunicorn.access', 'Z-19'), ACCESS],
      ['own_counters', 'web-1', agent('rota.pipeline', 'Z-20'), '{"name":"main Q","size":"0"}'],
      ['other_counters', 'web-2', agent('rota.pipeline', 'Z-21'), '{"name":"main Q","size":"0"}'],
      ['syslog', 'web-1', '-', 'a word'],
      ['other_syslog', 'web-2', '-', 'a word'],
      ['garbage', 'web-2', agent('nginx.access', 'Z-22'), 'garbage'],
      ['own_garbage', 'web-1', agent('gunicorn.access', 'Z-23'), 'garbage'],
      ['bytes', 'web-2', '-', 'not UTF-8: \xff\xe9'],
    ] as const
  ).map(([name, host, data, text]) => [
    name,
    `<134>1 2026-11-23T10:00:00.5Z ${host} hostile-${name} 7 - ${data} ${text}`,
  ]),
);
