import { child, put } from './document';
import { given, secondsToNs, whole } from './http_fields';
import type { JsonObject } from './shaped';

/** nginx's `$upstream_*`, as it writes them: one value, or of several attempts `502, 200`; ` : ` where another upstream follows. */
export interface Upstreams {
  addresses?: string;
  statuses?: string;
  /** Seconds with a fraction. */
  connects?: string;
  headers?: string;
  durations?: string;
}

/** `rota.upstream` (the last attempt) and, of more than one, `rota.attempts`. */
export function addAttempts(doc: JsonObject, upstreams: Upstreams, pool?: string): void {
  const attempts = readAttempts(upstreams, pool);
  const last = attempts.at(-1);
  if (last === undefined) return;
  const { n: _, ...upstream } = last;
  const rota = child(doc, 'rota');
  if (Object.keys(upstream).length > 0) rota['upstream'] = upstream;
  if (attempts.length > 1) rota['attempts'] = attempts;
}

/** Without a live server nginx logs the upstream's own name as address: then there was no attempt, and only the status says so. */
function readAttempts(upstreams: Upstreams, pool: string | undefined): JsonObject[] {
  const addresses = parts(upstreams.addresses);
  const statuses = parts(upstreams.statuses);
  const connects = parts(upstreams.connects);
  const headers = parts(upstreams.headers);
  const durations = parts(upstreams.durations);
  const count = Math.max(...[addresses, statuses, connects, headers, durations].map((list) => list.length));
  return Array.from({ length: count }, (_, index) => {
    const attempt: JsonObject = { n: index + 1 };
    if (addresses[index] !== pool) put(attempt, 'address', given(addresses[index]));
    put(attempt, 'status_code', whole(statuses[index]));
    put(attempt, 'duration', secondsToNs(durations[index]));
    put(attempt, 'connect_duration', secondsToNs(connects[index]));
    put(attempt, 'header_duration', secondsToNs(headers[index]));
    return attempt;
  });
}

function parts(text: string | undefined): string[] {
  return given(text) === undefined ? [] : (text as string).split(/, | : /);
}
