import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { readManifest } from '../../../scripts/build_plugin/manifest.js';
import { checkout } from '../../../stack/layout.js';
import { assertKibanaHome } from '../../../stack/services/kibana.js';

/** What a Kibana changes of its own home; a copy has its own. */
const OWN = ['config', 'plugins', 'data', 'logs'];

export interface PrivateKibana {
  home: string;
  remove(): void;
}

/**
 * A Kibana home of the test's own beside the reader's, which stays as it was: hard links where the file system gives them
 * (a second), else a copy. It holds no plugin and no setting of the reader's. Throws ROTA_KIBANA_HOME.
 */
export async function privateKibana(original: string): Promise<PrivateKibana> {
  assertKibanaHome(original, (await readManifest(checkout)).kibanaVersion);
  const folder = mkdtempSync(join(tmpdir(), 'rota-kibana-'));
  // Its services run under another account.
  chmodSync(folder, 0o755);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const home = join(folder, 'kibana');
  const copy = (how: string) => execa('cp', [how, `${original}/.`, home], { reject: false });
  mkdirSync(home);
  const linked = await copy('-al');
  if (linked.failed) {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
    const copied = await copy('-a');
    if (copied.failed) throw new Error(`${original} could not be copied to ${home}: ${copied.stderr}`);
  }
  for (const name of OWN) {
    rmSync(join(home, name), { recursive: true, force: true });
    mkdirSync(join(home, name));
  }
  writeFileSync(join(home, 'config', 'kibana.yml'), '');
  if (!existsSync(join(home, 'bin', 'kibana-plugin'))) throw new Error(`${original} has no bin/kibana-plugin.`);
  return {
    home,
    remove: () => {
      process.off('exit', remove);
      remove();
    },
  };
}
