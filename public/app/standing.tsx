import { EuiIcon, EuiLink } from '@elastic/eui';
import { onlineManager, type Query, useQueryClient } from '@tanstack/react-query';
import React, { useEffect, useRef, useState } from 'react';
import { duration } from '../../common/format';
import { type Standing as Stand, standingOf, warningOf } from '../asking/standing';
import { useScope } from '../hooks/use_scope';
import { SUBJECTS } from '../test_subjects';
import { useServices, useTimeFormat } from './services';

const LOOK_EVERY_MS = 1000;

/** From when the page's figures are, in which zone its times are, and a warning where they cannot be trusted as they stand. */
export function Standing() {
  const { clock } = useServices();
  const time = useTimeFormat();
  const { scope, refresh, moves, rounds } = useScope();
  const { stand, now } = useStanding();
  const warning = warningOf(stand, { now, online: onlineManager.isOnline(), moves, refreshes: scope.refresh > 0 });
  const { skewMs } = clock;
  const slower = scope.refresh > 0 && rounds.paceMs > scope.refresh ? rounds.paceMs : null;
  return (
    <div className="rotaStanding" data-test-subj={SUBJECTS.standing}>
      <span role="status">
        {warning !== null && (
          <span className="rotaStanding__warning" data-test-subj={SUBJECTS.standingWarning}>
            <EuiIcon type="warning" size="s" color="warning" /> {warning}{' '}
            {stand.waitingSince === null && <EuiLink onClick={refresh}>Try again</EuiLink>}
          </span>
        )}
      </span>
      <span className="rotaFine">
        {stand.answeredAt !== null && `As of ${time.second(stand.answeredAt + skewMs)} · `}
        {slower !== null && `answers are slow, so it refreshes every ${duration(slower)} · `}
        {skewMs !== 0 &&
          `this computer’s clock is ${duration(Math.abs(skewMs))} ${skewMs > 0 ? 'behind' : 'ahead of'} Kibana’s, which is used here · `}
        Times in {time.zoneWords(stand.answeredAt ?? now)}
      </span>
    </div>
  );
}

/** Follows the questions, and looks at the clock each second while the tab is seen. */
function useStanding(): { stand: Stand; now: number } {
  const queries = useQueryClient();
  const since = useRef(new WeakMap<Query, number>());
  const look = () => ({ stand: standingOf(queries, since.current, Date.now()), now: Date.now() });
  const [seen, setSeen] = useState(look);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `look` reads what is stable
  useEffect(() => {
    const update = () => setSeen(look());
    const stop = queries.getQueryCache().subscribe(update);
    const timer = setInterval(update, LOOK_EVERY_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [queries]);
  return seen;
}
