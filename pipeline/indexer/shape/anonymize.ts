import type { Json, JsonObject, Shaped } from './shaped';

/** Four dotted numbers or more: an IPv4 address, also inside something longer. Versions look the same and are masked too. */
const IPV4 = /(?<![0-9])[0-9]{1,3}(?:\.[0-9]{1,3}){2}(?:\.[0-9]+)+/g;
/** Hexadecimal groups between colons, the last perhaps IPv4 or a port. Takes all digits that follow: a rest would be an address again. */
const COLONS = /(?<![0-9A-Za-z])[0-9A-Fa-f]{0,4}(?::(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]*)){2,}/g;

/**
 * The text with every address in it shortened to its network: the last octet of IPv4 and the last 80 bits of IPv6 become 0.
 * Finds addresses wherever they stand (`client=203.0.113.9:443`, `[2001:db8::7]`); not what is encoded (`%3A`, `cb007109`) or a
 * host's name that was made from one. Rather masks too much than too little: a time is told from an address, `a::b` is not.
 */
export function maskAddresses(text: string): string {
  const masked = text.includes('.') ? text.replace(IPV4, maskIpv4) : text;
  return masked.includes(':') ? masked.replace(COLONS, maskIpv6) : masked;
}

function maskIpv4(found: string): string {
  return found
    .split('.')
    .map((octet, at) => (at < 3 ? octet : '0'))
    .join('.');
}

function maskIpv6(found: string): string {
  // Its IPv4 part is masked already.
  if (/^::ffff:\d+\./i.test(found)) return found;
  const groups = found.split(':');
  if (!found.includes('::') && groups.length < 8) return found;
  const empty = groups.indexOf('', 1);
  const kept = groups.slice(0, Math.min(3, empty === -1 ? 3 : empty));
  return `${kept.join(':')}::`;
}

/** The bytes with every address in them shortened. */
export function maskBytes(bytes: Buffer): Buffer {
  return Buffer.from(maskAddresses(bytes.toString('latin1')), 'latin1');
}

/** What names the site's own machines and programs, and how the pages find them; it is no visitor's address. */
const OWN = new Set([
  '@timestamp',
  'agent',
  'data_stream',
  'ecs',
  'event.id',
  'host',
  'log.file',
  'log.source',
  'log.syslog.hostname',
  'observer',
  'process',
  'rota.attempts',
  'rota.health',
  'rota.pool',
  'rota.rsyslog',
  'rota.upstream',
  'server',
  'service',
]);

/** Shortens every address in a document's texts, but for the site's own; in a dead letter, in all of its bytes. */
export function anonymize(shaped: Shaped): void {
  if (shaped.kind === 'document') {
    anonymizeMembers(shaped.doc, '');
    return;
  }
  shaped.raw = maskBytes(shaped.raw);
  shaped.reason = maskAddresses(shaped.reason);
}

function anonymizeMembers(object: JsonObject, prefix: string): void {
  for (const name of Object.keys(object)) {
    const path = prefix + name;
    if (!OWN.has(path)) object[name] = anonymizeValue(object[name] as Json, path);
  }
}

function anonymizeValue(value: Json, path: string): Json {
  if (typeof value === 'string') return maskAddresses(value);
  if (Array.isArray(value)) return value.map((one) => anonymizeValue(one, path));
  if (typeof value === 'object' && value !== null) anonymizeMembers(value, `${path}.`);
  return value;
}
