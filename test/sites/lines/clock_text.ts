const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** One second as programs write it; all hosts are in UTC. */
interface Second {
  /** `2026-11-26T10:00:00` */
  iso: string;
  /** `26/Nov/2026:10:00:00` */
  clf: string;
  /** `2026/11/26 10:00:00` */
  slashed: string;
}

/** Lines of a second follow each other, by several clocks: the last seconds are kept. */
const known = new Map<number, Second>();
const KEPT = 1000;

/** A clock's reading in access lines. */
export function clfTime(ms: number): string {
  return `${secondOf(ms).clf} +0000`;
}

/** HAProxy's `[26/Nov/2026:10:00:00.123]`, without the brackets. */
export function haproxyTime(ms: number): string {
  return `${secondOf(ms).clf}.${thousandths(ms)}`;
}

/** nginx's error log: `2026/11/26 10:00:00`. */
export function errorLogTime(ms: number): string {
  return secondOf(ms).slashed;
}

/** RFC 3339 in microseconds, as rsyslog and HAProxy's RFC 5424 have it. */
export function rfc3339(ms: number): string {
  return `${secondOf(ms).iso}.${thousandths(ms)}000+00:00`;
}

/** RFC 3339 of what came with whole seconds. */
export function rfc3339Seconds(ms: number): string {
  return `${secondOf(ms).iso}+00:00`;
}

export function isoTime(ms: number): string {
  return `${secondOf(ms).iso}.${thousandths(ms)}Z`;
}

/** Seconds since 1970 with three places, nginx's `$msec` and HAProxy's `%Ts.%ms`. */
export function epochSeconds(ms: number): string {
  return `${Math.floor(ms / 1000)}.${thousandths(ms)}`;
}

/** A duration in seconds with three places, nginx's `$request_time`. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function thousandths(ms: number): string {
  const rest = ms % 1000;
  return rest > 99 ? String(rest) : rest > 9 ? `0${rest}` : `00${rest}`;
}

function secondOf(ms: number): Second {
  const wanted = Math.floor(ms / 1000);
  const found = known.get(wanted);
  if (found) return found;
  const iso = new Date(wanted * 1000).toISOString().slice(0, 19);
  const time = iso.slice(11);
  const second = {
    iso,
    clf: `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${time}`,
    slashed: `${iso.slice(0, 10).replaceAll('-', '/')} ${time}`,
  };
  if (known.size >= KEPT) known.delete(known.keys().next().value as number);
  known.set(wanted, second);
  return second;
}
