// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import React from 'react';
import { afterEach, expect, test } from 'vitest';
import { renderPage } from '../asking/page_for_tests';
import { usePageParam, useScope } from './use_scope';

function Page() {
  const [request, setRequest] = usePageParam('request');
  const [, setLine] = usePageParam('line');
  const { setScope, faults, mend } = useScope();
  const open = (id: string) => {
    setRequest(id);
    setLine(null);
    setLine(`line of ${id}`);
  };
  return (
    <>
      <p>open: {request}</p>
      <p>{faults.join(' ')}</p>
      <button type="button" onClick={() => open('a')}>
        a
      </button>
      <button type="button" onClick={() => open('b')}>
        b
      </button>
      <button type="button" onClick={() => setScope({ kql: 'c' })}>
        kql
      </button>
      <button type="button" onClick={mend}>
        mend
      </button>
    </>
  );
}

afterEach(cleanup);
const click = async (name: string) => {
  fireEvent.click(screen.getByText(name));
  await act(async () => undefined);
};

test('Back undoes one thing at a time, however many parameters a click changed, and nothing that was no change', async () => {
  const { history } = renderPage('?kql=z', <Page />);
  const seen = [history.location.search];
  for (const name of ['a', 'b', 'kql']) {
    await click(name);
    seen.push(history.location.search);
    await click(name);
  }
  expect(new Set(seen).size).toBe(4);
  for (const search of seen.reverse()) {
    expect(history.location.search).toBe(search);
    act(() => history.goBack());
  }
});

test.each([
  ['from=9999-01-01T00:00:00Z&to=9999-01-02T00:00:00Z', 'Rota shows times from 1900 up to 2200.'],
  ['from=now-8000y', 'Rota shows times from 1900 up to 2200.'],
  ['from=yesterday', '"yesterday" is not a time.'],
  ['from=now&to=now-1h', 'The range ends before it begins.'],
  ['filters=nonsense', 'The filters of the address cannot be read'],
  [`filters=${encodeURIComponent(JSON.stringify(Array(60).fill({ field: 'a', op: 'exists' })))}`, 'has 60 filters'],
])('an address with %.60s says what is wrong, and has a way out', async (search, words) => {
  const { history } = renderPage(`?service=shop&${search}`, <Page />);
  expect(document.body.textContent).toContain(words);
  await click('mend');
  expect(document.body.textContent).not.toContain(words);
  expect(history.location.search).toContain('service=shop');
});
