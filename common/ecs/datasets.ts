/** Datasets of Rota's data streams, `logs-<dataset>-<namespace>`. */
export const DATASETS = {
  haproxy: 'haproxy.log',
  nginxAccess: 'nginx.access',
  nginxError: 'nginx.error',
  gunicornAccess: 'gunicorn.access',
  gunicornError: 'gunicorn.error',
  app: 'rota.app',
  access: 'rota.access',
  sdk: 'rota.sdk',
  health: 'rota.health',
  pipeline: 'rota.pipeline',
  deadLetter: 'rota.deadletter',
  syslog: 'syslog',
} as const;

export type Dataset = (typeof DATASETS)[keyof typeof DATASETS];

export const TIERS = ['lb', 'frontend', 'webapp', 'log'] as const;
export type Tier = (typeof TIERS)[number];

/** One line a request, written by the tier that answered it. */
export const ACCESS_DATASETS: Readonly<Record<'lb' | 'frontend' | 'webapp', readonly Dataset[]>> = {
  lb: [DATASETS.haproxy],
  frontend: [DATASETS.nginxAccess],
  webapp: [DATASETS.access, DATASETS.gunicornAccess],
};

/** The data stream (or pattern) that holds a dataset. */
export function streamOf(dataset: Dataset | '*', namespace: string): string {
  return `logs-${dataset}-${namespace}`;
}

export const HEALTH_CHECK_TAG = 'health_check';
