/** Numbers and durations as the pages' sentences write them: English grouping, a thin unit, a true minus. */

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A fraction of 1 as a per cent with one decimal; three under 0.1 %. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 3 : 1;
  return `${minus(value.toFixed(digits))} %`;
}

/** A share of good requests: enough decimals that 99.907 does not read as 99.9. */
export function goodPercent(fraction: number): string {
  return `${(Math.floor(fraction * 100_000) / 1000).toFixed(3).replace(/\.?0+$/, '')} %`;
}

export function points(value: number): string {
  return minus(value.toFixed(1));
}

function minus(text: string): string {
  return text.replace('-', '−');
}

/** "40 s", "2 min 30 s", "1 h 05 min", "3 d 4 h"; under ten seconds one decimal, under one second milliseconds. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
  const min = Math.round(s / 60);
  if (min < 1440) return min % 60 === 0 ? `${min / 60} h` : `${Math.floor(min / 60)} h ${pad(min % 60)} min`;
  const h = Math.round(min / 60);
  return h % 24 === 0 ? `${h / 24} d` : `${Math.floor(h / 24)} d ${h % 24} h`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

export function milliseconds(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${Math.round(ms).toLocaleString('en-US')} ms`;
}

/** "1 request", "2 requests". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c". */
export function list(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Time of day in UTC, which the pages replace by the user's zone where they draw it themselves. */
export function clock(t: number): string {
  return new Date(t).toISOString().slice(11, 19);
}
