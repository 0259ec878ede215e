import { EuiToolTip } from '@elastic/eui';
import React from 'react';
import type { HostShare, RotationData, TierShare } from '../../../common/api';
import type { TableData } from '../../components/data_table';
import { HostName } from '../../components/host_name';
import { Legend } from '../../components/legend';
import { Panel } from '../../components/panel';
import { formatCount, formatMs, formatPercent, formatPoints, formatSpan } from '../../format/numbers';
import { usePageParam } from '../../hooks/use_scope';
import { SUBJECTS } from '../../test_subjects';
import { useRotaTheme } from '../../theme/use_rota_theme';

type Overview = NonNullable<RotationData['overview']>;

/** With more hosts than this, only the most uneven are open until the user asks for all. */
const FOLD_FROM = 14;
const OPEN_WHEN_FOLDED = 10;

/** Did each host get what it should? Bar = got, mark = due, hatched = shortfall; then the deviation around zero. */
export function SharePanel({
  overview,
  colours,
  stale,
}: {
  overview: Overview;
  colours: Map<string, string>;
  stale: boolean;
}) {
  const { tiers, settings } = overview;
  const shown = tiers.filter(({ hosts }) => hosts.length > 0);
  return (
    <Panel
      id="share"
      title="Share against due"
      question="Did each host get what it should?"
      legend={
        <Legend
          items={[
            { label: 'due', colour: 'var(--rota-text)', sign: 'tick' },
            { label: 'shortfall', sign: 'hatch' },
          ]}
        />
      }
      table={() => shareTable(shown)}
      stale={stale}
    >
      <table className="rotaShare" aria-label="Share of each host against its due share">
        {shown.map((tier) => (
          <TierRows key={tier.tier} tier={tier} colours={colours} />
        ))}
      </table>
      <p className="rotaFine rotaShare__foot">
        Due is an equal split (by weight) over the hosts in the pool at each moment, so time out of the pool is already
        taken off. Least connections sends less to a slower host: read the deviation beside the mean duration. Marked
        from ±{settings.deviation_points} points and {formatCount(settings.min_requests)} requests.
      </p>
    </Panel>
  );
}

function TierRows({ tier, colours }: { tier: TierShare; colours: Map<string, string> }) {
  const [shown, setShown] = usePageParam('hosts');
  const folded = tier.hosts.length > FOLD_FROM && shown !== 'all';
  const byDeviation = [...tier.hosts].sort((a, b) => Math.abs(b.in_points) - Math.abs(a.in_points));
  const hosts = folded ? byDeviation.slice(0, OPEN_WHEN_FOLDED) : tier.hosts;
  const top = niceTop(Math.max(...tier.hosts.flatMap(({ share, due }) => [share, due])));
  const widest = Math.max(1, ...tier.hosts.map(({ in_points }) => Math.abs(in_points)));
  const slowest = Math.max(...tier.hosts.map(({ mean_ms }) => mean_ms ?? 0));
  return (
    <>
      <thead>
        <tr>
          <th scope="col">{tier.label}</th>
          <th scope="col">0 – {Math.round(top * 100)} %</th>
          <th scope="col">Got</th>
          <th scope="col">Due</th>
          <th scope="col">Deviation, points</th>
          <th scope="col">Mean duration</th>
          <th scope="col">In pool</th>
        </tr>
      </thead>
      <tbody>
        {hosts.map((host) => (
          <HostRow
            key={host.host}
            host={host}
            tier={tier}
            top={top}
            widest={widest}
            slowest={slowest}
            colour={colours.get(host.host) ?? '#98a2b3'}
          />
        ))}
        {folded && (
          <tr>
            <td colSpan={7}>
              <button type="button" className="rotaLinkButton" onClick={() => setShown('all')}>
                Show all {tier.hosts.length} hosts (the {OPEN_WHEN_FOLDED} furthest from their due are shown)
              </button>
            </td>
          </tr>
        )}
        {tier.source_note && (
          <tr>
            <td colSpan={7} className="rotaShare__note">
              {tier.source_note}
            </td>
          </tr>
        )}
      </tbody>
    </>
  );
}

interface HostRowProps {
  host: HostShare;
  tier: TierShare;
  top: number;
  widest: number;
  slowest: number;
  colour: string;
}

function HostRow({ host, tier, top, widest, slowest, colour }: HostRowProps) {
  const { track, danger, faint, status } = useRotaTheme();
  const x = (share: number) => `${(share / top) * 100}%`;
  const bar = (Math.abs(host.in_points) / widest) * 50;
  const meanColour = host.marked && host.mean_ms === slowest ? status.s4xx : faint;
  return (
    <tr className={host.marked ? 'rotaShare__row--marked' : undefined} data-test-subj={SUBJECTS.share(host.host)}>
      <th scope="row">
        <EuiToolTip content={<Causes host={host} />}>
          <button type="button" className="rotaShare__host">
            <span className="rotaSign" style={{ background: colour }} />
            <HostName name={host.host} />
          </button>
        </EuiToolTip>
      </th>
      <td aria-hidden>
        <div className="rotaShare__bar">
          <span style={{ inset: '3px 0', background: track }} />
          {host.due > host.share && (
            <span
              className="rotaHatch"
              style={{ left: x(host.share), width: x(host.due - host.share), color: host.marked ? danger : faint }}
            />
          )}
          <span style={{ inset: '3px auto 3px 0', width: x(host.share), background: colour }} />
          <span className="rotaShare__due" style={{ left: x(host.due) }} />
        </div>
      </td>
      <td>
        <strong>{formatPercent(host.share)}</strong>
      </td>
      <td className="rotaShare__subdued">{tier.pool_known || tier.hosts.length > 1 ? formatPercent(host.due) : '–'}</td>
      <td>
        <div className="rotaShare__deviation">
          <span className="rotaShare__zero" aria-hidden>
            <span
              style={{
                background: host.marked ? danger : faint,
                width: `${bar}%`,
                left: host.in_points < 0 ? `${50 - bar}%` : '50%',
              }}
            />
          </span>
          <span className={host.marked ? 'rotaShare__mark' : undefined}>{formatPoints(host.in_points)}</span>
        </div>
      </td>
      <td>
        <div className="rotaShare__duration">
          <span className="rotaShare__mean" aria-hidden>
            <span
              style={{ background: meanColour, width: slowest > 0 ? `${((host.mean_ms ?? 0) / slowest) * 100}%` : 0 }}
            />
          </span>
          {formatMs(host.mean_ms)}
        </div>
      </td>
      <td className="rotaShare__subdued">{formatSpan(host.in_pool_ms)}</td>
    </tr>
  );
}

/** Two losses, each with its cause: only the second is unevenness. */
function Causes({ host }: { host: HostShare }) {
  return (
    <>
      <strong>
        {host.host}: {formatPercent(host.equal)} equal → {formatPercent(host.due)} due → {formatPercent(host.share)} got
      </strong>
      <br />
      {formatPoints(host.out_points)} points by time out of the pool{host.out_cause ? `: ${host.out_cause}` : ''}
      <br />
      {formatPoints(host.in_points)} points while in it{host.in_cause ? `: ${host.in_cause}` : ''}
      <br />
      {formatCount(host.requests)} requests, {formatPercent(host.failed_share)} 5XX
    </>
  );
}

function shareTable(tiers: TierShare[]): TableData {
  const numeric = (name: string) => ({ name, numeric: true });
  return {
    caption: 'Share of each host against its due share',
    columns: [
      { name: 'Host' },
      { name: 'Tier' },
      ...[
        'Requests',
        'Got',
        'Due',
        'Equal',
        'Points by time out',
        'Points in pool',
        'Mean duration',
        'In pool',
        '5XX',
      ].map(numeric),
      { name: 'Cause' },
    ],
    rows: tiers.flatMap(({ label, hosts }) =>
      hosts.map((h) => [
        h.host,
        label,
        formatCount(h.requests),
        formatPercent(h.share),
        formatPercent(h.due),
        formatPercent(h.equal),
        formatPoints(h.out_points),
        formatPoints(h.in_points),
        formatMs(h.mean_ms),
        formatSpan(h.in_pool_ms),
        formatPercent(h.failed_share),
        [h.out_cause, h.in_cause].filter(Boolean).join('; '),
      ]),
    ),
  };
}

/** The next round share above the largest, so that bars of one tier can be compared. */
function niceTop(largest: number): number {
  return Math.min(1, Math.ceil(largest * 20 + 0.2) / 20);
}
