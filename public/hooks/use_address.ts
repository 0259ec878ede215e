import type { History } from 'history';
import { useCallback } from 'react';
import { useHistory } from 'react-router-dom';

type Change = (search: string) => string;

/** What the user is changing right now. */
const pending = new WeakMap<History, Change[]>();

/**
 * Changes the query of the address. What one click changes, in however many steps, is one entry of the history: Back undoes one
 * thing at a time, and nothing that was not done.
 */
export function useAddress(): (change: Change) => void {
  const history = useHistory();
  return useCallback(
    (change) => {
      const changes = pending.get(history);
      if (changes) return void changes.push(change);
      pending.set(history, [change]);
      queueMicrotask(() => flush(history));
    },
    [history],
  );
}

function flush(history: History): void {
  const changes = pending.get(history) ?? [];
  pending.delete(history);
  const { location } = history;
  const search = changes.reduce((before, change) => change(before), location.search);
  if (search !== location.search) history.push({ ...location, search });
}
