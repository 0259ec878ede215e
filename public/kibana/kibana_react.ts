import type { ComponentType, PropsWithChildren } from 'react';

type ContextProvider = ComponentType<PropsWithChildren<{ services: object }>>;

declare const __kbnBundles__: { get(id: string): { KibanaContextProvider: ContextProvider } };

/**
 * What Kibana's own forms take their services from. It is no part of a plugin's contract: Kibana's plugins share it by
 * the bundle `kibanaReact` (kibana.json, `requiredBundles`).
 */
export function kibanaContextProvider(): ContextProvider {
  return __kbnBundles__.get('plugin/kibanaReact/public').KibanaContextProvider;
}
