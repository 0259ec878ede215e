import type { Word } from './evidence';
import type { Out, Said } from './said';

export interface Absence extends Pick<Out, 'from' | 'to' | 'kind' | 'cause' | 'evidence' | 'firstFailure'> {}

/**
 * A balancer's own account of one server of one backend. `begin`: what was said up first was out since then, at the
 * earliest. A balancer that began anew has forgotten every state.
 */
export function absencesFromWords(words: readonly Word[], begin: number): Absence[] {
  const found: Absence[] = [];
  let open: Absence | null = null;
  let spoken = false;
  let reason: string | null = null;
  for (const word of [...words].sort((a, b) => a.t - b.t)) {
    if (word.says === 'check_failed') {
      reason = word.reason ?? reason;
      continue;
    }
    if (word.says === 'other') continue;
    if (word.says === 'up') {
      if (open) open.to = word.t;
      else if (!spoken && word.t > begin) found.push({ ...absence(begin, 'probe', said('probe', null)), to: word.t });
      open = null;
      reason = null;
    } else if (open === null || kindOf(word) !== open.kind) {
      if (open) open.to = word.t;
      const why = word.reason ?? reason;
      open = absence(word.t, kindOf(word), said(kindOf(word), why));
      found.push(open);
    }
    spoken = true;
  }
  return found;
}

function absence(from: number, kind: Absence['kind'], cause: Said): Absence {
  return { from, to: null, kind, cause, evidence: 'own_words', firstFailure: null };
}

function kindOf({ says }: Word): 'probe' | 'drain' | 'maintenance' {
  return says === 'drain' || says === 'maintenance' ? says : 'probe';
}

function said(kind: 'probe' | 'drain' | 'maintenance', reason: string | null): Said {
  if (kind === 'drain') return { id: 'out.drained', values: {} };
  if (kind === 'maintenance') return { id: 'out.maintenance', values: {} };
  return { id: 'out.said_down', values: { reason } };
}
