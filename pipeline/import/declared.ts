import { readFileSync } from 'node:fs';
import { type FormatsFile, readFormatsFile } from '../formats/declared/formats_file';
import { SettingsError } from '../indexer/errors';
import { readShapeSettings } from '../indexer/shape';
import type { ShapeSettings } from '../indexer/shape/settings';
import type { LogFile } from './sources';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The indexer's settings, with the formats that `--format` declares. What is written of a sender's address holds for senders: who imports reads
 * files that he has.
 * @throws SettingsError, ShapeSettingsError
 */
export function readImportSettings(
  files: readonly LogFile[],
  { formats, namespace }: { formats: readonly string[]; namespace: string },
  env: Environment,
): ShapeSettings {
  const settings = readShapeSettings({ ...env, ROTA_NAMESPACE: namespace, ROTA_SENDERS: undefined });
  const given = formats.map((one) => readGiven(one, files));
  return {
    ...settings,
    declared: [...given.flatMap(({ declared }) => declared), ...settings.declared],
    named: [...given.flatMap(({ named }) => named), ...settings.named],
  };
}

function readGiven(text: string, files: readonly LogFile[]): FormatsFile {
  const [, program, format] = /^([a-z]+)=(.+)$/s.exec(text) ?? [];
  try {
    if (program === undefined) return readFormatsFile(readFileSync(text, 'utf8'));
    // JSON is YAML.
    const entries = files.map(({ path }) => ({ [program]: format, file: path }));
    return readFormatsFile(JSON.stringify(entries));
  } catch (error) {
    throw new SettingsError('--format', (error as Error).message);
  }
}
