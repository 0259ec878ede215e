import { isIP } from 'node:net';
import { given } from './http_fields';

/** An entry of an X-Forwarded-For list without the port that some proxies write: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
export function hopAddress(entry: string): string {
  const text = entry.trim();
  const found = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(text);
  return found?.[1] ?? found?.[2] ?? text;
}

/** Whether each entry is an address, with or without a port. */
export function isHopList(list: string): boolean {
  return list.split(',').every((entry) => isIP(hopAddress(entry)) !== 0);
}

/** The first address of an X-Forwarded-For list, for `network.forwarded_ip`; anyone may have written it. */
export function forwardedIp(list: string | undefined): string | undefined {
  const first = given(list)?.split(',')[0];
  const address = first === undefined ? '' : hopAddress(first);
  return isIP(address) === 0 ? undefined : address;
}
