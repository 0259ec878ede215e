/** nginx access lines in the stock `combined` format, the same for every subject and every run. */
export function nginxLines(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => line(from + n));
}

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'curl/7.88.1',
];
const PATHS = [
  '/',
  '/products',
  '/products/detail',
  '/cart',
  '/checkout',
  '/static/app.js',
  '/api/v1/items',
  '/search',
];
const STATUSES = [200, 200, 200, 200, 200, 200, 304, 302, 404, 500];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function line(n: number): string {
  const random = mix(n);
  const ip = `${10 + (random % 180)}.${(random >>> 3) % 256}.${(random >>> 7) % 256}.${(random >>> 11) % 256}`;
  const path = PATHS[(random >>> 5) % PATHS.length];
  const query = random % 3 === 0 ? `?id=${n}&page=${random % 40}` : '';
  const referrer = random % 4 === 0 ? '-' : `https://www.example.com${PATHS[(random >>> 9) % PATHS.length]}`;
  const status = STATUSES[(random >>> 13) % STATUSES.length];
  const method = random % 9 === 0 ? 'POST' : 'GET';
  const agent = AGENTS[(random >>> 15) % AGENTS.length];
  return `${ip} - - [${stamp(new Date())}] "${method} ${path}${query} HTTP/1.1" ${status} ${random % 60_000} "${referrer}" "${agent}"`;
}

function stamp(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

function mix(n: number): number {
  let h = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The lines as an agent forwards them (docs/architecture.md, "Wire, agent to server"). */
export function agentLines(lines: readonly string[], run: string): string[] {
  const time = new Date().toISOString();
  let offset = 0;
  return lines.map((text, n) => {
    const at = offset;
    offset += text.length + 1;
    const data = `[rota@32473 dataset="nginx.access" file="/var/log/nginx/access.log" offset="${at}" id="${run}-${n}"]`;
    return `<182>1 ${time} frontend-1 nginx - - ${data} ${text}`;
  });
}

/** The same, octet-counted for TCP. */
export function agentFrames(lines: readonly string[], run: string): Buffer {
  return Buffer.from(
    agentLines(lines, run)
      .map((message) => `${Buffer.byteLength(message)} ${message}`)
      .join(''),
  );
}
