import type { EcsDocument } from '../../ecs';

/** A line of the request, as it was found. */
export interface TraceLine {
  id: string;
  index: string;
  doc: EcsDocument;
}

const NANOS = 1e6;

export function timeOf({ doc }: TraceLine): number {
  return Date.parse(doc['@timestamp'] ?? '');
}

export function durationOf({ doc }: TraceLine): number | null {
  const { duration } = doc.event ?? {};
  return duration === undefined ? null : duration / NANOS;
}

export function datasetOf({ doc, index }: TraceLine): string {
  return doc.data_stream?.dataset ?? doc.event?.dataset ?? index;
}

export function hostOf({ doc }: TraceLine): string {
  return doc.host?.name ?? 'unknown';
}

export function statusOf({ doc }: TraceLine): number | null {
  return doc.http?.response?.status_code ?? null;
}

/** Begin and end of the request at this hop: HAProxy's line bears the begin, nginx's and the webapps' the end. */
export function intervalOf(line: TraceLine): { from: number; to: number } {
  const t = timeOf(line);
  const duration = durationOf(line) ?? 0;
  return datasetOf(line) === 'haproxy.log' ? { from: t, to: t + duration } : { from: t - duration, to: t };
}

export type LineKind = 'balancer' | 'frontend' | 'event' | 'line';

export function kindOf(line: TraceLine): LineKind {
  const dataset = datasetOf(line);
  if (dataset === 'haproxy.log') return statusOf(line) === null ? 'line' : 'balancer';
  if (dataset === 'nginx.access') return 'frontend';
  return dataset === 'rota.access' || dataset === 'gunicorn.access' ? 'event' : 'line';
}
