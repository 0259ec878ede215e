import { expect, test } from 'vitest';
import { bulkAction, itemOutcome } from './bulk_outcome';

const answered = (status: number, type = '', reason = '') => ({
  create: { _index: '.ds-logs-syslog-rota-000001', status, ...(type ? { error: { type, reason } } : {}) },
});

test('a created item is indexed and names its backing index', () => {
  expect(itemOutcome(answered(201))).toEqual({ kind: 'indexed', index: '.ds-logs-syslog-rota-000001' });
});

test('409 means that the event is there already', () => {
  expect(itemOutcome(answered(409, 'version_conflict_engine_exception')).kind).toBe('known');
});

test.each([
  [400, 'document_parsing_exception'],
  [400, 'mapper_parsing_exception'],
  [400, 'illegal_argument_exception'],
  [413, 'too_large'],
])('%i %s is the document’s own fault', (status, type) => {
  expect(itemOutcome(answered(status, type, 'why'))).toEqual({ kind: 'refused', reason: `${type}: why` });
});

test.each([
  [429, 'es_rejected_execution_exception'],
  [429, 'cluster_block_exception'],
  [403, 'cluster_block_exception'],
  [403, 'security_exception'],
  [503, 'unavailable_shards_exception'],
  [500, 'some_exception'],
  [404, 'index_not_found_exception'],
  [400, 'validation_exception'],
])('%i %s can pass and is tried again', (status, type) => {
  expect(itemOutcome(answered(status, type)).kind).toBe('retry');
});

test('an item that the answer lacks is tried again', () => {
  expect(itemOutcome(undefined).kind).toBe('retry');
  expect(itemOutcome({}).kind).toBe('retry');
});

test.each([401, 403, 404, 429, 500, 502, 503, 504, 301, 0])('a whole bulk answered by %i is repeated', (status) => {
  expect(bulkAction(status)).toBe('retry');
});

test('a whole bulk that is too large or malformed is halved to find the cause', () => {
  expect([bulkAction(413), bulkAction(400)]).toEqual(['split', 'split']);
});
