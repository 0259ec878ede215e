import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { intake } from '../../pipeline/indexer/intake';
import { documentOf } from '../../pipeline/indexer/item';
import { readShapeSettings, shape } from '../../pipeline/indexer/shape';
import { readLine } from '../../pipeline/indexer/shape/line';
import { Capture } from '../support/lines/capture.js';
import { send } from '../support/lines/inputs.js';

const COUNT = 200;
const message = (n: number) =>
  Buffer.from(
    `<134>1 2026-11-30T10:00:00.5Z web-1 shop 7 - [meta sequenceId="${n}"] message ${n} of a queue\nwith a second line`,
  );

/** Damage to the files of a queue, as a power cut may leave them; how many of the messages may be gone. */
const DAMAGE: Record<string, [number, (folder: string) => void]> = {
  'an index that is empty': [0, (folder) => truncateSync(join(folder, 'index.qi'), 0)],
  'half an index': [0, (folder) => truncateSync(join(folder, 'index.qi'), 250)],
  'an index full of zeros': [0, (folder) => writeFileSync(join(folder, 'index.qi'), Buffer.alloc(552))],
  'a tail that is cut': [12, (folder) => truncateSync(segment(folder), readFileSync(segment(folder)).length - 3000)],
  'zeros inside': [6, (folder) => overwrite(folder, Buffer.alloc(900))],
  'noise inside': [
    6,
    (folder) => overwrite(folder, Buffer.from(Array.from({ length: 900 }, (_, n) => (n * 7919) % 251))),
  ],
};

const segment = (folder: string) =>
  join(
    folder,
    readdirSync(folder)
      .filter((name) => /^index\.\d+$/.test(name))
      .sort()
      .at(-1)!,
  );

function overwrite(folder: string, bytes: Buffer): void {
  const path = segment(folder);
  const data = readFileSync(path);
  bytes.copy(data, 20_000);
  writeFileSync(path, data);
}

/** Where, as a part of the file; how many bytes; what stands there then, or that the file ends there. */
const DRAWN = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 1, max: 20_000 }),
  fc.oneof(fc.constant(undefined), fc.constant(0), fc.integer({ min: 1, max: 255 })),
);

function damageAt(path: string, part: number, length: number, byte: number | undefined): void {
  const data = readFileSync(path);
  const at = Math.floor(part * data.length);
  if (byte === undefined) truncateSync(path, at);
  else writeFileSync(path, data.fill(byte, at, Math.min(data.length, at + length)));
}

/** What check_queue.py says of a queue, without touching it. */
function look(folder: string): { fits: boolean; whole: number; lost_at_most: number | null } {
  const program = join(import.meta.dirname, '../../pipeline/rsyslog/check_queue.py');
  return JSON.parse(execFileSync('python3', [program, '--look', folder, 'index'], { encoding: 'utf8' })) as ReturnType<
    typeof look
  >;
}

/** A real rsyslog whose indexer answers nothing is killed with its queue full; then the queue is damaged, and another one starts on it. */
describe('a damaged queue', () => {
  const captures: Capture[] = [];
  afterAll(async () => {
    for (const capture of captures) await capture.stop();
  });

  async function afterKill(
    damage: (folder: string) => void,
  ): Promise<{ texts: string[]; told: Record<string, unknown>[] }> {
    const capture = await Capture.start({ ROTA_STATS_INTERVAL: '600', ROTA_CAPTURE_SILENT: '1' });
    captures.push(capture);
    const port = capture.ports.rsyslog.relp;
    await send(
      'relp',
      port,
      Array.from({ length: COUNT }, (_, n) => message(n)),
    );
    await capture.server.stop('SIGKILL');
    const folder = join(capture.folder, 'server');
    damage(folder);
    capture.server.spec.env = { ...capture.server.spec.env, ROTA_CAPTURE_SILENT: '' };
    await capture.server.start();
    await send('relp', port, [message(COUNT)]);
    const lines = await capture.until((all) => textsOf(all).includes(`message ${COUNT} of a queue`));
    return {
      texts: textsOf(lines),
      told: lines.map(documentIn).filter((doc) => (doc['event'] as { action?: string }).action === 'queue_damaged'),
    };
  }

  it.each(Object.entries(DAMAGE))(
    '%s: what stands whole arrives once, later messages too, and it is told',
    async (_, [gone, damage]) => {
      const { texts, told } = await afterKill(damage);
      expect(new Set(texts).size).toBe(texts.length);
      expect(texts.length).toBeGreaterThanOrEqual(COUNT + 1 - gone);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({
        host: { name: 'log-1' },
        message: expect.stringMatching(/^The queue index of log-1 was damaged: \d+ messages/),
      });
      const values = (told[0] as { rota: { rsyslog: { values: Record<string, number> } } }).rota.rsyslog.values;
      const lost = values['lost_at_most'];
      if (lost !== undefined) expect(lost).toBeGreaterThanOrEqual(COUNT + 1 - texts.length);
    },
  );

  it('of whatever damage, never fewer are said to be lost than are: thirty drawn ones', async () => {
    const capture = await Capture.start({ ROTA_STATS_INTERVAL: '600', ROTA_CAPTURE_SILENT: '1' });
    captures.push(capture);
    await send(
      'relp',
      capture.ports.rsyslog.relp,
      Array.from({ length: COUNT }, (_, n) => message(n)),
    );
    await capture.server.stop('SIGKILL');
    const sound = join(capture.folder, 'server');
    const before = look(sound);
    expect(before).toMatchObject({ fits: true, lost_at_most: 0 });
    expect(before.whole).toBeGreaterThanOrEqual(COUNT);
    const damages = fc.array(DRAWN, { minLength: 1, maxLength: 3 });
    for (const [n, some] of fc.sample(damages, { numRuns: 30, seed: 20 }).entries()) {
      const folder = join(capture.folder, `drawn-${n}`);
      cpSync(sound, folder, { recursive: true });
      for (const [at, length, byte] of some) damageAt(segment(folder), at, length, byte);
      const after = look(folder);
      const said = after.lost_at_most ?? Number.POSITIVE_INFINITY;
      expect(said, JSON.stringify(some)).toBeGreaterThanOrEqual(before.whole - after.whole);
      expect(after.fits && after.whole < before.whole, JSON.stringify(some)).toBe(false);
    }
  });

  it('that is sound is left alone, after a SIGKILL too', async () => {
    const { texts, told } = await afterKill(() => undefined);
    expect(texts).toHaveLength(COUNT + 1);
    expect(told).toEqual([]);
    expect(readdirSync(join(captures.at(-1)!.folder, 'server')).filter((name) => name.includes('damaged'))).toEqual([]);
    expect(existsSync(join(captures.at(-1)!.folder, 'server'))).toBe(true);
  });
});

function textsOf(lines: readonly Buffer[]): string[] {
  return lines.flatMap((line) => /message \d+ of a queue/.exec(readLine(line).text)?.[0] ?? []);
}

function documentIn(line: Buffer): Record<string, unknown> {
  return documentOf(intake(line, (bytes) => shape(bytes, readShapeSettings({})), 'rota')) as Record<string, unknown>;
}
