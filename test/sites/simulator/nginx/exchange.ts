import type { Line, Text } from '../../lines/line';
import { type Attempt, type ErrorWords, errorText, type NginxRequest } from '../../lines/nginx';
import type { Fault, Turn } from '../../truth/truth';
import type { Machine } from '../machine';
import type { Answer, Call } from '../network';
import type { World } from '../world';
import type { Peer } from './peers';
import type { Upstream } from './upstream';

/** frontend.conf.template: `proxy_connect_timeout 2s`. */
const CONNECT_MS = 2000;
const OWN_PAGE_BYTES = 157;
const RETRIED = new Set([500, 502, 503, 504]);

/** What an exchange knows of the nginx that it happens in. */
interface Nginx {
  readonly world: World;
  readonly name: string;
  readonly machine: Machine;
  readonly passesId: boolean;
  readonly port: number;
  addressTowards(address: string): string;
  ended(exchange: Exchange): void;
  writeAccess(request: NginxRequest): Line | undefined;
  writeError(text: (clock: number) => Text): Line | undefined;
  visitorOf(call: Call): string;
}

/** One request in nginx: its attempts at the upstream's servers, and the line at its end. */
export class Exchange {
  private readonly begun: number;
  private readonly attempts: Attempt[] = [];
  private readonly tried = new Set<Peer>();
  private peer: Peer | undefined;
  private attemptBegun = 0;
  private inner: Call | undefined;
  private readonly turns: { turn: Turn; call: Call | undefined }[] = [];
  private connect: number | undefined;
  over = false;

  constructor(
    private readonly nginx: Nginx,
    private readonly call: Call,
    /** Undefined: nginx answers by itself. */
    private readonly upstream: Upstream | undefined,
    private readonly worker: number,
    private readonly id: string,
    private readonly connection: number,
  ) {
    this.begun = nginx.world.now;
    call.onCancel = () => {
      this.hangUp();
      if (this.peer) {
        this.attempts.push(this.attempt(this.peer, 0, this.connect, undefined));
        this.turn(this.peer, undefined, 0);
        this.succeeded();
      }
      this.end(499, 0, false);
    };
  }

  /** @param status what nginx answers without asking anybody */
  answer(status: number): void {
    this.nginx.world.agenda.in(1, () => {
      if (this.over) return;
      this.end(status, OWN_PAGE_BYTES, true);
      this.call.done({ status, bytes: OWN_PAGE_BYTES, madeBy: this.nginx.name, fault: undefined });
    });
  }

  proceed(): void {
    const peer = this.upstream!.pick(this.worker, this.tried, this.client);
    if (peer) this.attemptAt(peer);
    else this.noLiveServer();
  }

  private attemptAt(peer: Peer): void {
    const { nginx } = this;
    this.peer = peer;
    this.tried.add(peer);
    this.inner = undefined;
    this.connect = undefined;
    this.attemptBegun = nginx.world.now;
    const { address } = peer.config;
    const reached = nginx.world.network.connect(address, nginx.machine);
    if ('server' in reached) {
      this.ask(peer, reached.server.name, (call) => reached.server.serve(call));
      return;
    }
    const fault = reached.listener?.fault;
    if (reached.failure === 'refused') nginx.world.agenda.in(0, () => this.unreached(peer, 502, fault));
    else nginx.world.agenda.in(CONNECT_MS, () => this.unreached(peer, 504, fault));
  }

  private get client(): string {
    return this.call.user?.client ?? this.call.peer;
  }

  private noLiveServer(): void {
    const { config, noServerFault } = this.upstream!;
    this.attempts.push({ address: config.name, status: 502, connect: undefined, header: undefined, duration: 0 });
    this.complain('no live upstreams while connecting to upstream', config.name);
    this.finish(502, noServerFault ?? this.nginx.world.faults.find(['crash', 'unreachable', 'errors', 'flapping']));
  }

  private unreached(peer: Peer, status: 502 | 504, fault: Fault | undefined): void {
    if (this.over) return;
    this.attempts.push(this.attempt(peer, status, undefined, undefined));
    this.turn(peer, undefined, 0);
    this.complain(
      status === 502
        ? 'connect() failed (111: Connection refused) while connecting to upstream'
        : 'upstream timed out (110: Connection timed out) while connecting to upstream',
      peer.config.address,
    );
    this.failed(peer, 'connecting to upstream');
    this.retryOr(status, fault, false);
  }

  private ask(peer: Peer, name: string, serve: (call: Call) => void): void {
    const { call, nginx } = this;
    const { world } = nginx;
    const connect = world.random.below(2);
    this.connect = connect;
    const inner: Call = {
      asked: call.asked,
      user: call.user,
      peer: nginx.addressTowards(peer.config.address),
      port: 30_000 + world.random.below(30_000),
      // $proxy_add_x_forwarded_for
      forwarded: call.forwarded === undefined ? this.visitor : `${call.forwarded}, ${this.visitor}`,
      id: nginx.passesId ? this.id : call.id,
      cancelled: false,
      line: undefined,
      onCancel: undefined,
      done: (answer) => this.answered(peer, name, connect, answer),
    };
    this.inner = inner;
    serve(inner);
  }

  private answered(peer: Peer, name: string, connect: number, answer: Answer): void {
    if (this.over) return;
    const elapsed = this.nginx.world.now - this.attemptBegun;
    const header = answer.status === 0 ? undefined : elapsed;
    this.attempts.push(this.attempt(peer, answer.status === 0 ? 502 : answer.status, connect, header));
    this.turn(peer, name, answer.status);
    if (answer.status === 0) {
      this.complain(
        'upstream prematurely closed connection while reading response header from upstream',
        peer.config.address,
      );
      this.failed(peer, 'reading response header from upstream');
      this.retryOr(502, answer.fault, true);
    } else if (this.upstream!.config.settings.retry5xx && RETRIED.has(answer.status) && this.mayRetry(true)) {
      this.failed(peer, 'reading response header from upstream');
      this.proceed();
    } else {
      this.succeeded();
      this.finish(answer.status, answer.fault, answer.bytes, answer.madeBy);
    }
  }

  private failed(peer: Peer, doing: 'connecting to upstream' | 'reading response header from upstream'): void {
    this.peer = undefined;
    const upstream = this.upstream!;
    if (!upstream.free(this.worker, peer, true)) return;
    const told = this.complain(`upstream server temporarily disabled while ${doing}`, peer.config.address);
    upstream.tell(this.worker, peer, told);
  }

  private succeeded(): void {
    if (this.peer) this.upstream!.free(this.worker, this.peer, false);
    this.peer = undefined;
  }

  private retryOr(status: number, fault: Fault | undefined, sent: boolean): void {
    if (this.mayRetry(sent)) this.proceed();
    else this.finish(status, fault);
  }

  /** `proxy_next_upstream_tries 2`; what was sent and is not idempotent is not sent again. */
  private mayRetry(sent: boolean): boolean {
    return this.tried.size < this.upstream!.tries && !(sent && this.call.asked.method === 'POST');
  }

  private finish(status: number, fault: Fault | undefined, bytes = OWN_PAGE_BYTES, madeBy = this.nginx.name): void {
    this.end(status, bytes, true);
    this.call.done({ status, bytes, madeBy, fault });
  }

  /** It ends with its line; that of an nginx that is killed, without. */
  end(status: number, bytes: number, complete: boolean): void {
    if (this.over) return;
    this.over = true;
    this.nginx.ended(this);
    const line = this.nginx.writeAccess(this.asLogged(status, bytes, complete));
    this.call.line = line;
    for (const { turn, call } of this.turns) Object.assign(turn, { told: line, own: call?.line });
  }

  kill(fault: Fault): void {
    if (this.over) return;
    this.over = true;
    this.hangUp();
    this.call.done({ status: 0, bytes: 0, madeBy: this.nginx.name, fault });
  }

  private hangUp(): void {
    if (!this.inner || this.inner.cancelled) return;
    this.inner.cancelled = true;
    this.inner.onCancel?.();
  }

  private attempt(peer: Peer, status: number, connect: number | undefined, header: number | undefined): Attempt {
    return {
      address: peer.config.address,
      status,
      connect,
      header,
      duration: this.nginx.world.now - this.attemptBegun,
    };
  }

  private turn(peer: Peer, behind: string | undefined, status: number): void {
    const { user } = this.call;
    if (!user) return;
    const { world, name, machine } = this.nginx;
    const { address } = peer.config;
    const turn: Turn = {
      by: name,
      pool: this.upstream!.config.name,
      place: address,
      server: behind ?? world.network.nameBehind(address, machine),
      begun: this.attemptBegun,
      ended: world.now,
      status,
      attempt: this.tried.size,
      user,
      told: undefined,
      own: undefined,
    };
    world.recorder.turn(turn);
    this.turns.push({ turn, call: this.inner });
  }

  private complain(words: ErrorWords, upstream: string): Line | undefined {
    return this.nginx.writeError((clock) => errorText(words, this.asLogged(0, 0, false), clock, upstream));
  }

  private get visitor(): string {
    return this.nginx.visitorOf(this.call);
  }

  private asLogged(status: number, bytes: number, complete: boolean): NginxRequest {
    const { call, nginx } = this;
    return {
      clock: nginx.machine.clock(nginx.world.now),
      id: this.id,
      connection: this.connection,
      nth: 1,
      client: this.visitor,
      peer: call.peer,
      port: call.port,
      asked: call.asked,
      forwarded: call.forwarded,
      status,
      bytes,
      duration: nginx.world.now - this.begun,
      serverPort: nginx.port,
      complete,
      pid: this.worker,
      pool: this.upstream?.config.name ?? '',
      attempts: this.attempts,
    };
  }
}
