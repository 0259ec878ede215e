import { expect, it } from 'vitest';
import { morningDocuments } from '../../fixtures/morning/recording';
import { BROKEN_WEBAPP, DELIVERY_GAP, FAILED_FRONTEND, MORNING, STOPPED_NODE } from '../../fixtures/morning/story';
import { rotaApi } from '../../integration/queries/node';
import type { Document } from '../lines/documents';
import { memorySearch } from './memory_search';

const NAMESPACE = 'rota';
const iso = (at: number) => new Date(MORNING.start + at).toISOString();

it('the recorded morning: Health tells what was done to it, over a search in memory', async () => {
  const documents: Document[] = [];
  for await (const document of morningDocuments()) documents.push(document as Document);
  const api = rotaApi(memorySearch(documents, NAMESPACE), NAMESPACE);
  const { data, partial_reasons } = await api.ask('health', {
    from: iso(0),
    to: iso(MORNING.length),
    parts: ['overview'],
  });
  expect(partial_reasons).toEqual([]);
  const told = (kind: string, { host, from }: { host: string; from: number }) =>
    data
      .overview!.events.filter((event) => event.kind === kind && event.hosts.includes(host))
      .map(({ since, until }) => [since - MORNING.start - from, (until as number) - MORNING.start - from]);
  const during = (what: { from: number; to: number }) => what.to - what.from;
  for (const [kind, what, within] of [
    ['burst', BROKEN_WEBAPP, 5_000],
    ['ejected_passive', STOPPED_NODE, 15_000],
    ['silent', DELIVERY_GAP, 5_000],
  ] as const) {
    const [first] = told(kind, what);
    expect(Math.abs(first![0]!), `${kind} of ${what.host} begins`).toBeLessThan(within);
    expect(Math.abs(first![1]! - during(what)), `${kind} of ${what.host} ends`).toBeLessThan(within);
  }
  // From the third probe that failed to the second that passed.
  const [ejected] = told('ejected', FAILED_FRONTEND);
  expect(ejected![0]).toBeGreaterThan(15_000);
  expect(ejected![0]).toBeLessThan(40_000);
  expect(ejected![1]! - during(FAILED_FRONTEND)).toBeLessThan(40_000);
});
