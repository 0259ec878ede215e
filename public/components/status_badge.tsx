import React from 'react';
import { statusClass } from '../theme/colours';

/** A status with its class' colour as a square beside it: never colour alone. */
export function StatusBadge({ status }: { status: number | null }) {
  const name = statusClass(status);
  return (
    <span className={`rotaStatus rotaStatus--${name}`}>
      <span className="rotaSign" style={{ background: `var(--rota-${name})` }} />
      {status ?? '–'}
    </span>
  );
}
