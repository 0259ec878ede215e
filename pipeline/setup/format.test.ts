import { describe, expect, it } from 'vitest';
import { tryFormat } from './format';

const COMBINED =
  `log_format timed '$remote_addr - $remote_user [$time_local] "$request" '\n` +
  `  '$status $body_bytes_sent "$http_referer" "$http_user_agent" $upstream_cache_status';`;
const LINE = '203.0.113.9 - - [23/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8" HIT';

describe('rota-setup format', () => {
  it('shows what each variable becomes, and what the pages lack', () => {
    const { text, fits } = tryFormat(['--nginx', COMBINED], []);
    expect(text).toMatch(/^\$remote_addr +source\.ip, client\.ip$/m);
    expect(text).toMatch(/^\$upstream_cache_status +rota\.extra/m);
    expect(text).toContain('not known: Rotation does not know whose turn it was; $upstream_addr would tell');
    expect(text).toContain('not known: latency is not known; $request_time would tell');
    expect(fits).toBe(true);
  });

  it('says which lines do not fit, and where they stop fitting', () => {
    const { text, fits } = tryFormat(['--nginx', COMBINED], [LINE, LINE.replace(' 200 ', ' OK '), '{"a":1}', 'x']);
    expect(fits).toBe(false);
    expect(text).toContain('1 of 4 lines fit');
    expect(text).toMatch(/line 2 does not fit: \$status is wanted where it has "OK 5/);
    expect(text).toContain('line 3 does not fit: it is JSON');
    expect(text).toContain('line 4 does not fit: " - " is wanted where it ends');
  });

  it('takes gunicorn’s and HAProxy’s words', () => {
    expect(tryFormat(['--gunicorn', '%(h)s %(t)s "%(r)s" %(s)s %(D)s'], []).text).toMatch(/%\(D\)s +event\.duration/);
    expect(tryFormat(['--haproxy', 'log-format "%ci:%cp [%tr] %ft %b/%s %ST"'], []).text).toMatch(
      /%ST +http\.response/,
    );
  });

  it('refuses what is no format in a sentence', () => {
    expect(() => tryFormat([], [])).toThrow(/give one of --nginx|give one of --haproxy/);
    expect(() => tryFormat(['--nginx', "log_format x escape=yes '$a';"], [])).toThrow(/escape=yes is none of nginx/);
    expect(() => tryFormat(['--nginx', "log_format x 'no variable';"], [])).toThrow(/no variable in it/);
  });

  it('takes Apache’s words, and the names of JSON', () => {
    const apache = tryFormat(
      ['--apache', 'LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\" %D" timed'],
      ['203.0.113.9 - - [23/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8" 1500'],
    );
    expect(apache.text).toMatch(/%D +event\.duration +1500/);
    expect(apache.text).toContain('1 of 1 lines fit');
    const json = tryFormat(
      ['--json', 'ts=time ip code took=milliseconds colour'],
      ['{"ts":1,"code":503,"took":12}', 'x'],
    );
    expect(json.text).toMatch(/took +event\.duration +12/);
    expect(json.text).toMatch(/colour +rota\.extra/);
    expect(json.text).toContain('line 2 does not fit: it is no JSON');
  });

  it('given lines alone, says what they are or proposes their format', () => {
    expect(tryFormat([], [LINE.replace(' HIT', '')]).text).toContain('lines of nginx');
    expect(tryFormat([], ['203.0.113.9 - - [30/Nov/2026 11:20:52] "GET / HTTP/1.1" 200 -']).text).toContain(
      'lines of Flask',
    );
    const timed = LINE.replace('HIT', '0.041 10.0.0.11:8000 200');
    const proposed = tryFormat([], [timed, timed.replace('0.041', '1.000')]);
    expect(proposed.text).toContain('$request_time $upstream_addr $upstream_status');
    expect(proposed.text).toContain('2 of 2 lines fit');
    const json = tryFormat([], ['{"ts":"2026-11-30T11:40:05Z","req":{"method":"GET","uri":"/x"},"status":200}']);
    expect(json.text).toMatch(/- json: \["ts", "req.method", "req.uri", "status"\]/);
    expect(tryFormat([], ['hello world']).text).toContain('$field_1 $field_2');
  });
});
