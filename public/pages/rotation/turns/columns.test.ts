import { describe, expect, it } from 'vitest';
import type { Turn } from '../../../../common/api';
import { columnsOf } from './columns';

const turn = (over: Partial<Turn>): Turn => ({
  t: 0,
  host: 'web-1',
  frontend: null,
  status: 200,
  request_id: 'a',
  attempt: 1,
  attempts: 1,
  ms: 1,
  ...over,
});

describe('requests in order', () => {
  it('puts the attempts of one request into one column, first attempt first', () => {
    const columns = columnsOf([
      turn({ request_id: 'a', attempt: 2, attempts: 2, host: 'web-4' }),
      turn({ request_id: 'b' }),
      turn({ request_id: 'a', attempt: 1, attempts: 2, host: 'web-3', status: 502 }),
    ]);
    expect(columns.map((column) => column.map(({ host }) => host))).toEqual([['web-3', 'web-4'], ['web-1']]);
  });

  it('gives lines without an id, and requests that share one, columns of their own', () => {
    expect(columnsOf([turn({ request_id: null }), turn({ request_id: null }), turn({}), turn({})])).toHaveLength(4);
  });
});
