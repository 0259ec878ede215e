import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { buildPipeline, INDEXER_BUNDLE, SETUP_BUNDLE, SHAPER_BUNDLE } from '../pipeline/build.js';
import { StackError } from '../stack/errors.js';
import { checkout } from '../stack/layout.js';
import { pack } from './pack.js';

export interface BuiltPackage {
  version: string;
  /** For Debian and its kin. */
  deb: string;
  /** The same files, for others: unpacked at `/`. */
  tarball: string;
}

const SOURCE = join(checkout, 'pipeline', 'package');
/** The same units that Heat's servers have. */
const UNITS = join(checkout, 'heat', 'files', 'units');
/** A site's own settings: dpkg keeps what was edited. */
const CONFFILES = ['etc/rota/agent.env', 'etc/rota/log.env', 'etc/rota/formats.yaml', 'etc/logrotate.d/rota'];

/** Builds `rota-pipeline_<version>_all.deb` and `.tar.gz` into a folder. The same sources give the same bytes. */
export async function buildPackage(outDir: string): Promise<BuiltPackage> {
  await buildPipeline();
  const { version } = JSON.parse(readFileSync(join(checkout, 'pipeline', 'package.json'), 'utf8')) as {
    version: string;
  };
  mkdirSync(outDir, { recursive: true });
  const root = mkdtempSync(join(tmpdir(), 'rota-package-'));
  try {
    placeFiles(root);
    settle(root);
    const tarball = join(outDir, `rota-pipeline_${version}.tar.gz`);
    await pack(root, tarball);
    const deb = join(outDir, `rota-pipeline_${version}_all.deb`);
    await buildDeb(root, version, deb);
    return { version, deb, tarball };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function placeFiles(root: string): void {
  const place = (from: string, to: string) => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    cpSync(from, join(root, to), { recursive: true, filter: (path) => !/\.(?:md|ts)$|__pycache__/.test(path) });
  };
  place(INDEXER_BUNDLE, 'usr/lib/rota/indexer.cjs');
  place(SETUP_BUNDLE, 'usr/lib/rota/setup.cjs');
  place(SHAPER_BUNDLE, 'usr/lib/rota/shaper.cjs');
  place(join(checkout, 'pipeline', 'rsyslog'), 'usr/lib/rota/rsyslog');
  // Not a site's to edit: an upgrade brings all of it. The units name it here.
  mkdirSync(join(root, 'etc/rota'), { recursive: true });
  symlinkSync('../../usr/lib/rota/rsyslog', join(root, 'etc/rota/rsyslog'));
  for (const name of ['agent.env', 'log.env', 'formats.yaml']) place(join(SOURCE, 'etc', name), `etc/rota/${name}`);
  place(join(SOURCE, 'etc', 'logrotate'), 'etc/logrotate.d/rota');
  for (const name of ['rota-agent.service', 'rota-log.service'])
    place(join(UNITS, name), `usr/lib/systemd/system/${name}`);
  place(join(UNITS, 'hardening.conf'), 'usr/lib/systemd/system/rota-.service.d/hardening.conf');
  for (const name of ['setup', 'indexer']) program(root, name);
  const doc = join(root, 'usr/share/doc/rota-pipeline');
  mkdirSync(doc, { recursive: true });
  cpSync(join(checkout, 'LICENSE'), join(doc, 'copyright'));
  cpSync(join(checkout, 'pipeline', 'rsyslog', 'README.md'), join(doc, 'rsyslog.md'));
  cpSync(join(SOURCE, 'doc', 'rsyslog_haproxy.conf'), join(doc, 'rsyslog_haproxy.conf'));
  for (const name of ['existing_site', 'operations', 'formats', 'security']) {
    cpSync(join(checkout, 'docs', `${name}.md`), join(doc, `${name}.md`));
  }
}

function program(root: string, name: string): void {
  const path = join(root, 'usr/bin', `rota-${name}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nexec /usr/bin/node /usr/lib/rota/${name}.cjs "$@"\n`);
  chmodSync(path, 0o755);
}

/** Modes and times that depend on nobody's machine. */
function settle(path: string): void {
  const stat = lstatSync(path);
  if (stat.isDirectory()) for (const name of readdirSync(path)) settle(join(path, name));
  if (!stat.isSymbolicLink()) chmodSync(path, stat.isDirectory() || stat.mode & 0o100 ? 0o755 : 0o644);
  lutimesSync(path, 0, 0);
}

async function buildDeb(root: string, version: string, deb: string): Promise<void> {
  const control = join(root, 'DEBIAN');
  mkdirSync(control);
  const size = String(Math.ceil(bytesBelow(root) / 1024));
  const text = readFileSync(join(SOURCE, 'debian', 'control'), 'utf8');
  writeFileSync(join(control, 'control'), text.replace('@VERSION@', version).replace('@SIZE@', size));
  writeFileSync(join(control, 'conffiles'), CONFFILES.map((path) => `/${path}\n`).join(''));
  for (const name of ['postinst', 'prerm', 'postrm']) {
    cpSync(join(SOURCE, 'debian', name), join(control, name));
    chmodSync(join(control, name), 0o755);
  }
  settle(root);
  await execa('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', root, deb], {
    env: { SOURCE_DATE_EPOCH: '0' },
  }).catch((cause: Error) => {
    throw new StackError('ROTA_PACKAGE', `dpkg-deb could not build ${deb}: is Debian's dpkg here? ${cause.message}`, {
      cause,
    });
  });
}

function bytesBelow(path: string): number {
  const stat = lstatSync(path);
  return stat.isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0)
    : stat.size;
}
