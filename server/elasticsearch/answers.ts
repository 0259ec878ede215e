import { ACCESS_DATASETS, FIELDS } from '../../common/ecs';
import { bucketsOf, numberOf } from '../search/buckets';
import type { NamedSearch, SearchAnswer } from '../search/msearch';
import type { BalancerAnswers } from '../topology/evidence';
import { anyOf, countOf, exists, failed, firstAndLast, type Query, steps, terms } from './search';

const TERMINATION = 'haproxy.termination_state';

/** No server took it (`<NOSRV>`). */
export const NO_SERVER: Query = { prefix: { [FIELDS.haproxyServer]: '<' } };

/**
 * Answers that HAProxy made itself: the first letter of its termination state is not `-` (docs, 8.5 "Session state at
 * disconnection"), or no server took the request.
 */
export function ownAnswer(): Query {
  const made: Query = { bool: { filter: [exists(TERMINATION)], must_not: [{ prefix: { [TERMINATION]: '-' } }] } };
  return anyOf([NO_SERVER, made]);
}

/** The second letter says how far it came: before H the server never had the request, so that nobody else logged it. */
export function neverReached(): Query {
  const early: Query = { bool: { filter: [failed(), { regexp: { [TERMINATION]: '.[RQC].*' } }] } };
  return anyOf([NO_SERVER, early]);
}

/** A server had the request, and its user got HAProxy's own 5XX all the same. */
export function replacedAnswer(): Query {
  return { bool: { filter: [failed(), ownAnswer()], must_not: [neverReached()] } };
}

/** The balancers' own 5XX, by server, how far they came, and time. */
export function answersSearch(filter: readonly Query[], interval: number, namespace: string): NamedSearch {
  return countOf(ACCESS_DATASETS.lb, namespace, [...filter, failed(), ownAnswer()], {
    hosts: terms(FIELDS.host, 50, {
      pools: terms(
        FIELDS.pool,
        50,
        {
          servers: terms(FIELDS.haproxyServer, 500, {
            states: terms(TERMINATION, 20, { time: steps(interval, firstAndLast()) }, ''),
          }),
        },
        '',
      ),
    }),
  });
}

export function readAnswers({ aggregations }: SearchAnswer): BalancerAnswers[] {
  return bucketsOf(aggregations, 'hosts').flatMap((teller) =>
    bucketsOf(teller, 'pools').flatMap((pool) =>
      bucketsOf(pool, 'servers').flatMap((server) =>
        bucketsOf(server, 'states').map((state) => ({
          teller: String(teller.key),
          pool: String(pool.key) === '' ? null : String(pool.key),
          place: String(server.key),
          phase: String(state.key)[1] ?? '',
          cells: bucketsOf(state, 'time').map((step) => ({
            t: Number(step.key),
            n: step.doc_count,
            first: numberOf(step, 'first') ?? Number(step.key),
            last: numberOf(step, 'last') ?? Number(step.key),
          })),
        })),
      ),
    ),
  );
}
