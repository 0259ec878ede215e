import { join } from 'node:path';

/** The services of the control plane, in the order they are listed in the catalog. */
export const SERVICES = ['keystone', 'placement', 'glance', 'neutron', 'nova', 'octavia', 'heat'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Each service's database; MariaDB creates them empty. */
export const DATABASES = [
  'keystone',
  'placement',
  'glance',
  'neutron',
  'nova_api',
  'nova_cell0',
  'nova_cell1',
  'octavia',
  'heat',
] as const;

/** Where one control plane lives: a temporary folder, a port a service (loopback only), a virtual environment. */
export interface Layout {
  readonly directory: string;
  readonly venv: string;
  readonly ports: Readonly<Record<ServiceName, number>>;
}

export const etc = (layout: Layout, ...parts: string[]) => join(layout.directory, 'etc', ...parts);
export const run = (layout: Layout, ...parts: string[]) => join(layout.directory, 'run', ...parts);
export const python = (layout: Layout) => join(layout.venv, 'bin', 'python');
export const socket = (layout: Layout) => run(layout, 'mariadb.sock');
export const serviceUrl = (layout: Layout, service: ServiceName) => `http://127.0.0.1:${layout.ports[service]}`;
export const identityUrl = (layout: Layout) => `${serviceUrl(layout, 'keystone')}/v3`;

/** The project of the first administrator, whom Keystone's bootstrap made. */
export const ADMIN_PROJECT = 'admin';

/** Environment of the command line clients, as that administrator, in a project. */
export function clientEnvironment(layout: Layout, project = ADMIN_PROJECT): Record<string, string> {
  return {
    OS_AUTH_URL: identityUrl(layout),
    OS_USERNAME: 'admin',
    OS_PASSWORD: 'secret',
    OS_PROJECT_NAME: project,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_IDENTITY_API_VERSION: '3',
    OS_REGION_NAME: 'RegionOne',
    PYTHONWARNINGS: 'ignore',
  };
}
