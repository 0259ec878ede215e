import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** Own mounts and processes: when the script ends, whatever it started ends too. The network is this machine's. */
const ENTER = `
  root=$1
  mount --make-rprivate /
  mount -t proc proc $root/proc
  mount -t tmpfs -o mode=755 tmpfs $root/dev
  for name in null zero full random urandom; do touch $root/dev/$name; mount --bind /dev/$name $root/dev/$name; done
  ln -s /proc/self/fd $root/dev/fd
  exec chroot $root env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \\
    bash -eu /root/script.sh`;

/** Why no Debian root can be made here; undefined: it can. */
export function whyNoDebianRoot(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root: run it with sudo';
  if (!existsSync('/usr/sbin/debootstrap')) return 'it needs debootstrap: apt install debootstrap';
  return mirror() === undefined ? 'this machine has no Debian mirror in its apt sources' : undefined;
}

/** The mirror that this machine's own packages come from. */
function mirror(): string | undefined {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
    '/etc/apt/sources.list',
  ];
  const texts = files
    .filter((path) => /\.(?:list|sources)$/.test(path) && existsSync(path))
    .map((path) => readFileSync(path, 'utf8'));
  return /^(?:URIs:\s*|deb (?:\[[^\]]*\] )?)(https?:\S+\/debian\/?)(?:\s|$)/m.exec(texts.join('\n'))?.[1];
}

/** A clean Debian 12 in a folder of its own. */
export class DebianRoot {
  readonly path = mkdtempSync(join(tmpdir(), 'rota-debian-'));

  /** About a minute, most of it downloading. */
  static async make(): Promise<DebianRoot> {
    const root = new DebianRoot();
    // A root that debootstrap made before, to save that minute.
    const made = process.env['ROTA_DEBIAN_ROOT'];
    if (made) await execa('cp', ['-a', `${made}/.`, root.path]);
    else await execa('debootstrap', ['--variant=minbase', 'bookworm', root.path, mirror() as string]);
    for (const file of ['resolv.conf', 'hosts']) copyFileSync(join('/etc', file), join(root.path, 'etc', file));
    // Nothing that is installed starts: there is no init here.
    root.write('usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
    return root;
  }

  write(path: string, text: string, mode = 0o644): void {
    const full = join(this.path, path);
    mkdirSync(join(full, '..'), { recursive: true });
    writeFileSync(full, text, { mode });
  }

  copy(from: string, to: string): void {
    cpSync(from, join(this.path, to));
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(join(this.path, path));
  }

  /** Runs a bash script in it, as root. @throws with what the script wrote when a command of it fails */
  async run(script: string): Promise<string> {
    this.write('root/script.sh', script);
    const words = ['--mount', '--pid', '--fork', '--kill-child', 'bash', '-euc', ENTER, 'enter', this.path];
    const { all } = await execa('unshare', words, { all: true, stdin: 'ignore' });
    return all;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
