import { agreed, quotedTexts } from '../candidates';
import type { DeclaredValues } from '../declared/values';

/** `[<start>] "`, which no visitor can write. */
const HEAD = /^\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\] "/;
/** Status, flags, (Istio: details and a failure's text,) bytes from and to the client, milliseconds, those of the upstream. */
const MIDDLE = /" (\d{1,3}) (?:-|[A-Z][\w,]*) (?:\S+ \S+ "[^"]*" )?(\d+) (\d+) (\d+) (?:\d+|-) "/g;
const MIDDLE_NAMES = ['status', 'request_bytes', 'body_bytes', 'milliseconds'] as const;
/** The upstream's address; Istio adds cluster, its own and the client's addresses, server name and route. */
const END = /" "([^"\s]*)"(?: (\S+) (\S+) (\S+) (\S+) (\S+) (\S+))?\s*$/;

/**
 * Envoy's default access log, and Istio's. It writes no client, only headers: X-Forwarded-For and X-Request-Id may be the visitor's
 * words. Quotes are not escaped.
 */
export function splitEnvoyAccess(text: string): DeclaredValues | undefined {
  const head = HEAD.exec(text);
  const end = head ? END.exec(text) : null;
  if (!head || !end) return undefined;
  const middles = [...text.matchAll(MIDDLE)].filter(({ index }) => index < end.index);
  const [first] = middles;
  if (!first) return undefined;
  const [, time = ''] = head;
  const [, upstream = '', cluster, , , client] = end;
  const values: DeclaredValues['values'] = { time_iso: time, ...agreed(middles, MIDDLE_NAMES) };
  const named: Record<string, string> = {};
  if (middles.length === 1) {
    values.request = text.slice(head[0].length, first.index);
    const headers = text.slice(first.index + first[0].length, end.index);
    Object.assign(values, quotedTexts(headers, ['forwarded_for', 'agent', undefined, 'domain']));
    const id = headers.split('" "').length === 4 ? headers.split('" "')[2] : undefined;
    if (id !== undefined && id !== '' && id !== '-') named['x_request_id'] = id;
  }
  if (upstream !== '' && upstream !== '-') Object.assign(values, { server: upstream, upstream_addresses: upstream });
  if (cluster !== undefined && cluster !== '-') values.backend = cluster;
  if (client !== undefined && client !== '-') values.client = client;
  return { values, named, logsAgent: true };
}
