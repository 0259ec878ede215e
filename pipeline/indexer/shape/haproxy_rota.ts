import { given, traceId, whole } from './http_fields';
import { epochTime } from './times';

/** What Rota's own log-format has behind HAProxy's (pipeline/haproxy/haproxy.cfg). */
export interface RotaPart {
  requestId: string | undefined;
  time: string | undefined;
  server: string | undefined;
  bytesIn: number | undefined;
  host: string | undefined;
  trace: string | undefined;
  agent: string | undefined;
}

/**
 * ` rota=<id> <s.ms> <server address> <bytes in> "<host>" "<traceparent>" "<agent>"` (haproxy.cfg); texts as in JSON. A long
 * agent is cut by the ring's `maxlen`: the rest counts all the same.
 */
export function readRota(text: string): RotaPart | undefined {
  const found = /^(\S+) (\d+\.\d+) (\S+) (\d+) (".*)$/s.exec(text);
  const texts = found ? (found[5] as string).match(/"(?:[^"\\]|\\.)*(?:"|\\?$)/gs) : null;
  if (!found || !texts) return undefined;
  const [host, traceparent, agent] = texts.map(jsonText);
  const server = found[3] as string;
  return {
    requestId: given(found[1]),
    time: epochTime(found[2] as string),
    server: /:\d+$/.test(server) && !server.startsWith('-') ? server : undefined,
    bytesIn: whole(found[4]),
    host: given(host),
    trace: traceId(traceparent),
    agent: given(agent),
  };
}

function jsonText(quoted: string): string {
  const whole = /^"(?:[^"\\]|\\.)*"$/s.test(quoted) ? quoted : `${quoted.replace(/\\(u[0-9a-fA-F]{0,3})?$/, '')}"`;
  try {
    return String(JSON.parse(whole));
  } catch {
    return whole.slice(1, -1);
  }
}
