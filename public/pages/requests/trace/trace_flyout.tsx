import {
  EuiBadge,
  EuiButtonIcon,
  EuiCallOut,
  EuiCopy,
  EuiFlyout,
  EuiFlyoutBody,
  EuiFlyoutHeader,
  EuiSkeletonText,
  EuiTab,
  EuiTabs,
  EuiTitle,
} from '@elastic/eui';
import React from 'react';
import type { RequestRow } from '../../../../common/api';
import { useTimeFormat } from '../../../app/services';
import { Sentence } from '../../../components/sentence';
import { StatusBadge } from '../../../components/status_badge';
import { formatMs, plural } from '../../../format/numbers';
import { usePageParam } from '../../../hooks/use_scope';
import { SUBJECTS } from '../../../test_subjects';
import { middleCut } from '../middle_cut';
import { rowKey } from '../row_list';
import { FieldsTable } from './fields_table';
import { RawLines } from './raw_lines';
import { type TraceAnswer, useTrace } from './use_trace';
import { useWalk } from './use_walk';
import { Waterfall } from './waterfall';

interface TraceFlyoutProps {
  request: string | null;
  line: string | null;
  rows: RequestRow[];
  onOpen(request: string | null, line: string | null): void;
  onClose(): void;
}

/** One request across balancer, frontend, attempts and webapp: what happened, what it cost, and the evidence. */
export function TraceFlyout({ request, line, rows, onOpen, onClose }: TraceFlyoutProps) {
  const row = rows.find((one) => (request === null ? rowKey(one) === line : one.request_id === request));
  const { data, error } = useTrace(request, line, row?.t);
  const [param, setTab] = usePageParam('tab');
  const walk = useWalk(rows, row, onOpen, onClose);
  const trace = data?.data;
  const tabs = [
    { id: 'trace' as const, label: 'Trace' },
    { id: 'fields' as const, label: `Fields ${trace?.fields.length ?? ''}` },
    { id: 'lines' as const, label: `Lines ${trace?.lines.length ?? ''}` },
  ];
  const tab = tabs.find(({ id }) => id === param)?.id ?? 'trace';
  return (
    <EuiFlyout
      type="push"
      ownFocus={false}
      size={620}
      paddingSize="m"
      onClose={onClose}
      aria-label="Trace of one request"
      data-test-subj={SUBJECTS.trace}
      className="rotaApp rotaTrace"
    >
      <EuiFlyoutHeader hasBorder>
        <Head trace={trace} row={row} walk={walk} />
        <EuiTabs size="s" bottomBorder={false}>
          {tabs.map(({ id, label }) => (
            <EuiTab key={id} isSelected={tab === id} onClick={() => setTab(id === 'trace' ? null : id)}>
              {label}
            </EuiTab>
          ))}
        </EuiTabs>
      </EuiFlyoutHeader>
      <EuiFlyoutBody>
        {error && <EuiCallOut size="s" color="danger" title={error.message} />}
        {!error && !trace && <EuiSkeletonText lines={8} />}
        {trace && !trace.found && (
          <EuiCallOut
            size="s"
            iconType="search"
            title="No line of this request was found in this range. It may have been deleted, or not be searchable yet."
          />
        )}
        {trace?.found && tab === 'trace' && <TraceTab trace={trace} />}
        {trace?.found && tab === 'fields' && <FieldsTable fields={trace.fields} />}
        {trace?.found && tab === 'lines' && <RawLines trace={trace} />}
      </EuiFlyoutBody>
    </EuiFlyout>
  );
}

function TraceTab({ trace }: { trace: TraceAnswer }) {
  const tone = { good: 'success', warning: 'warning', danger: 'danger', neutral: 'primary' } as const;
  return (
    <div className="rotaTrace__body">
      {trace.joined_by === 'near_in_time' && (
        <EuiCallOut
          size="s"
          color="warning"
          iconType="questionInCircle"
          title="This log format carries no request id. The lines below are near in time: a guess, not a join."
        />
      )}
      {trace.verdict && (
        <EuiCallOut size="s" color={tone[trace.verdict.tone]} title={<Sentence text={trace.verdict.headline} />}>
          {trace.verdict.detail && (
            <p>
              <Sentence text={trace.verdict.detail} />
            </p>
          )}
        </EuiCallOut>
      )}
      <Waterfall trace={trace} />
      {trace.clock_note && (
        <p className="rotaFine">
          <Sentence text={trace.clock_note} />
        </p>
      )}
      {trace.truncated && <p className="rotaFine">There are more lines than are shown.</p>}
      <h3>Raw lines</h3>
      <RawLines trace={trace} />
    </div>
  );
}

function Head({
  trace,
  row,
  walk,
}: {
  trace: TraceAnswer | undefined;
  row: RequestRow | undefined;
  walk: ReturnType<typeof useWalk>;
}) {
  const time = useTimeFormat();
  const method = trace?.method ?? row?.method;
  const path = trace?.path ?? row?.path;
  const t = trace?.t ?? row?.t ?? null;
  return (
    <>
      <div className="rotaTrace__title">
        <EuiTitle size="xs">
          <h2 title={path ?? undefined}>
            <span className="rotaFine">{method}</span> {middleCut(path ?? 'Request', 48)}
          </h2>
        </EuiTitle>
        <StatusBadge status={trace?.status ?? row?.status ?? null} />
        <EuiBadge color="hollow">
          {trace?.open ? 'no answer logged yet' : formatMs(trace?.duration_ms ?? row?.duration_ms ?? null)}
        </EuiBadge>
        {trace !== undefined && trace.retries > 0 && (
          <EuiBadge color="warning">{plural(trace.retries, 'retry', 'retries')}</EuiBadge>
        )}
      </div>
      <div className="rotaTrace__meta rotaFine">
        {t !== null && <span>{time.full(t)}</span>}
        {trace?.client && <span>from {trace.client}</span>}
        {trace?.user_agent && <span title={trace.user_agent}>{middleCut(trace.user_agent, 32)}</span>}
        <span className="rotaToolbar__space" />
        {walk.position !== null && (
          <span>
            <EuiButtonIcon
              size="xs"
              iconType="arrowUp"
              aria-label="Previous request (K)"
              isDisabled={!walk.previous}
              onClick={() => walk.previous?.()}
            />
            {walk.position + 1} of {walk.of}
            <EuiButtonIcon
              size="xs"
              iconType="arrowDown"
              aria-label="Next request (J)"
              isDisabled={!walk.next}
              onClick={() => walk.next?.()}
            />
          </span>
        )}
      </div>
      <Ids trace={trace} />
    </>
  );
}

function Ids({ trace }: { trace: TraceAnswer | undefined }) {
  const ids = [
    ['http.request.id', trace?.request_id],
    ['trace.id', trace?.trace_id],
  ] as const;
  return (
    <dl className="rotaTrace__ids">
      {ids.map(([name, value]) =>
        value ? (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <code className="rotaCode">{value}</code>
              <EuiCopy textToCopy={value}>
                {(copy) => (
                  <EuiButtonIcon size="xs" color="text" iconType="copy" aria-label={`Copy ${name}`} onClick={copy} />
                )}
              </EuiCopy>
            </dd>
          </React.Fragment>
        ) : null,
      )}
    </dl>
  );
}
