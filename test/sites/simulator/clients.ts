import type { UserRequest } from '../truth/truth';
import type { Machine } from './machine';
import type { Asked, Call, Server } from './network';
import type { World } from './world';

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'curl/7.88.1',
];
const SHOP = ['/', '/products/1', '/products/22', '/products/317', '/account'];
const BLOG = ['/blog/', '/blog/first', '/blog/second'];
/** Three of four go to the first entrance that a resolver's cache holds. */
const SKEW = 0.75;

export interface Entrance {
  address: string;
  server: Server;
}

/** Users: who comes when, asks what, and by which entrance. */
export class Clients {
  private n = 0;
  private turn = 0;
  /** How many come, compared with the site's usual rate. */
  factor = 1;
  /** Rate by the time of day; 1 when it is the same always. */
  rhythm: (t: number) => number = () => 1;

  constructor(
    private readonly world: World,
    /** The internet, from where loopback is out of reach. */
    private readonly from: Machine,
    private readonly entrances: () => readonly Entrance[],
    private readonly options: { rate: number; visitors: number; services: 1 | 2; skewed: boolean },
  ) {}

  /** From now until `end`. */
  come(end: number): void {
    const { world, options } = this;
    const rate = options.rate * this.factor * this.rhythm(world.now);
    const next = world.now + Math.max(1, Math.round(world.random.exponential(1000 / rate)));
    if (next >= end) return;
    world.agenda.at(next, () => {
      this.ask();
      this.come(end);
    });
  }

  private ask(): void {
    const { world, options } = this;
    const { random } = world;
    const visitor = random.below(options.visitors);
    const service = options.services === 2 && random.chance(0.4) ? 1 : 0;
    const order = service === 0 && random.chance(0.15);
    const asked: Asked = {
      method: order ? 'POST' : 'GET',
      path: order ? '/checkout' : random.pick(service === 0 ? SHOP : BLOG),
      service,
      host: 'shop.example',
      agent: AGENTS[visitor % AGENTS.length],
    };
    const client = `203.0.${(113 + (visitor >> 7)) % 256}.${1 + (visitor % 200)}`;
    this.send(asked, client, false);
  }

  /** Sends a request of a user, or of an uptime service, which comes the same way. */
  send(asked: Asked, client: string, foreign: boolean): void {
    const { world } = this;
    const entrance = this.entrance();
    const user: UserRequest = {
      n: ++this.n,
      id: undefined,
      method: asked.method,
      path: asked.path,
      service: asked.service,
      client,
      foreign,
      entrance: entrance.server.name,
      begun: world.now,
      ended: 0,
      status: 0,
      madeBy: '',
      fault: undefined,
      line: undefined,
    };
    world.recorder.request(user);
    const call: Call = {
      asked,
      user,
      peer: client,
      port: 30_000 + world.random.below(30_000),
      forwarded: undefined,
      id: undefined,
      cancelled: false,
      line: undefined,
      onCancel: undefined,
      done: ({ status, madeBy, fault }) =>
        Object.assign(user, { status, madeBy, fault, ended: world.now, line: call.line }),
    };
    const reached = world.network.connect(entrance.address, this.from);
    if ('server' in reached) reached.server.serve(call);
    else Object.assign(user, { madeBy: entrance.server.name, fault: reached.listener?.fault, ended: world.now });
  }

  private entrance(): Entrance {
    const { options, world } = this;
    const entrances = this.entrances();
    if (entrances.length === 1) return entrances[0]!;
    if (options.skewed) {
      return world.random.chance(SKEW) ? entrances[0]! : entrances[1 + world.random.below(entrances.length - 1)]!;
    }
    return entrances[this.turn++ % entrances.length]!;
  }
}
