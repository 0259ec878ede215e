import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declare, declaredFor, namedFor, readFormatsFile } from './formats_file';

const read = (words: string, format: unknown, line: string) => declare(words, format).read(line);

describe('a declared format', () => {
  it('says nothing of a value that may end at two places, though the shortest and the longest reading agree by chance', () => {
    const format = "log_format a '$remote_addr $uri $status $http_user_agent';";
    expect(read('nginx', format, '203.0.113.9 /x 404 curl')?.values).toMatchObject({ status: '404', path: '/x' });
    const forged = read('nginx', format, '203.0.113.9 /x 200 y 404 z 200 w');
    expect(forged?.values.status).toBeUndefined();
    expect(forged?.values.client).toBe('203.0.113.9');
  });

  it('never says a wrong status, whatever a visitor writes around it', () => {
    const { read: take } = declare('nginx', "log_format a '$remote_addr $uri $status $http_user_agent $request_time';");
    const word = fc.constantFrom('200', '404', 'x', '0.1', '-', '/a', '203.0.113.66', ' ');
    const words = fc.array(word, { minLength: 1, maxLength: 6 }).map((some) => some.join(' '));
    fc.assert(
      fc.property(words, words, fc.constantFrom('200', '404', '503'), (uri, agent, status) => {
        const found = take(`203.0.113.9 ${uri} ${status} ${agent} 0.250`);
        expect(found?.values.client).toBe('203.0.113.9');
        expect([status, undefined]).toContain(found?.values.status);
        expect(found?.values.seconds).toBe('0.250');
      }),
      { numRuns: 2000 },
    );
  });

  it('is read in bounded time', () => {
    const { read: take } = declare('nginx', "log_format a escape=none '$a $b $c $d $e $f|$g|$status';");
    const before = process.cpuUsage();
    take(`${'x '.repeat(30_000)}|y|no`);
    take(`${'x | '.repeat(600)} 200`);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000);
  });

  it('is read where nginx wrote JSON without escape=json', () => {
    const format = `log_format a '{"ip":"$remote_addr","ua":"$http_user_agent","status":$status}';`;
    const found = read('nginx', format, '{"ip":"203.0.113.9","ua":"a \\x22quoted\\x22 one","status":404}');
    expect(found?.values).toEqual({ client: '203.0.113.9', agent: 'a "quoted" one', status: '404' });
  });

  it('is not misled where quotes are not escaped in JSON', () => {
    const format = `'{"code":%ST,"ua":"%[req.hdr(user-agent)]","src":"%ci"}'`;
    const forged = 'x","code":200,"src":"192.0.2.66","y":"z';
    const found = read('haproxy', format, `{"code":503,"ua":"${forged}","src":"203.0.113.9"}`);
    expect(found?.values).toEqual({ status: '503', agent: forged, client: '203.0.113.9' });
    const none = `log_format a escape=none '{"code":$status,"ua":"$http_user_agent","src":"$remote_addr"}';`;
    expect(read('nginx', none, `{"code":503,"ua":"${forged}","src":"203.0.113.9"}`)?.values).toMatchObject({
      status: '503',
      client: '203.0.113.9',
    });
  });

  it('may be several objects of JSON a line', () => {
    const format = `log_format a escape=json '{"t":"$time_iso8601","r":{"m":"$request_method"}} {"s":"$status","u":"$uri"}';`;
    const line = '{"t":"2026-11-30T11:40:05+00:00","r":{"m":"GET"}} {"s":"404","u":"/a \\"b\\""}';
    expect(read('nginx', format, line)?.values).toEqual({
      time_iso: '2026-11-30T11:40:05+00:00',
      method: 'GET',
      status: '404',
      path: '/a "b"',
    });
    expect(read('json', 'time status', '{"time":1},{"status":500}')?.values).toEqual({ time: '1', status: '500' });
  });

  it('undoes HAProxy’s #HH in what it writes so, and in nothing else', () => {
    const found = read('haproxy', '%ci %HU %[req.hdr(user-agent)]', '203.0.113.9 /a?q=#22x#22 #22');
    expect(found?.values).toEqual({ client: '203.0.113.9', target: '/a?q="x"', agent: '#22' });
  });

  it('takes nginx’s own value before a header of the same meaning', () => {
    const format = "log_format a '$remote_addr $http_x_request_id $request_id $server_name $host';";
    expect(read('nginx', format, '203.0.113.9 forged 0f3b shop www.example.com')?.values).toMatchObject({
      request_id: '0f3b',
      domain: 'www.example.com',
    });
  });

  it('has Apache’s directives: conditions, arguments, strftime', () => {
    const format =
      'LogFormat "%v:%p %{c}a %a %u [%{%Y-%m-%dT%H:%M:%S%z}t] \\"%r\\" %>s %400,501b %{ms}T \\"%{X-Foo}i\\" %{UNIQUE_ID}e" all';
    const line =
      'shop.example:443 10.0.0.2 203.0.113.9 a b [2026-11-30T11:40:05+0100] "GET /\\"x\\" HTTP/1.1" 404 - 12 "a\\\\" Zk3-@x';
    const found = read('apache', format, line);
    expect(found?.values).toEqual({
      domain: 'shop.example',
      server_port: '443',
      peer: '10.0.0.2',
      client: '203.0.113.9',
      user: 'a b',
      time_iso: '2026-11-30T11:40:05+0100',
      request: 'GET /"x" HTTP/1.1',
      status: '404',
      milliseconds: '12',
      request_id: 'Zk3-@x',
    });
    expect(found?.named).toEqual({ '{X-Foo}i': 'a\\' });
  });
});

describe('formats.yaml', () => {
  it('holds several formats for the same file, and JSON as a list or a map', () => {
    const { declared: formats } = readFormatsFile(`
- apache: '%h %t "%r" %>s'
  file: /var/log/apache2/*.log
- json: [ts, client_ip, status]
  program: shop
  dataset: gunicorn.access
- json: {at: time, code: status, colour: }
  file: /var/log/apache2/*.log
`);
    expect(declaredFor(formats, '/var/log/apache2/a.log', 'x', 'nginx.access')).toHaveLength(2);
    expect(formats[1]?.written).toEqual({ dataset: 'gunicorn.access', module: 'gunicorn', tier: 'webapp' });
    expect(formats[2]?.read('{"at":1795430106,"code":200,"colour":"red"}')).toMatchObject({
      values: { time: '1795430106', status: '200' },
      named: { colour: 'red' },
    });
  });

  it('names the program of a file, or of a name', () => {
    const { named } = readFormatsFile('- {is: traefik, file: /var/log/edge/*.log}\n- {is: haproxy, program: north-lb}');
    expect(namedFor(named, '/var/log/edge/access.log.1', 'nginx')).toBe('traefik');
    expect(namedFor(named, undefined, 'north-lb')).toBe('haproxy');
    expect(namedFor(named, '/var/log/nginx/access.log', 'north-lb')).toBeUndefined();
  });

  it.each([
    ['- {is: x, file: /y}', /"x" is none of haproxy|"x" is none of octavia/],
    ['- {is: haproxy}', /say which lines are haproxy's/],
    ['nginx: x', /no list/],
    ['- {json: []}', /format 1: there is no name/],
    ['- {json: [a=b]}', /"b" is no meaning/],
    ['- {json: [a], dataset: x}', /dataset "x" is none of haproxy.log, nginx.access, gunicorn.access/],
    ['- {apache: common}', /no % in it/],
    ['- {file: x}', /it has none of /],
  ])('refuses %s in a sentence', (text, reason) => expect(() => readFormatsFile(text)).toThrow(reason));
});
