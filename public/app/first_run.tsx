import { EuiButton, EuiCodeBlock, EuiEmptyPrompt, EuiIcon } from '@elastic/eui';
import React from 'react';
import type { FieldsData } from '../../common/api';
import { useRotaQuery } from '../hooks/use_rota_query';
import { useScope } from '../hooks/use_scope';
import { useTimeFormat } from '../hooks/use_time_format';
import { SUBJECTS } from '../test_subjects';

type Setup = NonNullable<FieldsData['setup']>;

const FIRST_LINE = `import { createLogger } from 'rota-sdk';

const logger = createLogger({
  service: { name: 'shop', version: '1.0.0', environment: 'production' },
  url: 'relp://log-1.example:8031',
});
logger.info('hello');`;

/** What is missing, one step after the other, and how the first line is sent. */
export function FirstRun() {
  const { refresh } = useScope();
  const { data } = useRotaQuery('fields', {
    parts: ['setup'],
    kql: '',
    filters: [],
    service: [],
    pool: [],
    environment: [],
  });
  const setup = data?.data.setup;
  return (
    <EuiEmptyPrompt
      data-test-subj={SUBJECTS.firstRun}
      iconType="logstashInput"
      title={<h1>No request has arrived yet</h1>}
      layout="vertical"
      className="rotaFirstRun"
      body={
        <>
          <p>Rota reads what your balancer, frontends and webapps log. This is what it found so far.</p>
          {setup && <Checks checks={setup.checks} />}
          <p>The shortest way to a first line is the SDK in one webapp:</p>
          <EuiCodeBlock language="typescript" fontSize="s" paddingSize="m" isCopyable>
            {FIRST_LINE}
          </EuiCodeBlock>
        </>
      }
      actions={[
        <EuiButton key="again" fill size="s" iconType="refresh" onClick={refresh}>
          Look again
        </EuiButton>,
      ]}
    />
  );
}

const STATES = {
  ok: { icon: 'checkInCircleFilled', color: 'success', label: 'there' },
  old: { icon: 'clock', color: 'warning', label: 'old' },
  missing: { icon: 'minusInCircle', color: 'subdued', label: 'missing' },
} as const;

function Checks({ checks }: { checks: Setup['checks'] }) {
  const time = useTimeFormat();
  return (
    <ul className="rotaChecks">
      {checks.map(({ id, state, title, message, last }) => {
        const { icon, color, label } = STATES[state];
        return (
          <li key={id} data-test-subj={`rotaCheck-${id}`}>
            <EuiIcon type={icon} color={color} aria-label={label} />
            <span>
              <strong>{title}</strong> {message}
              {last !== null && <span className="rotaFine"> Last: {time.full(last)}.</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
