import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { buildPipeline, INDEXER_BUNDLE, SETUP_BUNDLE, SHAPER_BUNDLE } from '../pipeline/build.js';
import { bundleProgram } from '../stack/bundle.js';
import { checkout } from '../stack/layout.js';
import { pack } from './pack.js';

/** What servers of a Heat stack fetch from `artifacts_url`, and the SDK for webapps of one's own, beside SHA256SUMS. */
export const ARTIFACTS = [
  'rota-pipeline.tar.gz',
  'rota-webapp-node.tar.gz',
  'rota-webapp-django.tar.gz',
  'rota-kibana.zip',
  'rota-sdk.tgz',
] as const;

/**
 * Builds the archives of a release into `folder`, and SHA256SUMS over them. The same sources give the same bytes.
 * @param plugin the built plugin's zip
 * @returns the SHA-256 of SHA256SUMS, which the stack's parameter artifacts_sha256 takes
 */
export async function buildArtifacts(folder: string, plugin: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'rota-artifacts-'));
  try {
    const stage = (name: string) => {
      const path = join(work, name);
      mkdirSync(path);
      return path;
    };
    await buildPipeline();
    const pipeline = stage('pipeline');
    for (const bundle of [INDEXER_BUNDLE, SETUP_BUNDLE, SHAPER_BUNDLE])
      cpSync(bundle, join(pipeline, bundle.split('/').at(-1)!));
    for (const name of ['rsyslog', 'nginx']) {
      const filter = (path: string) => !/\.(?:md|ts)$/.test(path);
      cpSync(join(checkout, 'pipeline', name), join(pipeline, name), { recursive: true, filter });
    }
    cpSync(join(checkout, 'heat/programs'), join(pipeline, 'programs'), { recursive: true, filter: isSource });
    await pack(pipeline, join(folder, 'rota-pipeline.tar.gz'));

    const node = stage('node');
    await bundleProgram('stack/webapps/node/main.ts', join(node, 'webapp.cjs'));
    await pack(node, join(folder, 'rota-webapp-node.tar.gz'));

    const django = stage('django');
    cpSync(join(checkout, 'stack/webapps/django'), django, { recursive: true, filter: isSource });
    await pack(django, join(folder, 'rota-webapp-django.tar.gz'));

    const sdk = stage('sdk');
    await execa('npm', ['pack', '--silent', '--workspace', 'sdk', '--pack-destination', sdk], { cwd: checkout });
    cpSync(join(sdk, readdirSync(sdk)[0]!), join(folder, 'rota-sdk.tgz'));

    cpSync(plugin, join(folder, 'rota-kibana.zip'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const sums = ARTIFACTS.map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`).join('');
  writeFileSync(join(folder, 'SHA256SUMS'), sums);
  return sha256(sums);
}

const isSource = (path: string) => !path.includes('__pycache__');
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
