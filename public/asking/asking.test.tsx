// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import React from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Standing } from '../app/standing';
import { PageBody } from '../components/page_body';
import { useRotaQuery } from '../hooks/use_rota_query';
import { useScope } from '../hooks/use_scope';
import { renderPage, seeTab, setNetwork } from './page_for_tests';
import { GIVE_UP_MS } from './patience';
import type { Asked } from './scripted_server';

/** A page of one question; it shows what was answered. */
function Page() {
  const query = useRotaQuery('health', {});
  const { setScope, refresh } = useScope();
  return (
    <>
      <Standing />
      <PageBody query={query}>{(data) => <p>shown: {data.annotations.length}</p>}</PageBody>
      <button type="button" onClick={() => setScope({ kql: 'b' })}>
        other question
      </button>
      <button type="button" onClick={refresh}>
        refresh
      </button>
    </>
  );
}

const annotations = (count: number) => Array.from({ length: count }, () => ({}));
const answer = (asked: Asked, count: number) =>
  asked.answer({ state: 'ok', last_request_at: null, annotations: annotations(count) });

/** Lets time go by, and what hangs on it happen. */
const pass = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
const shown = () => document.body.textContent ?? '';
const click = (name: string) => fireEvent.click(screen.getByText(name));

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 30, 12) });
});
afterEach(() => {
  cleanup();
  seeTab(true);
  setNetwork(true);
  vi.useRealTimers();
});

test('a slow server is asked one question at a time, and less often than the interval says', async () => {
  const { server } = renderPage('?refresh=5000', <Page />);
  for (let round = 1; round <= 4; round++) {
    await pass(7000);
    expect(server.asked).toHaveLength(round);
    expect(server.last.left).toBe(false);
    answer(server.last, round);
    await pass(3400);
    expect(shown()).toContain(`shown: ${round}`);
    expect(server.asked).toHaveLength(round);
    await pass(200);
  }
  expect(server.asked).toHaveLength(5);
  expect(shown()).toContain('refreshes every 11 s');
});

test('a quick server is asked at the interval, each time about the times of then', async () => {
  const { server } = renderPage('?refresh=5000', <Page />);
  for (let round = 1; round <= 4; round++) {
    answer(server.last, round);
    await pass(5000);
    expect(server.asked).toHaveLength(round + 1);
  }
  const ends = server.asked.map(({ input }) => Date.parse(String(input['to'])));
  expect(new Set(ends).size).toBe(ends.length);
});

test('the user may refresh while an answer is on its way: it is waited for, not asked again', async () => {
  const { server } = renderPage('', <Page />);
  await pass(1000);
  click('refresh');
  await pass(1000);
  expect(server.asked).toHaveLength(1);
  answer(server.last, 1);
  await pass(10);
  click('refresh');
  await pass(10);
  expect(server.asked).toHaveLength(2);
});

test('another question replaces the one on its way, whose late answer shows nowhere', async () => {
  const { server } = renderPage('', <Page />);
  click('other question');
  await pass(10);
  const [first, second] = server.asked;
  expect([first!.left, second!.input['kql']]).toEqual([true, 'b']);
  answer(second!, 2);
  await pass(10);
  answer(first!, 1);
  await pass(10);
  expect(shown()).toContain('shown: 2');
});

test('a refresh that fails takes nothing away, says so with the age, and goes on by itself', async () => {
  const { server } = renderPage('?refresh=10000', <Page />);
  answer(server.last, 3);
  await pass(10_100);
  server.last.fail('Elasticsearch is too busy.');
  await pass(1000);
  expect(shown()).toContain('shown: 3');
  expect(shown()).toContain('The refresh failed: Elasticsearch is too busy. What is shown is 11 s old.');
  await pass(10_000);
  answer(server.last, 4);
  await pass(1000);
  expect(shown()).toContain('shown: 4');
  expect(shown()).not.toContain('failed');
});

test('the first answer that fails is told in its place, and can be asked for again', async () => {
  const { server } = renderPage('', <Page />);
  server.last.fail('Elasticsearch is too busy.');
  await pass(10);
  expect(shown()).toContain('Elasticsearch is too busy. (search_unavailable)');
  fireEvent.click(screen.getByText('Try again'));
  await pass(10);
  answer(server.last, 1);
  await pass(10);
  expect(shown()).toContain('shown: 1');
});

test('a silent server gets a word after a few seconds, and is given up in the end', async () => {
  const { server } = renderPage('', <Page />);
  answer(server.last, 1);
  await pass(60_000);
  click('refresh');
  await pass(3000);
  expect(shown()).not.toContain('No answer');
  await pass(5000);
  expect(shown()).toContain('No answer for 8 s: Elasticsearch or Kibana is slow. What is shown is 1 min old.');
  await pass(GIVE_UP_MS);
  expect(server.last.left).toBe(true);
  expect(shown()).toContain('shown: 1');
  expect(shown()).toContain('Kibana did not answer within 120 s');
});

test('a hidden tab asks nothing, and asks at once when it comes back', async () => {
  const { server } = renderPage('?refresh=30000', <Page />);
  answer(server.last, 1);
  await pass(10);
  seeTab(false);
  await pass(600_000);
  expect(server.asked).toHaveLength(1);
  seeTab(true);
  await pass(10);
  expect(server.asked).toHaveLength(2);
});

test('a tab that comes back before its time waits for it', async () => {
  const { server } = renderPage('?refresh=30000', <Page />);
  answer(server.last, 1);
  seeTab(false);
  await pass(10_000);
  seeTab(true);
  await pass(10);
  expect(server.asked).toHaveLength(1);
});

test('without a network a failure says so; with it back, the page asks at once', async () => {
  const { server } = renderPage('', <Page />);
  answer(server.last, 1);
  await pass(1000);
  setNetwork(false);
  click('refresh');
  await pass(10);
  server.last.fail('Kibana did not answer.');
  await pass(1000);
  expect(shown()).toContain('This computer has no network. The refresh failed');
  setNetwork(true);
  await pass(10);
  expect(server.asked).toHaveLength(3);
});

test('figures that nobody refreshes say how old they are', async () => {
  const { server } = renderPage('', <Page />);
  answer(server.last, 1);
  await pass(60_000);
  expect(shown()).not.toContain('old');
  await pass(11 * 60_000);
  expect(shown()).toContain('What is shown is 12 min old.');
});

test('a page of a past range is never called old', async () => {
  const { server } = renderPage('?from=2026-11-29T00:00:00Z&to=2026-11-29T01:00:00Z', <Page />);
  answer(server.last, 1);
  await pass(700_000);
  expect(shown()).not.toContain('old');
});
