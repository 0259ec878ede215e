// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import React from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { renderPage, seeTab } from '../../asking/page_for_tests';
import type { Asked } from '../../asking/scripted_server';
import { useScope } from '../../hooks/use_scope';
import { testRow } from './test_row';
import { useRequestRows } from './use_request_rows';

function List({ live = false }: { live?: boolean }) {
  const list = useRequestRows({ columns: [], probes: false, live });
  const { setScope, refresh } = useScope();
  return (
    <>
      <p>rows: {list.rows.map(({ id }) => id).join(' ')}</p>
      <p>ahead: {list.ahead}</p>
      <p>{list.error?.message}</p>
      <button type="button" onClick={list.loadOlder}>
        older
      </button>
      <button type="button" onClick={() => setScope({ kql: 'b' })}>
        other question
      </button>
      <button type="button" onClick={refresh}>
        refresh
      </button>
    </>
  );
}

const T0 = Date.UTC(2026, 10, 30, 12);
/** A page of rows; `more` tells that there are older ones. */
const answer = (asked: Asked, ids: number[], more: boolean, serverNow?: number) =>
  asked.answer(
    {
      state: 'ok',
      rows: {
        rows: ids.map((id) => testRow(id, T0 + id)),
        after: more ? [ids.at(-1)!] : null,
        live_cursor: [T0],
        live_new: null,
        newest: null,
      },
    },
    serverNow,
  );
const pass = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
const click = (name: string) => fireEvent.click(screen.getByText(name));
const rows = () => /rows: ([\d\s-]*)/.exec(document.body.textContent ?? '')?.[1]?.trim();

beforeEach(() => void vi.useFakeTimers({ now: T0 }));
afterEach(() => {
  cleanup();
  seeTab(true);
  vi.useRealTimers();
});

test('older rows that come after the question changed belong to nothing that is shown', async () => {
  const { server } = renderPage('', <List />);
  answer(server.last, [9, 8], true);
  await pass(10);
  click('older');
  await pass(10);
  const older = server.last;
  expect(older.input['after']).toEqual([8]);
  click('other question');
  await pass(10);
  answer(server.last, [5], false);
  await pass(10);
  answer(older, [7, 6], false);
  await pass(10);
  expect([rows(), older.left]).toEqual(['5', true]);
});

test('a refresh asks for all the pages that are shown, and shows them when all are there', async () => {
  const { server } = renderPage('', <List />);
  answer(server.last, [9, 8], true);
  await pass(10);
  click('older');
  await pass(10);
  answer(server.last, [7, 6], true);
  await pass(10);
  expect(rows()).toBe('9 8 7 6');
  click('refresh');
  await pass(10);
  answer(server.last, [10, 9], true);
  await pass(10);
  expect(rows()).toBe('9 8 7 6');
  expect(server.last.input['after']).toEqual([9]);
  answer(server.last, [8, 7, 6], false);
  await pass(10);
  expect(rows()).toBe('10 9 8 7 6');
});

test('a refresh or an older page that fails leaves the rows', async () => {
  const { server } = renderPage('', <List />);
  answer(server.last, [9, 8], true);
  await pass(10);
  click('older');
  await pass(10);
  server.last.fail('Busy.');
  await pass(10);
  expect(rows()).toBe('9 8');
  expect(document.body.textContent).toContain('Busy.');
  click('refresh');
  await pass(10);
  server.last.fail('Busy.');
  await pass(10);
  expect(rows()).toBe('9 8');
});

test('a live tail asks nothing while its tab is hidden, and at once when it is seen again', async () => {
  const { server } = renderPage('', <List live />);
  answer(server.last, [1], false);
  await pass(2100);
  expect(server.asked).toHaveLength(2);
  answer(server.last, [3, 2], false);
  await pass(10);
  expect(rows()).toBe('3 2 1');
  seeTab(false);
  await pass(60_000);
  expect(server.asked).toHaveLength(2);
  seeTab(true);
  await pass(10);
  expect(server.asked).toHaveLength(3);
});

test('a live tail goes by Kibana’s clock, passes over no line that is dated ahead of it, and says how far', async () => {
  const { server } = renderPage('', <List live />);
  // The browser is ten minutes behind Kibana.
  answer(server.last, [1], false, T0 + 600_000);
  await pass(2100);
  expect(Date.parse(String(server.last.input['to']))).toBeGreaterThan(T0 + 600_000);
  answer(server.last, [3, 2], false, T0 + 602_000);
  await pass(10);
  expect(rows()).toBe('3 2 1');
  expect(document.body.textContent).toContain('ahead: 0');
  await pass(2000);
  answer(server.last, [1_200_000], false, T0 + 604_000);
  await pass(10);
  expect(rows()).toBe('1200000 3 2 1');
  expect(document.body.textContent).toMatch(/ahead: 59\d{4}/);
});

test('a live tail waits for its answer, however slow', async () => {
  const { server } = renderPage('', <List live />);
  answer(server.last, [1], false);
  await pass(60_000);
  expect(server.asked).toHaveLength(2);
  expect(server.last.left).toBe(false);
});
