// One run of one subject, in a process of its own: SUBJECT RELP_PORT TCP_PORT HTTP_PORT COUNT PER_SECOND FILE (0 a second: as fast as it can).
// Prints one line of JSON when everything is handed over, and another with what it used, and ends when told on stdin.
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

const [subject, relpPort, tcpPort, httpPort, countText, rateText, file] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const require = createRequire(import.meta.url);
const count = Number(countText);
const rate = Number(rateText);
const WARM_UP = 20_000;

interface Subject {
  log(n: number): void;
  ready(): Promise<void>;
  flush(): Promise<void>;
}

/** The fields of every message: what a web application logs of a request. */
const fields = (n: number) => ({
  http: { request: { method: 'GET' }, response: { status_code: 200 } },
  url: { path: '/cart/items' },
  user: { id: 'u-4711' },
  n,
});

const subjects: Record<string, () => Subject> = {
  'otlp-http': () => otlp(`http://127.0.0.1:${httpPort}/v1/logs`),
  'rota-tcp': () => rota(`tcp://127.0.0.1:${tcpPort}`),
  'rota-relp': () => rota(`relp://127.0.0.1:${relpPort}`),
  bare: () => bare(Number(tcpPort)),
  'winston-syslog': () => {
    const winston = require('winston');
    const { Syslog } = require('winston-syslog');
    const transport = new Syslog({
      host: '127.0.0.1',
      port: Number(tcpPort),
      protocol: 'tcp4',
      type: '5424',
      eol: '\n',
    });
    transport.on('error', () => {});
    const logger = winston.createLogger({
      levels: winston.config.syslog.levels,
      format: winston.format.json(),
      transports: [transport],
    });
    logger.on('error', () => {});
    return {
      log: (n) => logger.info('request done', fields(n)),
      ready: turn as () => Promise<void>,
      flush: async () => {},
    };
  },
  'pino-socket': () => pinoTo(pinoSocket()),
  'pino-socket-ecs': () => pinoTo(pinoSocket(), ecs()),
  'pino-file': () => {
    const pino = require('pino');
    return pinoTo(pino.transport({ target: 'pino/file', options: { destination: file } }));
  },
};

function pinoTo(transport: NodeJS.EventEmitter, options: object = {}): Subject {
  transport.on('error', () => {});
  const logger = require('pino')(options, transport);
  return {
    log: (n) => logger.info(fields(n), 'request done'),
    ready: turn as () => Promise<void>,
    flush: async () => {},
  };
}

function pinoSocket(): NodeJS.EventEmitter {
  const pino = require('pino');
  return pino.transport({
    target: 'pino-socket',
    options: {
      address: '127.0.0.1',
      port: Number(tcpPort),
      mode: 'tcp',
      reconnect: true,
      recovery: true,
      recoveryQueueMaxSize: 100_000,
    },
  });
}

/** The same document that the SDK sends: what a receiver does with a message grows with its length. */
function ecs(): object {
  let sequence = 0;
  return {
    base: {
      ecs: { version: '8.11.0' },
      service: { name: 'bench' },
      agent: { name: 'rota-sdk', type: 'rota-sdk', version: '0.1.0', ephemeral_id: '0'.repeat(20) },
      host: { name: hostname(), hostname: hostname() },
      process: { pid: process.pid },
      rota: { tier: 'webapp' },
    },
    messageKey: 'message',
    timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (level: string) => ({ log: { level } }) },
    mixin: () => {
      sequence += 1;
      return { event: { dataset: 'rota.app', id: `${'0'.repeat(20)}-${sequence}`, sequence } };
    },
  };
}

/** The limit of what JavaScript does: JSON of the finished document, framed, one write a batch. It promises nothing. */
function bare(port: number): Subject {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const statics = {
    service: { name: 'bench' },
    agent: { ephemeral_id: '0'.repeat(20) },
    host: { name: 'h' },
    ecs: { version: '8.11.0' },
  };
  let batch = '';
  let sequence = 0;
  const write = async () => {
    const isTaken = batch === '' || socket.write(batch, 'latin1');
    batch = '';
    if (!isTaken) await new Promise((resolve) => socket.once('drain', resolve));
    await turn();
  };
  return {
    log: (n) => {
      sequence += 1;
      const time = new Date().toISOString();
      const event = { dataset: 'rota.app', id: `0-${sequence}`, sequence };
      const doc = {
        '@timestamp': time,
        log: { level: 'info' },
        message: 'request done',
        event,
        ...fields(n),
        ...statics,
      };
      const message = `<134>1 ${time} h bench 1 rota.app - ${JSON.stringify(doc)}`;
      batch += `${message.length} ${message}`;
    },
    ready: write,
    flush: write,
  };
}

/** OpenTelemetry's log SDK with its batch processor, as its documentation sets it up; the queue as large as the others'. */
function otlp(url: string): Subject {
  const { LoggerProvider, BatchLogRecordProcessor } = require('@opentelemetry/sdk-logs');
  const { OTLPLogExporter } = require('@opentelemetry/exporter-logs-otlp-http');
  const processor = new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url }), maxQueueSize: 100_000 });
  const provider = new LoggerProvider({ processors: [processor] });
  const logger = provider.getLogger('bench');
  const info = { severityNumber: 9, severityText: 'INFO', body: 'request done' };
  let waiting = 0;
  return {
    log: (n) => {
      waiting += 1;
      logger.emit({ ...info, attributes: fields(n) });
    },
    // A full queue drops silently: wait for room, as the others' callers do.
    ready: async () => {
      await turn();
      if (waiting < 50_000) return;
      waiting = 0;
      await provider.forceFlush();
    },
    flush: () => provider.forceFlush(),
  };
}

function rota(url: string): Subject {
  const { createLogger } = require('../../sdk/dist/index.cjs');
  const logger = createLogger({ url, service: 'bench', statsIntervalMs: 0, onWarning: () => {} });
  return {
    log: (n) => logger.info('request done', fields(n)),
    ready: async () => {
      await logger.ready();
      await turn();
    },
    flush: async () => void (await logger.flush({ timeoutMs: 60_000 })),
  };
}

const make = subjects[subject];
if (make === undefined) throw new Error(`unknown subject ${subject}`);
const it = make();
await sleep(500);
// Warm code, not counted by the receiver's clock: it is reset after these. A service logs for days, not for half a second.
for (let n = 0; n < WARM_UP; n += 1) {
  it.log(-1);
  if (n % 100 === 99) await it.ready();
}
await it.flush();
await sleep(700);
process.stdout.write(`${JSON.stringify({ warm: WARM_UP })}\n`);
await new Promise((resolve) => process.stdin.once('data', resolve));

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const before = process.cpuUsage();
const started = performance.now();
for (let n = 0; n < count; ) {
  for (let i = 0; i < 100 && n < count; i += 1, n += 1) it.log(n);
  await it.ready();
  if (rate > 0) await sleep(Math.max(0, started + (n / rate) * 1000 - performance.now()));
}
await it.flush();
process.stdout.write(`${JSON.stringify({ done: true })}\n`);
await new Promise((resolve) => process.stdin.once('data', resolve));
const cpu = process.cpuUsage(before);
delay.disable();
const used = {
  cpu_us: cpu.user + cpu.system,
  event_loop_p99_ms: delay.percentile(99) / 1e6,
  rss_mb: process.memoryUsage().rss / 2 ** 20,
};
process.stdout.write(`${JSON.stringify(used)}\n`, () => process.exit(0));
