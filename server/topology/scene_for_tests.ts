import { defaultSettings, type Settings } from '../settings';
import { directoryOf } from './directory';
import type {
  BalancerAnswers,
  Evidence,
  Inventory,
  Life,
  MonitorSeen,
  PlaceSeen,
  PlaceTier,
  ProbeRun,
  ProbeSeries,
  SharedId,
  Skew,
  Turns,
  UpstreamFault,
  VersionCell,
  Word,
  WriterSeen,
} from './evidence';
import { joinRuns } from './replay';
import { type Site, siteOf } from './site';
import { emptyCell, TurnsBuilder } from './turns_builder';

const DAY = '2026-11-26T';
/** A moment of the day that every scene plays on: `10:05` or `10:05:30`. */
export const at = (time: string) => Date.parse(`${DAY}${time.length === 5 ? `${time}:00` : time}.000Z`);
export const clock = (t: number | null) => (t === null ? null : new Date(t).toISOString().slice(11, 19));

/** Requests at one pace: one every so many seconds from the first on. */
export interface Pace {
  from: string;
  to: string;
  every?: number;
  failed?: boolean;
}

const STEP = 30_000;

/** A site put together by what was written, counted as the searches count it. Asked for 10:00–11:00. */
export class Scene {
  private readonly window = { from: at('10:00'), to: at('11:00') };
  private readonly turns = new Map<
    string,
    { tier: 'lb' | 'frontend'; builder: TurnsBuilder; teller: string; pool: string | null }
  >();
  private readonly own = new Map<string, { tier: PlaceTier; builder: TurnsBuilder }>();
  private readonly servers = new Map<string, PlaceSeen>();
  private readonly upstreams = new Map<string, PlaceSeen>();
  private readonly writers = new Map<string, WriterSeen>();
  private readonly lives = new Map<string, Life & { cells: { t: number; n: number; first: number; last: number }[] }>();
  private readonly monitors = new Map<string, MonitorSeen>();
  private readonly probes: { source: string; path: string; host: string; t: number; ok: boolean }[] = [];
  private readonly versions: VersionCell[] = [];
  readonly words: Word[] = [];
  readonly disabled: UpstreamFault[] = [];
  readonly attempts: UpstreamFault[] = [];
  readonly shared: SharedId[] = [];
  readonly answers: BalancerAnswers[] = [];
  readonly skews: Skew[] = [];

  /** A balancer gave a server its turns. */
  balanced(teller: string, pool: string, server: string, pace: Pace, address: string | null = null): this {
    return this.give('lb', teller, pool, server, pace, address);
  }

  /** A frontend gave an upstream its turns; `''`: its log format names none. */
  proxied(teller: string, address: string, pace: Pace, pool: string | null = 'app'): this {
    return this.give('frontend', teller, pool, address, pace, null);
  }

  /** A host wrote lines of its own. */
  wrote(tier: PlaceTier, host: string, pace: Pace, about: Partial<WriterSeen> & { version?: string } = {}): this {
    const { version, ...rest } = about;
    for (const t of timesOf(pace)) {
      const key = JSON.stringify([tier, host, rest.address, rest.port, rest.environment]);
      const seen = this.writers.get(key);
      const nothing = { service: null, environment: null, address: null, port: null };
      this.writers.set(
        key,
        seen ? { ...seen, last: t, n: seen.n + 1 } : { host, tier, ...nothing, first: t, last: t, n: 1, ...rest },
      );
      if (!this.inside(t)) continue;
      const row = this.own.get(`${tier} ${host}`) ?? { tier, builder: new TurnsBuilder(null, null) };
      this.own.set(`${tier} ${host}`, row);
      row.builder.addCell(host, 1, cellAt(t, pace.failed ?? false));
      this.live(tier, host, t);
      if (version !== undefined) {
        const cell = this.versions.find((v) => v.host === host && v.version === version && v.t === step(t));
        if (cell) cell.n++;
        else this.versions.push({ host, service: 'shop', version, t: step(t), n: 1, first: t });
      }
    }
    return this;
  }

  word(time: string, teller: string, pool: string, server: string, says: Word['says'], backup = false): this {
    this.words.push({ t: at(time), teller, pool, server, says, reason: null, backup });
    const key = JSON.stringify([teller, pool, server]);
    if (!this.servers.has(key)) {
      this.servers.set(key, { teller, pool, place: server, address: null, first: at(time), last: at(time), n: 0 });
    }
    return this;
  }

  probed(source: string, path: string, host: string, pace: Pace, agent: string | null = 'HAProxy'): this {
    for (const t of timesOf(pace)) {
      const key = JSON.stringify([source, path, host]);
      const seen = this.monitors.get(key);
      const lastPass = !pace.failed && t < this.window.from ? t : (seen?.lastPass ?? null);
      const base = seen ?? { source, path, agent, host, first: t, last: t, lastPass, n: 0 };
      this.monitors.set(key, { ...base, last: t, lastPass, n: base.n + 1 });
      if (t < this.window.from - 120_000 || t >= this.window.to) continue;
      this.probes.push({ source, path, host, t, ok: !pace.failed });
      if (this.inside(t)) this.live('frontend', host, t);
    }
    return this;
  }

  gaveUp(teller: string, place: string, ...times: string[]): this {
    this.disabled.push(...times.map((time) => ({ t: at(time), teller, place })));
    return this;
  }

  sharesId(
    teller: string,
    pool: string | null,
    place: string,
    host: string,
    tier: PlaceTier,
    ...times: string[]
  ): this {
    this.shared.push(...times.map((time) => ({ teller, pool, place, host, tier, t: at(time) })));
    return this;
  }

  answered(teller: string, pool: string, place: string, phase: string, pace: Pace): this {
    const cells = new Map<number, { t: number; n: number; first: number; last: number }>();
    for (const t of timesOf(pace)) {
      const known = cells.get(step(t));
      cells.set(step(t), { t: step(t), n: (known?.n ?? 0) + 1, first: known?.first ?? t, last: t });
    }
    this.answers.push({ teller, pool, place, phase, cells: [...cells.values()] });
    return this;
  }

  site(changes: Partial<Settings> = {}): Site {
    const settings = { ...defaultSettings(), ...changes };
    const inventory: Inventory = {
      servers: [...this.servers.values()],
      upstreams: [...this.upstreams.values()],
      writers: [...this.writers.values()],
      shared: this.shared,
      monitors: [...this.monitors.values()],
      services: [],
      environments: [],
      cuts: [],
    };
    const rows = (tier: 'lb' | 'frontend'): Turns[] =>
      [...this.turns.values()].filter((row) => row.tier === tier).flatMap(({ builder }) => builder.build());
    const ownRows = (tier: PlaceTier): Turns[] =>
      [...this.own.values()].filter((row) => row.tier === tier).flatMap(({ builder }) => builder.build());
    const times: number[] = [];
    for (let t = this.window.from; t < this.window.to; t += STEP) times.push(t);
    const evidence: Evidence = {
      window: this.window,
      settledTo: this.window.to,
      grid: { times, interval: STEP },
      inventory,
      balancers: rows('lb'),
      frontends: rows('frontend'),
      ownFrontends: ownRows('frontend'),
      ownWebapps: ownRows('webapp'),
      answers: this.answers,
      words: this.words,
      disabled: this.disabled,
      attempts: this.attempts,
      probes: seriesOf(this.probes),
      lives: [...this.lives.values()],
      skews: this.skews,
      versions: this.versions,
      recorded: [],
      cuts: [],
      balancersUnnamed: false,
      newest: null,
    };
    return siteOf(directoryOf(inventory, settings.hosts), evidence, settings);
  }

  private give(
    tier: 'lb' | 'frontend',
    teller: string,
    pool: string | null,
    place: string,
    pace: Pace,
    address: string | null,
  ): this {
    const seen = tier === 'lb' ? this.servers : this.upstreams;
    for (const t of timesOf(pace)) {
      const key = JSON.stringify([teller, pool, place]);
      const known = seen.get(key);
      if (!place.startsWith('<')) {
        seen.set(
          key,
          known ? { ...known, last: t, n: known.n + 1 } : { teller, pool, place, address, first: t, last: t, n: 1 },
        );
      }
      if (!this.inside(t)) continue;
      const row = this.turns.get(key + tier) ?? { tier, builder: new TurnsBuilder(teller, pool), teller, pool };
      this.turns.set(key + tier, row);
      row.builder.addCell(place, 1, cellAt(t, pace.failed ?? false));
    }
    return this;
  }

  private live(tier: PlaceTier, host: string, t: number): void {
    const key = `${tier} ${host}`;
    const life = this.lives.get(key) ?? { host, tier, cells: [] };
    this.lives.set(key, life);
    const cell = life.cells.find((one) => one.t === step(t));
    if (!cell) life.cells.push({ t: step(t), n: 1, first: t, last: t });
    else {
      cell.n++;
      cell.first = Math.min(cell.first, t);
      cell.last = Math.max(cell.last, t);
    }
    life.cells.sort((a, b) => a.t - b.t);
  }

  private inside(t: number): boolean {
    return t >= this.window.from && t < this.window.to;
  }
}

const step = (t: number) => Math.floor(t / STEP) * STEP;

function cellAt(t: number, failed: boolean) {
  const bad = failed ? { failed: 1, hurt: 1, firstFailed: t, lastFailed: t } : {};
  return { ...emptyCell(step(t)), n: 1, first: t, last: t, ...bad };
}

function timesOf({ from, to, every = 1 }: Pace): number[] {
  const times: number[] = [];
  for (let t = at(from); t < at(to); t += every * 1000) times.push(t);
  return times;
}

function seriesOf(
  probes: readonly { source: string; path: string; host: string; t: number; ok: boolean }[],
): ProbeSeries[] {
  const groups = new Map<string, (typeof probes)[number][]>();
  for (const probe of probes) {
    const key = JSON.stringify([probe.source, probe.path, probe.host]);
    groups.set(key, [...(groups.get(key) ?? []), probe]);
  }
  return [...groups.values()].map((own) => {
    const { source, path, host } = own[0]!;
    const runs = own.map(
      ({ t, ok }): ProbeRun => ({ ok, n: 1, first: t, last: t, times: [t], statuses: ok ? [] : [503] }),
    );
    const failed = own.filter(({ ok }) => !ok).length;
    return { source, path, host, runs: joinRuns(runs), passed: own.length - failed, failed, unread: [] };
  });
}
