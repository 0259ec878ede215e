import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { readLine } from '../../pipeline/indexer/shape/line';
import { Capture } from '../support/lines/capture.js';

const access = (n: number) => `192.0.2.1 - - [23/Nov/2026:10:00:00 +0000] "GET /r${n} HTTP/1.1" 200 612 "-" "writer"\n`;

/** nginx as far as its log goes: an open file that a rotation renames, and that is opened anew a while later. */
class Writer {
  private fd: number;
  written = 0;

  constructor(readonly path: string) {
    this.fd = openSync(path, 'a');
  }

  async lines(count: number, perSecond = 500): Promise<void> {
    for (let end = this.written + count; this.written < end; this.written++) {
      writeSync(this.fd, access(this.written));
      if (this.written % 10 === 0) await sleep(10_000 / perSecond);
    }
  }

  rename(): void {
    for (const n of [3, 2, 1]) {
      try {
        renameSync(`${this.path}.${n}`, `${this.path}.${n + 1}`);
      } catch {
        // There is none that old yet.
      }
    }
    renameSync(this.path, `${this.path}.1`);
  }

  /** @returns the old file, still open: a slow worker of nginx */
  reopen(): number {
    const old = this.fd;
    this.fd = openSync(this.path, 'a');
    return old;
  }
}

describe('an agent that follows a log file', () => {
  let capture: Capture;
  afterEach(() => capture?.stop());

  async function begin(): Promise<Writer> {
    capture = await Capture.start({ ROTA_STATS_INTERVAL: '600' });
    const path = join(capture.own('files'), 'access.log');
    writeFileSync(path, '');
    await capture.startAgent('frontend-1', { ROTA_NGINX_ACCESS: path });
    return new Writer(path);
  }

  /** Ids by request number: one id each means that what came twice is known to be the same. */
  async function arrived(count: number): Promise<Map<number, Set<string>>> {
    const found = new Map<number, Set<string>>();
    await capture.until((lines) => {
      found.clear();
      for (const bytes of lines) {
        const line = readLine(bytes);
        const n = /GET \/r(\d+) /.exec(line.raw.toString('latin1'))?.[1];
        if (n === undefined) continue;
        const ids = found.get(Number(n)) ?? new Set();
        found.set(Number(n), ids.add(line.agent?.['id'] ?? ''));
      }
      return found.size >= count;
    });
    return found;
  }

  function expectOnce(found: Map<number, Set<string>>, count: number): void {
    const missing = Array.from({ length: count }, (_, n) => n).filter((n) => !found.has(n));
    expect(missing).toEqual([]);
    expect([...found.values()].filter((ids) => ids.size !== 1)).toEqual([]);
  }

  it('loses and doubles nothing when the file is renamed, written on and opened anew', async () => {
    const writer = await begin();
    for (let rotation = 0; rotation < 3; rotation++) {
      await writer.lines(700);
      writer.rename();
      await writer.lines(40);
      const old = writer.reopen();
      await writer.lines(300);
      // A worker that had not yet heard of the rotation.
      writeSync(old, access(writer.written++));
      closeSync(old);
      await writer.lines(300);
    }
    expectOnce(await arrived(writer.written), writer.written);
  });

  it('loses and doubles nothing when it is killed, and the file is rotated while it is down', async () => {
    const writer = await begin();
    for (let kill = 0; kill < 3; kill++) {
      await writer.lines(800);
      await capture.agent?.stop('SIGKILL');
      await writer.lines(100);
      writer.rename();
      await writer.lines(20);
      closeSync(writer.reopen());
      await writer.lines(50);
      await capture.agent?.start();
      await writer.lines(200);
      await sleep(3000);
    }
    expectOnce(await arrived(writer.written), writer.written);
  });

  it('loses nothing when it is killed just when imfile has given a new file its name', async () => {
    const writer = await begin();
    // Lines so long that they are read, not yet submitted, for a while after the place was written.
    const long = Array.from({ length: 300 }, (_, n) =>
      access(n).replace('"writer"', `"${'w'.repeat(n < 10 ? 1 : 60_000)}"`),
    );
    appendFileSync(writer.path, long.join(''));
    const folder = capture.own('agent');
    const placed = () =>
      readdirSync(folder).some(
        (name) => name.startsWith('imfile-state:') && /"curr_offs": [1-9]/.test(textOf(join(folder, name))),
      );
    for (const end = Date.now() + 60_000; !placed() && Date.now() < end; );
    await capture.agent?.stop('SIGKILL');
    expect(placed(), 'the place was written').toBe(true);
    await capture.agent?.start();
    expectOnce(await arrived(300), 300);
  });

  it('reads a truncated file from its start again', async () => {
    const writer = await begin();
    await writer.lines(300);
    await arrived(300);
    writeFileSync(writer.path, '');
    await sleep(2500);
    for (let n = 300; n < 400; n++) appendFileSync(writer.path, access(n));
    expectOnce(await arrived(400), 400);
  });
});

/** A file's text; empty where it was replaced in this very moment. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
