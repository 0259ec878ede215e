import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MOST_ROWS, mergeRows, rowKey } from './row_list';
import { testRow } from './test_row';

const row = (id: number) => testRow(id, id);

test('merging keeps every row once and the order of arrival', () => {
  const ids = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 });
  fc.assert(
    fc.property(ids, ids, (above, below) => {
      const merged = mergeRows(above.map(row), below.map(row)).map(rowKey);
      const wanted = [...new Set([...above, ...below].map((id) => rowKey(row(id))))];
      expect(merged).toEqual(wanted);
    }),
  );
});

test('a long live tail drops the oldest rows', () => {
  const below = Array.from({ length: MOST_ROWS }, (_, i) => row(i));
  const merged = mergeRows([row(-1)], below);
  expect(merged).toHaveLength(MOST_ROWS);
  expect(merged[0]).toMatchObject({ id: '-1' });
});
