import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { unzipSync } from 'fflate';
import { StackError } from '../errors.js';

/** The version that the local stack and the tests run; the plugin's Kibana is of the same line. */
export const ELASTICSEARCH_VERSION = '8.12.2';
const COORDINATES = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${ELASTICSEARCH_VERSION}:zip`;
const NEEDED_BYTES = 2 * 1024 ** 3;

/** Where the unpacked distribution stands below a folder. */
export function distributionHome(folder: string): string {
  return join(folder, `elasticsearch-${ELASTICSEARCH_VERSION}`);
}

export function hasDistribution(folder: string): boolean {
  return existsSync(join(distributionHome(folder), 'bin', 'elasticsearch'));
}

/**
 * Brings Elasticsearch from Maven Central (by its coordinates, through the user's own Maven settings) and unpacks it.
 * It comes whole or not at all: a download that is cut leaves no half-made home.
 */
export async function fetchDistribution(folder: string): Promise<string> {
  const home = distributionHome(folder);
  if (hasDistribution(folder)) return home;
  mkdirSync(folder, { recursive: true });
  assertDisk(folder);
  const work = mkdtempSync(join(folder, '.fetch-'));
  try {
    await execa(
      'mvn',
      ['--batch-mode', '-q', 'dependency:copy', `-Dartifact=${COORDINATES}`, `-DoutputDirectory=${work}`],
      { cwd: work, stdin: 'ignore', all: true },
    ).catch((error: unknown) => {
      throw new StackError(
        'ROTA_ELASTICSEARCH_DOWNLOAD',
        `Maven could not fetch ${COORDINATES}. Check the network (or a proxy in ~/.m2/settings.xml), or name an Elasticsearch of your own with ELASTICSEARCH_HOME or ELASTICSEARCH_URL.`,
        { cause: error },
      );
    });
    const zip = readdirSync(work).find((name) => name.endsWith('.zip'));
    if (!zip) throw new StackError('ROTA_ELASTICSEARCH_DOWNLOAD', `Maven fetched no zip for ${COORDINATES}.`);
    unpack(join(work, zip), work);
    // The zip leaves empty folders out, and Elasticsearch will not start without this one.
    mkdirSync(join(work, `elasticsearch-${ELASTICSEARCH_VERSION}`, 'plugins'), { recursive: true });
    renameSync(join(work, `elasticsearch-${ELASTICSEARCH_VERSION}`), home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return home;
}

/** Throws ROTA_NO_DISK when the folder's file system has less than 2 GiB free. */
export function assertDisk(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= NEEDED_BYTES) return;
  const free = (bavail * bsize) / 1024 ** 3;
  throw new StackError(
    'ROTA_NO_DISK',
    `${folder} has ${free.toFixed(1)} GiB free; the stack needs 2 GiB. Make room, then run this again.`,
  );
}

function unpack(zip: string, into: string): void {
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
    const path = join(into, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (name.endsWith('/')) continue;
    writeFileSync(path, bytes);
    // The zip's modes are not read; only programs need one.
    if (/\/bin\/[^/]+$/.test(name)) chmodSync(path, 0o755);
  }
}
