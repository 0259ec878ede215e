import React, { type ReactNode } from 'react';
import type { Envelope } from '../../common/api';
import type { RotaApiError } from '../api/client';
import { PartialAnswer } from './partial_answer';
import { EmptyPrompt, ErrorPrompt, LoadingBlock, PartialCallOut } from './states';

interface Stated {
  state: 'ok' | 'no_match' | 'no_data_in_range' | 'never_any_data';
  last_request_at: number | null;
}

/** What we need of React Query's answer. */
interface Asked<D> {
  data: Envelope<D> | undefined;
  error: RotaApiError | null;
  refetch(): Promise<unknown>;
}

interface PageBodyProps<D extends Stated> {
  query: Asked<D>;
  /** The page has a use for an answer without a match, and says itself that there is none. */
  evenEmpty?: boolean;
  children(data: D): ReactNode;
}

/** Chooses between loading, error, empty, and the page with what is partial named above it. */
export function PageBody<D extends Stated>({ query, evenEmpty = false, children }: PageBodyProps<D>) {
  const { data: envelope, error } = query;
  // A refresh that failed takes nothing away: the line above the page tells of it.
  if (!envelope && error) return <ErrorPrompt error={error} onRetry={() => void query.refetch()} />;
  if (!envelope) return <LoadingBlock height={480} />;
  const { data, partial_reasons } = envelope;
  return (
    <>
      <PartialCallOut reasons={partial_reasons} />
      <PartialAnswer.Provider value={partial_reasons.length > 0}>
        {data.state === 'ok' || (evenEmpty && data.state !== 'never_any_data') ? (
          children(data)
        ) : (
          <EmptyPrompt state={data.state} lastAt={data.last_request_at} />
        )}
      </PartialAnswer.Provider>
    </>
  );
}
