import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NodeFiles } from './support/node_files';
import { RefreshTimer } from './support/refresh_timer';

const MIB = 1024 * 1024;
const run = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8' }).trim();

/** Loop devices want root and a kernel that has them; a container often has neither. */
function loopDevices(): boolean {
  try {
    run('losetup', '--find');
    return process.getuid?.() === 0 && readFileSync('/proc/filesystems', 'utf8').includes('xfs');
  } catch {
    return false;
  }
}

describe.skipIf(!loopDevices())(
  'an Elasticsearch node whose volume is made larger (a real XFS on a loop device)',
  () => {
    let files: NodeFiles;
    let timer: RefreshTimer;
    let device: string;
    const data = () => files.path('var/lib/elasticsearch');
    const sizeInMib = () => {
      const { blocks, bsize } = statfsSync(data());
      return (blocks * bsize) / MIB;
    };

    beforeAll(() => {
      files = new NodeFiles('elasticsearch', { host: 'elasticsearch-1', volume_id: '5a1f', namespace: 'rota' });
      timer = new RefreshTimer(files);
      timer.tell({ 'rota:log': '127.0.0.1' });
      writeFileSync(files.path('image'), '');
      truncateSync(files.path('image'), 320 * MIB);
      run('mkfs.xfs', '-q', files.path('image'));
      device = run('losetup', '--find', '--show', files.path('image'));
      run('mount', device, data());
    });
    afterAll(() => {
      if (device) {
        run('umount', data());
        run('losetup', '--detach', device);
      }
      files?.remove();
    });

    it('has its file system grown within a minute, its files as they were, and is left alone after', async () => {
      const document = randomBytes(8 * MIB);
      const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
      writeFileSync(`${data()}/segment`, document);
      expect((await timer.turn()).code).toBe(0);
      expect(sizeInMib()).toBeLessThan(320);

      truncateSync(files.path('image'), 640 * MIB);
      run('losetup', '--set-capacity', device);
      const grown = await timer.turn();
      expect(grown).toMatchObject({
        code: 0,
        output: expect.stringMatching(/^data blocks changed from \d+ to \d+\n$/),
      });
      expect(sizeInMib()).toBeGreaterThan(550);
      expect(digest(readFileSync(`${data()}/segment`))).toBe(digest(document));

      expect(await timer.turn()).toEqual({ code: 0, output: '' });
    });

    it('does nothing to a node without a volume', async () => {
      const env = files.path('etc/rota/node.env');
      writeFileSync(env, readFileSync(env, 'utf8').replace(/^ROTA_VOLUME_ID=.*$/m, "ROTA_VOLUME_ID=''"));
      truncateSync(files.path('image'), 700 * MIB);
      run('losetup', '--set-capacity', device);
      const before = sizeInMib();
      expect(await timer.turn()).toEqual({ code: 0, output: '' });
      expect(sizeInMib()).toBe(before);
    });
  },
);
