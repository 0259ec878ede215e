import { EuiCallOut, EuiLink, EuiProgress, EuiTab, EuiTabs } from '@elastic/eui';
import { useIsFetching } from '@tanstack/react-query';
import React, { type ReactNode, useEffect } from 'react';
import { useHistory, useLocation } from 'react-router-dom';
import { AlertMenu } from '../alerting/alert_menu';
import { ErrorBoundary } from '../components/error_boundary';
import { useScope } from '../hooks/use_scope';
import { withPage } from '../state/url_state';
import { SUBJECTS } from '../test_subjects';
import { PAGES, type PageId } from './pages';
import { ScopeBar } from './scope_bar';
import { Selectors } from './selectors';
import { useServices } from './services';
import { Standing } from './standing';

/** The head that all pages share: tabs, selectors, search bar with time range. */
export function Frame({ page, children }: { page: PageId; children: ReactNode }) {
  const { faults, mend } = useScope();
  const fetching = useIsFetching() > 0;
  useBreadcrumbs(page);
  return (
    <div className="rotaApp" data-test-subj={SUBJECTS.app}>
      <AlertMenu />
      <div className="rotaHead">
        <div className="rotaHead__row">
          <Tabs page={page} />
          <Selectors />
        </div>
        <ScopeBar />
        <Standing />
        {fetching && <EuiProgress size="xs" color="accent" position="absolute" aria-label="Loading" />}
      </div>
      <div className="rotaMain">
        {faults.length > 0 && (
          <EuiCallOut
            size="s"
            color="warning"
            iconType="link"
            title={faults.join(' ')}
            data-test-subj={SUBJECTS.addressFaults}
          >
            <EuiLink onClick={mend}>Take it out of the address</EuiLink>
          </EuiCallOut>
        )}
        <ErrorBoundary key={page}>{children}</ErrorBoundary>
      </div>
    </div>
  );
}

function Tabs({ page }: { page: PageId }) {
  const history = useHistory();
  const { search } = useLocation();
  const { kept } = useScope();
  return (
    <EuiTabs bottomBorder={false} size="m" aria-label="Pages of Rota">
      {PAGES.map(({ id, title, path }) => {
        // A page is found as it was left.
        const own = id === page ? '' : kept(path);
        const location = { pathname: path, search: withPage(search, own) };
        return (
          <EuiTab
            key={id}
            isSelected={id === page}
            href={history.createHref(location)}
            onClick={(event: React.MouseEvent) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              history.push(location);
            }}
            data-test-subj={SUBJECTS.tab(id)}
          >
            {title}
          </EuiTab>
        );
      })}
    </EuiTabs>
  );
}

function useBreadcrumbs(page: PageId): void {
  const { core } = useServices();
  useEffect(() => {
    const { title } = PAGES.find(({ id }) => id === page)!;
    core.chrome.setBreadcrumbs([
      { text: 'Observability' },
      { text: 'Rota', href: core.http.basePath.prepend('/app/rota') },
      { text: title },
    ]);
    core.chrome.docTitle.change([title, 'Rota']);
  }, [core, page]);
}
