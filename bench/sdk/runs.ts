import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Receiver, Rsyslog } from './receivers.js';

export interface Figures {
  messages_per_s: number;
  cpu_us_per_message: number;
  event_loop_p99_ms: number;
  rss_mb: number;
}

const SENDER = fileURLToPath(new URL('./sender.mts', import.meta.url));
/** When nothing more came for so long, nothing more will. */
const QUIET_MS = 4000;

/** A sender process, and its answers line by line. */
class Sender {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly reader: Interface;

  constructor(subject: string, receiver: Receiver, count: number, perSecond: number) {
    const args = [
      '--import',
      'tsx',
      SENDER,
      subject,
      String(receiver.relpPort),
      String(receiver.tcpPort),
      String(receiver.httpPort ?? 0),
      String(count),
      String(perSecond),
      receiver.file ?? '',
    ];
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.reader = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.lines = this.reader[Symbol.asyncIterator]();
  }

  go(): void {
    this.child.stdin?.write('go\n');
  }

  async answer(): Promise<Record<string, number>> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the sender ended without a word');
    return JSON.parse(value as string) as Record<string, number>;
  }

  kill(): void {
    this.reader.close();
    this.child.kill('SIGKILL');
  }
}

/** As fast as it can: from the first log call to the last message at the receiver. */
export async function measure(subject: string, receiver: Receiver, count: number): Promise<Figures> {
  receiver.reset();
  const sender = new Sender(subject, receiver, count, 0);
  try {
    const { warm = 0 } = await sender.answer();
    // What a library has not sent of its first messages must not be counted among those that are measured.
    await arrival(receiver, warm);
    receiver.reset();
    const started = performance.now();
    sender.go();
    const ended = await arrival(receiver, count);
    const arrived = receiver.count();
    await sender.answer();
    sender.go();
    const used = await sender.answer();
    return {
      messages_per_s: (arrived / (ended - started)) * 1000,
      cpu_us_per_message: (used['cpu_us'] as number) / count,
      event_loop_p99_ms: used['event_loop_p99_ms'] as number,
      rss_mb: used['rss_mb'] as number,
    };
  } finally {
    sender.kill();
  }
}

/** The moment when the `count`th message was there, or the last one that came. */
export async function arrival(receiver: Receiver, count: number): Promise<number> {
  let seen = 0;
  let at = performance.now();
  for (;;) {
    const now = receiver.count();
    if (now !== seen) {
      seen = now;
      at = performance.now();
    }
    if (seen >= count || performance.now() - at > QUIET_MS + (seen === 0 ? 10_000 : 0)) return at;
    await sleep(2);
  }
}

/** The receiver stalls 1.5 s, is killed, and returns after 1 s, while `count` messages are sent. Returns those lost. */
export async function trouble(subject: string, receiver: Rsyslog, count: number): Promise<number> {
  const perSecond = 5000;
  const sender = new Sender(subject, receiver, count, perSecond);
  try {
    await sender.answer();
    receiver.reset();
    sender.go();
    await sleep(1000);
    receiver.signal('SIGSTOP');
    await sleep(1500);
    await receiver.stop('SIGKILL');
    await sleep(1000);
    await receiver.start();
    await sleep((count / perSecond) * 1000 - 3500);
    await arrival(receiver, Number.POSITIVE_INFINITY);
    const numbers = receiver.messages().map((line) => Number(/"n":(\d+)/.exec(line)?.[1] ?? -1));
    return count - new Set(numbers.filter((n) => n >= 0)).size;
  } finally {
    sender.kill();
  }
}
