import React from 'react';
import type { HealthData } from '../../../common/api';
import { HostName } from '../../components/host_name';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatMs } from '../../format/numbers';
import { useRotaTheme } from '../../theme/use_rota_theme';

type Hosts = NonNullable<HealthData['overview']>['hosts'];

const MOST_ROWS = 12;

/** Who is slow? p50 ring, p95 tick and p99 dot on one scale for all. */
export function SlowestPanel({
  hosts,
  colours,
  stale,
}: {
  hosts: Hosts;
  colours: Map<string, string>;
  stale: boolean;
}) {
  const { text } = useRotaTheme();
  const shown = [...hosts].sort((a, b) => b.p99_ms - a.p99_ms).slice(0, MOST_ROWS);
  if (shown.length === 0) return null;
  const top = niceTop(shown[0]!.p99_ms);
  return (
    <Panel
      id="slowest"
      title="Slowest hosts"
      question="Who is slow? By p99"
      legend={
        <Legend
          items={[
            { label: 'p50', sign: 'ring', colour: text },
            { label: 'p95', sign: 'tick', colour: text },
            { label: 'p99', sign: 'dot', colour: text },
          ]}
        />
      }
      stale={stale}
    >
      <table className="rotaTable rotaTable--rows rotaTable--bars rotaTable--hosts">
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">to {formatMs(top)}</th>
            <th scope="col" className="rotaNumeric">
              p50
            </th>
            <th scope="col" className="rotaNumeric">
              p95
            </th>
            <th scope="col" className="rotaNumeric">
              p99
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ host, p50_ms, p95_ms, p99_ms }, i) => (
            <tr key={host} className={i === 0 ? 'rotaTable__strong' : undefined}>
              <td>
                <HostName name={host} />
              </td>
              <td>
                <Spread values={[p50_ms, p95_ms, p99_ms]} top={top} colour={colours.get(host) ?? '#98a2b3'} />
              </td>
              <td className="rotaNumeric">{formatMs(p50_ms)}</td>
              <td className="rotaNumeric">{formatMs(p95_ms)}</td>
              <td className="rotaNumeric">{formatMs(p99_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Spread({
  values: [p50, p95, p99],
  top,
  colour,
}: {
  values: [number, number, number];
  top: number;
  colour: string;
}) {
  const { panel, border } = useRotaTheme();
  const x = (ms: number) => `${4 + (ms / top) * 92}%`;
  return (
    <svg className="rotaSpread" width="100%" height={16} aria-hidden focusable={false}>
      <line x1={0} x2="100%" y1={8} y2={8} stroke={border} />
      <line x1={x(p50)} x2={x(p99)} y1={8} y2={8} stroke={colour} strokeWidth={3} />
      <line x1={x(p95)} x2={x(p95)} y1={2} y2={14} stroke={colour} strokeWidth={3} />
      <circle cx={x(p50)} cy={8} r={4} fill={panel} stroke={colour} strokeWidth={2} />
      <circle cx={x(p99)} cy={8} r={4.5} fill={colour} />
    </svg>
  );
}

function niceTop(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ms)));
  return [1, 1.5, 2, 3, 4, 5, 7.5, 10].map((n) => n * power).find((n) => n >= ms) ?? ms;
}
