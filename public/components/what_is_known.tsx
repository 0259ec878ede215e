import { EuiAccordion, EuiText } from '@elastic/eui';
import React from 'react';
import type { JoinInfo, NotKnown } from '../../common/api';
import { SUBJECTS } from '../test_subjects';
import { Panel } from './panel';
import { Sentence } from './sentence';

/** Shown at once; more stand folded. */
const FEW = 5;

/**
 * What the page cannot say, why, and the line of configuration that would make it known; why a name is taken for a host;
 * and who writes no log of its own. A quiet place: none of it is an alarm.
 */
export function WhatIsKnown({
  notKnown,
  joins,
  quiet = null,
}: {
  notKnown: readonly NotKnown[];
  joins: readonly JoinInfo[];
  quiet?: string | null;
}) {
  if (notKnown.length === 0 && joins.length === 0 && quiet === null) return null;
  return (
    <Panel id="known" title="What is not known, and why hosts are taken for what they are">
      <EuiText size="xs" data-test-subj={SUBJECTS.notKnown}>
        {(notKnown.length > 0 || quiet !== null) && (
          <ul className="rotaKnown">
            {notKnown.map(({ id, because, mend }) => (
              <li key={`${id} ${because}`}>
                <Sentence text={because} />
                {mend !== null && (
                  <>
                    {' '}
                    It would be known with <code className="rotaCode">{mend}</code>
                  </>
                )}
              </li>
            ))}
            {quiet !== null && <li>{quiet}</li>}
          </ul>
        )}
        <Joins joins={joins} />
      </EuiText>
    </Panel>
  );
}

function Joins({ joins }: { joins: readonly JoinInfo[] }) {
  if (joins.length === 0) return null;
  const list = (
    <ul className="rotaKnown">
      {joins.map(({ reason, certainty }) => (
        <li key={reason}>
          <Sentence text={reason} /> <span className="rotaFine">({certainty})</span>
        </li>
      ))}
    </ul>
  );
  if (joins.length <= FEW) return list;
  return (
    <EuiAccordion
      id="rotaKnownJoins"
      buttonContent={`${joins.length} names and addresses, and why they are which host`}
    >
      {list}
    </EuiAccordion>
  );
}
