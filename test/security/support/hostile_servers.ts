import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { give, ownedFolder, serviceAccount } from '../../../stack/account.js';
import { accepts } from '../../../stack/services/probes.js';

/** What a server writes of the requests that it gets: a log a format, a line a request. */
export interface Log {
  name: string;
  file: string;
  /** What the agent says that the file holds. */
  dataset: string;
  /** formats.yaml, where the format must be declared. */
  declare?: string;
  /** The format has neither quotes nor escapes where a visitor writes: a value may be unknown, never wrong. */
  isLoose?: true;
  /** It names no client. */
  noClient?: true;
}

export interface Server {
  name: string;
  port: number;
  logs: Log[];
  /** Statuses of answers that stand in no access log: gunicorn refuses before the request is one. */
  unlogged: number[];
  stop(): Promise<void>;
}

/** A real server with these files, started for the test alone and ended by its process's id. */
async function start(
  name: string,
  port: number,
  command: string,
  args: (folder: string) => string[],
  files: (folder: string) => Record<string, string>,
  logs: (folder: string) => Log[],
): Promise<Server> {
  const folder = ownedFolder(mkdtempSync(join(tmpdir(), `rota-hostile-${name}-`)));
  for (const [file, text] of Object.entries(files(folder))) writeFileSync(join(folder, file), text);
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  for (const one of ['tmp', '.']) give(join(folder, one));
  const output = join(folder, 'output');
  const process: ChildProcess = spawn('/bin/sh', ['-c', `exec "$0" "$@" >"${output}" 2>&1`, command, ...args(folder)], {
    cwd: folder,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    ...serviceAccount,
  });
  const ended = new Promise<void>((resolve) => process.once('exit', () => resolve()));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!(await accepts(port))) {
    if (isOver) throw new Error(`${name} ended: ${existsSync(output) ? readFileSync(output, 'utf8') : ''}`);
    await sleep(50);
  }
  return {
    name,
    port,
    logs: logs(folder),
    unlogged: name.startsWith('gunicorn') ? [400] : [],
    async stop() {
      process.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const TEXT = `log_format loose '$remote_addr $request_uri $status $http_user_agent $body_bytes_sent';`;
const JSON_ESCAPED = `log_format escaped escape=json '{"ip":"$remote_addr","t":"$time_iso8601","ua":"$http_user_agent","s":$status}{"u":"$request_uri","xff":"$http_x_forwarded_for"}';`;
const JSON_DEFAULT = `log_format plain '{"ip":"$remote_addr","ua":"$http_user_agent","s":$status,"r":"$request"}';`;
const JSON_BARE = `log_format bare escape=none '{"s":$status,"ua":"$http_user_agent","r":"$http_referer","ip":"$remote_addr"}';`;
const yaml = (entry: object) => JSON.stringify([entry]);

export function nginx(port: number): Promise<Server> {
  return start(
    'nginx',
    port,
    '/usr/sbin/nginx',
    (folder) => ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')],
    (folder) => ({
      'nginx.conf': `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder}/tmp/${one};`).join(' ')}
  log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"';
  log_format named '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time ua="$upstream_addr" host="$host"';
  ${TEXT} ${JSON_ESCAPED} ${JSON_DEFAULT} ${JSON_BARE}
  access_log ${folder}/combined.log; access_log ${folder}/main.log main; access_log ${folder}/named.log named;
  access_log ${folder}/loose.log loose; access_log ${folder}/escaped.log escaped; access_log ${folder}/plain.log plain; access_log ${folder}/bare.log bare;
  large_client_header_buffers 4 16k; ignore_invalid_headers off; keepalive_timeout 0;
  server { listen 127.0.0.1:${port}; location / { return 404; } location ~ "^/[a-f]" { return 503; } location ~ "^/[g-m]" { return 200 "ok"; } }
}`,
    }),
    (folder) => [
      ...['combined', 'main', 'named'].map((name) => ({
        name,
        file: join(folder, `${name}.log`),
        dataset: 'nginx.access',
      })),
      {
        name: 'loose',
        file: join(folder, 'loose.log'),
        dataset: 'nginx.access',
        declare: yaml({ nginx: TEXT }),
        isLoose: true,
      },
      {
        name: 'escaped',
        file: join(folder, 'escaped.log'),
        dataset: 'nginx.access',
        declare: yaml({ nginx: JSON_ESCAPED }),
      },
      {
        name: 'plain',
        file: join(folder, 'plain.log'),
        dataset: 'nginx.access',
        declare: yaml({ nginx: JSON_DEFAULT }),
      },
      {
        name: 'bare',
        file: join(folder, 'bare.log'),
        dataset: 'nginx.access',
        declare: yaml({ nginx: JSON_BARE }),
        isLoose: true,
      },
    ],
  );
}

const LB_JSON = `'{"code":%ST,"ua":"%[capture.req.hdr(0)]","ref":"%[capture.req.hdr(1)]","src":"%ci","be":"%b","srv":"%s"}'`;
const LB_TEXT = '"%ci:%cp [%tr] %ST %b/%s %{+Q}r %[capture.req.hdr(0)]"';

/** Each format has a frontend of its own, one behind the other would answer for all: the visitor goes to each. */
export function haproxy(port: number, kind: 'httplog' | 'clf' | 'json' | 'text'): Promise<Server> {
  const format = {
    httplog: 'option httplog',
    clf: 'option httplog clf',
    json: `log-format ${LB_JSON}`,
    text: `log-format ${LB_TEXT}`,
  }[kind];
  const declare = { httplog: undefined, clf: undefined, json: LB_JSON, text: LB_TEXT }[kind];
  return start(
    `haproxy-${kind}`,
    port,
    '/usr/sbin/haproxy',
    (folder) => ['-f', join(folder, 'haproxy.cfg')],
    () => ({
      'haproxy.cfg': `global
  # Of several threads lines come out of order.
  nbthread 1
  log stdout len 16384 format raw local0
  tune.http.logurilen 8192
defaults
  mode http
  log global
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend shop
  bind 127.0.0.1:${port}
  option http-server-close
  declare capture request len 4096
  declare capture request len 4096
  http-request capture req.hdr(user-agent) id 0
  http-request capture req.hdr(referer) id 1
  ${format}
  http-request return status 503 if { path_reg ^/[a-f] }
  http-request return status 200 if { path_reg ^/[g-m] }
  http-request return status 404
`,
    }),
    (folder) => [
      {
        name: kind,
        file: join(folder, 'output'),
        dataset: 'haproxy.log',
        ...(declare === undefined ? {} : { declare: yaml({ haproxy: declare }) }),
        ...(kind === 'json' || kind === 'text' ? { isLoose: true as const } : {}),
      },
    ],
  );
}

export function gunicorn(port: number, format: string | undefined): Promise<Server> {
  const name = format === undefined ? 'stock' : 'declared';
  return start(
    `gunicorn-${name}`,
    port,
    '/usr/bin/gunicorn',
    (folder) => [
      ...[
        '-b',
        `127.0.0.1:${port}`,
        '--access-logfile',
        join(folder, 'access.log'),
        '--error-logfile',
        join(folder, 'error.log'),
      ],
      ...['--worker-tmp-dir', folder, '--limit-request-line', '8190', '--limit-request-field_size', '8190'],
      ...(format === undefined ? [] : ['--access-logformat', format]),
      'app:app',
    ],
    () => ({
      'app.py': `def app(environ, start):
    path = environ.get("PATH_INFO", "/")[1:2]
    status = "503 Down" if "a" <= path <= "f" else "200 OK" if "g" <= path <= "m" else "404 Gone"
    start(status, [("Content-Length", "0"), ("Connection", "close")])
    return []
`,
    }),
    (folder) => [
      {
        name,
        file: join(folder, 'access.log'),
        dataset: 'gunicorn.access',
        ...(format === undefined ? {} : { declare: yaml({ gunicorn: format }) }),
      },
    ],
  );
}

export const APACHE = '/usr/sbin/apache2';
const APACHE_FORMAT = String.raw`%a %>s %D \"%r\" \"%{User-Agent}i\" \"%{X-Forwarded-For}i\" %u`;

export function apache(port: number): Promise<Server> {
  const modules = '/usr/lib/apache2/modules';
  return start(
    'apache',
    port,
    APACHE,
    (folder) => ['-X', '-f', join(folder, 'httpd.conf')],
    (folder) => ({
      'httpd.conf': `ServerRoot ${folder}
PidFile ${folder}/pid
ServerName shop.example
Listen 127.0.0.1:${port}
${['mpm_prefork', 'alias', 'authz_core', 'rewrite'].map((one) => `LoadModule ${one}_module ${modules}/mod_${one}.so`).join('\n')}
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
KeepAlive Off
LimitRequestLine 8190
RewriteEngine On
RewriteRule "^/[a-f]" - [R=503]
RewriteRule "^/[g-m]" - [R=204]
RewriteRule ".*" - [R=404]
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" vhost
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
LogFormat "${APACHE_FORMAT}" own
CustomLog ${folder}/combined.log combined
CustomLog ${folder}/vhost.log vhost
CustomLog ${folder}/common.log common
CustomLog ${folder}/own.log own
`,
    }),
    (folder) => [
      ...['combined', 'vhost', 'common'].map((name) => ({
        name,
        file: join(folder, `${name}.log`),
        dataset: 'nginx.access',
      })),
      {
        name: 'own',
        file: join(folder, 'own.log'),
        dataset: 'nginx.access',
        declare: yaml({ apache: `LogFormat "${APACHE_FORMAT}" own` }),
      },
    ],
  );
}
