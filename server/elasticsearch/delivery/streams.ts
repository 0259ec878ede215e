import { DATASETS, type Dataset, streamOf } from '../../../common/ecs';

/** Data sets whose lines carry a run and a number. nginx's and HAProxy's do not and are not judged. */
export const RUN_DATASETS: readonly Dataset[] = [DATASETS.app, DATASETS.access, DATASETS.sdk];

export function streamsOf(datasets: readonly Dataset[], namespace: string): string {
  return datasets.map((dataset) => streamOf(dataset, namespace)).join(',');
}

export function runStreams(namespace: string): string {
  return streamsOf(RUN_DATASETS, namespace);
}
