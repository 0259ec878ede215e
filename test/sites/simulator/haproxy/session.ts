import { type HaproxyRequest, requestText } from '../../lines/haproxy';
import type { Line } from '../../lines/line';
import type { Fault, Turn } from '../../truth/truth';
import type { Answer, Call } from '../network';
import type { Backend } from './backend';
import type { BackendServer } from './backend_server';
import type { ProcessFace } from './faces';

/** haproxy.cfg: `timeout connect 2s`, `retries 1`; the wait before the same server is tried again. */
const CONNECT_MS = 2000;
const RETRIES = 1;
const TURN_AROUND_MS = 1000;
const OWN_ANSWER_BYTES = 217;

/** One request in HAProxy: queue, connection, retry, answer, and the line at its end. */
export class Session {
  private readonly begun: number;
  /** The clock's reading then: it may be set meanwhile. */
  private readonly clock: number;
  private server: BackendServer | undefined;
  private waited = -1;
  private connect = -1;
  private response = -1;
  private retries = 0;
  private redispatched = false;
  private readonly hadCookie: boolean;
  private chosenAt = 0;
  private over = false;
  private inner: Call | undefined;
  private taken: Turn | undefined;

  constructor(
    private readonly process: ProcessFace<Session>,
    private readonly backend: Backend,
    private readonly call: Call,
    private readonly id: string | undefined,
  ) {
    this.begun = process.world.now;
    this.clock = process.balancer.machine.clock(this.begun);
    process.connections++;
    backend.connections++;
    backend.total++;
    this.hadCookie = backend.hasCookie(this.client);
    call.onCancel = () => this.end({ status: 0, bytes: 0, madeBy: call.peer, fault: undefined }, 'CD--');
  }

  private get client(): string {
    return this.call.user?.client ?? this.call.peer;
  }

  start(): void {
    this.dispatch();
  }

  private dispatch(not?: BackendServer): void {
    const chosen = this.backend.choose(this.client, not);
    if (chosen === undefined) this.end(this.own(503, this.blame('no_server')), 'SC--');
    else if (chosen === 'full') this.wait();
    else this.take(chosen);
  }

  private wait(): void {
    const waiting = {
      client: this.client,
      proceed: (server: BackendServer) => this.take(server),
    };
    const { queue, config } = this.backend;
    queue.push(waiting);
    this.process.world.agenda.in(config.settings.queueTimeout * 1000 + 1, () => {
      const place = queue.indexOf(waiting);
      if (place === -1) return;
      queue.splice(place, 1);
      this.waited = this.elapsed();
      this.end(this.own(503, this.blame('overload', 'slow', 'crash', 'unreachable')), 'sQ--', [0, 1]);
    });
  }

  private take(server: BackendServer): void {
    if (this.over) return;
    this.server = server;
    this.chosenAt = this.process.world.now;
    this.backend.take(server);
    this.reach(server);
  }

  private reach(server: BackendServer): void {
    const { world, balancer } = this.process;
    this.waited = this.elapsed();
    const reached = world.network.connect(server.config.address, balancer.machine);
    if ('server' in reached) {
      this.connect = world.random.below(2);
      this.ask(server, reached.server.name, (call) => reached.server.serve(call));
      return;
    }
    const failure = this.own(503, reached.listener?.fault);
    if (reached.failure === 'refused') this.retry(server, failure);
    else world.agenda.in(CONNECT_MS, () => this.retry(server, failure));
  }

  private retry(server: BackendServer, failure: Answer): void {
    if (this.over) return;
    if (this.retries >= RETRIES) {
      this.waited = this.elapsed();
      this.end(failure, 'SC--');
      return;
    }
    this.retries++;
    if (this.backend.candidates().some((one) => one !== server)) {
      this.redispatched = true;
      this.backend.release(server);
      this.server = undefined;
      this.dispatch(server);
      return;
    }
    this.process.world.agenda.in(TURN_AROUND_MS, () => {
      if (!this.over) this.reach(server);
    });
  }

  private ask(server: BackendServer, name: string, serve: (call: Call) => void): void {
    const { world, balancer } = this.process;
    const { asked, user } = this.call;
    const askedAt = world.now;
    const call: Call = {
      asked,
      user,
      peer: balancer.machine.address,
      port: 30_000 + world.random.below(30_000),
      forwarded: this.call.forwarded === undefined ? this.client : `${this.call.forwarded}, ${this.call.peer}`,
      id: this.id,
      cancelled: false,
      line: undefined,
      onCancel: undefined,
      done: (answer) => {
        if (this.over) return;
        this.turn(server, name, answer.status);
        if (answer.status === 0) return this.end({ ...answer, status: 502, bytes: OWN_ANSWER_BYTES }, 'SH--');
        this.response = world.now - askedAt;
        this.end(answer, '----');
      },
    };
    this.inner = call;
    serve(call);
    world.agenda.in(this.backend.config.settings.serverTimeout * 1000, () => {
      if (this.over) return;
      this.turn(server, name, 0);
      this.end(this.own(504, this.blame('slow', 'overload')), 'sH--');
    });
  }

  private blame(...kinds: Fault['kind'][]): Fault | undefined {
    return this.process.world.faults.find(kinds);
  }

  /** A status of HAProxy's own. */
  private own(status: number, fault: Answer['fault']): Answer {
    return { status, bytes: OWN_ANSWER_BYTES, madeBy: this.process.balancer.name, fault };
  }

  private turn(server: BackendServer, behind: string | undefined, status: number): void {
    const { user } = this.call;
    const { world, balancer } = this.process;
    if (!user) return;
    this.taken = {
      by: balancer.name,
      pool: this.backend.config.name,
      place: server.config.address,
      server: behind,
      begun: this.chosenAt,
      ended: world.now,
      status,
      attempt: 1,
      user,
      told: undefined,
      own: undefined,
    };
    world.recorder.turn(this.taken);
  }

  /** Ends the session; also that of a process that is killed, which then writes nothing. */
  end(answer: Answer, termination: string, queues: [number, number] = [0, 0]): void {
    if (this.over) return;
    this.over = true;
    const { process, backend, server, call } = this;
    const never = server !== undefined && this.connect === -1;
    if (never) this.turn(server, process.world.network.nameBehind(server.config.address, process.balancer.machine), 0);
    if (this.inner && answer.status !== 0 && this.response === -1) hangUp(this.inner);
    process.connections--;
    backend.connections--;
    if (!process.killed) call.line = this.log(answer, termination, queues);
    if (this.taken) Object.assign(this.taken, { told: call.line, own: this.inner?.line });
    if (server) backend.release(server);
    process.ended(this);
    if (!call.cancelled) call.done(answer);
  }

  private log(answer: Answer, termination: string, queues: [number, number]): Line | undefined {
    const { process, backend, server } = this;
    const { log, format } = process.balancer;
    if (!log) return undefined;
    const plain = answer.status < 500 && answer.status !== 0 && this.retries === 0;
    if (format === 'failures' && plain) return undefined;
    const request: HaproxyRequest = {
      client: this.call.peer,
      clientPort: this.call.port,
      begun: this.clock,
      backend: backend.config.name,
      server: server?.config.name ?? '<NOSRV>',
      serverAddress: server?.config.address ?? '-:-',
      waited: this.waited,
      connect: this.connect,
      response: this.response,
      total: this.elapsed(),
      status: answer.status === 0 ? -1 : answer.status,
      bytes: answer.bytes,
      termination:
        backend.config.settings.cookie && server ? termination.slice(0, 2) + this.persistence() : termination,
      connections: [
        process.connections + 1,
        process.connections + 1,
        backend.connections,
        server ? server.served - 1 : 0,
      ],
      retries: this.retries,
      redispatched: this.redispatched,
      queues,
      asked: this.call.asked,
      id: this.id ?? '-',
    };
    return log.write(requestText(request, format === 'rota', process.pid));
  }

  /** The two letters about the cookie: none came and one is set, or it was valid. */
  private persistence(): string {
    return this.hadCookie ? 'VN' : 'NI';
  }

  private elapsed(): number {
    return this.process.world.now - this.begun;
  }
}

function hangUp(call: Call): void {
  if (call.cancelled) return;
  call.cancelled = true;
  call.onCancel?.();
}
