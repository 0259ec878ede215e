import { EuiLink } from '@elastic/eui';
import React from 'react';
import type { HealthData } from '../../../common/api';
import { escapeKql, quoteKql } from '../../../common/kql/literal';
import { Panel } from '../../components/panel';
import { formatCount, formatPercent } from '../../format/numbers';
import { useTarget } from '../../hooks/use_target';
import { useRotaTheme } from '../../theme/use_rota_theme';

type Routes = NonNullable<HealthData['overview']>['routes'];

/** More do not fit beside each other. */
const MOST_STATUSES = 2;

/** What broke for users? Each route leads to its failed requests. */
export function RoutesPanel({ routes, cut, stale }: { routes: Routes; cut: boolean; stale: boolean }) {
  const theme = useRotaTheme();
  const target = useTarget();
  const most = Math.max(1, ...routes.map(({ failed }) => failed));
  const failing = routes.filter(({ failed }) => failed > 0);
  return (
    <Panel id="routes" title="Top failing routes" question="What broke for users?" stale={stale}>
      {failing.length === 0 ? (
        <p className="rotaFine">No route answered 5XX.</p>
      ) : (
        <table className="rotaTable rotaTable--rows rotaTable--bars">
          <thead>
            <tr>
              <th scope="col">Route</th>
              <th scope="col">5XX</th>
              <th scope="col" className="rotaNumeric">
                <span className="euiScreenReaderOnly">5XX, number</span>
              </th>
              <th scope="col" className="rotaNumeric">
                Of route
              </th>
              <th scope="col" className="rotaNumeric">
                Status
              </th>
            </tr>
          </thead>
          <tbody>
            {failing.map(({ method, path, failed, failed_share, statuses }) => (
              <tr key={`${method} ${path}`}>
                <td className="rotaTable__path" title={`${method} ${path}`}>
                  <span className="rotaFine">{method}</span>{' '}
                  <EuiLink color="text" {...target({ page: 'requests', kql: kqlOf(method, path) })}>
                    {path}
                  </EuiLink>
                </td>
                <td>
                  <span className="rotaBarTrack" style={{ background: theme.track }} aria-hidden>
                    <span style={{ inlineSize: `${(failed / most) * 100}%`, background: theme.status.s5xx }} />
                  </span>
                </td>
                <td className="rotaNumeric">
                  <strong>
                    {cut ? '≥ ' : ''}
                    {formatCount(failed)}
                  </strong>
                </td>
                <td className="rotaNumeric rotaFine">{failed_share === null ? '–' : formatPercent(failed_share)}</td>
                <td className="rotaNumeric rotaFine" title={statuses.join(', ')}>
                  {statuses.slice(0, MOST_STATUSES).join(', ')}
                  {statuses.length > MOST_STATUSES ? ' …' : ''}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {cut && <p className="rotaFine">More paths failed than were counted; a shorter time range counts them all.</p>}
    </Panel>
  );
}

/** A route with placeholders (`/products/:id`) stands for many paths: search by what comes before. */
function kqlOf(method: string, path: string): string {
  const [before] = path.split('/:');
  const quoted = before === path ? quoteKql(path) : `${escapeKql(before ?? '')}/*`;
  return `http.request.method: ${quoteKql(method)} and url.path: ${quoted} and http.response.status_code >= 500`;
}
