import React from 'react';
import type { Run } from '../../../common/api';

export type RunState = Run['state'];

/** Worst first, as rows and cells stand. */
export const RUN_STATE_ORDER: RunState[] = ['missing', 'unsearched', 'unproven', 'running', 'proven'];

export const RUN_STATES: Record<RunState, { label: string; meaning: string }> = {
  missing: { label: 'missing', meaning: 'numbers are absent and nothing accounts for them' },
  unsearched: {
    label: 'incomplete, not known why',
    meaning: 'numbers are absent, not known which or why',
  },
  unproven: { label: 'unproven', meaning: 'no closing count, or not all of it can be judged any more' },
  running: { label: 'running', meaning: 'all so far is accounted for or on its way, and more is to come' },
  proven: { label: 'proven', meaning: 'every number up to the closing count is accounted for' },
};

/** A run's state in its row: of a run without its closing count, what came last is not known. */
export function labelOf({ state, unproven_after }: Run): string {
  return state === 'unproven' && unproven_after !== null ? 'unproven tail' : RUN_STATES[state].label;
}

/** A square in the state's colour and pattern; the words beside it carry the meaning for those who see no colour. */
export function RunStateSign({ state }: { state: RunState }) {
  return <span aria-hidden className={`rotaRunSign rotaRunSign--${state}`} />;
}
