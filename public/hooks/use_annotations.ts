import type { Annotation } from '../../common/api';
import { useRotaQuery } from './use_rota_query';

const NONE: Annotation[] = [];

/**
 * Deploys and pool events for the charts of a page whose own answer has none. They are facts of the pools, so the KQL of
 * the page does not narrow them. While they are on their way, or if they fail, the chart stands without them.
 */
export function useAnnotations(): Annotation[] {
  const { data } = useRotaQuery('health', { parts: ['annotations'], kql: '', filters: [] });
  return data?.data.annotations ?? NONE;
}
