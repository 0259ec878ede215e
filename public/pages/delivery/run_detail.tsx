import { EuiButtonEmpty, EuiCopy, EuiSkeletonText } from '@elastic/eui';
import React from 'react';
import type { DeliveryData, Run } from '../../../common/api';
import { quoteKql } from '../../../common/kql/literal';
import { Sentence } from '../../components/sentence';
import { formatCount } from '../../format/numbers';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { useTarget } from '../../hooks/use_target';
import { useTimeFormat } from '../../hooks/use_time_format';
import { SUBJECTS } from '../../test_subjects';

type Opened = NonNullable<DeliveryData['run']>;

/** The numbers around the first gap, what became of each, and the facts that explain it. */
export function RunDetail({ run }: { run: Run }) {
  const around = run.missing_ranges[0]?.first ?? run.unproven_after ?? run.sent;
  const { data, error } = useRotaQuery('delivery', { parts: ['run'], run: { id: run.id, around } });
  const opened = data?.data.run;
  if (error && !opened) return <p className="rotaFine">{error.message}</p>;
  if (!opened || opened.run.id !== run.id) return <EuiSkeletonText lines={3} />;
  return (
    <div className="rotaRunDetail" data-test-subj={SUBJECTS.runDetail}>
      <Around opened={opened} />
      <Facts opened={opened} />
      <Actions opened={opened} />
    </div>
  );
}

const NUMBER_STATES = {
  indexed: 'indexed',
  missing: 'missing',
  dropped: 'dropped',
  dead_letter: 'dead letter',
  unknown: 'absent, not known why',
} as const;
const STATES = Object.keys(NUMBER_STATES) as (keyof typeof NUMBER_STATES)[];

function Around({ opened: { around } }: { opened: Opened }) {
  const time = useTimeFormat();
  const first = around[0]?.sequence;
  const last = around[around.length - 1]?.sequence;
  const kinds = STATES.map((state) => ({ state, n: around.filter((number) => number.state === state).length })).filter(
    ({ n }) => n > 0,
  );
  return (
    <div>
      <h3>
        {first === undefined ? 'No numbers to show' : `Numbers ${formatCount(first)} → ${formatCount(last ?? first)}`}
      </h3>
      <ol className="rotaNumbers">
        {around.map(({ sequence, state, t }, i) => {
          const text = `${formatCount(sequence)} ${NUMBER_STATES[state]}${t === null ? '' : ` at ${time.milli(t)}`}`;
          const before = around[i - 1]?.sequence ?? sequence - 1;
          return (
            <React.Fragment key={sequence}>
              {sequence > before + 1 && <li className="rotaNumbers__more">… {formatCount(sequence - before - 1)} …</li>}
              <li title={text} className={`rotaNumbers__cell rotaNumbers__cell--${state}`}>
                <span className="euiScreenReaderOnly">{text}</span>
              </li>
            </React.Fragment>
          );
        })}
      </ol>
      <ul className="rotaLegend">
        {kinds.map(({ state, n }) => (
          <li key={state}>
            <span aria-hidden className={`rotaNumbers__cell rotaNumbers__cell--${state}`} />
            {formatCount(n)} {NUMBER_STATES[state]}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Facts({ opened: { run, headline, facts } }: { opened: Opened }) {
  const time = useTimeFormat();
  return (
    <div>
      <h3>{headline}</h3>
      {run.notes.map((note) => (
        <p key={note} className="rotaRunDetail__note">
          {note}
        </p>
      ))}
      <dl className="rotaFacts">
        {facts.map(({ t, text }) => (
          <React.Fragment key={`${t}-${text}`}>
            <dt title={time.full(t)}>{time.milli(t)}</dt>
            <dd>
              <Sentence text={text} />
            </dd>
          </React.Fragment>
        ))}
      </dl>
    </div>
  );
}

/** Around the gap, with room to see what happened before and after. */
const ROOM_MS = 60_000;

function Actions({ opened: { run, headline, facts } }: { opened: Opened }) {
  const target = useTarget();
  const gap = run.missing_ranges[0];
  const at = gap?.from ?? gap?.to ?? facts[0]?.t ?? run.last_seen;
  const finding = [
    `${headline} (run ${run.id}, ${run.service ?? 'unknown service'} on ${run.host ?? 'an unknown host'})`,
    ...run.notes,
    ...facts.map(({ t, text }) => `${new Date(t).toISOString()}  ${text}`),
  ].join('\n');
  return (
    <div className="rotaRunDetail__actions">
      <EuiButtonEmpty
        size="xs"
        iconType="discoverApp"
        {...target({
          page: 'requests',
          from: at - ROOM_MS,
          to: (gap?.to ?? at) + ROOM_MS,
          kql: run.host === null ? '' : `host.name : ${quoteKql(run.host)}`,
        })}
      >
        Requests around {gap ? 'the gap' : 'its end'}
      </EuiButtonEmpty>
      <EuiCopy textToCopy={finding}>
        {(copy) => (
          <EuiButtonEmpty size="xs" iconType="copy" onClick={copy}>
            Copy finding
          </EuiButtonEmpty>
        )}
      </EuiCopy>
    </div>
  );
}
