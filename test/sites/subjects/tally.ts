import { ASPECTS } from '../check/answers';
import type { Checked } from '../check/check';
import type { Site } from '../description/site';
import { evidenceOf } from './judge';

/** What came of many sites. */
export interface Tally {
  sites: number;
  /** By evidence, the share of aspects that the pages say they do not know, in percent. */
  notKnown: Record<string, number>;
}

/** Counts what is not known of each site. */
export class Counter {
  private sites = 0;
  private readonly asked = new Map<string, { aspects: number; notKnown: number }>();

  add(site: Site, { notKnown }: Checked): void {
    this.sites++;
    for (const evidence of evidenceOf(site)) {
      const own = this.asked.get(evidence) ?? { aspects: 0, notKnown: 0 };
      own.aspects += ASPECTS.length;
      own.notKnown += notKnown.length;
      this.asked.set(evidence, own);
    }
  }

  get tally(): Tally {
    const shares = [...this.asked].map(([evidence, { aspects, notKnown }]): [string, number] => [
      evidence,
      Math.round((1000 * notKnown) / aspects) / 10,
    ]);
    return { sites: this.sites, notKnown: Object.fromEntries(shares.sort(([a], [b]) => (a < b ? -1 : 1))) };
  }
}

/** What is more than is written down, by more than `slack`. */
export function grown(
  now: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
  slack: number,
): string[] {
  return Object.entries(now).flatMap(([name, value]) => {
    const known = before[name] ?? 0;
    return value > known + slack ? [`${name}: ${value}, where ${known} is written down`] : [];
  });
}
