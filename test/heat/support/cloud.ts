import { createHash } from 'node:crypto';
import { Identity } from '../plane/identity';
import { ADMIN_PROJECT, type Layout, type ServiceName, serviceUrl } from '../plane/layout';
import { collectTemplate } from './template_files';

export interface Server {
  id: string;
  name: string;
  status: string;
  created: string;
  updated: string;
  metadata: Record<string, string>;
  addresses: Record<string, { addr: string }[]>;
  key_name: string | null;
  user_data: string;
}

/** Asks the services themselves, by their HTTP APIs, what they were told in one project: test files run side by side. */
export class Cloud {
  private constructor(
    private readonly layout: Layout,
    private readonly token: string,
    private readonly project: string,
  ) {}

  /** @param project made when it is not there */
  static async connect(layout: Layout, project = ADMIN_PROJECT): Promise<Cloud> {
    const id = await (await Identity.login(layout)).project(project);
    return new Cloud(layout, (await Identity.login(layout, project)).token, id);
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

  /** Takes a server away, as somebody may do behind Heat's back. */
  async deleteServer(id: string): Promise<void> {
    const headers = { 'X-Auth-Token': this.token };
    const answer = await fetch(`${serviceUrl(this.layout, 'nova')}/v2.1/servers/${id}`, { method: 'DELETE', headers });
    if (!answer.ok) throw new Error(`nova answered ${answer.status} to the deletion of ${id}`);
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

  /** Name by id of every server. */
  async serverNames(): Promise<Map<string, string>> {
    const { servers } = await this.get<{ servers: { id: string; name: string }[] }>('nova', '/v2.1/servers');
    return new Map(servers.map(({ id, name }) => [id, name]));
  }

  async server(id: string): Promise<Server> {
    return decoded((await this.get<{ server: NovaServer }>('nova', `/v2.1/servers/${id}`)).server);
  }

  /** Every server, by name. */
  async servers(prefix = ''): Promise<Server[]> {
    const { servers } = await this.get<{ servers: NovaServer[] }>('nova', '/v2.1/servers/detail');
    return servers
      .filter(({ name }) => name.startsWith(prefix))
      .map(decoded)
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

  /** Whether Heat waits for the report of a server. @param enrolment the id of its one-time secret */
  async isAwaited(server: string, enrolment: string): Promise<boolean> {
    type Deployments = { software_deployments: { status: string }[] };
    const name = createHash('sha256').update(`${server} ${enrolment}`).digest('hex').slice(0, 36);
    const { software_deployments } = await this.heat<Deployments>(`/software_deployments?server_id=${name}`);
    return software_deployments.some(({ status }) => status === 'IN_PROGRESS');
  }

  /** Names of the stacks within stacks. */
  async nestedStacks(): Promise<string[]> {
    const { stacks } = await this.heat<{ stacks: { stack_name: string }[] }>('/stacks?show_nested=true');
    return stacks.map(({ stack_name }) => stack_name);
  }

  /** Signals a resource by its own URL, as an alarm would. */
  async signal(url: string): Promise<void> {
    await this.post('heat', url.slice(serviceUrl(this.layout, 'heat').length), {});
  }

  /**
   * What Heat's API says to a preview with these parameters, which makes nothing; empty when it is content. The template's files go with it as a
   * client sends them.
   */
  verdict(template: string, parameters: Record<string, string>): Promise<string> {
    return this.preview({ ...collectTemplate(template), parameters });
  }

  async preview(body: object): Promise<string> {
    return this.post('heat', `/v1/${this.project}/stacks/preview`, { ...body, stack_name: 'preview' }).then(
      () => '',
      (reason: Error) => reason.message,
    );
  }

  async create(name: string, body: object): Promise<void> {
    await this.post('heat', `/v1/${this.project}/stacks`, { ...body, stack_name: name, disable_rollback: true });
  }

  private async list<T>(service: ServiceName, path: string, key: string): Promise<T[]> {
    return (await this.get<Record<string, T[]>>(service, `${path}?project_id=${this.project}`))[key]!;
  }
}

type NovaServer = Omit<Server, 'user_data'> & { 'OS-EXT-SRV-ATTR:user_data': string | null };

const decoded = (server: NovaServer): Server => ({
  ...server,
  user_data: Buffer.from(server['OS-EXT-SRV-ATTR:user_data'] ?? '', 'base64').toString(),
});
