// What one log call costs, by its shape, without waiting for anything: SUBJECT TCP_PORT CALLS. Prints one line of JSON, µs of CPU a call.
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';

const [subject = '', tcpPort = '', callsText = ''] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const CALLS = Number(callsText);
const fields = { http: { request: { method: 'GET' }, response: { status_code: 200 } }, url: { path: '/cart' }, n: 1 };
const secret = {
  user: { id: 'u-4711', password: 'hunter2' },
  headers: { authorization: 'Bearer abcdefghij' },
  list: [{ a: 1 }],
};
const error = Object.assign(new RangeError('boom', { cause: new Error('inner') }), { code: 'E_BOOM' });

interface Subject {
  shapes: Record<string, () => void>;
  ready(): Promise<unknown>;
}

const subjects: Record<string, () => Subject> = {
  rota() {
    const { createLogger, runWithContext } = require('../../sdk/dist/index.cjs');
    const url = `tcp://127.0.0.1:${tcpPort}`;
    const log = createLogger({ url, service: 'bench', statsIntervalMs: 0, onWarning: () => {} });
    const child = log.child({ labels: { part: 'cart' } });
    const request = { http: { request: { id: 'r-1' } }, trace: { id: 't' }, span: { id: 's' } };
    return {
      shapes: {
        plain: () => log.info('request done'),
        fields: () => log.info('request done', fields),
        error: () => log.error('it failed', error),
        child: () => child.info('request done', fields),
        request: () => runWithContext(request, () => log.info('request done', fields)),
        redaction: () => log.info('request done', secret),
      },
      ready: async () => {
        await log.ready();
        await turn();
      },
    };
  },
  pino() {
    const pino = require('pino');
    const paths = ['user.password', 'headers.authorization'];
    const destination = () => pino.destination({ dest: '/dev/null', sync: false });
    const log = pino(destination());
    const redacting = pino({ redact: paths }, destination());
    const child = log.child({ labels: { part: 'cart' } });
    const request = log.child({ http: { request: { id: 'r-1' } }, trace: { id: 't' }, span: { id: 's' } });
    return {
      shapes: {
        plain: () => log.info('request done'),
        fields: () => log.info(fields, 'request done'),
        error: () => log.error(error, 'it failed'),
        child: () => child.info(fields, 'request done'),
        request: () => request.info(fields, 'request done'),
        redaction: () => redacting.info(secret, 'request done'),
      },
      ready: turn,
    };
  },
  winston() {
    const winston = require('winston');
    const stream = createWriteStream('/dev/null');
    const { combine, errors, json, timestamp } = winston.format;
    const format = combine(errors({ stack: true }), timestamp(), json());
    const log = winston.createLogger({ format, transports: [new winston.transports.Stream({ stream })] });
    const child = log.child({ labels: { part: 'cart' } });
    const request = log.child({ http: { request: { id: 'r-1' } }, trace: { id: 't' }, span: { id: 's' } });
    return {
      shapes: {
        plain: () => log.info('request done'),
        fields: () => log.info('request done', fields),
        error: () => log.error('it failed', error),
        child: () => child.info('request done', fields),
        request: () => request.info('request done', fields),
      },
      ready: turn,
    };
  },
};

const made = subjects[subject]?.();
if (made === undefined) throw new Error(`unknown subject ${subject}`);
const results: Record<string, number> = {};
for (const [name, call] of Object.entries(made.shapes)) {
  // The first turn is for the compiler.
  for (const count of [CALLS / 4, CALLS]) {
    const before = process.cpuUsage();
    for (let n = 0; n < count; n += 1) {
      call();
      if (n % 100 === 99) await made.ready();
    }
    const { user, system } = process.cpuUsage(before);
    results[name] = (user + system) / count;
  }
}
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
