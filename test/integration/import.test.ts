import { execFile } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asTheAgent } from '../../pipeline/import/identity';
import { readEvents } from '../../pipeline/import/read_lines';
import { findLogs } from '../../pipeline/import/sources';
import { readLine } from '../../pipeline/indexer/shape/line';
import { checkout } from '../../stack/layout';
import { type Node, startNode } from '../faults/support/world';
import { Capture } from '../support/lines/capture';

interface Outcome {
  read: number;
  indexed: number;
  known: number;
  deadLetters: number;
  unread: number;
  from: number;
  to: number;
  leftOut: { path: string }[];
  link?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'rota-import-test-'));
chmodSync(folder, 0o755);
let made = 0;
const logs = () => {
  made += 1;
  const path = join(folder, String(made));
  mkdirSync(path);
  return path;
};

const BEGIN = Date.parse('2026-11-23T10:00:00Z');
/** A line of nginx's combined format, a second after the one before; some of them the same as others but for their place. */
function line(n: number): string {
  const [day, time] = [23, new Date(BEGIN + Math.floor(n / 3) * 1000).toISOString().slice(11, 19)];
  return `203.0.113.${n % 2} - - [${day}/Nov/2026:${time} +0000] "GET /p/${n % 2} HTTP/1.1" ${n % 50 === 0 ? 502 : 200} 5 "-" "curl/8"\n`;
}
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => line(from + n)).join('');

describe('rota-setup import, into a real Elasticsearch', () => {
  let node: Node;
  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(() => node?.stop());

  const run = async (namespace: string, ...args: string[]): Promise<Outcome & { code: number; said: string }> => {
    const setup = join(checkout, 'pipeline/bin/rota-setup.mjs');
    const target = ['--elasticsearch', node.store.url, '--namespace', namespace];
    const program = (...words: string[]) =>
      promisify(execFile)(process.execPath, [setup, ...words], { env: { PATH: process.env['PATH'] } });
    await program(...target);
    const { code, stdout, stderr } = await program('import', ...target, '--json', '--zone', 'UTC', ...args).then(
      (done) => ({ code: 0, ...done }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    expect(stdout, stderr).toMatch(/^\{/);
    return { code, said: stderr, ...(JSON.parse(stdout) as Outcome) };
  };
  const found = (namespace: string, dataset: string, query: object = { match_all: {} }) =>
    node.store.search(`logs-${dataset}-${namespace}`, query, 1000);

  it('reads rotated and gzipped files once, however often, also when they were rotated, packed, copied and grew meanwhile', async () => {
    const at = logs();
    writeFileSync(join(at, 'access.log.2.gz'), gzipSync(lines(0, 300)));
    writeFileSync(join(at, 'access.log.1'), lines(300, 500));
    writeFileSync(join(at, 'access.log'), lines(500, 600));
    const names = ['--logs', `frontend-1=${at}/access.log*`];
    const first = await run('again', ...names, '--kibana', 'http://kibana.example:5601/');
    expect(first).toMatchObject({ code: 0, read: 600, indexed: 600, known: 0, deadLetters: 0, unread: 0 });
    expect(first.from).toBe(BEGIN);
    expect(first.link).toBe(
      `http://kibana.example:5601/app/rota/rotation?from=2026-11-23T09%3A59%3A00.000Z&to=${encodeURIComponent(new Date(first.to + 60_000).toISOString())}`,
    );
    expect(await run('again', ...names)).toMatchObject({ indexed: 0, known: 600, deadLetters: 0 });
    renameSync(join(at, 'access.log.2.gz'), join(at, 'access.log.3.gz'));
    writeFileSync(join(at, 'access.log.2.gz'), gzipSync(readFileSync(join(at, 'access.log.1'))));
    appendFileSync(join(at, 'access.log'), lines(600, 650));
    renameSync(join(at, 'access.log'), join(at, 'access.log.1'));
    writeFileSync(join(at, 'access.log'), lines(650, 700));
    const copy = logs();
    writeFileSync(join(copy, 'access.log.gz'), gzipSync(lines(0, 300)));
    expect(await run('again', ...names, '--logs', `frontend-1=${copy}/*`)).toMatchObject({ indexed: 100, known: 900 });
    expect(await found('again', 'nginx.access')).toHaveLength(700);
    expect(await found('again', 'nginx.access', { term: { 'http.response.status_code': 502 } })).toHaveLength(14);
    expect(await found('again', 'rota.deadletter')).toEqual([]);
    // Nobody took them while they were new: they are not late.
    const [doc] = (await found('again', 'nginx.access', { term: { 'log.offset': 0 } })) as [Record<string, unknown>];
    expect(doc).toMatchObject({ event: { created: doc['@timestamp'] }, agent: { type: 'rota-import' } });
    // The same bytes of another host are other events.
    expect(await run('again', '--logs', `frontend-2=${at}/access.log.3.gz`)).toMatchObject({ indexed: 300, known: 0 });
  });

  it('what does not fit is a dead letter, once, with its bytes; a last line without an end waits for it', async () => {
    const at = logs();
    const path = join(at, 'access.log');
    writeFileSync(path, `${lines(0, 20)}not a line of nginx \xff\n\n${line(20).trim()}`, 'latin1');
    const first = await run('letters', '--logs', `frontend-1=${path}`);
    expect(first).toMatchObject({ indexed: 20, deadLetters: 1 });
    expect(await run('letters', '--logs', `frontend-1=${path}`)).toMatchObject({
      indexed: 0,
      known: 21,
      deadLetters: 0,
    });
    const letters = await found('letters', 'rota.deadletter');
    expect(
      letters.map((doc) => Buffer.from((doc['rota'] as { raw: string }).raw, 'base64').toString('latin1')),
    ).toEqual(['not a line of nginx \xff']);
    utimesSync(path, new Date(BEGIN), new Date(BEGIN));
    expect(await run('letters', '--logs', `frontend-1=${path}`)).toMatchObject({ indexed: 1 });
  });

  it("events of several lines, and HAProxy's as rsyslog wrote them to a file", async () => {
    const at = logs();
    const error =
      '2026/11/23 10:00:00 [error] 7#7: *1 FastCGI sent in stderr: "PHP message: trouble\n#0 in a.php\n#1 in b.php" while reading response header from upstream, client: 203.0.113.9, server: shop, request: "GET / HTTP/1.1", upstream: "http://10.0.0.1:80/", host: "shop"\n';
    writeFileSync(join(at, 'error.log'), error.repeat(3));
    const haproxy = (n: number) =>
      `Nov 23 10:00:0${n} lb-1 haproxy[812]: 203.0.113.9:4000${n} [23/Nov/2026:10:00:0${n}.100] site frontends/frontend-${1 + (n % 2)} 0/0/0/12/12 200 300 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"\n`;
    writeFileSync(join(at, 'haproxy.log'), [0, 1, 2, 3].map(haproxy).join(''));
    const done = await run('several', '--logs', `frontend-1=${at}/error.log`, '--logs', `lb-1=${at}/haproxy.log`);
    expect(done).toMatchObject({ indexed: 7, deadLetters: 0, unread: 0 });
    const errors = await found('several', 'nginx.error');
    expect(errors.map((doc) => (doc['message'] as string).split('\n').length)).toEqual([3, 3, 3]);
    const balanced = await found('several', 'haproxy.log');
    expect(balanced.map((doc) => (doc['haproxy'] as { server_name: string }).server_name).sort()).toEqual([
      'frontend-1',
      'frontend-1',
      'frontend-2',
      'frontend-2',
    ]);
    expect(balanced.map((doc) => doc['@timestamp'] as string).sort()[0]).toBe('2026-11-23T10:00:00.100Z');
  });

  it('a file of which most lines fit nothing is left out, until its format is declared', async () => {
    const at = logs();
    const own = (n: number) =>
      `23/Nov/2026:10:00:${String(n).padStart(2, '0')} +0000|203.0.113.9|GET /${n} HTTP/1.1|200|10.0.0.1:8000|0.012\n`;
    writeFileSync(join(at, 'shop.log'), Array.from({ length: 60 }, (_, n) => own(n)).join(''));
    const logsOf = ['--logs', `frontend-1=${at}/shop.log`];
    const left = await run('own', ...logsOf);
    expect(left).toMatchObject({
      code: 2,
      read: 0,
      indexed: 0,
      leftOut: [{ path: `${at}/shop.log`, reason: 'unread', lines: 60, misfits: 60 }],
    });
    const format = "nginx=log_format own '$time_local|$remote_addr|$request|$status|$upstream_addr|$request_time';";
    expect(await run('own', ...logsOf, '--format', format)).toMatchObject({ code: 0, indexed: 60, deadLetters: 0 });
    const [doc] = await found('own', 'nginx.access', { term: { 'url.path': '/7' } });
    expect(doc).toMatchObject({
      '@timestamp': '2026-11-23T10:00:07.000Z',
      host: { name: 'frontend-1' },
      rota: { upstream: { address: '10.0.0.1:8000' } },
      event: { duration: 12_000_000 },
    });
    const file = join(at, 'formats.yaml');
    writeFileSync(file, `- ${format.replace('=', ': "').replace(/$/, '"')}\n  file: ${at}/shop.log\n`);
    expect(await run('own', ...logsOf, '--format', file)).toMatchObject({ code: 0, known: 60 });
  });

  it('says the mend for files that are not there, have no host, or are packed otherwise', async () => {
    const at = logs();
    writeFileSync(join(at, 'access.log.xz'), 'x');
    writeFileSync(join(at, 'torn.log.gz'), gzipSync(lines(0, 10)).subarray(0, 40));
    const failure = async (...args: string[]) => {
      const words = [
        join(checkout, 'pipeline/bin/rota-setup.mjs'),
        'import',
        '--elasticsearch',
        node.store.url,
        ...args,
      ];
      const failed = await promisify(execFile)(process.execPath, words).catch(
        (error: { stderr: string; code: number }) => error,
      );
      expect(failed).toMatchObject({ code: 1 });
      return (failed as { stderr: string }).stderr;
    };
    expect(await failure('--logs', `${at}/access.log`)).toContain('names no host; write frontend-1=');
    expect(await failure('--logs', `frontend-1=${at}/none.log`)).toContain('there is no file');
    expect(await failure('--logs', `frontend-1=${at}/access.log.xz`)).toContain('unpack it first');
    expect(await failure('--logs', `frontend-1=${at}/torn.log.gz`)).toMatch(
      /torn\.log\.gz.*(?:end|incorrect|unexpected)/i,
    );
    expect(await failure()).toContain('--logs HOST=PATHS');
  });
});

describe("a file that the host's agent follows", () => {
  let capture: Capture;
  afterAll(() => capture?.stop());

  it('has the ids that the agent gives: nothing is doubled that it sent', async () => {
    capture = await Capture.start({ ROTA_STATS_INTERVAL: '600' });
    const at = capture.own('files');
    const access = join(at, 'access.log');
    const odd = ['é and ÿ', '\xff\xfe', '', '"', '\t tab \\'].map((text) => `${text} ${line(7)}`).join('');
    writeFileSync(
      access,
      Buffer.concat([Buffer.from(lines(0, 40)), Buffer.from(odd, 'latin1'), Buffer.from('ünï ÿ\n')]),
    );
    await capture.startAgent('frontend-1', { ROTA_NGINX_ACCESS: access });
    const sent = await capture.until((all) => idsOf(all).length >= 46);
    const files = findLogs([`frontend-1=${at}/*.log`]);
    const own: string[] = [];
    for (const file of files) {
      const identify = asTheAgent(file);
      for await (const events of readEvents({ ...file, modified: 0 }, undefined)) own.push(...events.map(identify));
    }
    expect(own).toHaveLength(46);
    expect(own.sort()).toEqual(idsOf(sent).sort());
  });
});

function idsOf(all: readonly Buffer[]): string[] {
  return all.flatMap((one) => {
    const { agent } = readLine(one);
    return agent?.['file'] ? [agent['id'] as string] : [];
  });
}
