import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode } from '../integration/queries/node';
import { hostileDocuments } from './support/hostile_documents';
import { askInChild, type Ended, HEAP_MB } from './support/in_child';
import { loadLong } from './support/load';

/**
 * Work and memory of the plugin's server are bounded by what is drawn, whatever a request body, a saved rule or a line
 * says. Every route of the API is asked in a program with little memory, over lines of every hostile kind in a real
 * Elasticsearch. A new route, or a new field of a body, is asked without a change here.
 */
const CODES = ['invalid_request', 'invalid_kql', 'search_failed', 'search_unavailable', 'too_large'];
/** CPU time that the process may spend in one piece on whatever a body holds, and on whatever lines hold. */
const MOST_OF_A_BODY_MS = 100;
const MOST_OF_LINES_MS = 3000;
const unique = `${process.pid}.${Date.now() % 100_000}`;
const hostile = `hostile.${unique}`;
const now = Date.now();
const range = () => ({ from: new Date(now - 3_600_000).toISOString(), to: new Date(now).toISOString() });
let node: Awaited<ReturnType<typeof startNode>>;

beforeAll(async () => {
  node = await startNode();
  await loadLong(node.client, hostile, hostileDocuments(hostile, now));
});
afterAll(() => node?.stop());

/** Answered, or refused in a sentence with a stable code; never the end of the program. */
function expectAnswers({ answered, unanswered, code, stderr }: Ended): void {
  expect({ unanswered, code, stderr }).toEqual({ unanswered: null, code: 0, stderr: '' });
  const strange = answered.filter(({ answer }) => answer.status !== 200 && !CODES.includes(answer.code ?? ''));
  expect(strange).toEqual([]);
  expect(answered.filter(({ answer }) => answer.form !== null)).toEqual([]);
}

function expectPieces({ answered }: Ended, most: number): void {
  const long = answered.filter(({ answer }) => answer.piece_ms > most);
  expect(long.map(({ route, what, answer }) => `${route}, ${what}: ${answer.piece_ms.toFixed(0)} ms`)).toEqual([]);
}

// A busy machine takes its time; what ends a test that hangs is no measure of it.
describe(`with ${HEAP_MB} MB of memory`, { timeout: 1_200_000 }, () => {
  it('every route, the rule and the recording answer every range over lines of every kind', async () => {
    const ended = await askInChild({ suite: 'ranges', url: node.url, namespace: hostile, ...range() });
    expectAnswers(ended);
    expectPieces(ended, MOST_OF_LINES_MS);
    // Each route, each with several ranges; refusals alone would prove little.
    expect(ended.answered.filter(({ answer }) => answer.status === 200).length).toBeGreaterThan(7 * 7);
  });

  it('every route and the rule type read every body, and none keeps the process for long (an Elasticsearch stands in that holds nothing)', async () => {
    const ended = await askInChild({ suite: 'bodies', url: '', namespace: 'calm', ...range() });
    expectAnswers(ended);
    expectPieces(ended, MOST_OF_A_BODY_MS);
    // Bodies that are merely refused would prove little.
    expect(ended.answered.filter(({ answer }) => answer.status === 200).length).toBeGreaterThan(300);
    expect(ended.answered.filter(({ answer }) => answer.status === 400).length).toBeGreaterThan(300);
  });
});
