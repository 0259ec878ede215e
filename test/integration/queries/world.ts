/**
 * A morning behind a load balancer, simulated without any of the plugin's code: who served whose turn, what the balancer
 * and nginx thought of their pools, and what was logged. Tests count in it by hand and compare.
 */
export const START = Date.parse('2026-11-20T09:00:00Z');
export const MINUTES = 30;
export const END = START + MINUTES * 60_000;
const PER_SECOND = 6;
export const PROBE_MS = 10_000;

export const WEBAPPS = {
  'web-1': { frontend: 'frontend-1', address: '127.0.0.1:8021' },
  'web-2': { frontend: 'frontend-1', address: '127.0.0.1:8022' },
  'web-3': { frontend: 'frontend-2', address: '127.0.0.1:8023' },
  'web-4': { frontend: 'frontend-2', address: '127.0.0.1:8024' },
} as const;
export type WebappName = keyof typeof WEBAPPS;
export const FRONTENDS = ['frontend-1', 'frontend-2'] as const;
export type FrontendName = (typeof FRONTENDS)[number];

export interface WorldAttempt {
  webapp: WebappName;
  status: number;
  ms: number;
  /** What that webapp wrote, if it wrote anything. */
  version: string;
  logged: boolean;
}

export interface WorldRequest {
  n: number;
  id: string;
  /** Begin and end, ms. */
  t: number;
  end: number;
  method: string;
  path: string;
  frontend: FrontendName;
  attempts: WorldAttempt[];
  status: number;
}

export interface WorldProbe {
  t: number;
  frontend: FrontendName;
  status: number;
}

export interface World {
  requests: WorldRequest[];
  probes: WorldProbe[];
  /** The balancer's own account, by HAProxy's counter. */
  words: { t: number; frontend: FrontendName; up: boolean }[];
  /** nginx's "temporarily disabled". */
  disabled: { t: number; frontend: FrontendName; webapp: WebappName }[];
  silent: { webapp: WebappName; from: number; to: number };
  deployAt: number;
}

const at = (minutes: number, seconds = 0) => START + minutes * 60_000 + seconds * 1000;

export const WEB3_BROKEN = { from: at(7, 2), to: at(7, 41) };
export const BOTH_DOWN = { from: at(15, 4), to: at(17, 44) };
const SLOW = { from: at(7, 45), to: at(21) };
const SILENT = { from: at(24), to: at(26) };
const DEPLOY = at(21);
const inside = (t: number, { from, to }: { from: number; to: number }) => from <= t && t < to;

/** Mulberry32: small, and the same everywhere. */
function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let x = Math.imul(a ^ (a >>> 15), 1 | a);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ROUTES = [
  ['GET', '/', 0.25],
  ['GET', '/products', 0.2],
  ['GET', '/products/', 0.25],
  ['POST', '/cart', 0.15],
  ['POST', '/checkout', 0.1],
  ['GET', '/account', 0.05],
] as const;

export function buildWorld(seed = 7): World {
  const random = randomOf(seed);
  const world: World = {
    requests: [],
    probes: [],
    words: [],
    disabled: [],
    silent: { webapp: 'web-4', ...SILENT },
    deployAt: DEPLOY,
  };
  const balancer = new Map(FRONTENDS.map((name) => [name, { health: 4, up: true, turn: 0 }]));
  const nginx = new Map(
    Object.keys(WEBAPPS).map((name) => [name as WebappName, { fails: 0, accessed: -1, checked: -1, turn: 0 }]),
  );
  const step = 1000 / PER_SECOND;
  let nextProbe = START - 60_000;
  for (let i = 0; START + i * step < END; i++) {
    const t = Math.floor(START + i * step + random() * 20);
    for (; nextProbe <= t; nextProbe += PROBE_MS) probeAll(nextProbe, world, balancer);
    world.requests.push(requestAt(i, t, world, balancer, nginx, random));
  }
  for (; nextProbe < END; nextProbe += PROBE_MS) probeAll(nextProbe, world, balancer);
  return world;
}

interface ServerState {
  health: number;
  up: boolean;
  turn: number;
}

/** HAProxy with rise 2 and fall 3: one counter from 0 to 4. Probes of frontend-2 come 3 s after those of frontend-1. */
function probeAll(base: number, world: World, balancer: Map<FrontendName, ServerState>): void {
  FRONTENDS.forEach((frontend, k) => {
    const t = base + k * 3000;
    const ok = !(frontend === 'frontend-2' && inside(t, BOTH_DOWN));
    world.probes.push({ t, frontend, status: ok ? 200 : 503 });
    const state = balancer.get(frontend)!;
    if (ok) {
      state.health = Math.min(4, state.health + 1);
      if (state.health >= 2) state.health = 4;
    } else state.health = state.health > 2 ? state.health - 1 : 0;
    const up = state.health >= 2;
    if (up !== state.up) world.words.push({ t, frontend, up });
    state.up = up;
  });
}

interface PeerState {
  fails: number;
  accessed: number;
  checked: number;
  turn: number;
}

function requestAt(
  n: number,
  t: number,
  world: World,
  balancer: Map<FrontendName, ServerState>,
  nginx: Map<WebappName, PeerState>,
  random: () => number,
): WorldRequest {
  const frontends = FRONTENDS.filter((name) => isUp(name, t, world));
  const frontend = frontends.sort((a, b) => balancer.get(a)!.turn - balancer.get(b)!.turn)[0]!;
  balancer.get(frontend)!.turn++;
  for (const name of FRONTENDS)
    balancer.get(name)!.turn = Math.max(balancer.get(name)!.turn, balancer.get(frontend)!.turn - 1);
  const [method, route] = pickRoute(random());
  const path = route === '/products/' ? `/products/${1 + Math.floor(random() * 400)}` : route;
  const attempts: WorldAttempt[] = [];
  const first = pickWebapp(frontend, t, nginx, null, random);
  attempts.push(answer(first, frontend, t, random));
  // GETs are retried on a 500 of the broken web-3; a POST is not safe to repeat.
  if (attempts[0]!.status === 500 && inside(t, WEB3_BROKEN)) {
    fail(first, frontend, t + attempts[0]!.ms, nginx, world);
    if (method === 'GET') {
      const second = pickWebapp(frontend, t, nginx, first, random);
      attempts.push(answer(second, frontend, t, random));
    }
  } else succeed(first, nginx);
  const ms = attempts.reduce((sum, one) => sum + one.ms, 0);
  return {
    n,
    id: `req-${n.toString(16).padStart(6, '0')}`,
    t,
    end: t + ms + 1,
    method,
    path,
    frontend,
    attempts,
    status: attempts.at(-1)!.status,
  };
}

/** The balancer's words are in the order of their times, but those of one sweep are known before later requests. */
function isUp(name: FrontendName, t: number, world: World): boolean {
  const last = world.words.filter((word) => word.frontend === name && word.t <= t).at(-1);
  return last ? last.up : true;
}

function pickRoute(x: number): readonly [string, string] {
  let sum = 0;
  for (const [method, route, share] of ROUTES) {
    sum += share;
    if (x < sum) return [method, route];
  }
  return ['GET', '/'];
}

/** nginx's passive rules with max_fails 3 and fail_timeout 10 s; a slow web-3 gets two of five turns. */
function pickWebapp(
  frontend: FrontendName,
  t: number,
  nginx: Map<WebappName, PeerState>,
  not: WebappName | null,
  random: () => number,
): WebappName {
  const own = (Object.keys(WEBAPPS) as WebappName[]).filter(
    (name) => WEBAPPS[name].frontend === frontend && name !== not,
  );
  const free = own.filter((name) => {
    const peer = nginx.get(name)!;
    return !(peer.fails >= 3 && t - peer.checked <= 10_000);
  });
  const choice = free.length > 0 ? free : own;
  const slow = frontend === 'frontend-2' && choice.length === 2 && inside(t, SLOW);
  // After an absence nginx tries the host at once: the one that has waited longest comes first.
  const waiting = choice.find((name) => nginx.get(name)!.fails >= 3);
  const picked =
    waiting ??
    (slow
      ? random() < 0.4
        ? 'web-3'
        : 'web-4'
      : [...choice].sort((a, b) => nginx.get(a)!.turn - nginx.get(b)!.turn)[0]!);
  const peer = nginx.get(picked)!;
  peer.turn = Math.max(peer.turn, ...own.map((name) => nginx.get(name)!.turn - 1)) + 1;
  if (t - peer.checked > 10_000) peer.checked = t;
  return picked;
}

function fail(
  webapp: WebappName,
  frontend: FrontendName,
  t: number,
  nginx: Map<WebappName, PeerState>,
  world: World,
): void {
  const peer = nginx.get(webapp)!;
  peer.fails++;
  peer.accessed = t;
  peer.checked = t;
  if (peer.fails >= 3) world.disabled.push({ t, frontend, webapp });
}

function succeed(webapp: WebappName, nginx: Map<WebappName, PeerState>): void {
  const peer = nginx.get(webapp)!;
  if (peer.accessed < peer.checked) peer.fails = 0;
}

function answer(webapp: WebappName, frontend: FrontendName, t: number, random: () => number): WorldAttempt {
  const down = frontend === 'frontend-2' && inside(t, BOTH_DOWN);
  const broken = webapp === 'web-3' && inside(t, WEB3_BROKEN);
  const stray = random() < 0.0005;
  const status = down ? 503 : broken ? 500 : stray ? 500 : random() < 0.02 ? 404 : random() < 0.05 ? 304 : 200;
  const base = webapp === 'web-3' && inside(t, SLOW) ? 110 : 30;
  return {
    webapp,
    status,
    ms: Math.round(base + random() * 20),
    version: t >= DEPLOY + 5000 * Object.keys(WEBAPPS).indexOf(webapp) ? '1.5.0' : '1.4.2',
    logged: !(webapp === 'web-4' && inside(t, SILENT)),
  };
}
