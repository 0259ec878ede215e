import { EuiButton, EuiIcon, EuiPanel, EuiText, EuiTitle } from '@elastic/eui';
import React, { type ReactNode, useContext } from 'react';
import type { Verdict as VerdictData } from '../../common/api';
import { useTarget } from '../hooks/use_target';
import { SUBJECTS } from '../test_subjects';
import { PartialAnswer } from './partial_answer';
import { Sentence } from './sentence';

const TONES = {
  good: { icon: 'checkInCircleFilled', color: 'success', label: 'Good' },
  warning: { icon: 'warning', color: 'warning', label: 'Warning' },
  danger: { icon: 'error', color: 'danger', label: 'Problem' },
  neutral: { icon: 'iInCircle', color: 'subdued', label: 'Note' },
} as const;

/** The page's one sentence: what is the matter, why, and where the evidence is. Key figures go inside, below. */
export function Verdict({
  verdict,
  actions,
  children,
}: {
  verdict: VerdictData;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  const target = useTarget();
  // Half an answer proves nothing good.
  const tone = useContext(PartialAnswer) && verdict.tone === 'good' ? 'neutral' : verdict.tone;
  const { icon, color, label } = TONES[tone];
  return (
    <EuiPanel
      hasBorder
      hasShadow={false}
      paddingSize="none"
      grow={false}
      className={`rotaVerdict rotaVerdict--${tone}`}
      data-test-subj={SUBJECTS.verdict}
    >
      <div className="rotaVerdict__sentence">
        <EuiIcon type={icon} color={color} size="l" aria-label={label} />
        <div className="rotaVerdict__words">
          <EuiTitle size="s">
            <h1>{verdict.headline}</h1>
          </EuiTitle>
          {verdict.detail && (
            <EuiText size="xs" className="rotaVerdict__detail">
              <p>
                <Sentence text={verdict.detail} />
              </p>
            </EuiText>
          )}
        </div>
        <div className="rotaVerdict__actions">
          {actions}
          {verdict.action && (
            <EuiButton
              size="s"
              iconType="inspect"
              {...target(verdict.action.target)}
              data-test-subj={SUBJECTS.verdictAction}
            >
              {verdict.action.label}
            </EuiButton>
          )}
        </div>
      </div>
      {children}
    </EuiPanel>
  );
}
