import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ini, renderIni } from './ini';
import { etc, identityUrl, type Layout, python, run, serviceUrl, socket } from './layout';
import { runOnce } from './processes';

/** Writes every file that the services read before they start. */
export async function writeConfiguration(layout: Layout): Promise<void> {
  for (const folder of ['etc/environment.d', 'log', 'run', 'state', 'keys/octavia', 'python']) {
    await mkdir(join(layout.directory, folder), { recursive: true });
  }
  const files: Record<string, Ini> = {
    'keystone.conf': keystone(layout),
    'placement.conf': placement(layout),
    'glance-api.conf': glance(layout),
    'neutron.conf': neutron(layout),
    'ml2_conf.ini': ML2,
    'nova.conf': nova(layout),
    'octavia.conf': octavia(layout),
    'heat.conf': heat(layout),
  };
  for (const [name, sections] of Object.entries(files)) await writeFile(etc(layout, name), renderIni(sections));
  await copyFile(join(layout.venv, 'etc/nova/api-paste.ini'), etc(layout, 'nova-api-paste.ini'));
  await writeFile(
    join(layout.directory, 'plane.json'),
    JSON.stringify({ directory: layout.directory, ports: layout.ports }),
  );
  await registerPortBinding(layout);
  await makeAuthority(layout);
}

const database = (layout: Layout, name: string) => ({
  connection: `mysql+pymysql://root@localhost/${name}?unix_socket=${socket(layout)}&charset=utf8mb4`,
});

const person = (layout: Layout, user: string) => ({
  auth_type: 'password',
  auth_url: identityUrl(layout),
  username: user,
  password: 'secret',
  user_domain_name: 'Default',
});

const account = (layout: Layout, user: string) => ({
  ...person(layout, user),
  project_name: 'service',
  project_domain_name: 'Default',
  region_name: 'RegionOne',
});

const tokens = (layout: Layout, user: string) => ({
  www_authenticate_uri: identityUrl(layout),
  service_token_roles_required: true,
  ...account(layout, user),
});

/** Logs go to standard error, which the starter keeps in a file a service. */
const LOGGING = { use_stderr: true };
const IN_MEMORY = { ...LOGGING, transport_url: 'fake://' };

const keystone = (layout: Layout): Ini => ({
  DEFAULT: LOGGING,
  database: database(layout, 'keystone'),
  token: { provider: 'fernet' },
  fernet_tokens: { key_repository: join(layout.directory, 'keys/fernet') },
  fernet_receipts: { key_repository: join(layout.directory, 'keys/fernet') },
  credential: { key_repository: join(layout.directory, 'keys/credential') },
  cache: { enabled: true, backend: 'dogpile.cache.memory' },
  identity: { password_hash_rounds: 4 },
});

const placement = (layout: Layout): Ini => ({
  DEFAULT: LOGGING,
  api: { auth_strategy: 'keystone' },
  placement_database: { ...database(layout, 'placement'), sync_on_startup: true },
  keystone_authtoken: tokens(layout, 'placement'),
});

const glance = (layout: Layout): Ini => {
  const store = (name: string) => ({ filesystem_store_datadir: join(layout.directory, 'glance', name) });
  return {
    DEFAULT: {
      ...LOGGING,
      enabled_backends: 'file:file',
      enabled_import_methods: '[]',
      node_staging_uri: `file://${join(layout.directory, 'glance/staging')}`,
      worker_self_reference_url: serviceUrl(layout, 'glance'),
    },
    glance_store: { default_backend: 'file' },
    file: store('images'),
    os_glance_staging_store: store('staging'),
    os_glance_tasks_store: store('tasks'),
    database: database(layout, 'glance'),
    paste_deploy: { flavor: 'keystone', config_file: join(layout.venv, 'etc/glance/glance-api-paste.ini') },
    keystone_authtoken: tokens(layout, 'glance'),
  };
};

const neutron = (layout: Layout): Ini => ({
  DEFAULT: {
    ...IN_MEMORY,
    core_plugin: 'ml2',
    service_plugins: 'router',
    auth_strategy: 'keystone',
    state_path: join(layout.directory, 'state'),
    api_paste_config: join(layout.venv, 'etc/neutron/api-paste.ini'),
    notify_nova_on_port_status_changes: false,
    notify_nova_on_port_data_changes: false,
    dhcp_agent_notification: false,
  },
  database: database(layout, 'neutron'),
  oslo_concurrency: { lock_path: run(layout) },
  quotas: { quota_security_group: 100, quota_security_group_rule: 1000, quota_router: 50 },
  keystone_authtoken: tokens(layout, 'neutron'),
});

const ML2: Ini = {
  ml2: {
    type_drivers: 'local,flat',
    project_network_types: 'local',
    mechanism_drivers: 'bind_every_port',
    extension_drivers: 'port_security',
  },
  ml2_type_flat: { flat_networks: '*' },
};

const nova = (layout: Layout): Ini => ({
  DEFAULT: {
    ...IN_MEMORY,
    host: 'compute0',
    my_ip: '127.0.0.1',
    compute_driver: 'fake.FakeDriverWithoutFakeNodes',
    state_path: join(layout.directory, 'state'),
    instances_path: join(layout.directory, 'state/instances'),
    vif_plugging_is_fatal: false,
    vif_plugging_timeout: 0,
    report_interval: 60,
    service_down_time: 600,
  },
  api: { auth_strategy: 'keystone' },
  wsgi: { api_paste_config: join(layout.venv, 'etc/nova/api-paste.ini') },
  api_database: database(layout, 'nova_api'),
  database: database(layout, 'nova_cell1'),
  oslo_concurrency: { lock_path: run(layout) },
  scheduler: { workers: 1 },
  conductor: { workers: 1 },
  quota: { instances: 100, cores: 200, ram: 1_000_000 },
  glance: { region_name: 'RegionOne', api_servers: serviceUrl(layout, 'glance') },
  neutron: account(layout, 'neutron'),
  placement: account(layout, 'placement'),
  service_user: { send_service_user_token: true, ...account(layout, 'nova') },
  keystone_authtoken: tokens(layout, 'nova'),
});

const octavia = (layout: Layout): Ini => {
  const key = (name: string) => join(layout.directory, 'keys/octavia', name);
  const noop = (kind: string) => ({ [`${kind}_driver`]: `${kind}_noop_driver` });
  return {
    DEFAULT: IN_MEMORY,
    api_settings: {
      auth_strategy: 'keystone',
      enabled_provider_drivers: 'amphora:amphora,octavia:octavia',
      default_provider_driver: 'amphora',
      allow_tls_terminated_listeners: true,
    },
    database: database(layout, 'octavia'),
    oslo_messaging: { topic: 'octavia_prov' },
    health_manager: { heartbeat_key: 'unused' },
    controller_worker: {
      client_ca: key('ca.pem'),
      ...noop('amphora'),
      ...noop('compute'),
      ...noop('network'),
      ...noop('image'),
      ...noop('volume'),
      ...noop('distributor'),
      amp_flavor_id: 1,
      amp_boot_network_list: '11111111-1111-1111-1111-111111111111',
      loadbalancer_topology: 'SINGLE',
      workers: 1,
    },
    certificates: {
      cert_generator: 'local_cert_generator',
      cert_manager: 'local_cert_manager',
      ca_certificate: key('ca.pem'),
      ca_private_key: key('ca.key'),
    },
    haproxy_amphora: { server_ca: key('ca.pem'), client_cert: key('client.pem') },
    task_flow: { max_workers: 2 },
    service_auth: account(layout, 'octavia'),
    neutron: account(layout, 'neutron'),
    keystone_authtoken: tokens(layout, 'octavia'),
  };
};

const heat = (layout: Layout): Ini => ({
  DEFAULT: {
    ...IN_MEMORY,
    num_engine_workers: 1,
    // With retries one resource that cannot be made takes minutes to say so.
    action_retry_limit: 0,
    heat_metadata_server_url: serviceUrl(layout, 'heat'),
    stack_user_domain_name: 'heat',
    stack_domain_admin: 'heat_domain_admin',
    stack_domain_admin_password: 'secret',
    auth_encryption_key: '0123456789abcdef0123456789abcdef',
    region_name_for_services: 'RegionOne',
    plugin_dirs: join(layout.directory, 'state'),
    environment_dir: etc(layout, 'environment.d'),
  },
  database: database(layout, 'heat'),
  // What was found to exist (flavor, image, network) is not asked for again with every resource of every update.
  cache: { enabled: true, backend: 'dogpile.cache.memory' },
  paste_deploy: { api_paste_config: join(layout.venv, 'etc/heat/api-paste.ini') },
  // Without a project: Heat acts by a stack owner's trust (a scaling policy's signal), and a trust is a scope of its own.
  trustee: person(layout, 'heat'),
  clients: { endpoint_type: 'publicURL' },
  clients_keystone: { auth_uri: identityUrl(layout) },
  keystone_authtoken: tokens(layout, 'heat'),
});

/** Neutron finds mechanism drivers by entry point: a distribution of one line makes ours visible. */
async function registerPortBinding(layout: Layout): Promise<void> {
  const folder = join(layout.directory, 'python/bind_every_port-1.0.dist-info');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'METADATA'), 'Metadata-Version: 2.1\nName: bind-every-port\nVersion: 1.0\n');
  await writeFile(
    join(folder, 'entry_points.txt'),
    '[neutron.ml2.mechanism_drivers]\nbind_every_port = plane.port_binding:BindEveryPort\n',
  );
}

/** Octavia wants a certificate authority even when its amphorae are no-ops. */
async function makeAuthority(layout: Layout): Promise<void> {
  await runOnce(python(layout), [
    join(import.meta.dirname, 'python/make_authority.py'),
    join(layout.directory, 'keys/octavia'),
  ]);
}
