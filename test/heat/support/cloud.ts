import { Identity } from '../plane/identity';
import { type Layout, type ServiceName, serviceUrl } from '../plane/layout';

export interface Server {
  id: string;
  name: string;
  status: string;
  created: string;
  updated: string;
  metadata: Record<string, string>;
  addresses: Record<string, { addr: string }[]>;
  user_data: string;
}

/** Asks the services themselves, by their HTTP APIs, what they were told. */
export class Cloud {
  private constructor(
    private readonly layout: Layout,
    private readonly token: string,
    private readonly project: string,
  ) {}

  static async connect(layout: Layout): Promise<Cloud> {
    const identity = await Identity.login(layout);
    const { projects } = await identity.call<{ projects: { id: string; name: string }[] }>(
      'GET',
      '/projects?name=admin',
    );
    return new Cloud(layout, identity.token, projects[0]!.id);
  }

  async get<T>(service: ServiceName, path: string): Promise<T> {
    const answer = await fetch(serviceUrl(this.layout, service) + path, {
      headers: { 'X-Auth-Token': this.token, 'OpenStack-API-Version': 'compute 2.90' },
    });
    if (!answer.ok) throw new Error(`${service} answered ${answer.status} to GET ${path}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async post<T>(service: ServiceName, path: string, body: unknown): Promise<T> {
    const answer = await fetch(serviceUrl(this.layout, service) + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'X-Auth-Token': this.token, 'Content-Type': 'application/json' },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${service} answered ${answer.status} to POST ${path}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** Gives an image its bytes. */
  async upload(image: string, bytes: Buffer): Promise<void> {
    const answer = await fetch(`${serviceUrl(this.layout, 'glance')}/v2/images/${image}/file`, {
      method: 'PUT',
      body: new Uint8Array(bytes),
      headers: { 'X-Auth-Token': this.token, 'Content-Type': 'application/octet-stream' },
    });
    if (!answer.ok) throw new Error(`glance answered ${answer.status} to the upload: ${await answer.text()}`);
  }

  /** Every server, its user_data decoded, by name. */
  async servers(prefix = ''): Promise<Server[]> {
    const { servers } = await this.get<{ servers: (Server & Record<string, string>)[] }>(
      'nova',
      '/v2.1/servers/detail',
    );
    return servers
      .filter(({ name }) => name.startsWith(prefix))
      .map((server) => ({
        ...server,
        user_data: Buffer.from(server['OS-EXT-SRV-ATTR:user_data'] ?? '', 'base64').toString(),
      }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** What was done to a server since it was made: create, reboot, rebuild, … */
  async actions(server: string): Promise<string[]> {
    const path = `/v2.1/servers/${server}/os-instance-actions`;
    const { instanceActions } = await this.get<{ instanceActions: { action: string }[] }>('nova', path);
    return instanceActions.map(({ action }) => action).reverse();
  }

  neutron<T>(collection: string): Promise<T[]> {
    return this.list('neutron', `/v2.0/${collection}`, collection.replaceAll('-', '_'));
  }

  octavia<T>(collection: string): Promise<T[]> {
    const key = collection.split('/').at(-1)!;
    return this.list('octavia', `/v2/lbaas/${collection}`, key);
  }

  heat<T>(path: string): Promise<T> {
    return this.get('heat', `/v1/${this.project}${path}`);
  }

  signalResource(path: string): Promise<void> {
    return this.post('heat', `/v1/${this.project}${path}`, {});
  }

  private async list<T>(service: ServiceName, path: string, key: string): Promise<T[]> {
    return (await this.get<Record<string, T[]>>(service, path))[key]!;
  }
}
