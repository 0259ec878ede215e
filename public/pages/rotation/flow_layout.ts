import type { RotationData } from '../../../common/api';

export type Flow = NonNullable<RotationData['overview']>['flow'];
type FlowNode = Flow['nodes'][number];
type FlowLink = Flow['links'][number];

export interface PlacedNode extends FlowNode {
  column: number;
  y: number;
  height: number;
}

export interface PlacedLink extends FlowLink {
  column: number;
  /** Where the ribbon leaves and arrives, and how thick it is. */
  y0: number;
  y1: number;
  height: number;
}

export interface FlowLayout {
  columns: number;
  nodes: PlacedNode[];
  links: PlacedLink[];
  height: number;
}

const TIERS = ['lb', 'frontend', 'webapp'] as const;
/** A node must hold its three lines of words. */
const MIN_NODE = 40;
const GAP = 10;
/** More hosts than this in one tier are drawn as the largest and "others". */
export const MOST_NODES = 8;

/** Places hosts by tier and ribbons between them; thickness is requests. Pure. */
export function layoutFlow(flow: Flow, height: number): FlowLayout {
  const { nodes, links } = fold(flow);
  const tiers = TIERS.filter((tier) => nodes.some((node) => node.tier === tier));
  const total = Math.max(1, ...tiers.map((tier) => sum(nodes.filter((node) => node.tier === tier))));
  const most = Math.max(1, ...tiers.map((tier) => nodes.filter((node) => node.tier === tier).length));
  const scale = (Math.max(height, most * MIN_NODE + (most - 1) * GAP) - (most - 1) * GAP) / total;
  // Small nodes keep room for their words; the bar inside stays to scale.
  const roomOf = ({ requests }: FlowNode) => Math.max(MIN_NODE, requests * scale);
  const full = Math.max(
    height,
    ...tiers.map((tier) => {
      const own = nodes.filter((node) => node.tier === tier);
      return own.reduce((n, node) => n + roomOf(node), 0) + (own.length - 1) * GAP;
    }),
  );
  const placed = tiers.flatMap((tier, column) => placeTier(orderTier(nodes, links, tier), column, scale, full, roomOf));
  return { columns: tiers.length, nodes: placed, links: placeLinks(placed, links, scale), height: full };
}

function placeTier(
  nodes: FlowNode[],
  column: number,
  scale: number,
  full: number,
  roomOf: (node: FlowNode) => number,
): PlacedNode[] {
  const rooms = nodes.map(roomOf);
  const used = rooms.reduce((a, b) => a + b, 0);
  const gap = nodes.length > 1 ? Math.max(0, (full - used) / (nodes.length - 1)) : 0;
  let y = nodes.length === 1 ? (full - rooms[0]!) / 2 : 0;
  return nodes.map((node, i) => {
    const height = node.requests * scale;
    const placed = { ...node, column, y: y + (rooms[i]! - height) / 2, height };
    y += rooms[i]! + gap;
    return placed;
  });
}

/** Webapps stand beside their frontend, so that ribbons do not cross. */
function orderTier(nodes: FlowNode[], links: FlowLink[], tier: FlowNode['tier']): FlowNode[] {
  const byName = (a: FlowNode, b: FlowNode) => a.name.localeCompare(b.name, 'en', { numeric: true });
  const isRest = ({ id }: FlowNode) => Number(id.startsWith('others:'));
  const parentOf = (node: FlowNode) =>
    links.filter(({ to }) => to === node.id).sort((a, b) => b.requests - a.requests)[0]?.from ?? '';
  return nodes
    .filter((node) => node.tier === tier)
    .sort(
      (a, b) =>
        isRest(a) - isRest(b) || parentOf(a).localeCompare(parentOf(b), 'en', { numeric: true }) || byName(a, b),
    );
}

function placeLinks(nodes: PlacedNode[], links: FlowLink[], scale: number): PlacedLink[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const out = new Map<string, number>();
  const into = new Map<string, number>();
  const sorted = [...links].sort((a, b) => (byId.get(a.to)?.y ?? 0) - (byId.get(b.to)?.y ?? 0));
  return sorted.flatMap((link): PlacedLink[] => {
    const from = byId.get(link.from);
    const to = byId.get(link.to);
    if (!from || !to) return [];
    const height = link.requests * scale;
    const y0 = from.y + (out.get(from.id) ?? 0);
    const y1 = to.y + (into.get(to.id) ?? 0);
    out.set(from.id, (out.get(from.id) ?? 0) + height);
    into.set(to.id, (into.get(to.id) ?? 0) + height);
    return [{ ...link, column: from.column, y0, y1, height }];
  });
}

/** Beyond the largest hosts of a tier the rest is one node. */
function fold(flow: Flow): Flow {
  const others = new Map<string, string>();
  const nodes = TIERS.flatMap((tier) => {
    const own = flow.nodes.filter((node) => node.tier === tier).sort((a, b) => b.requests - a.requests);
    if (own.length <= MOST_NODES) return own;
    const rest = own.slice(MOST_NODES - 1);
    const id = `others:${tier}`;
    for (const node of rest) others.set(node.id, id);
    const requests = sum(rest);
    const failed = rest.reduce((n, node) => n + node.failed, 0);
    const share = rest.reduce((n, node) => n + node.share, 0);
    const one: FlowNode = {
      id,
      tier,
      name: `${rest.length} others`,
      requests,
      share,
      failed,
      failed_share: requests ? failed / requests : 0,
    };
    return [...own.slice(0, MOST_NODES - 1), one];
  });
  const links = new Map<string, FlowLink>();
  for (const link of flow.links) {
    const from = others.get(link.from) ?? link.from;
    const to = others.get(link.to) ?? link.to;
    const key = `${from}\n${to}`;
    const known = links.get(key) ?? { from, to, requests: 0, failed: 0, retries: 0 };
    links.set(key, {
      from,
      to,
      requests: known.requests + link.requests,
      failed: known.failed + link.failed,
      retries: known.retries + link.retries,
    });
  }
  return { nodes, links: [...links.values()] };
}

function sum(nodes: readonly FlowNode[]): number {
  return nodes.reduce((n, { requests }) => n + requests, 0);
}
