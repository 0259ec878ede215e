import { useCallback } from 'react';
import { useHistory, useLocation } from 'react-router-dom';
import type { Target } from '../../common/api';
import { scopeOnly, writeParam, writeScope } from '../state/url_state';

/** The link that a verdict, a bar or a row leads to: the current scope with the target's differences. */
export function useTarget(): (target: Target) => { href: string; onClick(event: React.MouseEvent): void } {
  const history = useHistory();
  const { search } = useLocation();
  return useCallback(
    (target) => {
      const location = { pathname: `/${target.page}`, search: searchOf(scopeOnly(search), target) };
      return {
        href: history.createHref(location),
        onClick(event) {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
          event.preventDefault();
          history.push(location);
        },
      };
    },
    [history, search],
  );
}

function searchOf(search: string, { from, to, kql, request_id, run }: Target): string {
  let next = writeScope(search, {
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(to).toISOString() }),
    ...(kql === undefined ? {} : { kql }),
    ...(from === undefined && to === undefined ? {} : { refresh: 0 }),
  });
  if (request_id !== undefined) next = writeParam(next, 'request', request_id);
  if (run !== undefined) next = writeParam(next, 'run', run);
  return next;
}

/** Goes where a click on what is no link leads: a bar on a canvas. What the page chose for itself stays if it is the same. */
export function useGoTo(): (target: Target) => void {
  const history = useHistory();
  return useCallback(
    (target) => {
      const { pathname, search } = history.location;
      const kept = pathname === `/${target.page}` ? search : scopeOnly(search);
      history.push({ pathname: `/${target.page}`, search: searchOf(kept, target) });
    },
    [history],
  );
}
