import { parseArgs } from 'node:util';
import { DEFAULT_RETENTION_DAYS } from '../elasticsearch/templates';
import { SettingsError } from '../indexer/errors';

export interface SetupOptions {
  elasticsearch: string;
  apiKey: string | undefined;
  ca: string | undefined;
  namespace: string;
  retentionDays: number;
  dryRun: boolean;
  /** Environment files of the rsyslog server. */
  server: string[];
  help: boolean;
}

export const USAGE = `rota-setup --elasticsearch URL [options]

Installs what Rota needs in Elasticsearch: an index template for logs-*-<namespace>, and a lifecycle where the
cluster has one. Safe to run again; run it again after an upgrade of Rota.

  --elasticsearch URL   address; several with commas (default $ROTA_ELASTICSEARCH_URL or http://127.0.0.1:9200)
  --api-key KEY         better given as $ROTA_ELASTICSEARCH_API_KEY, where other users do not see it
  --ca FILE             PEM of the certificate authority ($ROTA_ELASTICSEARCH_CA)
  --namespace NAME      default $ROTA_NAMESPACE or rota
  --retention-days N    keep logs this long, where the cluster has a lifecycle (default ${DEFAULT_RETENTION_DAYS})
  --server FILE         environment file of the rsyslog server (may be given more than once): says what it listens on and
                        who may write what; changes nothing there
  --dry-run             say what would be done, change nothing
  --help                this text

rota-setup format --help: tries a log format on lines.
rota-setup import --help: reads log files that exist.
rota-setup check --help: looks at what is there, and says what is amiss.

The key needs the cluster privileges monitor, manage_index_templates and manage_ilm, and on logs-*-<namespace> the
index privileges manage and view_index_metadata. The indexer's own key needs create_doc, create_index, read, delete,
maintenance and view_index_metadata on logs-*-<namespace>.
`;

/** @throws SettingsError naming the option and the mend */
export function readOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): SetupOptions {
  const { values } = parse(argv);
  const namespace = values.namespace ?? env['ROTA_NAMESPACE'] ?? 'rota';
  if (!/^[a-z0-9][a-z0-9._]{0,99}$/.test(namespace)) {
    throw new SettingsError('--namespace', 'use lower-case letters, digits, "." and "_" only, 100 at most');
  }
  const retentionDays = Number(values['retention-days'] ?? DEFAULT_RETENTION_DAYS);
  if (!Number.isInteger(retentionDays) || retentionDays < 1) {
    throw new SettingsError('--retention-days', 'give a whole number of days, 1 or more');
  }
  return {
    elasticsearch: values.elasticsearch ?? env['ROTA_ELASTICSEARCH_URL'] ?? 'http://127.0.0.1:9200',
    apiKey: values['api-key'] ?? env['ROTA_ELASTICSEARCH_API_KEY'],
    ca: values.ca ?? env['ROTA_ELASTICSEARCH_CA'],
    namespace,
    retentionDays,
    dryRun: values['dry-run'] ?? false,
    server: values.server ?? [],
    help: values.help ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        elasticsearch: { type: 'string' },
        'api-key': { type: 'string' },
        ca: { type: 'string' },
        namespace: { type: 'string' },
        'retention-days': { type: 'string' },
        'dry-run': { type: 'boolean' },
        server: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new SettingsError('rota-setup', `${(error as Error).message} See rota-setup --help.`);
  }
}
