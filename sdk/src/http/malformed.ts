import type { Socket } from 'node:net';
import { DATASET, type EventRules, localOf, peerOf } from './access_event.js';
import type { Hop } from './forwarded.js';
import type { AccessEntry } from './options.js';
import { makeRequestId } from './request_id.js';

/** What Node emits as `clientError`. */
export type MalformedError = Error & { code?: string };

/** The two ends of a connection, taken while it is open: afterwards it knows them no more. */
export interface Ends {
  peer: Hop;
  local: { address?: string; port?: number };
}

export function endsOf(socket: Socket): Ends {
  return { peer: peerOf(socket), local: localOf(socket) };
}

/** Whether this error is about the bytes of a request: a connection that was merely reset asked for nothing. */
export function isMalformed(error: MalformedError): boolean {
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || error.code?.startsWith('HPE_') === true;
}

/**
 * The event of bytes that are no request: bad syntax, too large a head, or a head that never ended. There is no method
 * and no URL to tell, and what was sent stays out: it may hold anything.
 */
export function malformedEntry(
  error: MalformedError,
  from: Ends,
  status: number | undefined,
  rules: Pick<EventRules, 'level'>,
): AccessEntry {
  const { peer, local } = from;
  const fields: Record<string, unknown> = {
    data_stream: { dataset: DATASET },
    event: {
      kind: 'event',
      category: ['web'],
      type: ['access', 'error'],
      dataset: DATASET,
      outcome: 'failure',
      reason: 'what the client sent is not an HTTP request, or not a whole one',
    },
    http: { request: { id: makeRequestId() }, response: status === undefined ? {} : { status_code: status } },
    error: { type: error.name, code: error.code, message: error.message },
    server: local,
    tags: ['malformed'],
  };
  if (peer.address !== '') {
    fields['source'] = { address: peer.address, ip: peer.address, port: peer.port };
    fields['client'] = { ...(fields['source'] as object) };
  }
  const level = rules.level({ status, aborted: status === undefined, healthCheck: false });
  return { ...fields, level, message: `malformed request ${status ?? 'dropped'}` };
}
