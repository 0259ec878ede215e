import { FIELDS } from '../../common/ecs';
import type { Query } from './search';

/** Connections that are meant to last: switched protocols (RFC 9110, 15.2.2) and event streams are no slow answers. */
export function isAnswer(status: string = FIELDS.status): Query {
  return {
    bool: { must_not: [{ term: { [status]: 101 } }, { prefix: { 'http.response.mime_type': 'text/event-stream' } }] },
  };
}
