import React from 'react';
import type { Run } from '../../../common/api';
import { HatchPattern } from '../../charts/hatch';
import { formatCount } from '../../format/numbers';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { type MarkKind, stripMarks } from './strip';

const WIDTH = 160;
const HEIGHT = 8;

/** Where in the life of a run, from its first number to its highest, something is absent. */
export function RunStrip({ run }: { run: Run }) {
  const theme = useRotaTheme();
  const hatch = `rotaStrip-${run.id}`;
  const colours: Record<MarkKind, string> = {
    missing: theme.status.s5xx,
    drop: theme.status.s4xx,
    dead_letter: '#9170b8',
    unproven: `url(#${hatch})`,
  };
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT + 4}`}
      className="rotaStrip"
      role="img"
      aria-label={`Numbers 1 to ${formatCount(run.sent)}: ${stripText(run)}`}
    >
      <defs>
        <HatchPattern id={hatch} colour={theme.status.s4xx} ground={theme.panel} />
      </defs>
      <rect y={2} width={WIDTH} height={HEIGHT} rx={1} fill={theme.status.s2xx} opacity={0.8} />
      {stripMarks(run, WIDTH).map(({ kind, x, width }) => (
        <rect
          key={`${kind}-${x}`}
          x={x}
          y={kind === 'missing' ? 0 : 2}
          width={width}
          height={kind === 'missing' ? HEIGHT + 4 : HEIGHT}
          fill={colours[kind]}
          stroke={theme.panel}
          strokeWidth={1}
        />
      ))}
    </svg>
  );
}

function stripText(run: Run): string {
  const parts = [
    ...(run.missing > 0 ? [`${formatCount(run.missing)} missing`] : []),
    ...(run.unsearched > 0 ? [`${formatCount(run.unsearched)} absent, not known why`] : []),
    ...(run.expired > 0 ? [`${formatCount(run.expired)} older than kept`] : []),
    ...(run.drops.length > 0 ? [`${formatCount(run.drops.reduce((sum, { count }) => sum + count, 0))} dropped`] : []),
    ...(run.dead_letters > 0 ? [`${formatCount(run.dead_letters)} dead letters`] : []),
    ...(run.unproven_after === null ? [] : [`nothing is proven after ${formatCount(run.unproven_after)}`]),
  ];
  return parts.length > 0 ? parts.join(', ') : 'nothing is absent';
}
