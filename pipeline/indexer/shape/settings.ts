import { readFileSync } from 'node:fs';
import { type Declared, type FormatsFile, type Named, readFormatsFile } from '../../formats/declared/formats_file';
import { Senders } from '../senders/senders';
import type { HealthRules } from './health_check';
import { parseHealthRules } from './health_check';
import { list, ShapeSettingsError } from './setting_values';
import { isZone } from './zones';

/** What the shaper is told from outside, by environment variables. */
export interface ShapeSettings {
  /** Third part of the data streams' names. */
  namespace: string;
  /** `truncate`: the last octet of IPv4 and the last 80 bits of IPv6 addresses become 0, wherever they stand. */
  anonymize: 'off' | 'truncate';
  /** Whether a line that is not JSON is kept as it came, in `event.original`. */
  keepOriginal: boolean;
  health: HealthRules;
  /** Messages longer than this many bytes are cut to it and flagged `rota.truncated`. */
  maxMessageBytes: number;
  /** rsyslog's own limit (`ROTA_MAX_MESSAGE`): a message that fills it was cut there. */
  maxRawBytes: number;
  /** Who may write in whose name; undefined: anyone in any. */
  senders: Senders | undefined;
  /** Zones (IANA's names) of hosts whose clocks show another one than their log server's. */
  zones: ReadonlyMap<string, string>;
  /** Formats that the operator declared. */
  declared: readonly Declared[];
  /** Programs that the operator named. */
  named: readonly Named[];
  /** An event older than this when it comes by may have come before. */
  lateMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param note told what is worth a line in the log
 * @throws ShapeSettingsError, SettingsError naming the variable and the mend
 */
export function readShapeSettings(env: Environment, note?: (text: string) => void): ShapeSettings {
  const anonymize = env['ROTA_ANONYMIZE'] || 'off';
  if (anonymize !== 'off' && anonymize !== 'truncate') {
    throw new ShapeSettingsError('ROTA_ANONYMIZE', 'use "off" or "truncate"');
  }
  const keepOriginal = env['ROTA_KEEP_ORIGINAL'] || 'on';
  if (keepOriginal !== 'on' && keepOriginal !== 'off') {
    throw new ShapeSettingsError('ROTA_KEEP_ORIGINAL', 'use "on" or "off"');
  }
  return {
    namespace: env['ROTA_NAMESPACE'] || 'rota',
    anonymize,
    keepOriginal: keepOriginal === 'on',
    health: parseHealthRules(env),
    maxMessageBytes: 64 * 1024,
    maxRawBytes: parseSize(env['ROTA_MAX_MESSAGE'] || '72k'),
    senders: env['ROTA_SENDERS'] ? new Senders(env['ROTA_SENDERS'], note) : undefined,
    zones: readZones(env['ROTA_ZONES']),
    ...(env['ROTA_FORMATS'] ? readFormats(env['ROTA_FORMATS']) : { declared: [], named: [] }),
    lateMs: 10_000,
  };
}

/** `<host>=<zone>, …` */
function readZones(text: string | undefined): Map<string, string> {
  return new Map(
    list(text).map((pair) => {
      const [host = '', zone = ''] = pair.split('=');
      if (host === '' || !isZone(zone)) {
        throw new ShapeSettingsError('ROTA_ZONES', `"${pair}" is no host=Zone such as lb-1=Europe/Berlin`);
      }
      return [host, zone];
    }),
  );
}

function readFormats(path: string): FormatsFile {
  try {
    return readFormatsFile(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ShapeSettingsError('ROTA_FORMATS', `${path}: ${(error as Error).message}`);
  }
}

/** rsyslog's sizes: `72k` is 72 × 1024 bytes, `1m` 1024 × 1024. */
function parseSize(text: string): number {
  const unit = { k: 1024, m: 1024 * 1024 }[text.slice(-1).toLowerCase()];
  const size = Number(unit ? text.slice(0, -1) : text) * (unit ?? 1);
  if (!Number.isSafeInteger(size) || size <= 0) {
    throw new ShapeSettingsError('ROTA_MAX_MESSAGE', `"${text}" is not a size such as 72k`);
  }
  return size;
}
