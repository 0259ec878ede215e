import React from 'react';
import { Redirect, Route, Switch, useLocation } from 'react-router-dom';
import { ScopeProvider } from '../hooks/use_scope';
import { DeliveryPage } from '../pages/delivery/delivery_page';
import { HealthPage } from '../pages/health/health_page';
import { RequestsPage } from '../pages/requests/requests_page';
import { RotationPage } from '../pages/rotation/rotation_page';
import { Frame } from './frame';
import type { PageId } from './pages';

const COMPONENTS: Record<PageId, () => JSX.Element> = {
  rotation: RotationPage,
  health: HealthPage,
  requests: RequestsPage,
  delivery: DeliveryPage,
};

export function App() {
  const { search } = useLocation();
  return (
    <ScopeProvider>
      <Switch>
        {(Object.keys(COMPONENTS) as PageId[]).map((id) => {
          const Page = COMPONENTS[id];
          return (
            <Route key={id} path={`/${id}`}>
              <Frame page={id}>
                <Page />
              </Frame>
            </Route>
          );
        })}
        <Redirect to={{ pathname: '/rotation', search }} />
      </Switch>
    </ScopeProvider>
  );
}
