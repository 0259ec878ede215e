import type { Target } from '../../common/api';
import { useScope } from '../hooks/use_scope';

interface Bars {
  from: number;
  to: number;
  /** Where each bar begins, ms since 1970. */
  times: readonly number[];
}

/** Where a bar leads: to the requests of its time, and of its group, within what the page already asks for. */
export function useBarTarget({ from, to, times }: Bars): (bar: number, kql?: string) => Target {
  const { scope } = useScope();
  return (bar, kql) => ({
    page: 'requests',
    from: Math.max(from, times[bar]!),
    to: Math.min(to, times[bar + 1] ?? to),
    kql: bothOf(scope.kql, kql),
  });
}

function bothOf(scope: string, own: string | undefined): string {
  if (own === undefined || scope.trim() === '') return own ?? scope;
  return `(${scope}) and ${own}`;
}
