// What one log call of a large value costs: LIBRARY. Prints one line of JSON, ms of CPU a call, the least of three.
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';

const [subject = ''] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const values: Record<string, () => unknown> = {
  buffer_20mb: () => Buffer.alloc(20 << 20, 7),
  list_1e6: () => Array.from({ length: 1_000_000 }, (_, index) => index),
  keys_200k: () => Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`key${index}`, index])),
  objects_1000: () =>
    Array.from({ length: 1000 }, () =>
      Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, 1])),
    ),
};
const ROUNDS = 3;

const subjects: Record<string, () => (value: unknown) => void> = {
  rota() {
    const { createLogger } = require('../../sdk/dist/index.cjs');
    // Nobody listens there: what is measured is the call.
    const log = createLogger({ url: 'tcp://127.0.0.1:9', service: 'bench', statsIntervalMs: 0, onWarning: () => {} });
    return (value) => log.info('text', { value });
  },
  pino() {
    const pino = require('pino');
    const log = pino(pino.destination({ dest: '/dev/null', sync: true }));
    return (value) => log.info({ value }, 'text');
  },
  winston() {
    const winston = require('winston');
    const transports = [new winston.transports.Stream({ stream: createWriteStream('/dev/null') })];
    const log = winston.createLogger({ format: winston.format.json(), transports });
    return (value) => log.info('text', { value });
  },
  /** What the language takes to list the members of the value, or of each object in it: nobody who reads them does it in less. */
  keys() {
    return (value) => {
      if (Array.isArray(value)) for (const one of value) Object.keys(Object(one));
      else if (!Buffer.isBuffer(value)) Object.keys(value as object);
    };
  },
};

const call = subjects[subject]?.();
if (call === undefined) throw new Error(`unknown subject ${subject}`);
for (let n = 0; n < 1000; n += 1) call({ id: n, list: [1, { a: 'b' }] });
const results: Record<string, number> = {};
for (const [name, make] of Object.entries(values)) {
  const value = make();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    call(value);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  results[name] = Math.min(...times);
}
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
