import { EuiButton, EuiButtonEmpty, EuiCallOut, EuiEmptyPrompt, EuiLink, EuiLoadingChart } from '@elastic/eui';
import React from 'react';
import { useHistory } from 'react-router-dom';
import type { PartialReason } from '../../common/api';
import type { RotaApiError } from '../api/client';
import { FirstRun } from '../app/first_run';
import { useScope } from '../hooks/use_scope';
import { useTimeFormat } from '../hooks/use_time_format';
import { SUBJECTS } from '../test_subjects';

/** A panel's place while its first answer is on its way. */
export function LoadingBlock({ height }: { height: number }) {
  return (
    <div className="rotaLoading" style={{ blockSize: height }} data-test-subj={SUBJECTS.loading}>
      <EuiLoadingChart size="l" aria-label="Loading" />
    </div>
  );
}

/** Names what is missing in a partial answer. Counts are lower bounds then, and no verdict is green. */
export function PartialCallOut({ reasons }: { reasons: PartialReason[] }) {
  if (reasons.length === 0) return null;
  return (
    <EuiCallOut
      size="s"
      color="warning"
      iconType="partial"
      title="This answer is incomplete"
      data-test-subj={SUBJECTS.partial}
    >
      <ul className="rotaPlainList">
        {reasons.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    </EuiCallOut>
  );
}

/** In a panel of its own question: why there is nothing, and a way to ask again. */
export function NoAnswer({ error, onRetry }: { error: RotaApiError; onRetry(): void }) {
  return (
    <p className="rotaFine">
      {error.message} <EuiLink onClick={onRetry}>Try again</EuiLink>
    </p>
  );
}

/** A failed question: what happened, what mends it, and a way to ask again. */
export function ErrorPrompt({ error, onRetry }: { error: RotaApiError; onRetry(): void }) {
  const { scope, setScope } = useScope();
  const history = useHistory();
  const badKql = error.code === 'invalid_kql';
  return (
    <EuiEmptyPrompt
      data-test-subj={SUBJECTS.error}
      color="danger"
      iconType="error"
      titleSize="s"
      title={<h1>{badKql ? 'The filter cannot be read' : 'The answer did not come'}</h1>}
      body={
        <>
          <p>
            {error.message} <span className="rotaFine">({error.code})</span>
          </p>
          {error.at !== null && <KqlAt kql={scope.kql} at={error.at} />}
        </>
      }
      actions={[
        <EuiButton key="retry" size="s" fill onClick={onRetry}>
          Try again
        </EuiButton>,
        ...(error.code === 'invalid_request'
          ? [
              <EuiButtonEmpty key="plain" size="s" onClick={() => history.push({ ...history.location, search: '' })}>
                Open the page without what its address adds
              </EuiButtonEmpty>,
            ]
          : []),
        ...(badKql
          ? [
              <EuiButtonEmpty key="clear" size="s" onClick={() => setScope({ kql: '' })}>
                Clear the filter
              </EuiButtonEmpty>,
            ]
          : []),
      ]}
    />
  );
}

const AROUND = 60;

/** The place of a fault in the KQL, however long that is. */
function KqlAt({ kql, at }: { kql: string; at: number }) {
  const end = at + Math.max(1, /^[^\s():"]*/.exec(kql.slice(at))?.[0].length ?? 1);
  return (
    <p>
      <code className="rotaCode">
        {at > AROUND && '…'}
        {kql.slice(Math.max(0, at - AROUND), at)}
        <mark className="rotaKqlFault">{kql.slice(at, end) || ' '}</mark>
        {kql.slice(end, end + AROUND)}
        {kql.length > end + AROUND && '…'}
      </code>{' '}
      <span className="rotaFine">
        character {at + 1} of {kql.length}
      </span>
    </p>
  );
}

/** Nothing to show: which of the reasons it is, and the next step for each. */
export function EmptyPrompt({
  state,
  lastAt,
}: {
  state: 'no_match' | 'no_data_in_range' | 'never_any_data';
  lastAt: number | null;
}) {
  const { scope, setScope } = useScope();
  const time = useTimeFormat();
  if (state === 'never_any_data') return <FirstRun />;
  if (state === 'no_match') {
    return (
      <EuiEmptyPrompt
        data-test-subj={SUBJECTS.empty}
        iconType="filter"
        titleSize="s"
        title={<h1>No request matches</h1>}
        body={<p>There were requests in this range, but none matches the filter and the selectors.</p>}
        actions={
          <EuiButton
            size="s"
            onClick={() => setScope({ kql: '', filters: [], service: [], pool: [], environment: [] })}
          >
            Clear all filters
          </EuiButton>
        }
      />
    );
  }
  const around =
    lastAt === null
      ? null
      : { from: new Date(lastAt - 1_800_000).toISOString(), to: new Date(lastAt + 60_000).toISOString() };
  return (
    <EuiEmptyPrompt
      data-test-subj={SUBJECTS.empty}
      iconType="clock"
      titleSize="s"
      title={<h1>No requests in this window</h1>}
      body={
        <p>
          {lastAt === null
            ? 'Nothing was logged in this range. Choose an earlier one, or send a request.'
            : `The last request was logged at ${time.full(lastAt)}.`}
        </p>
      }
      actions={
        around ? (
          <EuiButton size="s" onClick={() => setScope({ ...around, refresh: 0 })}>
            Show the half hour before it
          </EuiButton>
        ) : (
          <EuiButton
            size="s"
            onClick={() => setScope({ from: 'now-24h', to: 'now' })}
            isDisabled={scope.from === 'now-24h'}
          >
            Show the last 24 hours
          </EuiButton>
        )
      }
    />
  );
}
