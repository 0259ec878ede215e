import React from 'react';
import { SUBJECTS } from '../test_subjects';

export interface KeyFigure {
  id: string;
  label: string;
  value: string;
  /** Stands small behind the value: its unit or share. */
  unit?: string;
  /** What the figure is measured on or against. */
  context: string;
  tone?: 'danger' | 'success';
}

/** Six numbers that say how much and how sure. */
export function KeyFigures({ figures }: { figures: KeyFigure[] }) {
  return (
    <dl className="rotaFigures" data-test-subj={SUBJECTS.figures}>
      {figures.map(({ id, label, value, unit, context, tone }) => (
        <div key={id} className="rotaFigure" data-test-subj={SUBJECTS.figure(id)}>
          <dt>{label}</dt>
          <dd>
            <span className={`rotaFigure__value${tone ? ` rotaFigure__value--${tone}` : ''}`}>{value}</span>
            {unit && <span className="rotaFigure__unit">{unit}</span>}
            <span className="rotaFigure__context" title={context}>
              {context}
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
