import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger, type Logger, type LoggerOptions } from '../src/index.js';
import { Authority, type Pair } from './certificates.js';
import { DeafAddress } from './deaf_address.js';
import { FakeNames } from './fake_names.js';
import { type Fault, FaultyStream, FaultyUdp, type StreamScheme } from './faulty_receiver.js';
import { until } from './scripted_relp.js';

const folder = mkdtempSync(join(tmpdir(), 'rota-net-'));
const authority = new Authority(folder, 'authority');
const server = authority.issue('logs.test');
const names = new FakeNames();
const open: { stop(): Promise<unknown> }[] = [];
const SCHEMES = ['relp', 'relps', 'tcp', 'tls'] as const;
const WAIT_MS = 60_000;

afterEach(async () => {
  vi.restoreAllMocks();
  for (const one of open.splice(0).reverse()) await one.stop();
});
afterAll(() => {
  names.restore();
  rmSync(folder, { recursive: true, force: true });
});

const contents = ({ cert, key }: Pair) => ({ cert: readFileSync(cert), key: readFileSync(key) });
const ca = () => readFileSync(authority.ca);

async function receiver(scheme: StreamScheme, options: Parameters<typeof FaultyStream.start>[2] = {}, tls = {}) {
  const one = await FaultyStream.start(scheme, { ...contents(server), ...tls }, options);
  open.push(one);
  return one;
}

function logger(urls: string | string[], options: Partial<LoggerOptions> = {}) {
  const warnings: { code?: string; message: string }[] = [];
  const log = createLogger({
    service: 'test',
    urls: [urls].flat(),
    tls: { caFile: authority.ca },
    backoff: { minMs: 10, maxMs: 50 },
    statsIntervalMs: 0,
    onWarning: (error) => warnings.push(error),
    ...options,
  });
  open.push({ stop: () => log.close({ timeoutMs: 100 }) });
  return { log, warnings };
}

async function delivers(log: Logger, to: { messages: string[] }, text: string): Promise<void> {
  log.info(text);
  await log.flush({ timeoutMs: WAIT_MS });
  await until(() => to.messages.some((message) => message.includes(`"${text}"`)), WAIT_MS);
}

describe.each(SCHEMES)('over %s', (scheme) => {
  const answered = scheme.startsWith('relp');

  it('every address of a name is tried, whatever the ones before it do', async () => {
    const faults: Fault[] = ['refused', 'reset', ...(scheme === 'tcp' ? [] : (['silent', 'garbage'] as const))];
    if (answered) faults.push('silent behind TLS', 'garbage behind TLS', 'half closed');
    const good = await receiver(scheme);
    const { port } = good;
    // A TCP receiver without a word is a good one, as far as anybody can see: it must come last there.
    const bad = await Promise.all(
      faults
        .map((fault, i) => (fault === 'refused' ? '127.0.0.100' : `127.0.0.${i + 2}`))
        .map(async (host, i) => {
          if (faults[i] !== 'refused') await receiver(scheme, { host, port, fault: faults[i] as Fault });
          return host;
        }),
    );
    names.known.set('logs.test', [...bad, '::1', '127.0.0.1']);
    const { log } = logger(`${scheme}://logs.test:${port}`, {
      connectTimeoutMs: 1000,
      backoff: { minMs: 60_000, maxMs: 60_000 },
    });
    if (scheme === 'tcp') {
      // What the reset connection had taken is gone.
      await until(() => log.info('x') && good.messages.length > 0, WAIT_MS);
    } else await delivers(log, good, 'to the last of them');
    expect(log.stats().connection.state).toBe('ready');
  });

  it('an address that says nothing at all holds the others up for a moment only, not until its time is over', async () => {
    const good = await receiver(scheme);
    open.push(await DeafAddress.start('127.0.0.9', good.port));
    names.known.set('logs.test', ['127.0.0.9', '127.0.0.1']);
    const { log } = logger(`${scheme}://logs.test:${good.port}`, { connectTimeoutMs: 600_000 });
    await delivers(log, good, 'past the deaf one');
  });

  it('a name is looked up anew for each connection', async () => {
    const before = await receiver(scheme);
    const { port } = before;
    names.known.set('logs.test', ['127.0.0.1']);
    const { log } = logger(`${scheme}://logs.test:${port}`);
    await delivers(log, before, 'before');
    const moved = await receiver(scheme, { host: '127.0.0.2', port });
    names.known.set('logs.test', ['127.0.0.2']);
    await before.stop();
    await until(() => log.info('after') && moved.messages.length > 0, WAIT_MS);
  });

  it('the pauses grow until a connection has stayed up: one that takes a message and goes is not good', async () => {
    const it = await receiver(scheme);
    const { log } = logger(it.url, {
      tls: { caFile: authority.ca, servername: 'logs.test' },
      backoff: { minMs: 20, maxMs: 100_000 },
    });
    await it.become('closed after one');
    const started = performance.now();
    while (performance.now() - started < 2500 || it.accepted < 2) {
      log.info('one more');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // Pauses of at least 10, 20, 40, 80 … ms: in 2.5 s there is no time for more than nine connections.
    expect(it.accepted).toBeGreaterThan(1);
    expect(it.accepted).toBeLessThan(10);
  });
});

describe.each(['relps', 'tls'] as const)('over %s, certificates', (scheme) => {
  const live = {
    certFile: join(folder, 'live.pem'),
    keyFile: join(folder, 'live.key'),
    caFile: join(folder, 'live-ca.pem'),
  };
  const put = (pair: Pair, from = authority) => {
    copyFileSync(pair.cert, live.certFile);
    copyFileSync(pair.key, live.keyFile);
    copyFileSync(from.ca, live.caFile);
  };
  const [one, two] = [authority.issue('shop-1'), authority.issue('shop-2')];
  const start = (port = 0, tls = {}) => receiver(scheme, { port }, { ca: ca(), requestCert: true, ...tls });
  const url = (port: number) => `${scheme}://logs.test:${port}`;
  beforeAll(() => names.known.set('logs.test', ['127.0.0.1']));

  /** A logger that is connected by the first pair, and its receiver gone. */
  async function connected() {
    put(one);
    const first = await start();
    const { log, warnings } = logger(url(first.port), { tls: live });
    await delivers(log, first, 'before');
    expect(first.clients).toEqual(['shop-1']);
    const stop = async () => {
      await first.stop();
      return first.port;
    };
    return { log, warnings, stop };
  }

  it('are read again for each connection, the authority too', async () => {
    const { log, warnings, stop } = await connected();
    const other = new Authority(folder, `other-${scheme}`);
    const pair = other.issue('logs.test');
    put(two, other);
    const port = await stop();
    const next = await start(port, contents(pair));
    await until(() => log.info('after') && next.messages.length > 0, WAIT_MS);
    expect(next.clients.at(-1)).toBe('shop-2');
    expect(warnings.filter(({ code }) => code === 'ROTA_CONFIG_TLS')).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['the key of another certificate', () => copyFileSync(two.cert, live.certFile)],
    ['a certificate that is cut off', () => truncateSync(live.certFile, 300)],
    ['an empty certificate', () => writeFileSync(live.certFile, '')],
    ['an empty key', () => writeFileSync(live.keyFile, '')],
    ['an empty authority', () => writeFileSync(live.caFile, '')],
    ['an authority that is cut off', () => truncateSync(live.caFile, 300)],
    ['nonsense', () => writeFileSync(live.keyFile, 'nonsense')],
    ['a file that is gone', () => rmSync(live.certFile)],
  ])('that do not fit (%s) leave the last good ones in use, with one warning', async (_, spoil) => {
    const { log, warnings, stop } = await connected();
    spoil();
    const port = await stop();
    await until(() => warnings.length > 4, WAIT_MS);
    const next = await start(port);
    await until(() => log.info('after') && next.messages.length > 0, WAIT_MS);
    expect(next.clients.at(-1)).toBe('shop-1');
    expect(warnings.filter(({ code }) => code === 'ROTA_CONFIG_TLS').length).toBe(1);
    // The second half of the renewal.
    put(two);
    await next.become('reset');
    await next.become('none');
    await until(() => log.info('at last') && next.clients.at(-1) === 'shop-2', WAIT_MS);
  });

  it('are checked against the name without the dot of an absolute one, and SNI is sent without it', async () => {
    const it = await receiver(scheme);
    names.asked.length = 0;
    const { log } = logger(`${scheme}://logs.test.:${it.port}`);
    await delivers(log, it, 'to an absolute name');
    const given = logger(`${scheme}://127.0.0.1:${it.port}`, {
      tls: { caFile: authority.ca, servername: 'logs.test.' },
    });
    await delivers(given.log, it, 'by an absolute name');
    expect(it.names).toEqual(['logs.test', 'logs.test']);
    expect(names.asked).toEqual(['logs.test.']);
  });

  it('that nobody verifies are said to be so', async () => {
    const it = await receiver(scheme);
    const { log, warnings } = logger(it.url, { tls: { rejectUnauthorized: false } });
    await delivers(log, it, 'unverified');
    expect(warnings.map(({ code }) => code)).toEqual(['ROTA_CONFIG_UNVERIFIED']);
    expect(warnings[0]?.message).toMatch(/tls\.caFile/);
  });
});

describe('over udp', () => {
  it('lines go to the new address of a name, also the first after a long silence (the monotonic clock is a mock)', async () => {
    const old = await FaultyUdp.start();
    const moved = await FaultyUdp.start({ host: '127.0.0.2', port: old.port });
    open.push(old, moved);
    names.known.set('udp.test', ['127.0.0.1']);
    const { log, warnings } = logger(`udp://udp.test:${old.port}`);
    await delivers(log, old, 'before');
    names.known.set('udp.test', ['127.0.0.2', '127.0.0.1']);
    await delivers(log, old, 'still known');
    const now = performance.now.bind(performance);
    const skip = (ms: number) => vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
    skip(11_000);
    // An address that the name still has is kept.
    await delivers(log, old, 'one of two');
    names.known.set('udp.test', ['127.0.0.2']);
    skip(22_000);
    await delivers(log, moved, 'moved');
    names.known.set('udp.test', 'EAI_AGAIN');
    skip(33_000);
    await delivers(log, moved, 'while no name server answers');
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('EAI_AGAIN')]);
    expect(log.stats().connection.connects).toBe(1);
  });

  it('both families work, and the second address is used when the first is of no use', async () => {
    const it = await FaultyUdp.start();
    open.push(it);
    names.known.set('udp.test', ['::1', '127.0.0.1']);
    const { log } = logger(`udp://udp.test:${it.port}`);
    await until(() => log.info('to whichever listens') && it.messages.length > 0, WAIT_MS);
  });
});

describe('a wall clock that jumps', () => {
  it('changes nothing, in whatever direction', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -1e10, max: 1e10 }), async (jump) => {
        const [first, second] = [await receiver('relp'), await receiver('relp')];
        const { log } = logger([first.url, second.url], { ackTimeoutMs: 400 });
        await delivers(log, first, 'one');
        const real = Date.now.bind(Date);
        vi.spyOn(Date, 'now').mockImplementation(() => real() + jump);
        // A healthy receiver is not given up …
        await delivers(log, first, 'two');
        expect(second.messages).toEqual([]);
        // … and one that has stopped is, no later than without the jump.
        first.pause();
        await delivers(log, second, 'three');
        vi.restoreAllMocks();
      }),
      { numRuns: 6, examples: [[-3_600_000], [3_600_000]] },
    );
  });
});

describe('somebody who gives no onWarning', () => {
  const heard = () => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    return lines;
  };
  const quiet = { onWarning: undefined, connectTimeoutMs: 300 };

  it.each<[string, StreamScheme, Fault | 'name', RegExp, Partial<LoggerOptions>?]>([
    ['nobody listens', 'relp', 'refused', /relp:\/\/localhost:\d+ cannot be reached .*ECONNREFUSED.*Check the address/],
    ['nobody listens', 'tls', 'refused', /tls:\/\/localhost:\d+ cannot be reached .*ECONNREFUSED.*Check the address/],
    ['nobody answers', 'relp', 'silent', /did not answer within 300 ms.*Check that an input for relp:/],
    ['there is no TLS', 'relps', 'garbage', /no TLS connection .*Check that this port is an input with TLS/],
    ['the name is unknown', 'tcp', 'name', /name nowhere\.test cannot be looked up .*Check the name/],
    ['it is no RELP', 'relp', 'garbage', /does not speak RELP.*Check that the address and port/],
    ['the authority is missing', 'relps', 'none', /is not trusted .*Give its authority by tls\.caFile/, { tls: {} }],
  ])(
    'reads on stderr why there is no connection, with the mend, once: %s (%s)',
    async (_, scheme, fault, reason, options) => {
      const it = await receiver(scheme, { fault: fault === 'name' ? 'none' : fault });
      const lines = heard();
      const { log } = logger(fault === 'name' ? 'tcp://nowhere.test:1' : it.url, { ...quiet, ...options });
      let failures = 0;
      log.on('warn', () => {
        failures += 1;
      });
      await until(() => failures > 2, WAIT_MS);
      expect(lines).toEqual([expect.stringMatching(/^rota-sdk: [^\n]*\n$/)]);
      expect(lines[0]).toMatch(reason);
    },
  );

  it('reads nothing where all is well, and whoever gives onWarning reads nothing at all', async () => {
    const it = await receiver('relp');
    const lines = heard();
    await delivers(logger(it.url, quiet).log, it, 'well');
    const { warnings } = logger('relp://127.0.0.1:9');
    await until(() => warnings.length > 2, WAIT_MS);
    expect(lines).toEqual([]);
  });
});

describe('a list with TLS and without', () => {
  it.each([
    ['tls://h', 'tcp://h'],
    ['relp://h', 'relps://h'],
    ['relps://h', 'udp://h', 'relps://i'],
  ])('is refused: %s', (...urls) => {
    const make = (options: Partial<LoggerOptions> = {}) => createLogger({ service: 'test', urls, ...options });
    expect(() => make()).toThrow(
      expect.objectContaining({ code: 'ROTA_CONFIG_MIXED', message: expect.stringContaining('plaintextFallback') }),
    );
    open.push({ stop: () => make({ plaintextFallback: true, onWarning: () => {} }).close({ timeoutMs: 1 }) });
  });

  it('is fine where the one without is on this machine: a unix socket', () => {
    const urls = ['relps://h', 'unix:///dev/log'];
    try {
      open.push({ stop: () => log.close({ timeoutMs: 1 }) });
      const log = createLogger({ service: 'test', urls, onWarning: () => {} });
    } catch (error) {
      // The native module may be missing here; that is another refusal.
      expect(error).toMatchObject({ code: 'ROTA_CONFIG_UNIX' });
      open.pop();
    }
  });
});
