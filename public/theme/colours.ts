import type { Classes } from '../../common/api';

/** Colours with one meaning each. Red means 5XX (or what it did) and nothing else. */
export interface StatusColours {
  s2xx: string;
  s3xx: string;
  s4xx: string;
  s5xx: string;
  other: string;
}

/** From EUI's colour-blind palette: [0], [1], [5], [9]. */
export const STATUS_COLOURS: StatusColours = {
  s2xx: '#54b399',
  s3xx: '#6092c0',
  s4xx: '#d6bf57',
  s5xx: '#e7664c',
  other: '#98a2b3',
};

export const STATUS_LABELS: Record<keyof Classes, string> = {
  s2xx: '2XX',
  s3xx: '3XX',
  s4xx: '4XX',
  s5xx: '5XX',
  other: 'Other',
};

/** Which class a status is of; null (no answer logged) counts as other. */
export function statusClass(status: number | null): keyof Classes {
  if (status === null) return 'other';
  if (status >= 500 && status < 600) return 's5xx';
  if (status >= 400 && status < 499) return 's4xx';
  if (status >= 300 && status < 400) return 's3xx';
  if (status >= 200 && status < 300) return 's2xx';
  return 'other';
}

interface Hue {
  hue: number;
  saturation: number;
}

/** One hue a frontend; none of them is the red, green or yellow that statuses use. */
const HUES: readonly Hue[] = [
  { hue: 209, saturation: 42 },
  { hue: 266, saturation: 32 },
  { hue: 187, saturation: 45 },
  { hue: 330, saturation: 38 },
  { hue: 24, saturation: 30 },
  { hue: 233, saturation: 40 },
];

const FRONTEND_LIGHTNESS = { light: 36, dark: 44 };
const WEBAPP_LIGHTNESS = { light: [49, 74], dark: [47, 72] } as const;

export interface ColouredHost {
  host: string;
  tier: 'lb' | 'frontend' | 'webapp';
  frontend: string | null;
}

/**
 * Frontend = hue, its webapps = lightness: siblings look alike and still differ. The order is by name, so that a host
 * keeps its colour from page to page.
 */
export function hostColours(hosts: readonly ColouredHost[], dark: boolean): Map<string, string> {
  const mode = dark ? 'dark' : 'light';
  const byName = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });
  const families = [
    ...new Set(
      hosts.flatMap(({ host, tier, frontend }) =>
        tier === 'webapp' ? [frontend ?? ''] : tier === 'frontend' ? [host] : [],
      ),
    ),
  ].sort(byName);
  const colours = new Map<string, string>();
  for (const [index, family] of families.entries()) {
    const { hue, saturation } = HUES[index % HUES.length]!;
    if (family) colours.set(family, hslToHex(hue, saturation, FRONTEND_LIGHTNESS[mode]));
    const members = [
      ...new Set(
        hosts.filter(({ tier, frontend }) => tier === 'webapp' && (frontend ?? '') === family).map(({ host }) => host),
      ),
    ].sort(byName);
    const [darkest, lightest] = WEBAPP_LIGHTNESS[mode];
    members.forEach((host, i) => {
      const step = members.length === 1 ? 0 : i / (members.length - 1);
      const lightness = Math.round(darkest + step * (lightest - darkest));
      // Without known frontends every host gets a hue of its own, or they could not be told apart.
      const own = family === '' ? HUES[i % HUES.length]! : { hue, saturation };
      colours.set(host, hslToHex(own.hue, own.saturation, family === '' ? darkest : lightness));
    });
  }
  for (const { host, tier } of hosts) if (tier === 'lb') colours.set(host, dark ? '#7d8798' : '#98a2b3');
  return colours;
}

/** elastic-charts understands no `hsl()` without commas. */
function hslToHex(hue: number, saturation: number, lightness: number): string {
  const l = lightness / 100;
  const a = (saturation / 100) * Math.min(l, 1 - l);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const value = l - a * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
