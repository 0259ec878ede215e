import type { Plugin } from 'esbuild';

/**
 * The modules that Kibana 8.12 shares with plugins' browser code, and their keys on the global `__kbnSharedDeps__`
 * (`@kbn/ui-shared-deps-npm` and `-src` in Kibana's repository). The bundle must take these from Kibana: a second React
 * breaks hooks, and a second EUI doubles the download. What is not listed here goes into our bundle.
 */
export const SHARED_DEPS: Readonly<Record<string, string>> = {
  react: 'React',
  'react-dom': 'ReactDom',
  'react-router-dom': 'ReactRouterDom',
  history: 'History',
  lodash: 'Lodash',
  moment: 'Moment',
  'moment-timezone': 'MomentTimezone',
  rxjs: 'Rxjs',
  '@elastic/eui': 'ElasticEui',
  '@elastic/eui/dist/eui_charts_theme': 'ElasticEuiChartsTheme',
  '@elastic/charts': 'ElasticCharts',
  '@elastic/datemath': 'KbnDatemath',
  '@emotion/cache': 'EmotionCache',
  '@emotion/react': 'EmotionReact',
  '@tanstack/react-query': 'ReactQuery',
};

/** Packages that Kibana shares in part; any other path inside them would be bundled as a second copy, so it is refused. */
const SHARED_PACKAGES =
  /^(react|react-dom|react-router-dom|lodash|moment|rxjs|@elastic\/(eui|charts)|@emotion\/react)(\/|$)/;

/** esbuild plugin: an import of a shared module becomes a read of `__kbnSharedDeps__`. */
export function sharedDepsPlugin(): Plugin {
  return {
    name: 'kibana-shared-deps',
    setup(build) {
      build.onResolve({ filter: /^[@a-z]/ }, ({ path }) => {
        if (SHARED_DEPS[path]) return { path, namespace: 'kbn-shared' };
        if (SHARED_PACKAGES.test(path)) {
          return { errors: [{ text: `Kibana does not share "${path}". Import from the package's root instead.` }] };
        }
        return undefined;
      });
      build.onResolve({ filter: /^kbn-global:/ }, ({ path }) => ({
        path: path.slice('kbn-global:'.length),
        namespace: 'kbn-global',
      }));
      build.onLoad({ filter: /.*/, namespace: 'kbn-shared' }, ({ path }) => ({
        contents: asModule(path),
        loader: 'js',
      }));
      build.onLoad({ filter: /.*/, namespace: 'kbn-global' }, ({ path }) => ({
        contents: `module.exports = __kbnSharedDeps__[${JSON.stringify(SHARED_DEPS[path])}];`,
        loader: 'js',
      }));
    },
  };
}

/**
 * Webpack's reading of a default import: the module's own `default` when it is an ES module, otherwise all of it. Left
 * alone, esbuild would always take all of it, as Node.js does in packages of type "module".
 */
function asModule(path: string): string {
  const global = JSON.stringify(`kbn-global:${path}`);
  return `import * as all from ${global};
export * from ${global};
const found = all.default;
export default found && found.__esModule ? found.default : found;`;
}
