import { registerRuleForm } from './alerting/rule_type';
import { PAGES } from './app/pages';
import type { AppMountParameters, CoreSetup, TriggersActionsUiSetup } from './kibana/contract';

/** The browser half of Rota: registers the app; everything else loads when it is opened. */
export class RotaPlugin {
  setup(core: CoreSetup, { triggersActionsUi }: { triggersActionsUi?: TriggersActionsUiSetup } = {}): void {
    if (triggersActionsUi) registerRuleForm(triggersActionsUi);
    core.application.register({
      id: 'rota',
      title: 'Rota',
      euiIconType: 'visGauge',
      order: 8050,
      category: { id: 'observability', label: 'Observability', euiIconType: 'logoObservability', order: 3000 },
      deepLinks: PAGES.map(({ id, title, path }) => ({ id, title, path })),
      async mount(params: AppMountParameters) {
        const [start, plugins] = await core.getStartServices();
        const { renderApp } = await import('./app/render');
        return renderApp(start, plugins, params);
      },
    });
  }

  start(): void {}

  stop(): void {}
}
