import { expect, test } from 'vitest';
import { type Item, itemOf } from './item';
import { needsLookup, readStreamState, type StreamState } from './streams';

const since = Date.parse('2026-11-23T12:00:00Z');
const rolled: StreamState = { writeIndex: 'i-000002', writeSince: since, older: ['i-000001'] };

const item = (time: string, created?: string, mayBeResend = false): Item =>
  itemOf({
    dataset: 'syslog',
    stream: 'logs-syslog-rota',
    id: '1',
    doc: { '@timestamp': time, event: created ? { created } : {} },
    mayBeResend,
    line: Buffer.alloc(0),
  });

test('the newest generation is the one that is written to, whatever the order of the answer', () => {
  const entry = (ms: number) => ({ settings: { index: { creation_date: String(ms) } } });
  const state = readStreamState({
    '.ds-logs-syslog-rota-2026.11.22-000009': entry(1),
    '.ds-logs-syslog-rota-2026.11.23-000010': entry(2),
    '.ds-logs-syslog-rota-2026.11.21-000008': entry(0),
  });
  expect(state).toEqual({
    writeIndex: '.ds-logs-syslog-rota-2026.11.23-000010',
    writeSince: 2,
    older: ['.ds-logs-syslog-rota-2026.11.22-000009', '.ds-logs-syslog-rota-2026.11.21-000008'],
  });
  expect(readStreamState({})).toBeUndefined();
});

test('a stream that never rolled over needs no look-up: create itself refuses repeats', () => {
  expect(needsLookup(item('2020-01-01T00:00:00Z', undefined, true), { ...rolled, older: [] }, true)).toBe(false);
  expect(needsLookup(item('2020-01-01T00:00:00Z'), undefined, true)).toBe(false);
});

test('an event from before the rollover is looked up, one from well after is not', () => {
  expect(needsLookup(item('2026-11-23T11:59:00Z', '2026-11-23T12:30:00Z'), rolled, false)).toBe(true);
  expect(needsLookup(item('2026-11-23T12:04:00Z', '2026-11-23T12:04:00Z'), rolled, false)).toBe(true);
  expect(needsLookup(item('2026-11-23T12:30:00Z', '2026-11-23T12:30:01Z'), rolled, false)).toBe(false);
});

test('what may be a resend is looked up however new it says it is', () => {
  expect(needsLookup(item('2026-11-23T13:00:00Z', undefined, true), rolled, false)).toBe(true);
  expect(needsLookup(item('2026-11-23T13:00:00Z'), rolled, true)).toBe(true);
});

test('an event without a readable time is looked up', () => {
  expect(needsLookup(item('yesterday'), rolled, false)).toBe(true);
});
