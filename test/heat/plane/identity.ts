import { setTimeout as sleep } from 'node:timers/promises';
import { ADMIN_PROJECT, identityUrl, type Layout, type ServiceName, serviceUrl } from './layout';
import { PlaneError } from './processes';

interface Named {
  id: string;
  name: string;
}

const CATALOG: readonly [type: string, name: ServiceName, path: string][] = [
  ['placement', 'placement', ''],
  ['image', 'glance', ''],
  ['network', 'neutron', ''],
  ['compute', 'nova', '/v2.1'],
  ['load-balancer', 'octavia', ''],
  ['orchestration', 'heat', '/v1/%(tenant_id)s'],
];
const SERVICE_USERS: readonly ServiceName[] = ['placement', 'glance', 'neutron', 'nova', 'octavia', 'heat'];
const EXTRA_ROLES = ['heat_stack_owner', 'heat_stack_user', 'load-balancer_admin', 'service'];

/** Keystone's HTTP API with a token of the administrator. */
export class Identity {
  private constructor(
    private readonly url: string,
    readonly token: string,
  ) {}

  static async login(layout: Layout, projectName = ADMIN_PROJECT, seconds = 300): Promise<Identity> {
    const url = identityUrl(layout);
    const domain = { id: 'default' };
    const user = { name: 'admin', domain, password: 'secret' };
    const auth = {
      identity: { methods: ['password'], password: { user } },
      scope: { project: { name: projectName, domain } },
    };
    const body = JSON.stringify({ auth });
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const request = { method: 'POST', body, headers: { 'Content-Type': 'application/json' } };
      const answer = await fetch(`${url}/auth/tokens`, request).catch(() => undefined);
      const token = answer?.headers.get('X-Subject-Token');
      if (token) return new Identity(url, token);
      if (Date.now() > deadline) {
        const words = answer ? `answered ${answer.status}` : 'does not answer';
        throw new PlaneError('ROTA_PLANE_START', `Keystone ${words}; its log says why.`);
      }
      await sleep(200);
    }
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', 'X-Auth-Token': this.token },
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new PlaneError('ROTA_PLANE_START', `Keystone answered ${answer.status} to ${method} ${path}: ${text}`);
    }
    return (text ? JSON.parse(text) : undefined) as T;
  }

  private async create(kind: string, fields: Record<string, unknown>): Promise<string> {
    const plural = kind === 'policy' ? 'policies' : `${kind}s`;
    return (await this.call<Record<string, Named>>('POST', `/${plural}`, { [kind]: fields }))[kind]!.id;
  }

  /** A project in which the administrator may do everything; made when it is not there. @returns its id */
  async project(name: string): Promise<string> {
    const { projects } = await this.call<{ projects: Named[] }>('GET', `/projects?name=${name}`);
    if (projects[0]) return projects[0].id;
    const id = await this.create('project', { name, domain_id: 'default' });
    const { users } = await this.call<{ users: Named[] }>('GET', '/users?name=admin');
    const { roles } = await this.call<{ roles: Named[] }>('GET', '/roles?name=admin');
    await this.call('PUT', `/projects/${id}/users/${users[0]!.id}/roles/${roles[0]!.id}`);
    return id;
  }

  /** Makes roles, service users, the catalog and Heat's domain for the users of its signals. */
  async seed(layout: Layout): Promise<void> {
    const { roles } = await this.call<{ roles: Named[] }>('GET', '/roles');
    const role = new Map(roles.map(({ name, id }) => [name, id]));
    for (const name of EXTRA_ROLES) if (!role.has(name)) role.set(name, await this.create('role', { name }));

    const project = await this.create('project', { name: 'service', domain_id: 'default' });
    for (const name of SERVICE_USERS) {
      const user = await this.create('user', { name, password: 'secret', domain_id: 'default' });
      for (const granted of ['admin', 'service']) {
        await this.call('PUT', `/projects/${project}/users/${user}/roles/${role.get(granted)}`);
      }
    }
    const domain = await this.create('domain', { name: 'heat' });
    const admin = await this.create('user', { name: 'heat_domain_admin', password: 'secret', domain_id: domain });
    await this.call('PUT', `/domains/${domain}/users/${admin}/roles/${role.get('admin')}`);

    for (const [type, name, path] of CATALOG) {
      const service = await this.create('service', { type, name });
      const endpoint = { service_id: service, region_id: 'RegionOne', url: `${serviceUrl(layout, name)}${path}` };
      for (const side of ['public', 'internal', 'admin'])
        await this.create('endpoint', { ...endpoint, interface: side });
    }
  }
}
