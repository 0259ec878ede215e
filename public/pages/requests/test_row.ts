import type { RequestRow } from '../../../common/api';

/** A row for tests, of which only the id and the times say anything. */
export function testRow(id: number, ingested: number): RequestRow {
  return {
    index: 'i',
    id: String(id),
    t: ingested,
    ingested,
    request_id: null,
    trace_id: null,
    dataset: 'nginx.access',
    host: null,
    method: null,
    path: null,
    status: 200,
    duration_ms: 1,
    failed_ms: 0,
    attempts: [],
    probe: false,
    columns: {},
  };
}
