import type { Settings } from '../settings';
import type { Evidence } from './evidence';
import { firstWhere, groupBy } from './groups';
import { absencesFromDisabled, absencesOfWorkers, byPlace, type PassiveRules, placeKey } from './passive';
import { goodTurns, peersMean, poolKey } from './peers';
import type { Place } from './places';
import { type Span, unite } from './spans';
import type { Absence } from './words';

/** One absence begins where the other ends. */
const TOUCHING_MS = 1000;
/** Of what its peers got: a place that took so much was not out. */
const SERVES = 0.2;

/** What nginx says, and what its failed attempts imply, of each of its upstream's places. */
export function passiveAbsences(
  places: readonly Place[],
  evidence: Evidence,
  rules: PassiveRules,
): { found: Map<Place, Absence[]>; unsure: { place: Place; span: Span }[] } {
  const unsure: { place: Place; span: Span }[] = [];
  const said = byPlace(evidence.disabled);
  // nginx says so from `error_log … warn` on; its default is `error`. A frontend that never says it is replayed.
  const speaks = new Set(evidence.disabled.map(({ teller }) => teller));
  const tried = byPlace(evidence.attempts.filter(({ teller }) => !speaks.has(teller)));
  const names = new Map([...groupBy(places, poolKey)].map(([pool, own]) => [pool, namesOf(own)]));
  const found = new Map<Place, Absence[]>();
  for (const place of places) {
    if (place.teller === null) continue;
    const key = placeKey(place.teller, place.name);
    const during = ({ t }: { t: number }) => place.join === null || (t >= place.join.from && t < place.join.to);
    const words = (said.get(key) ?? []).filter(during);
    const attempts = (tried.get(key) ?? []).filter(during);
    // nginx never takes out the only server of an upstream.
    const replayed =
      names.get(poolKey(place))!.size > 1 && words.length === 0 ? absencesOfWorkers(attempts, rules) : [];
    for (const { absence, certain } of replayed) {
      if (!certain) unsure.push({ place, span: { from: absence.from, to: absence.to ?? evidence.window.to } });
    }
    const all =
      words.length > 0
        ? absencesFromDisabled(
            words.map(({ t }) => t),
            rules,
          )
        : replayed.flatMap(({ absence, certain }) => (certain ? [absence] : []));
    if (all.length > 0) found.set(place, all);
  }
  return { found, unsure };
}

function namesOf(places: readonly Place[]): Set<string> {
  return new Set(places.map(({ name }) => name));
}

/**
 * Without `zone` each worker of an nginx gives up a server for itself: one that goes on taking turns was not out. Only whole
 * steps inside an unbroken absence tell it: between two absences nginx rightly uses the server again.
 */
export function isWorkerLocal(
  place: Place,
  chain: Pick<Absence, 'from' | 'to'>,
  absences: readonly Absence[],
  pool: readonly Place[],
  { window, grid }: Evidence,
): boolean {
  const until = chain.to ?? window.to;
  const begin = firstWhere(absences, ({ from }) => from >= chain.from);
  const own = absences
    .slice(
      begin,
      firstWhere(absences, ({ from }) => from >= until),
    )
    .map(({ from, to }) => ({ from, to: (to ?? until) + TOUCHING_MS }));
  const whole = unite(own).flatMap(({ from, to }): Span[] => {
    const span = {
      from: Math.ceil(from / grid.interval) * grid.interval,
      to: Math.floor(to / grid.interval) * grid.interval,
    };
    return span.from < span.to ? [span] : [];
  });
  const sum = (count: (span: Span) => number) => whole.reduce((total, span) => total + count(span), 0);
  const good = sum((span) => goodTurns(place, span, grid));
  return good >= 5 && good >= SERVES * sum((span) => peersMean(place, pool, span, grid));
}

export function passiveRules({ passive }: Settings): PassiveRules {
  return { maxFails: passive.max_fails, failTimeoutMs: passive.fail_timeout_s * 1000 };
}
