import { afterEach, describe, expect, it } from 'vitest';
import { answer, OPENED, obedient, ScriptedRelp, until } from '../test/scripted_relp.js';
import { createLogger, type Logger, type LoggerOptions } from './index.js';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function receiver(...args: Parameters<typeof ScriptedRelp.start>): Promise<ScriptedRelp> {
  const relp = await ScriptedRelp.start(...args);
  open.push(() => relp.stop());
  return relp;
}

function logger(url: string | string[], options: Partial<LoggerOptions> = {}): Logger & { warnings: string[] } {
  const warnings: string[] = [];
  const log = createLogger({
    service: 'test',
    urls: [url].flat(),
    backoff: { minMs: 5, maxMs: 20 },
    statsIntervalMs: 0,
    exitTimeoutMs: 60_000,
    onWarning: (error) => warnings.push((error as { code?: string }).code ?? error.message),
    ...options,
  });
  open.push(() => log.close({ timeoutMs: 50 }));
  return Object.assign(log, { warnings });
}

const many = (log: Logger, count: number) => {
  for (let i = 1; i <= count; i += 1) log.info(`event ${i}`);
};
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('the RELP client, against a scripted receiver', () => {
  it('never has more unanswered messages than its window, and sends in order', async () => {
    const waiting: number[] = [];
    let most = 0;
    const relp = await receiver((frame, it) => {
      if (frame.command !== 'syslog') return obedient(frame, it);
      waiting.push(frame.txnr);
      most = Math.max(most, waiting.length);
      setTimeout(() => it.sockets.at(-1)?.write(answer(waiting.shift() as number)), 2);
      return undefined;
    });
    const log = logger(relp.url, { window: 7 });
    many(log, 100);
    expect(await log.flush()).toEqual({ delivered: true, remaining: 0 });
    expect([relp.sequences, most]).toEqual([upTo(100), 7]);
    expect(relp.frames.map((f) => f.txnr)).toEqual(upTo(101));
  });

  it('takes answers out of order', async () => {
    const held: string[] = [];
    const relp = await receiver((frame, it) => {
      if (frame.command !== 'syslog') return obedient(frame, it);
      held.unshift(answer(frame.txnr));
      return held.length === 5 ? held.splice(0).join('') : undefined;
    });
    const log = logger(relp.url);
    many(log, 20);
    expect(await log.flush()).toEqual({ delivered: true, remaining: 0 });
    expect(relp.sequences).toEqual(upTo(20));
  });

  it('sends again, marked, exactly what was not answered when the connection broke', async () => {
    const relp = await receiver((frame, it) => {
      if (frame.command !== 'syslog' || frame.connection > 1) return obedient(frame, it);
      if (frame.txnr === 11) setImmediate(() => it.sockets[0]?.destroy());
      return frame.txnr <= 6 ? answer(frame.txnr) : undefined;
    });
    const log = logger(relp.url, { window: 10 });
    many(log, 30);
    expect((await log.flush()).delivered).toBe(true);
    const second = relp.frames.filter((f) => f.connection === 2 && f.command === 'syslog');
    expect(second.map((f) => Number(/"sequence":(\d+)/.exec(f.data)?.[1]))).toEqual(upTo(30).slice(5));
    const marked = second.map((f) => f.data.includes('[sdk@32473 resend="1"][meta '));
    expect(marked).toEqual(second.map((f) => Number(/"sequence":(\d+)/.exec(f.data)?.[1]) <= 15 && marked.length > 0));
    expect(log.stats()).toMatchObject({ delivered: 30, resent: 10, connection: { connects: 2 } });
  });

  it('goes elsewhere at a serverclose hint and loses nothing', async () => {
    const second = await receiver();
    const first = await receiver((frame, it) =>
      frame.txnr === 6 ? '0 serverclose 0\n' : frame.txnr > 6 ? undefined : obedient(frame, it),
    );
    const log = logger([first.url, second.url]);
    many(log, 50);
    expect((await log.flush()).delivered).toBe(true);
    expect([...first.sequences.slice(0, 4), ...second.sequences]).toEqual(upTo(50));
  });

  it('ignores hints that it does not know', async () => {
    const relp = await receiver((frame, it) => `0 news 5 hello\n${obedient(frame, it)}`);
    const log = logger(relp.url);
    many(log, 3);
    expect((await log.flush()).delivered).toBe(true);
  });

  it('offers a refused message again, and after three refusals counts it lost and goes on', async () => {
    const relp = await receiver((frame, it) =>
      frame.data.includes('event 3"') ? answer(frame.txnr, '500 no') : obedient(frame, it),
    );
    const log = logger(relp.url);
    many(log, 5);
    expect(await log.flush()).toEqual({ delivered: false, remaining: 0 });
    expect(relp.sequences.filter((n) => n === 3).length).toBe(3);
    expect(log.stats()).toMatchObject({ delivered: 4, dropped: 1, dropped_by_cause: { refused: 1 } });
    log.info('next');
    await log.flush();
    expect(
      relp.messages.some((m) =>
        m.includes('"drop":{"cause":"refused","count":1,"first_sequence":3,"last_sequence":3}'),
      ),
    ).toBe(true);
  });

  it.each([
    ['500 no', 'ROTA_RELP_REFUSED'],
    [OPENED.replace('=0', '=9'), 'ROTA_RELP_VERSION'],
    [OPENED.replace('syslog', 'eventlog'), 'ROTA_RELP_OFFERS'],
  ])('passes over a receiver that answers open with %j', async (text, code) => {
    const first = await receiver((frame) => answer(frame.txnr, text));
    const second = await receiver();
    const log = logger([first.url, second.url]);
    many(log, 5);
    expect((await log.flush()).delivered).toBe(true);
    expect([first.messages, second.sequences, log.warnings[0]]).toEqual([[], upTo(5), code]);
  });

  it('gives up a receiver that acknowledges nothing, and one that answers what was not asked', async () => {
    const silent = await receiver((frame, it) => (frame.command === 'open' ? obedient(frame, it) : undefined));
    const second = await receiver();
    const log = logger([silent.url, second.url], { ackTimeoutMs: 60 });
    many(log, 5);
    expect((await log.flush()).delivered).toBe(true);
    expect(log.warnings).toContain('ROTA_CONNECTION_STALLED');
    const liar = await receiver((frame, it) =>
      frame.command === 'syslog' && frame.connection === 1 ? answer(999) : obedient(frame, it),
    );
    const other = logger(liar.url);
    many(other, 3);
    expect((await other.flush()).delivered).toBe(true);
    expect(other.warnings).toContain('ROTA_RELP_ANSWER');
  });

  it('keeps to its backoff while nothing listens, and delivers when somebody does', async () => {
    const first = await receiver();
    const { port } = first;
    await first.stop();
    const log = logger(`relp://127.0.0.1:${port}`, { backoff: { minMs: 20, maxMs: 40 } });
    many(log, 10);
    const started = performance.now();
    await until(() => log.warnings.length > 8);
    // Eight pauses of at least 10 ms (half of 20), whatever else the machine does.
    expect(performance.now() - started).toBeGreaterThan(70);
    expect(await log.flush({ timeoutMs: 30 })).toEqual({ delivered: false, remaining: 10 });
    const back = await receiver(obedient, port);
    expect((await log.flush()).delivered).toBe(true);
    expect(back.sequences).toEqual(upTo(10));
  });

  it('waits as long as it is told, however long that is', async () => {
    const relp = await receiver((frame, it) => {
      if (frame.command !== 'syslog') return obedient(frame, it);
      setTimeout(() => it.sockets[0]?.write(answer(frame.txnr)), 20);
      return undefined;
    });
    const log = logger(relp.url);
    for (const timeoutMs of [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER]) {
      log.info('x');
      expect(await log.flush({ timeoutMs })).toEqual({ delivered: true, remaining: 0 });
    }
  });

  it('reports what overflowed in the stream itself, and counts what the receiver then misses', async () => {
    const relp = await receiver();
    const log = logger(relp.url, { queue: { maxEvents: 10 } });
    many(log, 100);
    await log.flush();
    many(log, 1);
    await log.close();
    const reported = relp.messages.flatMap((m) =>
      [...m.matchAll(/"drop":\{"cause":"overflow","count":(\d+)/g)].map((x) => Number(x[1])),
    );
    const highest = Number(/"highest_sequence":(\d+)/.exec(relp.messages.at(-1) as string)?.[1]);
    expect(relp.messages.at(-1)).toContain('"closing":true');
    expect(highest - new Set(relp.sequences).size).toBe(reported.reduce((a, b) => a + b, 0));
    expect(highest).toBe(Math.max(...relp.sequences));
  });

  it('lets the application wait for room', async () => {
    const relp = await receiver();
    const log = logger(relp.url, { queue: { maxEvents: 100, policy: 'wait' } });
    for (let i = 0; i < 2000; i += 1) {
      await log.ready();
      log.info(`event ${i}`);
    }
    expect(await log.close()).toEqual({ delivered: true, remaining: 0 });
    expect([relp.sequences.length, log.stats().dropped]).toEqual([2001, 0]);
  });

  it('leaves no listeners behind and says "close" before it goes', async () => {
    const relp = await receiver();
    const before = ['beforeExit', 'exit'].map((name) => process.listenerCount(name));
    for (let i = 0; i < 30; i += 1) {
      const log = logger(relp.url);
      log.info('x');
      await log.close();
    }
    const after = ['beforeExit', 'exit'].map((name) => process.listenerCount(name));
    expect(after.map((n, i) => n - (before[i] as number)).every((n) => n <= 1)).toBe(true);
    expect(relp.frames.filter((f) => f.command === 'close').length).toBe(30);
  });

  it('takes whatever the application throws at it', async () => {
    const relp = await receiver();
    const log = logger(relp.url, {
      onWarning: () => {
        throw new Error('a listener of the application');
      },
    });
    const bad = {
      get message(): string {
        throw new Error('a getter');
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    log.info('a', bad);
    log.info(bad as never);
    log.child(bad).info('b');
    log.info('c', proxy);
    log.log('nonsense' as never, 'd');
    log.info('fine');
    await log.flush();
    expect(relp.messages.filter((m) => m.includes('"message":"fine"')).length).toBe(1);
    expect(relp.messages.length).toBe(6);
    expect(log.stats().dropped).toBe(0);
  });

  it('keeps working as a winston logger: children, levels, formats, further transports', async () => {
    const relp = await receiver();
    const winston = (await import('winston')).default;
    const lines: string[] = [];
    const stream = new (await import('node:stream')).Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const log = logger(relp.url, {
      level: 'notice',
      defaultMeta: { labels: { a: 'b' } },
      format: winston.format.splat(),
    });
    log.info('not sent');
    log.child({ http: { request: { id: 'r1' } } }).warn('%d left', 3);
    log.add(new winston.transports.Stream({ stream }));
    log.notice('both');
    expect((await log.flush()).delivered).toBe(true);
    expect(relp.messages.length).toBe(2);
    expect(JSON.parse((relp.messages[0] as string).replace(/^.*?\] (?=\{)/, ''))).toMatchObject({
      message: '3 left',
      labels: { a: 'b' },
      http: { request: { id: 'r1' } },
    });
    expect(lines.length).toBe(1);
  });
});
