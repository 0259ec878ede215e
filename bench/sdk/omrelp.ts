import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RsyslogProcess } from '../../sdk/test/receiver_process.js';
import type { Receiver } from './receivers.js';
import { arrival } from './runs.js';

/** Messages as the SDK's are, in length. */
const LINE = `{"@timestamp":"2026-11-23T10:00:00.000Z","message":"request done","pad":"${'x'.repeat(480)}"}`;

/**
 * rsyslog's own RELP sender to the same receiver: it reads a file that is there already, so what is measured is omrelp
 * and the receiver. The clock starts with the first message that arrives.
 */
export async function measureOmrelp(folder: string, receiver: Receiver, count: number): Promise<number> {
  const home = join(folder, 'omrelp');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const input = join(home, 'input.log');
  const stream = createWriteStream(input);
  for (let i = 0; i < count; i += 1) stream.write(`${LINE}\n`);
  await new Promise<void>((resolve) => stream.end(resolve));
  const config = join(home, 'rsyslog.conf');
  writeFileSync(
    config,
    `global(workDirectory="${home}" maxMessageSize="72k")
module(load="imfile")
module(load="omrelp")
template(name="rfc" type="string" string="<134>1 %timereported:::date-rfc3339% web-1 bench 1 rota.app - %msg%")
ruleset(name="out" queue.type="LinkedList" queue.size="200000" queue.dequeueBatchSize="1000") {
  action(type="omrelp" target="127.0.0.1" port="${receiver.relpPort}" windowSize="1000" template="rfc") }
input(type="imfile" file="${input}" tag="bench" ruleset="out")
`,
  );
  receiver.reset();
  const sender = new RsyslogProcess(config, join(home, 'pid'), []);
  await sender.start();
  try {
    while (receiver.count() === 0) await sleep(1);
    const first = receiver.count();
    const started = performance.now();
    const ended = await arrival(receiver, count);
    return ((receiver.count() - first) / (ended - started)) * 1000;
  } finally {
    await sender.stop('SIGKILL');
  }
}
