import { EuiButtonEmpty, EuiCopy, EuiIcon, EuiLink } from '@elastic/eui';
import { focusManager, onlineManager, type Query, useQueryClient } from '@tanstack/react-query';
import React, { useEffect, useRef, useState } from 'react';
import { useHistory, useLocation } from 'react-router-dom';
import { duration } from '../../common/format';
import { type Standing as Stand, standingOf, warningOf } from '../asking/standing';
import { useScope } from '../hooks/use_scope';
import { frozen } from '../state/url_state';
import { SUBJECTS } from '../test_subjects';
import { useServices } from './services';

const LOOK_EVERY_MS = 1000;

/** From when the page's figures are, in which zone its times are, and a warning where they cannot be trusted as they stand. */
export function Standing() {
  const { clock, time } = useServices();
  const { scope, question, refresh, moves, rounds } = useScope();
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
        {stand.answeredAt !== null && `As of ${time.over(stand.answeredAt, now).second(stand.answeredAt + skewMs)} · `}
        {slower !== null && `answers are slow, so it refreshes every ${duration(slower)} · `}
        {skewMs !== 0 &&
          `this computer’s clock is ${duration(Math.abs(skewMs))} ${skewMs > 0 ? 'behind' : 'ahead of'} Kibana’s, which is used here · `}
        Times in {time.zoneWords(Date.parse(question.from), Date.parse(question.to))}
        <CopyLink />
      </span>
    </div>
  );
}

/** The address of what is shown now, which shows the same tomorrow: relative times are frozen. */
function CopyLink() {
  const history = useHistory();
  const { question } = useScope();
  const { search, pathname } = useLocation();
  const href = history.createHref({ pathname, search: frozen(search, question) });
  return (
    <EuiCopy textToCopy={new URL(href, document.baseURI).href}>
      {(copy) => (
        <EuiButtonEmpty
          size="xs"
          iconType="link"
          onClick={copy}
          title="The times of the link are absolute: it shows the same whenever it is opened."
          data-test-subj={SUBJECTS.copyLink}
        >
          Copy link
        </EuiButtonEmpty>
      )}
    </EuiCopy>
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
    const timer = setInterval(() => focusManager.isFocused() && update(), LOOK_EVERY_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [queries]);
  return seen;
}
