import type { EcsDocument } from '../../../common/ecs';

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

/** nginx's own error lines know no request id; its connection is what they share with the access line. */
export function isNginxError(line: TraceLine): boolean {
  return datasetOf(line) === 'nginx.error';
}

/**
 * Whether an error line of the same host and connection fits into a request. Error logs tell whole seconds, cut off; where
 * a kept-alive connection carried another request in the same second, method and path keep the two apart.
 */
export function isErrorOf(access: TraceLine, error: TraceLine): boolean {
  const { from, to } = errorSpan(access);
  const t = timeOf(error);
  const same = <T>(read: (line: TraceLine) => T | undefined) => {
    const [a, b] = [read(access), read(error)];
    return a === undefined || b === undefined || a === b;
  };
  return (
    hostOf(access) === hostOf(error) &&
    connectionOf(access) !== undefined &&
    connectionOf(access) === connectionOf(error) &&
    t >= from &&
    t <= to &&
    same(({ doc }) => doc.http?.request?.method) &&
    same(({ doc }) => doc.url?.path)
  );
}

/** When an error of this request can have been logged. Access times are rounded to milliseconds. */
export function errorSpan(access: TraceLine): { from: number; to: number } {
  const { from, to } = intervalOf(access);
  return { from: Math.floor((from - 1) / 1000) * 1000, to: to + 1 };
}

export function connectionOf({ doc }: TraceLine): number | undefined {
  return doc.nginx?.error?.connection_id;
}

export type LineKind = 'balancer' | 'frontend' | 'event' | 'line';

export function kindOf(line: TraceLine): LineKind {
  const dataset = datasetOf(line);
  if (dataset === 'haproxy.log') return statusOf(line) === null ? 'line' : 'balancer';
  if (dataset === 'nginx.access') return 'frontend';
  return dataset === 'rota.access' || dataset === 'gunicorn.access' ? 'event' : 'line';
}
