/** Numbers as an operator reads them: thousands apart, a true minus, the unit always there. */
const MINUS = '\u2212';
const NARROW = '\u202f';

export function formatCount(n: number): string {
  return Math.round(n).toLocaleString('en-US').replace('-', MINUS);
}

/** A rate or a small number with at most one decimal. */
export function formatRate(n: number): string {
  if (n === 0) return '0';
  if (Math.abs(n) >= 100) return formatCount(n);
  return n.toLocaleString('en-US', { maximumFractionDigits: Math.abs(n) < 1 ? 2 : 1 }).replace('-', MINUS);
}

/** A fraction of 1 in per cent: one decimal, two under 1 %, three under 0.1 %. */
export function formatPercent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return '–';
  const percent = share * 100;
  const size = Math.abs(percent);
  const digits = size === 0 || size >= 99.95 ? 0 : size < 0.1 ? 3 : size < 1 ? 2 : 1;
  return `${percent.toFixed(digits).replace('-', MINUS)}${NARROW}%`;
}

/** A good share near 1: as many nines as are there. */
export function formatGoodShare(share: number | null): string {
  if (share === null) return '–';
  return share === 1 ? `100${NARROW}%` : `${(Math.floor(share * 100_000) / 1000).toFixed(3)}${NARROW}%`;
}

/** A deviation in percentage points, signed. */
export function formatPoints(points: number): string {
  const text = Math.abs(points).toFixed(1);
  if (text === '0.0') return '0.0';
  return `${points > 0 ? '+' : MINUS}${text}`;
}

export function formatMs(ms: number | null): string {
  if (ms === null) return '–';
  if (ms === 0) return '0 ms';
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  if (ms < 10_000) return `${formatCount(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** "40 s", "2 min 30 s", "1 h 05 min". */
export function formatSpan(ms: number): string {
  const s = Math.round(ms / 1000);
  if (ms > 0 && ms < 1000) return `${Math.round(ms)} ms`;
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min ${pad(s % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

/** "1 host", "4 hosts". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}
