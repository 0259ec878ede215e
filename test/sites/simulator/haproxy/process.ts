import { checkText, downText, noServerText, stoppedText, upText } from '../../lines/haproxy';
import type { Line, Text } from '../../lines/line';
import type { Fault } from '../../truth/truth';
import type { Answer, Call } from '../network';
import type { World } from '../world';
import { Backend, type BackendConfig } from './backend';
import type { BackendServer } from './backend_server';
import type { BalancerFace } from './faces';
import { Session } from './session';

const REQUEST_ID = /^[A-Za-z0-9._~:+/=-]{1,128}$/;
const SITE = { service: 0, host: 'rota', agent: undefined } as const;

/** One HAProxy process: it knows of its servers what it has seen itself since it was started. */
export class HaproxyProcess {
  readonly backends: Backend[];
  connections = 0;
  private accepted = 0;
  /** Another one took over: it serves what it has, and checks nobody. */
  stopped = false;
  /** It ended on the spot. */
  killed = false;
  private readonly sessions = new Set<Session>();
  private readonly empty = new Map<Backend, Fault>();

  constructor(
    readonly world: World,
    readonly balancer: BalancerFace,
    readonly pid: number,
    configs: readonly BackendConfig[],
  ) {
    this.backends = configs.map((config) => {
      const { algorithm, cookie, check } = config.settings;
      const pool = world.recorder.pool({
        by: balancer.name,
        pool: config.name,
        kind: 'haproxy',
        sticky: cookie || algorithm === 'source',
        leastConnections: algorithm === 'leastconn',
        resolution: (check?.interval ?? 1) * 1000,
      });
      pool.forget(world.now);
      pool.setMembers(
        world.now,
        config.servers.map(({ name, address, weight, backup }) => ({
          place: address,
          serverName: name,
          weight,
          backup,
        })),
      );
      return new Backend(config, pool);
    });
    for (const backend of this.backends) this.record(backend);
    this.scheduleChecks();
  }

  serve(call: Call): void {
    this.accepted++;
    const { backends } = this;
    const backend = backends[call.asked.service % backends.length]!;
    const session = new Session(this, backend, call, this.idOf(call));
    this.sessions.add(session);
    session.start();
  }

  /** haproxy.cfg gives a request without an id one; a stock configuration passes on what came. */
  private idOf(call: Call): string | undefined {
    if (this.balancer.format !== 'rota') return call.id;
    const id = call.id !== undefined && REQUEST_ID.test(call.id) ? call.id : this.world.random.uuid();
    if (call.user) call.user.id = id;
    return id;
  }

  ended(session: Session): void {
    this.sessions.delete(session);
  }

  /** It is told to end when its last session is over. */
  stop(): void {
    this.stopped = true;
    for (const fault of this.empty.values()) this.world.faults.end(fault);
    const { log, format } = this.balancer;
    if (!log || format === 'rota') return;
    log.write(stoppedText('site', { fe: this.accepted, be: 0 }, this.pid));
    for (const { config, total } of this.backends) log.write(stoppedText(config.name, { fe: 0, be: total }, this.pid));
  }

  kill(fault: Fault): void {
    this.stopped = true;
    this.killed = true;
    for (const empty of this.empty.values()) this.world.faults.end(empty);
    for (const backend of this.backends) backend.forget(this.world.now);
    const broken: Answer = { status: 0, bytes: 0, madeBy: this.balancer.name, fault };
    for (const session of this.sessions) session.end(broken, 'KK--');
  }

  say(text: Text): Line | undefined {
    return this.killed ? undefined : this.balancer.log?.write(text);
  }

  named(backend: Backend, server: BackendServer) {
    return { backend: backend.config.name, server: server.config.name, backup: server.config.backup };
  }

  census(backend: Backend, server: BackendServer) {
    const { active, backups, queue } = backend;
    return { active, backup: backups, sessions: server.served, queued: queue.length };
  }

  /** After a change of who can be chosen, and the line that tells of it. */
  record(backend: Backend, told?: Line): void {
    const { world, balancer } = this;
    backend.record(world.now, (address) => world.network.nameBehind(address, balancer.machine), told);
    const isEmpty = backend.active + backend.backups === 0;
    const known = this.empty.get(backend);
    if (isEmpty && !known) {
      const behind = backend.servers.flatMap(
        ({ config }) => world.network.nameBehind(config.address, balancer.machine) ?? [],
      );
      this.empty.set(backend, world.faults.begin('no_server', [balancer.name, ...behind], false));
      this.say(noServerText(backend.config.name, this.pid));
    } else if (!isEmpty && known) {
      world.faults.end(known);
      this.empty.delete(backend);
    }
  }

  private scheduleChecks(): void {
    const checked = this.backends.flatMap((backend) => backend.servers.map((server) => ({ backend, server })));
    checked.forEach(({ backend, server }, i) => {
      const { check } = backend.config.settings;
      if (!check) return;
      const interval = check.interval * 1000;
      // The first checks are spread over an interval.
      this.world.agenda.in(Math.round((interval * (i + 1)) / checked.length), () => this.probe(backend, server));
    });
  }

  private probe(backend: Backend, server: BackendServer): void {
    if (this.stopped) return;
    const { world, balancer } = this;
    const check = backend.config.settings.check!;
    world.agenda.in(check.interval * 1000, () => this.probe(backend, server));
    if (server.admin === 'maintenance') return;
    const begun = world.now;
    let over = false;
    const judge = (passed: boolean, words: string) => {
      if (over || this.stopped) return;
      over = true;
      this.judged(backend, server, passed, `reason: ${words}, check duration: ${world.now - begun}ms`);
    };
    const reached = world.network.connect(server.config.address, balancer.machine);
    if (!('server' in reached)) {
      if (reached.failure === 'refused') judge(false, 'Layer4 connection problem, info: "Connection refused"');
      else world.agenda.in(check.interval * 1000, () => judge(false, 'Layer4 timeout'));
      return;
    }
    const call: Call = {
      asked: { ...SITE, method: 'GET', path: check.depth === 'frontend' ? '/healthz' : '/' },
      user: undefined,
      peer: balancer.machine.address,
      port: 30_000 + world.random.below(30_000),
      forwarded: undefined,
      id: undefined,
      cancelled: false,
      line: undefined,
      onCancel: undefined,
      done: ({ status }) => {
        if (status === 0) judge(false, 'Socket error, info: "Connection reset by peer"');
        else if (status < 500) judge(true, `Layer7 check passed, code: ${status}`);
        else judge(false, `Layer7 wrong status, code: ${status}, info: "${STATUS_TEXT[status] ?? 'Error'}"`);
      },
    };
    reached.server.serve(call);
    world.agenda.in(check.interval * 1000, () => {
      if (over) return;
      judge(false, 'Layer7 timeout');
      call.cancelled = true;
      call.onCancel?.();
    });
  }

  private judged(backend: Backend, server: BackendServer, passed: boolean, reason: string): void {
    const { logged } = backend.config.settings.check!;
    const wasUp = server.up;
    const moved = server.judge(passed);
    const named = this.named(backend, server);
    if (logged && (moved || (!passed && reason !== server.lastFailure))) {
      this.say(checkText(named, passed, reason, server.count, this.pid));
    }
    server.lastFailure = passed ? '' : reason;
    if (server.up === wasUp) return;
    const words = logged ? undefined : reason;
    const text = server.up ? upText : downText;
    this.record(backend, this.say(text(named, words, this.census(backend, server), this.pid)));
  }
}

const STATUS_TEXT: Record<number, string> = {
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};
