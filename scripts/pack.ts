import { execa } from 'execa';

/** A tar of a folder's content in which nothing depends on who packs it, or when. */
export async function pack(folder: string, archive: string): Promise<void> {
  const fixed = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'];
  await execa('tar', ['--create', '--file', archive, '--use-compress-program=gzip -9n', ...fixed, '-C', folder, '.']);
}
