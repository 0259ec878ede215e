import { isIP } from 'node:net';
import { anonymous, given } from './http_fields';
import type { ShapeSettings } from './settings';

/** The first address of an X-Forwarded-For list, for `network.forwarded_ip`; anyone may have written it. */
export function forwardedIp(list: string | undefined, settings: ShapeSettings): string | undefined {
  const first = given(list)?.split(',')[0]?.trim();
  return first !== undefined && isIP(first) !== 0 ? anonymous(first, settings) : undefined;
}
