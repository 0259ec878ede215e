import React from 'react';
import type { DeliveryOverview } from '../../../common/api';
import { Verdict } from '../../components/verdict';
import { formatCount, plural } from '../../format/numbers';
import { useIsNarrowed } from '../../hooks/use_scope';
import { SUBJECTS } from '../../test_subjects';
import { RUN_STATE_ORDER, RUN_STATES, RunStateSign } from './run_state';

/** Past this many runs the cells merge into one bar a state. */
const MOST_CELLS = 120;

/** One sentence, one cell a run, and the account that has to add up. */
export function AccountVerdict({ overview }: { overview: DeliveryOverview }) {
  return (
    <Verdict verdict={overview.verdict}>
      <div className="rotaAccount">
        <RunCells overview={overview} />
        <Account account={overview.account} />
      </div>
    </Verdict>
  );
}

function RunCells({ overview: { counts, runs } }: { overview: DeliveryOverview }) {
  const present = RUN_STATE_ORDER.filter((state) => counts[state] > 0);
  return (
    <div className="rotaRunCells" data-test-subj={SUBJECTS.runCells}>
      <div className="rotaRunCells__row" aria-hidden>
        {counts.runs <= MOST_CELLS
          ? [...runs].reverse().map(({ id, state }) => <RunStateSign key={id} state={state} />)
          : [...present]
              .reverse()
              .map((state) => (
                <span
                  key={state}
                  className={`rotaRunSign rotaRunSign--bar rotaRunSign--${state}`}
                  style={{ flexGrow: counts[state] }}
                />
              ))}
      </div>
      <ul className="rotaLegend">
        {[...present].reverse().map((state) => (
          <li key={state}>
            <RunStateSign state={state} />
            {formatCount(counts[state])} {RUN_STATES[state].label}: {RUN_STATES[state].meaning}
          </li>
        ))}
        {present.length === 0 && <li>{plural(0, 'run')} of the SDK in this window</li>}
      </ul>
    </div>
  );
}

/** written = indexed + declared drops + dead letters + missing (+ what seldom occurs). Refused duplicates stand outside. */
function Account({ account }: { account: DeliveryOverview['account'] }) {
  const narrowed = useIsNarrowed();
  const parts: [string, string, number, boolean?][] = [
    ['=', 'Indexed', account.indexed],
    ['+', 'Drops declared', account.drops],
    ['+', 'Dead letters', account.dead_letters],
    ['+', 'Missing', account.missing, account.missing > 0],
    ...seldom('On the way', account.in_flight),
    ...seldom('Absent, not known why', account.unsearched),
    ...seldom('Older than kept', account.expired),
  ];
  return (
    <dl className="rotaAccount__sum" data-test-subj={SUBJECTS.account}>
      <Term name="Written" value={`${account.written_is_lower_bound ? '≥ ' : ''}${formatCount(account.written)}`} />
      {parts.map(([sign, name, value, bad]) => (
        <Term key={name} sign={sign} name={name} value={formatCount(value)} bad={bad} />
      ))}
      <Term
        name={narrowed ? 'Duplicates refused, of all services' : 'Duplicates refused'}
        value={formatCount(account.duplicates_refused)}
        apart
      />
    </dl>
  );
}

/** A term that stands in the sum only when there is something of it. */
function seldom(name: string, value: number): [string, string, number][] {
  return value > 0 ? [['+', name, value]] : [];
}

interface TermProps {
  name: string;
  value: string;
  /** Before it in the sum; drawn, not read. */
  sign?: string;
  bad?: boolean;
  apart?: boolean;
}

function Term({ name, value, sign, bad, apart }: TermProps) {
  return (
    <div className={apart ? 'rotaAccount__term rotaAccount__term--apart' : 'rotaAccount__term'} data-sign={sign}>
      <dt>{name}</dt>
      <dd className={bad ? 'rotaFigure__value--danger' : undefined}>{value}</dd>
    </div>
  );
}
