import { isAddress } from './address';
import type { Evidence, Recorded } from './evidence';
import type { Place } from './places';
import type { Out } from './said';

/** Two accounts of one absence differ by at most this. */
const SAME_MS = 60_000;

/**
 * Absences that were recorded when they happened (`rota.health`), for times of which no line is kept any more: what lines
 * still tell is told by them alone.
 */
export function outsFromRecords(evidence: Evidence, places: readonly Place[], told: readonly Out[]): Out[] {
  const open = new Map<string, Out>();
  const outs: Out[] = [];
  for (const word of [...evidence.recorded].sort((a, b) => a.t - b.t)) {
    const key = `${word.tier} ${word.host}`;
    const out = open.get(key);
    if (word.state === 'returned') {
      if (out) out.to = word.t;
      open.delete(key);
    } else if (!out) {
      const fresh = outOf(word, places);
      outs.push(fresh);
      open.set(key, fresh);
    }
  }
  const { window } = evidence;
  const end = (out: Out) => (out.to ?? Number.POSITIVE_INFINITY) + SAME_MS;
  const same = (a: Out, b: Out) => a.host === b.host && a.from <= end(b) && b.from <= end(a);
  return outs
    .filter((out) => out.from < window.to && (out.to ?? window.to) > window.from)
    .filter((out) => !told.some((other) => same(out, other)))
    .filter((out) => !isToldByLines(out, evidence));
}

/** Any line of the host meanwhile: then what lines tell is the whole of it. */
function isToldByLines(out: Out, { lives, window }: Evidence): boolean {
  const [from, to] = [Math.max(out.from, window.from), Math.min(out.to ?? window.to, window.to)];
  return lives.some(
    ({ host, cells }) => host === out.host && cells.some((cell) => cell.last >= from && cell.first < to),
  );
}

function outOf({ host, tier, pool, cause, gapMs, t }: Recorded, places: readonly Place[]): Out {
  const place = places.find((one) => one.host === host && one.tier === tier);
  return {
    place: place?.id ?? JSON.stringify([tier, null, null, host, host]),
    host,
    tier,
    by: tier === 'webapp' ? pool : (pool ?? null),
    from: t,
    to: null,
    kind: tier === 'webapp' || isAddress(host) ? 'passive' : 'probe',
    cause: { id: 'as_recorded', values: { text: cause } },
    evidence: 'stored',
    firstFailure: gapMs === null ? null : t - gapMs,
  };
}

/** An absence that lines show from the begin of the window may be older: then the record says since when. */
export function sinceRecorded<O extends Out>(told: readonly O[], { recorded, window }: Evidence): O[] {
  return told.map((out) => {
    if (out.from > window.from || out.evidence === 'own_words') return out;
    const before = recorded.filter(({ tier, host, t }) => tier === out.tier && host === out.host && t <= out.from);
    const last = before.sort((a, b) => a.t - b.t).at(-1);
    if (last?.state !== 'ejected') return out;
    return { ...out, from: last.t, firstFailure: last.gapMs === null ? null : last.t - last.gapMs };
  });
}
