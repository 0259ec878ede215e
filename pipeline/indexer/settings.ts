import { readFileSync } from 'node:fs';
import { SettingsError } from './errors';

/** What the indexer is told from outside, all by environment variables (rsyslog hands its own down). */
export interface IndexerSettings {
  /** Addresses of Elasticsearch nodes; requests go round them. */
  urls: URL[];
  apiKey: string | undefined;
  /** PEM of the certificate authority, when Elasticsearch's certificate is not signed by a public one. */
  ca: string | undefined;
  namespace: string;
  /** Folder of the journal, the status file and dead letters that Elasticsearch refuses. */
  dir: string;
  /** A sub-bulk is sent when it holds this many documents … */
  bulkDocs: number;
  /** … or this many bytes of input lines. */
  bulkBytes: number;
  /** Sub-bulks under way at once; one more makes rsyslog wait. */
  concurrency: number;
  requestTimeoutMs: number;
  /** How often a dot tells rsyslog that an answer is still coming: a quarter of omprog's `confirmTimeout`. */
  keepAliveMs: number;
  countersMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingsError naming the variable and the mend. */
export function readSettings(env: Environment): IndexerSettings {
  const keyFile = env['ROTA_ELASTICSEARCH_API_KEY_FILE'];
  const caFile = env['ROTA_ELASTICSEARCH_CA'];
  const namespace = env['ROTA_NAMESPACE'] || 'rota';
  if (!/^[a-z0-9][a-z0-9._]{0,99}$/.test(namespace)) {
    throw new SettingsError('ROTA_NAMESPACE', 'use lower-case letters, digits, "." and "_" only, 100 at most');
  }
  return {
    urls: readUrls(env['ROTA_ELASTICSEARCH_URL'] || 'http://127.0.0.1:9200'),
    apiKey:
      env['ROTA_ELASTICSEARCH_API_KEY'] ||
      (keyFile ? readText('ROTA_ELASTICSEARCH_API_KEY_FILE', keyFile).trim() : undefined),
    ca: caFile ? readText('ROTA_ELASTICSEARCH_CA', caFile) : undefined,
    namespace,
    dir: env['ROTA_INDEXER_DIR'] || `${env['ROTA_WORK'] || '/var/spool/rota'}/indexer`,
    bulkDocs: readCount(env, 'ROTA_INDEXER_BULK_DOCS', 1000, 1, 10_000),
    bulkBytes: readCount(env, 'ROTA_INDEXER_BULK_BYTES', 4 * 1024 * 1024, 1024, 64 * 1024 * 1024),
    concurrency: readCount(env, 'ROTA_INDEXER_CONCURRENCY', 4, 1, 64),
    requestTimeoutMs: readCount(env, 'ROTA_INDEXER_REQUEST_TIMEOUT_MS', 30_000, 100, 600_000),
    keepAliveMs: Math.ceil(readCount(env, 'ROTA_CONFIRM_TIMEOUT', 60_000, 100, 3_600_000) / 4),
    countersMs: readCount(env, 'ROTA_INDEXER_COUNTERS_MS', 10_000, 100, 3_600_000),
  };
}

/** A comma-separated list of http(s) URLs. */
export function readUrls(list: string): URL[] {
  const urls = list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (urls.length === 0) throw new SettingsError('ROTA_ELASTICSEARCH_URL', 'give at least one http:// or https:// URL');
  return urls.map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) {
      throw new SettingsError('ROTA_ELASTICSEARCH_URL', `"${text}" is not an http:// or https:// URL`);
    }
    return url;
  });
}

/** A file that a setting names. @throws SettingsError */
export function readText(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SettingsError(setting, `cannot read ${path} (${(error as Error).message}); make it readable`);
  }
}

function readCount(env: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new SettingsError(name, `"${text}" is not a whole number from ${min} to ${max}`);
  }
  return value;
}
