import { describe, expect, it } from 'vitest';
import { clock, Scene } from './scene_for_tests';
import type { Site } from './site';

/** Situations of each kind of site, beside those of test/fixtures/answers; what is right was reasoned out by hand. */
const WHOLE = { from: '10:00', to: '11:00' };

const events = ({ events: all }: Site) =>
  all.map(({ kind, hosts, since, until }) => [kind, hosts.join(), clock(since), clock(until)]);
const dues = ({ dues: all }: Site, tier: 'frontend' | 'webapp') => {
  const own = all.filter(({ place }) => place.tier === tier);
  const sum = own.reduce((total, { due }) => total + due, 0);
  const hosts = new Map<string, number>();
  for (const { place, due } of own) hosts.set(place.host, (hosts.get(place.host) ?? 0) + due / sum);
  return Object.fromEntries(
    [...hosts].map(([host, due]) => [host, Math.round(due * 100) / 100]).filter(([, due]) => due !== 0),
  );
};
const hosts = (site: Site, tier: 'frontend' | 'webapp') => Object.keys(dues(site, tier)).sort();

/** edge-1 in front of webapps by their addresses, each writing its own lines. */
function behindEdge(paces: Record<string, { from: string; to: string; every: number }[]>): Scene {
  const scene = new Scene().wrote('frontend', 'edge-1', WHOLE);
  Object.entries(paces).forEach(([host, all], i) => {
    for (const pace of all) {
      scene.proxied('edge-1', `10.0.0.${i + 1}:3000`, pace);
      scene.wrote('webapp', host, pace, { address: `10.0.0.${i + 1}`, port: 3000 });
    }
  });
  return scene;
}

describe('membership in time', () => {
  it('owes nothing to a webapp after it was scaled in', () => {
    const site = behindEdge({
      'web-1': [{ ...WHOLE, every: 2 }],
      'web-2': [{ from: '10:00', to: '10:20', every: 2 }],
    }).site();
    expect(dues(site, 'webapp')).toEqual({ 'web-1': 0.75, 'web-2': 0.25 });
    expect(events(site)).toEqual([]);
  });

  it('owes nothing between two times in which a webapp was there', () => {
    const site = behindEdge({
      'web-1': [{ ...WHOLE, every: 2 }],
      'web-2': [
        { from: '10:00', to: '10:15', every: 2 },
        { from: '10:45', to: '11:00', every: 2 },
      ],
    }).site();
    expect(dues(site, 'webapp')['web-2']).toBeCloseTo(0.33, 1);
    expect(site.memberships.get(site.webapps.places.find(({ host }) => host === 'web-2')!.id)!.spans).toHaveLength(2);
    expect(events(site)).toEqual([]);
  });

  it('owes a webapp its share that gets too few all along', () => {
    const site = behindEdge({ 'web-1': [{ ...WHOLE, every: 2 }], 'web-2': [{ ...WHOLE, every: 10 }] }).site();
    expect(dues(site, 'webapp')).toEqual({ 'web-1': 0.5, 'web-2': 0.5 });
  });
});

describe('backups, weights, drains', () => {
  const failover = (scene: Scene) =>
    scene
      .balanced('lb-1', 'be', 'f1', { from: '10:00', to: '10:20' })
      .balanced('lb-1', 'be', 'f9', { from: '10:20', to: '10:40' })
      .balanced('lb-1', 'be', 'f1', { from: '10:40', to: '11:00' })
      .word('10:20', 'lb-1', 'be', 'f1', 'down')
      .word('10:40', 'lb-1', 'be', 'f1', 'up');

  it('owes a backup the turns of the time in which nobody else could serve', () => {
    const site = failover(new Scene().word('09:30', 'lb-1', 'be', 'f9', 'up', true)).site();
    expect(dues(site, 'frontend')).toEqual({ f1: 0.67, f9: 0.33 });
  });

  it('tells a backup by what it did, where HAProxy does not say so', () => {
    const site = failover(new Scene()).probed('10.0.0.1', '/', 'f9', WHOLE).site();
    expect(site.dues.find(({ place }) => place.host === 'f9')!.backup || dues(site, 'frontend')['f9'] === 0.33).toBe(
      true,
    );
  });

  it('owes nothing in maintenance, and calls it no failure', () => {
    const site = new Scene()
      .balanced('lb-1', 'be', 'f1', WHOLE)
      .balanced('lb-1', 'be', 'f2', { from: '10:30', to: '11:00' })
      .word('09:50', 'lb-1', 'be', 'f2', 'maintenance')
      .word('10:30', 'lb-1', 'be', 'f2', 'up')
      .site();
    expect(dues(site, 'frontend')).toEqual({ f1: 0.67, f2: 0.33 });
    expect(events(site)).toEqual([['drained', 'f2', '09:50:00', '10:30:00']]);
  });

  it('weights count by place, where they are set', () => {
    const scene = behindEdge({ 'web-1': [{ ...WHOLE, every: 1 }], 'web-2': [{ ...WHOLE, every: 2 }] });
    expect(dues(scene.site({ weights: { '10.0.0.1:3000': 2 } }), 'webapp')).toEqual({ 'web-1': 0.67, 'web-2': 0.33 });
  });
});

describe('places and hosts', () => {
  it('one dead port of two is half a host', () => {
    const scene = new Scene().wrote('frontend', 'edge-1', WHOLE);
    for (const port of [3001, 3002]) scene.wrote('webapp', 'web-1', WHOLE, { address: '10.0.0.1', port });
    scene.wrote('webapp', 'web-2', WHOLE, { address: '10.0.0.2', port: 3001 });
    scene.proxied('edge-1', '10.0.0.1:3001', { ...WHOLE, every: 2 });
    scene.proxied('edge-1', '10.0.0.2:3001', { ...WHOLE, every: 2 });
    scene.proxied('edge-1', '10.0.0.1:3002', { from: '10:00', to: '10:30', every: 2 });
    const tries = Array.from({ length: 181 }, (_, i) => clock(Date.parse('2026-11-26T10:30:00Z') + i * 10_000)!);
    const site = scene.gaveUp('edge-1', '10.0.0.1:3002', ...tries).site();
    const due = dues(site, 'webapp');
    expect(due['web-1']).toBeCloseTo(0.6, 1);
    expect(due['web-2']).toBeCloseTo(0.4, 1);
    expect(events(site)).toEqual([['ejected_passive', 'web-1', '10:30:00', null]]);
  });

  it('a host in two pools is owed in each by itself', () => {
    const scene = new Scene()
      .wrote('frontend', 'edge-1', WHOLE)
      .wrote('webapp', 'web-1', WHOLE, { address: '10.0.0.1', port: 3000 });
    scene.proxied('edge-1', '10.0.0.1:3000', { ...WHOLE, every: 1 }, 'shop');
    scene.proxied('edge-1', '10.0.0.1:3000', { ...WHOLE, every: 9 }, 'blog');
    scene.proxied('edge-1', '10.0.0.2:3000', { ...WHOLE, every: 9 }, 'blog');
    const site = scene.site();
    const blog = site.dues.filter(({ place }) => place.pool === 'blog');
    expect(blog.map(({ due }) => Math.round(due))).toEqual([400, 400]);
  });
});

describe('address → host in time', () => {
  it('a unix socket is the frontend’s own machine', () => {
    const scene = new Scene();
    for (const node of ['node-1', 'node-2']) {
      scene.wrote('frontend', node, WHOLE).wrote('webapp', node, WHOLE).proxied(node, 'unix:/run/app.sock', WHOLE);
    }
    const site = scene.site();
    expect(site.webapps.places.map(({ teller, host }) => [teller, host])).toEqual([
      ['node-1', 'node-1'],
      ['node-2', 'node-2'],
    ]);
  });

  it('request ids tell what no address does: containers behind a network of their own', () => {
    const scene = new Scene().wrote('frontend', 'edge-1', WHOLE);
    scene
      .proxied('edge-1', '172.18.0.5:3000', WHOLE)
      .wrote('webapp', 'shop-7f9c', WHOLE, { address: '0.0.0.0', port: 3000 });
    scene.sharesId('edge-1', 'app', '172.18.0.5:3000', 'shop-7f9c', 'webapp', '10:01', '10:59');
    const site = scene.site();
    expect(site.webapps.places).toMatchObject([
      { host: 'shop-7f9c', join: { kind: 'request_id', certainty: 'proven' } },
    ]);
  });

  it('ids that lead to hosts by turns tell a service address', () => {
    const scene = new Scene().wrote('frontend', 'edge-1', WHOLE).proxied('edge-1', '10.96.0.10:80', WHOLE);
    scene.wrote('webapp', 'pod-1', { ...WHOLE, every: 2 }).wrote('webapp', 'pod-2', { ...WHOLE, every: 2 });
    for (const [i, time] of ['10:01', '10:02', '10:58', '10:59'].entries()) {
      scene.sharesId('edge-1', 'app', '10.96.0.10:80', `pod-${(i % 2) + 1}`, 'webapp', time);
    }
    expect(hosts(scene.site(), 'webapp')).toEqual(['pod-1', 'pod-2']);
  });
});

describe('names of one host', () => {
  it('an id that both logged outweighs an equal name', () => {
    const scene = new Scene()
      .balanced('lb-1', 'be', 'web-1', WHOLE)
      .wrote('frontend', 'edge-a', WHOLE)
      .wrote('frontend', 'web-1', { ...WHOLE, every: 600 });
    scene.sharesId('lb-1', 'be', 'web-1', 'edge-a', 'frontend', '10:01', '10:50');
    expect(hosts(scene.site(), 'frontend')).toEqual(['edge-a']);
  });

  it('a declaration joins what nothing else does', () => {
    const scene = new Scene().balanced('lb-1', 'be', 'srv1', WHOLE).wrote('frontend', 'edge-a', WHOLE);
    expect(hosts(scene.site({ hosts: { srv1: 'edge-a' } }), 'frontend')).toEqual(['edge-a']);
  });

  it('a balancer before webapps alone has no frontends', () => {
    const scene = new Scene();
    for (const name of ['web-1', 'web-2']) scene.balanced('lb-1', 'be', name, WHOLE).wrote('webapp', name, WHOLE);
    const site = scene.site();
    expect(site.frontends.places).toEqual([]);
    expect(dues(site, 'webapp')).toEqual({ 'web-1': 0.5, 'web-2': 0.5 });
    expect(events(site)).toEqual([]);
  });
});

describe('silence, and what is none', () => {
  it('of a webapp that wrote and stopped, while its frontend went on giving it turns', () => {
    const scene = new Scene().wrote('frontend', 'edge-1', WHOLE).proxied('edge-1', '10.0.0.1:3000', WHOLE);
    scene.wrote('webapp', 'web-1', { from: '10:00', to: '10:40' }, { address: '10.0.0.1', port: 3000 });
    expect(events(scene.site())).toEqual([['silent', 'web-1', '10:39:59', null]]);
  });

  it('of one that wrote only before the range: still silent', () => {
    const scene = new Scene().wrote('frontend', 'edge-1', WHOLE).proxied('edge-1', '10.0.0.1:3000', WHOLE);
    scene.wrote('webapp', 'web-1', { from: '09:10', to: '09:40' }, { address: '10.0.0.1', port: 3000 });
    expect(events(scene.site())).toEqual([['silent', 'web-1', '10:00:00', null]]);
  });

  it('not of a trickle that pauses', () => {
    const scene = new Scene().wrote('frontend', 'edge-1', WHOLE);
    scene.wrote('frontend', 'edge-2', { from: '10:00', to: '10:55', every: 240 });
    expect(events(scene.site())).toEqual([]);
  });

  it('not of a frontend whose successor began when it ended', () => {
    const scene = new Scene().wrote('frontend', 'edge-1', WHOLE);
    scene
      .wrote('frontend', 'edge-2a', { from: '10:00', to: '10:30' })
      .wrote('frontend', 'edge-2b', { from: '10:30', to: '11:00' });
    expect(events(scene.site())).toEqual([]);
  });

  it('of everybody at once is told once, as that', () => {
    const scene = new Scene();
    for (const edge of ['edge-1', 'edge-2']) scene.wrote('frontend', edge, { from: '10:00', to: '10:50' });
    expect(events(scene.site())).toEqual([['all_silent', '', '10:49:59', null]]);
  });
});

describe('monitors', () => {
  const pair = (f1: (scene: Scene) => Scene) =>
    f1(new Scene().wrote('frontend', 'f2', WHOLE).probed('10.0.0.11', '/healthz', 'f2', { ...WHOLE, every: 2 }));

  it('a watcher of unknown agent that fails while users are served ejects nobody', () => {
    const site = pair((scene) =>
      scene
        .wrote('frontend', 'f1', WHOLE)
        .probed('10.0.0.11', '/healthz', 'f1', { ...WHOLE, every: 2 })
        .probed('198.51.100.7', '/admin', 'f1', { ...WHOLE, every: 20, failed: true }, 'curl/8'),
    ).site();
    expect(events(site)).toEqual([]);
    expect(site.states.monitors.find(({ source }) => source === '198.51.100.7')!.foreign).toBe('turns');
  });

  it('a foreign monitor that passes has no veto', () => {
    const site = pair((scene) =>
      scene
        .wrote('frontend', 'f1', { from: '10:00', to: '10:05' })
        .wrote('frontend', 'f1', { from: '10:10', to: '11:00' })
        .probed('10.0.0.11', '/healthz', 'f1', { from: '10:00', to: '10:05', every: 2 })
        .probed('10.0.0.11', '/healthz', 'f1', { from: '10:05', to: '10:10', every: 2, failed: true })
        .probed('10.0.0.11', '/healthz', 'f1', { from: '10:10', to: '11:00', every: 2 })
        .probed('198.51.100.7', '/', 'f1', { ...WHOLE, every: 20 }, 'UptimeRobot/2.0'),
    ).site();
    expect(events(site)).toEqual([['ejected', 'f1', '10:05:04', '10:10:02']]);
  });
});

describe('a balancer’s words against its turns', () => {
  it('hold for one backend of two', () => {
    const scene = new Scene()
      .balanced('lb-1', 'api', 'n1', { from: '10:00', to: '10:30' })
      .balanced('lb-1', 'web', 'n1', WHOLE);
    scene
      .balanced('lb-1', 'api', 'n2', WHOLE)
      .balanced('lb-1', 'web', 'n2', WHOLE)
      .wrote('frontend', 'n1', WHOLE)
      .wrote('frontend', 'n2', WHOLE);
    const site = scene.word('10:30', 'lb-1', 'api', 'n1', 'down').site();
    const out = site.states.outs.map(({ place, from, to }) => [JSON.parse(place)[2], clock(from), clock(to)]);
    expect(out).toEqual([['api', '10:30:00', null]]);
  });

  it('a stray turn of a kept session does not bring a server back', () => {
    const scene = new Scene()
      .balanced('lb-1', 'be', 'f1', WHOLE)
      .balanced('lb-1', 'be', 'f2', { from: '10:00', to: '10:20' });
    scene.balanced('lb-1', 'be', 'f2', { from: '10:25', to: '10:26', every: 60 });
    expect(events(scene.word('10:20', 'lb-1', 'be', 'f2', 'down').site())).toEqual([
      ['ejected', 'f2', '10:20:00', null],
    ]);
  });
});

describe('users who were hurt', () => {
  it('by a full queue are told of the balancer, each once', () => {
    const scene = new Scene().balanced('lb-1', 'be', 'f1', WHOLE);
    scene
      .balanced('lb-1', 'be', '<NOSRV>', { from: '10:20', to: '10:22', failed: true })
      .answered('lb-1', 'be', '<NOSRV>', 'Q', { from: '10:20', to: '10:22' });
    const site = scene.site();
    expect(site.events.map(({ kind, hosts: of, hurt }) => [kind, of.join(), hurt])).toEqual([['burst', 'lb-1', 120]]);
    expect(site.unexplained).toBe(0);
  });

  it('by a frontend’s webapps before its ejection are the ejection’s alone', () => {
    const scene = new Scene()
      .balanced('lb-1', 'be', 'f2', WHOLE)
      .wrote('frontend', 'f1', { from: '10:00', to: '10:11' })
      .wrote('frontend', 'f2', WHOLE);
    scene
      .balanced('lb-1', 'be', 'f1', { from: '10:00', to: '10:10' })
      .balanced('lb-1', 'be', 'f1', { from: '10:10', to: '10:11', failed: true });
    scene
      .proxied('f1', '10.0.0.1:3000', { from: '10:00', to: '10:10' })
      .proxied('f1', '10.0.0.1:3000', { from: '10:10', to: '10:11', failed: true });
    const site = scene.word('10:11', 'lb-1', 'be', 'f1', 'down').site();
    expect(site.events.map(({ kind, hosts: of, hurt }) => [kind, of.join(), hurt])).toEqual([['ejected', 'f1', 60]]);
    expect(site.unexplained).toBe(0);
  });
});

describe('deploys', () => {
  const versions = (...paces: [string, { from: string; to: string; every?: number }][]) =>
    paces.reduce((scene, [version, pace]) => scene.wrote('webapp', 'web-1', pace, { version }), new Scene()).site();

  it('a worker that answers its last requests on the old version is one', () => {
    const site = versions(['1', { from: '10:00', to: '10:21' }], ['2', { from: '10:20', to: '11:00' }]);
    expect(events(site)).toEqual([['deploy', 'web-1', '10:20:00', '10:20:00']]);
  });

  it('a canary that is taken back was none', () => {
    const site = versions(['1', WHOLE], ['2', { from: '10:20', to: '10:40', every: 5 }]);
    expect(events(site)).toEqual([]);
  });
});

describe('worker-local state, and source of counts', () => {
  it('a server that one of two workers gave up is not out', () => {
    const scene = behindEdge({
      'web-1': [{ ...WHOLE, every: 2 }],
      'web-2': [
        { from: '10:00', to: '10:20', every: 2 },
        { from: '10:20', to: '10:40', every: 6 },
        { from: '10:40', to: '11:00', every: 2 },
      ],
    });
    const times = Array.from({ length: 120 }, (_, i) => clock(Date.parse('2026-11-26T10:20:00Z') + i * 10_000)!);
    const site = scene.gaveUp('edge-1', '10.0.0.2:3000', ...times).site();
    expect(site.states.outs).toEqual([]);
    expect(site.states.workerLocal.length).toBeGreaterThan(0);
    const { due, got } = site.dues.find(({ place }) => place.host === 'web-2')!;
    expect(Math.abs(due - got) / got).toBeLessThan(0.1);
  });

  it('a second balancer that logs nothing makes the frontends’ lines count', () => {
    const scene = new Scene();
    for (const f of ['f1', 'f2'])
      scene.balanced('lb-1', 'be', f, { ...WHOLE, every: 4 }).wrote('frontend', f, { ...WHOLE, every: 2 });
    const site = scene.site();
    expect(site.frontends.source).toBe('frontends');
    expect(site.frontends.coverage).toBeCloseTo(0.5, 2);
    expect(site.entry).toBe('frontends');
  });

  it('what no line tells is not counted, and said', () => {
    const scene = new Scene().wrote('frontend', 'edge-1', WHOLE).wrote('frontend', 'edge-2', WHOLE);
    const site = scene.proxied('edge-1', '10.0.0.1:3000', WHOLE).proxied('edge-2', '', WHOLE, null).site();
    expect(site.webapps.unplaced).toEqual({ turns: 3600, tellers: ['edge-2'] });
  });
});
