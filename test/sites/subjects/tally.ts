import { ASPECTS } from '../check/answers';
import type { Checked } from '../check/check';
import type { Site } from '../description/site';
import { evidenceOf } from './judge';

/** What came of many sites. */
export interface Tally {
  sites: number;
  /** Sites with a wrong answer, and by its kind. */
  wrong: number;
  kinds: Record<string, number>;
  /** By evidence, the share of aspects that the pages say they do not know, in percent. */
  notKnown: Record<string, number>;
}

/** Counts what was found at each site. */
export class Counter {
  private sites = 0;
  private wrong = 0;
  private readonly kinds: Record<string, number> = {};
  private readonly asked = new Map<string, { aspects: number; notKnown: number }>();

  add(site: Site, { wrong, notKnown }: Checked): void {
    this.sites++;
    if (wrong.length > 0) this.wrong++;
    for (const kind of new Set(wrong.map((finding) => finding.kind))) this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
    for (const evidence of evidenceOf(site)) {
      const own = this.asked.get(evidence) ?? { aspects: 0, notKnown: 0 };
      own.aspects += ASPECTS.length;
      own.notKnown += notKnown.length;
      this.asked.set(evidence, own);
    }
  }

  get tally(): Tally {
    const sorted = <T>(entries: [string, T][]) => Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      sites: this.sites,
      wrong: this.wrong,
      kinds: sorted(Object.entries(this.kinds)),
      notKnown: sorted(
        [...this.asked].map(([evidence, { aspects, notKnown }]) => [
          evidence,
          Math.round((1000 * notKnown) / aspects) / 10,
        ]),
      ),
    };
  }
}

/** What has grown beyond what is written down; nothing may. */
export function grown(now: Tally, before: Tally): string[] {
  const kinds = Object.entries(now.kinds).flatMap(([kind, n]) => {
    const known = before.kinds[kind] ?? 0;
    return n > known ? [`${kind}: wrong at ${n} of ${now.sites} sites, where ${known} were`] : [];
  });
  const shares = Object.entries(now.notKnown).flatMap(([evidence, share]) => {
    const known = before.notKnown[evidence] ?? 0;
    return share > known ? [`${evidence}: ${share} % not known, where ${known} % were`] : [];
  });
  return [...kinds, ...shares];
}
