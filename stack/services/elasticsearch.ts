import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { give, ownedFolder } from '../account.js';
import { StackError } from '../errors.js';
import { findJava } from '../setup/java.js';
import { answers } from './probes.js';
import { ServiceProcess } from './process.js';

export interface ElasticsearchOptions {
  /** A distribution on disk: `bin/elasticsearch`, `config/`, `lib/`. It is only read. */
  home: string;
  /** Data, logs and configuration of this node. */
  folder: string;
  port: number;
  /** Opened by full and stripped nodes alike, on loopback. */
  transportPort: number;
  heap?: string;
  /** Of elasticsearch.yml, in place of the defaults. */
  settings?: Record<string, unknown>;
  logFolder?: string;
  onChange?: () => void;
}

/** A single Elasticsearch node on loopback, security off, for the local stack and for tests. */
export function elasticsearchService(options: ElasticsearchOptions): ServiceProcess {
  const { home, folder, port } = options;
  if (!existsSync(join(home, 'bin', 'elasticsearch'))) {
    throw new StackError(
      'ROTA_ELASTICSEARCH_HOME',
      `${home} holds no bin/elasticsearch. Let ELASTICSEARCH_HOME name the folder of an unpacked Elasticsearch 8.`,
    );
  }
  const config = join(folder, 'config');
  for (const path of [folder, config, join(folder, 'data'), join(folder, 'logs'), join(folder, 'tmp')]) {
    ownedFolder(path);
  }
  writeConfig(config, options);
  const bundledJava = existsSync(join(home, 'jdk', 'bin', 'java'));
  return new ServiceProcess({
    name: 'elasticsearch',
    tier: 'store',
    port,
    command: join(home, 'bin', 'elasticsearch'),
    args: [],
    env: {
      ES_PATH_CONF: config,
      ES_TMPDIR: join(folder, 'tmp'),
      HOME: folder,
      ES_JAVA_OPTS: `-Xms${options.heap ?? '512m'} -Xmx${options.heap ?? '512m'}`,
      ...(bundledJava ? {} : { ES_JAVA_HOME: findJava() }),
    },
    cwd: folder,
    logFolder: options.logFolder ?? folder,
    ready: () => answers(`http://127.0.0.1:${port}/_cluster/health?wait_for_status=yellow&timeout=1s`),
    stopTimeoutMs: 20_000,
    onChange: options.onChange,
  });
}

function writeConfig(config: string, { home, folder, port, transportPort, settings: own }: ElasticsearchOptions): void {
  const settings = {
    'cluster.name': `rota-${port}`,
    'node.name': 'store-1',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': transportPort,
    'path.data': join(folder, 'data'),
    'path.logs': join(folder, 'logs'),
    'xpack.security.enabled': false,
    // A laptop's nearly full disk must not make the demo's indices read-only; the free space is checked before.
    'cluster.routing.allocation.disk.threshold_enabled': false,
    // A full node would start its machine learning processes; the stripped one does not know the setting.
    ...(existsSync(join(home, 'modules', 'x-pack-ml')) ? { 'xpack.ml.enabled': false } : {}),
    ...own,
  };
  const yaml = Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
  const files: Record<string, string> = {
    'elasticsearch.yml': yaml,
    'jvm.options': ['-XX:+UseG1GC', '-Djava.io.tmpdir=${ES_TMPDIR}', '-XX:-HeapDumpOnOutOfMemoryError', ''].join('\n'),
    'log4j2.properties': [
      'status = error',
      'appender.console.type = Console',
      'appender.console.name = console',
      'appender.console.layout.type = PatternLayout',
      'appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1}] %m%n',
      'rootLogger.level = warn',
      'rootLogger.appenderRef.console.ref = console',
      '',
    ].join('\n'),
  };
  mkdirSync(config, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(config, name), text);
    give(join(config, name));
  }
}
