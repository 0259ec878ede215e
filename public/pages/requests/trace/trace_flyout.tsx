import {
  EuiBadge,
  EuiButtonIcon,
  EuiCallOut,
  EuiCopy,
  EuiFlyout,
  EuiFlyoutBody,
  EuiFlyoutHeader,
  EuiLink,
  EuiSkeletonText,
  EuiTab,
  EuiTabs,
  EuiTitle,
} from '@elastic/eui';
import React from 'react';
import { isWithinReach, type RequestRow } from '../../../../common/api';
import { Sentence } from '../../../components/sentence';
import { StatusBadge } from '../../../components/status_badge';
import { formatMs, plural } from '../../../format/numbers';
import { usePageParam, useScope } from '../../../hooks/use_scope';
import { useTimeFormat } from '../../../hooks/use_time_format';
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
  /** When it was, as the address says. */
  at: string | null;
  rows: RequestRow[];
  onOpen(row: RequestRow): void;
  onClose(): void;
}

/** One request across balancer, frontend, attempts and webapp: what happened, what it cost, and the evidence. */
export function TraceFlyout({ request, line, at, rows, onOpen, onClose }: TraceFlyoutProps) {
  const row = rows.find((one) => (request === null ? rowKey(one) === line : one.request_id === request));
  const { data, error, refetch } = useTrace(request, line, row?.t ?? timeOf(at));
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
        {error && !trace && (
          <EuiCallOut size="s" color="danger" title={error.message}>
            <EuiLink onClick={() => void refetch()}>Try again</EuiLink>
          </EuiCallOut>
        )}
        {!error && !trace && <EuiSkeletonText lines={8} />}
        {trace && !trace.found && (
          <EuiCallOut
            size="s"
            iconType="search"
            title="No line of this request was found in all that is kept. It may have been deleted, not be searchable yet, or its id be another."
          >
            <EuiLink onClick={() => void refetch()}>Look again</EuiLink>
          </EuiCallOut>
        )}
        {trace?.found && <Elsewhere trace={trace} />}
        {trace?.found && tab === 'trace' && <TraceTab trace={trace} />}
        {trace?.found && tab === 'fields' && <FieldsTable fields={trace.fields} />}
        {trace?.found && tab === 'lines' && <RawLines trace={trace} />}
      </EuiFlyoutBody>
    </EuiFlyout>
  );
}

/** A request outside of the page's range was found all the same; the way to its neighbours. */
function Elsewhere({ trace: { t } }: { trace: TraceAnswer }) {
  const { question, setScope } = useScope();
  const time = useTimeFormat();
  if (t === null || (t >= Date.parse(question.from) && t < Date.parse(question.to))) return null;
  const around = { from: new Date(t - AROUND_MS).toISOString(), to: new Date(t + AROUND_MS).toISOString(), refresh: 0 };
  return (
    <EuiCallOut size="s" iconType="clock" title={`This request of ${time.full(t)} is not in the range of the page.`}>
      <EuiLink onClick={() => setScope(around)}>Show what was around it</EuiLink>
    </EuiCallOut>
  );
}

const AROUND_MS = 900_000;

function timeOf(at: string | null): number | undefined {
  const t = at === null ? Number.NaN : Date.parse(at);
  return isWithinReach(t) ? t : undefined;
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
