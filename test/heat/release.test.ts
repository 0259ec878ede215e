import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAUNCHED } from '../../heat/versions';
import { buildPlugin } from '../../scripts/build_plugin';
import { buildRelease, type Release } from '../../scripts/release';
import { Child } from './support/child';
import { serveFolder } from './support/folder_server';
import { NodeFiles } from './support/node_files';

const ROOT = join(import.meta.dirname, '../..');

describe('what `npm run build` makes, fetched by the nodes’ own script from a web server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rota-heat-release-'));
  let release: Release;
  let web: Awaited<ReturnType<typeof serveFolder>>;

  beforeAll(async () => {
    const { zip } = await buildPlugin({ root: ROOT, outDir: join(folder, 'plugin') });
    release = await buildRelease(join(folder, 'release'), 'v1.2', zip);
    web = await serveFolder(release.folder);
  });
  afterAll(async () => {
    await web?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs shell words with common.sh's functions on a node that got these settings. */
  async function onNode(words: string, settings: Record<string, string>, change?: (files: NodeFiles) => void) {
    const files = new NodeFiles('log_server', { branch: 'v1.2', artifacts_sha256: '', ...settings });
    const common = readFileSync(files.script('common.sh'), 'utf8')
      .replaceAll(/\/usr\/local\/lib\/rota/g, files.path('usr/local/lib/rota'))
      .replaceAll(/(?<!\w)\/var\/lib\/rota/g, files.path('var'))
      .replaceAll(/(?<!\w)\/usr\/lib\/rota/g, files.path('programs'))
      .replaceAll('/etc/rota', files.path('etc/rota'))
      .replace('--retry 5', '--retry 0');
    mkdirSync(files.path('var'));
    writeFileSync(files.path('common.sh'), common);
    if (settings['artifacts'])
      writeFileSync(files.path('etc/rota/peers.env'), `ROTA_ARTIFACTS='${settings['artifacts']}'\n`);
    change?.(files);
    const ended = await Child.run('bash', ['-c', `set -e; . ${files.path('common.sh')}; ${words}`, files.root]);
    const unpacked = existsSync(files.path('programs/indexer.cjs'));
    const configured =
      existsSync(files.path('etc/rota/rsyslog/server.conf')) && existsSync(files.script('authority.py'));
    files.remove();
    return { ...ended, unpacked, configured };
  }
  const FETCH = 'fetch_archive rota-pipeline.tar.gz "$0/programs"';
  const artifacts = () => `${web.url}/artifacts/v1.2`;

  it('lies beside the templates, under its branch', async () => {
    for (const name of LAUNCHED) expect(existsSync(join(release.folder, name)), name).toBe(true);
    expect((await fetch(`${artifacts()}/SHA256SUMS`)).status).toBe(200);
  });

  it('is unpacked when every sum is right', async () => {
    const settings = { artifacts: artifacts(), artifacts_sha256: release.sha256 };
    expect(await onNode(FETCH, settings)).toMatchObject({ code: 0, unpacked: true });
  });

  it('has the pipeline’s files that the templates were made with', async () => {
    const fetched = await onNode('fetch_pipeline', { artifacts: artifacts() }, (files) => {
      rmSync(files.path('etc/rota/rsyslog'), { recursive: true });
      rmSync(files.script('authority.py'));
    });
    expect(fetched).toMatchObject({ code: 0, unpacked: true, configured: true });
  });

  it('is refused when the templates were made with other files of the pipeline', async () => {
    const fetched = await onNode('fetch_pipeline', { artifacts: artifacts() }, (files) => {
      const list = files.path('etc/rota/pipeline/log_server.sha256');
      writeFileSync(list, readFileSync(list, 'utf8').replace(/^.{8}/, '00000000'));
      rmSync(files.path('etc/rota/rsyslog'), { recursive: true });
    });
    expect(fetched).toMatchObject({ code: 1, configured: false });
    expect(fetched.output).toContain("are of another version than the stack's templates");
  });

  it('is refused when SHA256SUMS is not the one that the stack names', async () => {
    const fetched = await onNode(FETCH, { artifacts: artifacts(), artifacts_sha256: '0'.repeat(64) });
    expect(fetched).toMatchObject({ code: 1, unpacked: false });
    expect(fetched.output).toContain('SHA256SUMS is not the one that artifacts_sha256 names');
  });

  it('is refused when an archive was changed', async () => {
    const archive = join(release.folder, 'artifacts/v1.2/rota-pipeline.tar.gz');
    const before = readFileSync(archive);
    appendFileSync(archive, 'x');
    const fetched = await onNode(FETCH, { artifacts: artifacts() });
    writeFileSync(archive, before);
    expect(fetched).toMatchObject({ code: 1, unpacked: false });
    expect(fetched.output).toContain('rota-pipeline.tar.gz does not match SHA256SUMS');
  });

  it('is said to be missing, and how to make it, when it is not there', async () => {
    const fetched = await onNode(FETCH, { artifacts: `${web.url}/artifacts/v9`, branch: 'v9' });
    expect(fetched.code).toBe(1);
    expect(fetched.output).toContain(`no archives of v9 at ${web.url}/artifacts/v9/`);
    expect(fetched.output).toContain('npm run build -- --branch v9');
  });

  it('is asked for at once when the template came from a file', async () => {
    const asked = await onNode('know_artifacts', {});
    expect(asked.code).toBe(1);
    expect(asked.output).toContain('give its artifacts/v1.2 as the parameter artifacts_url');
  });
});
