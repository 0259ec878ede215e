import { BlockList, isIP } from 'node:net';
import { PROBES } from '../../../common/probes';
import { list, requireAddress } from './setting_values';

/** How a balancer's probe is told from a visitor's request. */
export interface HealthRules {
  /**
   * A probe's User-Agent contains one of these, whatever it asks for. Anyone can write that, so it counts only from `sources`, or from
   * a balancer that the table of senders names.
   */
  agents: readonly string[];
  /** Without a User-Agent (Octavia's probes) path, method and source must all fit, and nothing but a frontend may have forwarded it. */
  paths: ReadonlySet<string>;
  methods: ReadonlySet<string>;
  /** Where probes come from; undefined: not said, which is any address for those without a User-Agent, and none for the others. */
  sources: BlockList | undefined;
}

export interface Asked {
  method: string | undefined;
  path: string | undefined;
  agent: string | undefined;
  /** Who asked, as far as no visitor can have written it; undefined: not known. */
  address: string | undefined;
  /** A proxy before this tier's own sent it on: a probe comes from the monitor itself. */
  forwarded: boolean;
}

/** Settings `ROTA_HEALTH_AGENTS`, `ROTA_HEALTH_PATHS`, `ROTA_HEALTH_METHODS`, `ROTA_HEALTH_SOURCES`: comma lists. */
export function parseHealthRules(env: Readonly<Record<string, string | undefined>>): HealthRules {
  const sources = list(env['ROTA_HEALTH_SOURCES']);
  const said = (name: string, otherwise: readonly string[]) => {
    const text = env[name];
    return text === undefined ? otherwise : list(text);
  };
  return {
    agents: said('ROTA_HEALTH_AGENTS', PROBES.agents),
    paths: new Set(said('ROTA_HEALTH_PATHS', PROBES.paths)),
    methods: new Set(said('ROTA_HEALTH_METHODS', PROBES.methods)),
    sources: sources.length > 0 ? blockList(sources) : undefined,
  };
}

/** @param isBalancer whether an address is a balancer's own */
export function isHealthCheck(
  asked: Asked,
  rules: HealthRules,
  isBalancer: (address: string) => boolean = () => false,
): boolean {
  const { agent, address } = asked;
  if (agent !== undefined) {
    if (address === undefined || !rules.agents.some((one) => agent.includes(one))) return false;
    return isAmong(rules.sources, address) || isBalancer(address);
  }
  if (asked.forwarded || asked.path === undefined || !rules.paths.has(asked.path)) return false;
  if (asked.method === undefined || !rules.methods.has(asked.method)) return false;
  return rules.sources === undefined || isAmong(rules.sources, address);
}

function isAmong(sources: BlockList | undefined, address: string | undefined): boolean {
  const family = address === undefined ? 0 : isIP(address);
  return family !== 0 && sources?.check(address as string, family === 6 ? 'ipv6' : 'ipv4') === true;
}

function blockList(networks: readonly string[]): BlockList {
  const found = new BlockList();
  for (const network of networks) {
    requireAddress('ROTA_HEALTH_SOURCES', network);
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) found.addAddress(address, family);
    else found.addSubnet(address, Number(bits), family);
  }
  return found;
}
