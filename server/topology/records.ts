import { isAddress } from './address';
import type { Evidence, Recorded } from './evidence';
import { firstWhere, groupBy } from './groups';
import { ofHost } from './of_host';
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
  const placeOf = new Map([...places].reverse().map((place) => [`${place.tier} ${place.host}`, place]));
  const outs: Out[] = [];
  for (const word of [...evidence.recorded].sort((a, b) => a.t - b.t)) {
    const key = `${word.tier} ${word.host}`;
    const out = open.get(key);
    if (word.state === 'returned') {
      if (out) out.to = word.t;
      open.delete(key);
    } else if (!out) {
      const fresh = outOf(word, placeOf.get(key));
      outs.push(fresh);
      open.set(key, fresh);
    }
  }
  const { window } = evidence;
  const end = (out: Out) => (out.to ?? Number.POSITIVE_INFINITY) + SAME_MS;
  const same = (a: Out, b: Out) => a.from <= end(b) && b.from <= end(a);
  const toldOf = groupBy(told, ({ host }) => host);
  return outs
    .filter((out) => out.from < window.to && (out.to ?? window.to) > window.from)
    .filter((out) => !toldOf.get(out.host)?.some((other) => same(out, other)))
    .filter((out) => !isToldByLines(out, evidence));
}

/** Any line of the host meanwhile: then what lines tell is the whole of it. */
function isToldByLines(out: Out, evidence: Evidence): boolean {
  const { window } = evidence;
  const [from, to] = [Math.max(out.from, window.from), Math.min(out.to ?? window.to, window.to)];
  return ofHost(evidence, out.host).lives.some(({ cells }) => {
    const cell = cells[firstWhere(cells, ({ last }) => last >= from)];
    return cell !== undefined && cell.first < to;
  });
}

function outOf({ host, tier, pool, cause, gapMs, t }: Recorded, place: Place | undefined): Out {
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
export function sinceRecorded<O extends Out>(told: readonly O[], evidence: Evidence): O[] {
  return told.map((out) => {
    if (out.from > evidence.window.from || out.evidence === 'own_words') return out;
    const { recorded } = ofHost(evidence, out.host);
    const last = recorded.reduce<Recorded | null>(
      (latest, word) =>
        word.tier === out.tier && word.t <= out.from && !(latest && latest.t > word.t) ? word : latest,
      null,
    );
    if (last?.state !== 'ejected') return out;
    return { ...out, from: last.t, firstFailure: last.gapMs === null ? null : last.t - last.gapMs };
  });
}
