import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { DATABASES, type Layout, run, socket } from './layout';
import { runOnce, Service } from './processes';

// Durability is given up on purpose: the data lives as long as the test.
const SPEED = [
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--sync-binlog=0',
  '--skip-log-bin',
  '--performance-schema=0',
  '--innodb-buffer-pool-size=128M',
];

/** Starts a MariaDB of its own, on a socket in the plane's folder, with an empty database a service. SQLite is no
 *  substitute: stack deletes hang on its locks. */
export async function startDatabase(layout: Layout): Promise<Service> {
  const data = join(layout.directory, 'mariadb');
  const common = ['--no-defaults', `--user=${userInfo().username}`, `--datadir=${data}`];
  await mkdir(data, { recursive: true });
  await runOnce('mariadb-install-db', [...common, '--auth-root-authentication-method=normal', '--skip-test-db']);
  const service = Service.start(
    'mariadb',
    'mariadbd',
    [
      ...common,
      `--socket=${socket(layout)}`,
      '--skip-networking',
      `--pid-file=${run(layout, 'mariadb.pid')}`,
      '--character-set-server=utf8mb4',
      '--max-connections=500',
      ...SPEED,
    ],
    join(layout.directory, 'log/mariadb.log'),
  );
  await service.until(async () => existsSync(socket(layout)), 60);
  const statements = DATABASES.map((name) => `create database ${name} character set utf8mb3;`).join(' ');
  await runOnce('mariadb', ['--no-defaults', `--socket=${socket(layout)}`, '--user=root', '--execute', statements]);
  return service;
}
