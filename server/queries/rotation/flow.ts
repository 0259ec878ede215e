import type { RotationData, TierShare } from '../../../common/api';
import type { MemberTraffic, TierTraffic } from '../../../common/model/traffic';

type Flow = NonNullable<RotationData['overview']>['flow'];

/** Balancer → frontend → webapp as nodes and ribbons; a missing tier is left out. */
export function flowOf(frontend: TierTraffic, webapp: TierTraffic, balancer: string | null): Flow {
  const links: Flow['links'] = [];
  const nodes: Flow['nodes'] = [];
  const total = sum(frontend.members);
  if (balancer !== null && frontend.members.length > 0) {
    nodes.push({ id: 'lb', tier: 'lb', name: balancer, ...figures(frontend.members, total.requests) });
  }
  for (const member of frontend.members) {
    nodes.push({ id: member.host, tier: 'frontend', name: member.host, ...figures([member], total.requests) });
    if (balancer !== null) links.push({ from: 'lb', to: member.host, ...link(member) });
  }
  const turns = sum(webapp.members).requests;
  for (const [host, members] of byHost(webapp.members)) {
    nodes.push({ id: host, tier: 'webapp', name: host, ...figures(members, turns) });
    for (const member of members) if (member.by !== null) links.push({ from: member.by, to: host, ...link(member) });
  }
  return { nodes, links: links.filter(({ from }) => nodes.some(({ id }) => id === from)) };
}

function link({ requests, classes, retries }: MemberTraffic) {
  return { requests, failed: classes.s5xx, retries };
}

function byHost(members: readonly MemberTraffic[]): Map<string, MemberTraffic[]> {
  const map = new Map<string, MemberTraffic[]>();
  for (const member of members) map.set(member.host, [...(map.get(member.host) ?? []), member]);
  return map;
}

function sum(members: readonly MemberTraffic[]) {
  return {
    requests: members.reduce((total, { requests }) => total + requests, 0),
    failed: members.reduce((total, { classes }) => total + classes.s5xx, 0),
  };
}

function figures(members: readonly MemberTraffic[], of: number) {
  const { requests, failed } = sum(members);
  return {
    requests,
    share: of > 0 ? requests / of : 0,
    failed,
    failed_share: requests > 0 ? failed / requests : 0,
  };
}

/** The label of a tier: "lb-1 → frontends". */
export function tierLabel(tier: TierShare['tier'], balancers: readonly string[]): string {
  if (tier === 'webapp') return 'frontends → webapps';
  return `${balancers.length === 1 ? balancers[0] : balancers.length > 1 ? 'balancers' : 'clients'} → frontends`;
}
