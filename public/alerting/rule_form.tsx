import { EuiCheckboxGroup, EuiFieldNumber, EuiFlexGroup, EuiFlexItem, EuiFormRow, EuiSpacer } from '@elastic/eui';
import React, { useEffect } from 'react';
import { ALERT_KINDS, type AlertParams, DEFAULT_PARAMS } from '../../common/alerting';
import type { RuleFormProps } from '../kibana/contract';
import { SUBJECTS } from '../test_subjects';

const LABELS: Record<(typeof ALERT_KINDS)[number], string> = {
  outage: 'Nobody was left in a pool',
  ejected: 'A frontend left the balancer’s pool',
  ejected_passive: 'A webapp left its frontend’s pool',
  burst: '5XX burst of a host that stays in its pool',
  silent: 'A host serves but its log lines stopped',
  all_silent: 'Everything fell silent: the site, or the way of its lines',
  uneven: 'A host gets clearly less or more than its due share',
};

const OPTIONS = ALERT_KINDS.map((id) => ({ id, label: LABELS[id] }));

/** The parameters of a rule `rota.health`, inside Kibana's own form for rules. */
export default function RuleForm({ ruleParams, setRuleParams, errors }: RuleFormProps<AlertParams>) {
  const params = { ...DEFAULT_PARAMS, ...ruleParams };
  // What stands in the form is what is saved, also where nobody touched it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the form opens
  useEffect(() => {
    for (const name of Object.keys(DEFAULT_PARAMS) as (keyof AlertParams)[]) setRuleParams(name, params[name]);
  }, []);
  const chosen = Object.fromEntries(params.kinds.map((kind) => [kind, true]));
  const toggle = (id: string) =>
    setRuleParams(
      'kinds',
      ALERT_KINDS.filter((kind) => (kind === id ? !chosen[kind] : chosen[kind])),
    );
  const number = (name: 'window_min' | 'min_users_hurt', label: string, help: string, min: number) => (
    <EuiFlexItem>
      <EuiFormRow label={label} helpText={help} isInvalid={isFaulty(errors[name])} error={errors[name]}>
        <EuiFieldNumber
          compressed
          min={min}
          value={params[name]}
          isInvalid={isFaulty(errors[name])}
          onChange={({ target }) => setRuleParams(name, target.valueAsNumber)}
          data-test-subj={SUBJECTS.ruleParam(name)}
        />
      </EuiFormRow>
    </EuiFlexItem>
  );
  return (
    <div data-test-subj={SUBJECTS.ruleForm}>
      <EuiFormRow label="Tell of" isInvalid={isFaulty(errors['kinds'])} error={errors['kinds']} fullWidth>
        <EuiCheckboxGroup compressed options={OPTIONS} idToSelectedMap={chosen} onChange={toggle} />
      </EuiFormRow>
      <EuiSpacer size="m" />
      <EuiFlexGroup>
        {number('window_min', 'Minutes judged', 'Shares are compared over this time.', 1)}
        {number(
          'min_users_hurt',
          'User requests hurt, at least',
          'Silence and uneven shares hurt none and count all the same.',
          0,
        )}
      </EuiFlexGroup>
      <EuiSpacer size="m" />
    </div>
  );
}

function isFaulty(errors: unknown): boolean {
  return Array.isArray(errors) && errors.length > 0;
}
