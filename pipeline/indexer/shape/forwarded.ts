import { isIP } from 'node:net';
import { given } from './http_fields';

/** The first address of an X-Forwarded-For list, for `network.forwarded_ip`; anyone may have written it. */
export function forwardedIp(list: string | undefined): string | undefined {
  const first = given(list)?.split(',')[0]?.trim();
  return first !== undefined && isIP(first) !== 0 ? first : undefined;
}
