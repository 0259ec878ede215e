import { isIP } from 'node:net';

/** One hop as a proxy wrote it down: the address it was called from. */
export interface Hop {
  /** An IP address, or what stood there instead (`unknown`, `_hidden`, a name). */
  address: string;
  port?: number;
}

/** What a `Forwarded` element says besides the address. */
export interface ForwardedHop extends Hop {
  proto?: string;
  host?: string;
}

/** Hops beyond this many (counted from the nearest proxy) are not read. */
export const MAX_HOPS = 64;

/** Reads `X-Forwarded-For`: leftmost the client, rightmost whom the nearest proxy was called by. Never throws. */
export function parseXForwardedFor(value: string): Hop[] {
  return value
    .split(',')
    .slice(-MAX_HOPS)
    .map((part) => parseNode(part.trim()));
}

const PAIR = /\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~0-9A-Za-z:[\]-]*))\s*/y;

/**
 * Reads `Forwarded` (RFC 7239, section 4). A header that does not parse gives no hops at all: half-read, it could name
 * the wrong client.
 */
export function parseForwarded(value: string): ForwardedHop[] {
  const hops: ForwardedHop[] = [];
  let at = 0;
  let pairs: Record<string, string> = Object.create(null);
  for (;;) {
    PAIR.lastIndex = at;
    const match = PAIR.exec(value);
    if (match) {
      at = PAIR.lastIndex;
      const name = (match[1] as string).toLowerCase();
      if (name in pairs) return [];
      pairs[name] = match[2] === undefined ? (match[3] ?? '') : match[2].replace(/\\(.)/g, '$1');
    } else {
      while (value[at] === ' ' || value[at] === '\t') at++;
    }
    const next = value[at++];
    if (next === ';') continue;
    if (next !== ',' && next !== undefined) return [];
    if (Object.keys(pairs).length > 0) hops.push(toHop(pairs));
    if (next === undefined) return hops.slice(-MAX_HOPS);
    pairs = Object.create(null);
  }
}

function toHop(pairs: Record<string, string>): ForwardedHop {
  const hop: ForwardedHop = parseNode(pairs['for'] ?? 'unknown');
  if (pairs['proto'] !== undefined) hop.proto = pairs['proto'];
  if (pairs['host'] !== undefined) hop.host = pairs['host'];
  return hop;
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`, `unknown`, `_name`. */
function parseNode(node: string): Hop {
  if (isIP(node)) return { address: plainAddress(node) };
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(node);
  const address = match?.[1] ?? match?.[2];
  if (!address || !isIP(address)) return { address: node.slice(0, 255) };
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  return port === undefined || port > 65535
    ? { address: plainAddress(address) }
    : { address: plainAddress(address), port };
}

/** An IPv4 address that stands in an IPv6 one (`::ffff:0:0/96`), however that is spelled, as plain IPv4; else as it is. */
export function plainAddress(address: string): string {
  const groups = address.includes(':') ? groupsOf(address) : undefined;
  if (groups === undefined || groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return address;
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of an IPv6 address; undefined for what is none. */
function groupsOf(address: string): number[] | undefined {
  if (isIP(address) !== 6) return undefined;
  const [plain = ''] = address.split('%');
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const hex = (a: unknown, b: unknown) => ((Number(a) << 8) | Number(b)).toString(16);
  const text = dotted === null ? plain : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  if (tail === undefined) return parse(head);
  const [before, after] = [parse(head), parse(tail)];
  return [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
}
