import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { LAUNCHED } from '../heat/versions.js';
import { checkout } from '../stack/layout.js';
import { buildArtifacts } from './artifacts.js';

export interface Release {
  /** What a web server is to serve: the Heat templates, and `artifacts/<branch>/` beside them. */
  folder: string;
  branch: string;
  /** For the stack's parameter artifacts_sha256. */
  sha256: string;
}

/** Makes the folder from which a stack can be launched by URL. @param plugin the built plugin's zip */
export async function buildRelease(folder: string, branch: string, plugin: string): Promise<Release> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of LAUNCHED) cpSync(join(checkout, 'heat', name), join(folder, name), { recursive: true });
  return { folder, branch, sha256: await buildArtifacts(join(folder, 'artifacts', branch), plugin) };
}

/** The branch that is checked out; `main` where that has no name (a detached commit, an unpacked archive). */
export async function currentBranch(): Promise<string> {
  const git = await execa('git', ['branch', '--show-current'], { cwd: checkout, reject: false });
  return git.exitCode === 0 && git.stdout !== '' ? git.stdout : 'main';
}
