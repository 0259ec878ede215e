import React from 'react';
import type { HealthData } from '../../../common/api';
import type { TableData } from '../../components/data_table';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatCount, formatGoodShare, formatPercent } from '../../format/numbers';
import { SUBJECTS } from '../../test_subjects';
import { useRotaTheme } from '../../theme/use_rota_theme';

type Overview = NonNullable<HealthData['overview']>;
type Budget = Overview['budget'];

/** How much may still fail: a number and one bar. */
export function BudgetPanel({ budget, events, stale }: { budget: Budget; events: Overview['events']; stale: boolean }) {
  const theme = useRotaTheme();
  const { burnt, failures, allowed, in_gap, in_outage, elsewhere, left, good_share, objective } = budget;
  const whole = Math.max(allowed, failures, 1);
  const over = failures > allowed;
  const parts = [
    { label: `${formatCount(in_gap)} in detection gaps`, n: in_gap, colour: theme.status.s5xx },
    ...(in_outage > 0
      ? [{ label: `${formatCount(in_outage)} while a pool was empty`, n: in_outage, colour: theme.status.s4xx }]
      : []),
    { label: `${formatCount(elsewhere)} elsewhere`, n: elsewhere, colour: theme.dark ? '#a8733a' : '#da8b45' },
  ];
  return (
    <Panel
      id="budget"
      title="Error budget"
      question={`Objective ${formatGoodShare(objective).replace(/0+(?=\u202f)/, '')} of user requests without a 5XX, over this window`}
      table={() => budgetTable(budget, events)}
      stale={stale}
    >
      <div data-test-subj={SUBJECTS.budget}>
        <p className="rotaBudget__figure">
          <span className={over ? 'rotaFigure__value rotaFigure__value--danger' : 'rotaFigure__value'}>
            {burnt === null ? '–' : burntText(burnt)}
          </span>
          <span className="rotaFigure__unit">
            {over
              ? `${formatCount(failures)} failed where ${formatCount(allowed)} may`
              : `burnt · ${formatCount(left)} of ${formatCount(allowed)} failures left`}
          </span>
        </p>
        <div className="rotaBudget__bar" style={{ background: theme.track }} aria-hidden>
          {parts.map(({ label, n, colour }) => (
            <span key={label} style={{ inlineSize: `${(n / whole) * 100}%`, background: colour }} />
          ))}
          {over && (
            <span
              className="rotaBudget__limit"
              style={{ insetInlineStart: `${(allowed / whole) * 100}%`, background: theme.text }}
            />
          )}
        </div>
        <div className="rotaBudget__foot">
          <Legend
            items={[
              ...parts.map(({ label, colour }) => ({ label, colour })),
              over
                ? { label: 'budget', colour: theme.text, sign: 'tick' as const }
                : { label: 'left', colour: theme.track },
            ]}
          />
          <span className="rotaFine">{formatGoodShare(good_share)} good</span>
        </div>
      </div>
    </Panel>
  );
}

function burntText(burnt: number): string {
  return burnt > 2 ? `${burnt.toFixed(1)} ×` : formatPercent(burnt);
}

/** What there was to spend, what each event took of it, and what is left. */
function budgetTable(budget: Budget, events: Overview['events']): TableData {
  const { allowed, failures, left, requests } = budget;
  const told = events.filter(({ users_hurt }) => users_hurt > 0);
  const rest = failures - told.reduce((sum, { users_hurt }) => sum + users_hurt, 0);
  const row = (what: string, n: number) => [what, formatCount(n), allowed > 0 ? formatPercent(n / allowed) : '–'];
  return {
    caption: `Error budget of ${formatCount(requests)} requests`,
    columns: [{ name: 'What' }, { name: 'Failures', numeric: true }, { name: 'Of the budget', numeric: true }],
    rows: [
      row('May fail', allowed),
      ...told.map(({ n, title, hosts, users_hurt }) => row(`Event ${n}: ${title}, ${hosts.join(', ')}`, users_hurt)),
      // An event may hurt requests that another one counts, too.
      ...(rest > 0 ? [row('Outside of any event', rest)] : []),
      row('Failed in all', failures),
      row('Left', left),
    ],
  };
}
