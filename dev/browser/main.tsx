import { createBrowserHistory } from 'history';
import React from 'react';
import ReactDOM from 'react-dom';
import type { CoreSetup, StartPlugins } from '../../public/kibana/contract';
import { Chrome } from './chrome';
import { createCore } from './core';
import { createPlugins } from './plugins';

interface PluginModule {
  plugin(): { setup(core: CoreSetup): void; start(): void };
}

type Registered = Parameters<CoreSetup['application']['register']>[0];

/** Loads the plugin's bundle as Kibana does: `define` keeps the module, `get` evaluates it. */
async function loadPlugin(): Promise<PluginModule> {
  const modules = new Map<string, () => unknown>();
  Object.assign(globalThis, {
    __kbnBundles__: {
      define: (id: string, get: () => unknown) => modules.set(id, get),
      get: (id: string) => modules.get(id)?.(),
    },
  });
  await new Promise<void>((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `${document.documentElement.dataset['assets']}/rota.plugin.js`;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error('The plugin bundle did not load.'));
    document.head.append(script);
  });
  return modules.get('plugin/rota/public')!() as PluginModule;
}

async function start(): Promise<void> {
  const darkMode = document.documentElement.dataset['theme'] === 'dark';
  const root = createBrowserHistory();
  const core = createCore({ darkMode, history: root });
  const plugins: StartPlugins = createPlugins(core);
  const apps: Registered[] = [];
  const module = await loadPlugin();
  const plugin = module.plugin();
  plugin.setup({
    application: { register: (app) => apps.push(app) },
    getStartServices: async () => [core, plugins, undefined],
  });
  plugin.start();
  const app = apps[0];
  if (!app) throw new Error('The plugin registered no app.');
  ReactDOM.render(
    <Chrome core={core} darkMode={darkMode} title={app.title}>
      {(element) => app.mount({ element, history: createBrowserHistory({ basename: `/app/${app.id}` }) })}
    </Chrome>,
    document.getElementById('host'),
  );
}

void start();
