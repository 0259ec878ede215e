import { expect, it } from 'vitest';
import { ServerClock } from '../asking/server_clock';
import { createClient } from './client';

const scope = { from: '2026-01-19T09:00:00Z', to: '2026-01-19T09:30:00Z' };
const failing = (error: unknown) =>
  createClient({ basePath: { prepend: (path) => path }, post: () => Promise.reject(error) }, new ServerClock()).ask(
    'health',
    scope,
  );
const http = (status: number, body?: unknown) => Object.assign(new Error('refused'), { response: { status }, body });

it.each([
  [401, { statusCode: 401 }, 'session_ended', 'log in again'],
  [403, { statusCode: 403, message: 'Forbidden' }, 'forbidden', 'feature privilege "Rota: Read"'],
  [404, undefined, 'not_found', 'same version of Rota on all its servers'],
  [502, undefined, 'unreachable', 'proxy before Kibana'],
  [503, undefined, 'unreachable', 'starting or overloaded'],
  [504, undefined, 'no_answer', 'waited too long'],
])('an answer %d that is not ours is told with its next step', async (status, body, code, words) => {
  await expect(failing(http(status, body))).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
});

it('keeps our own sentence, and the place in the KQL', async () => {
  const body = { code: 'invalid_kql', message: 'Expected a value.', at: 7 };
  await expect(failing(http(400, body))).rejects.toMatchObject(body);
  const forbidden = { code: 'forbidden', message: 'Your user may not read Rota’s data streams.' };
  await expect(failing(http(403, forbidden))).rejects.toMatchObject(forbidden);
});

it('tells a network that is gone from a question that was given up', async () => {
  await expect(failing(new TypeError('Failed to fetch'))).rejects.toMatchObject({ code: 'unreachable' });
  await expect(failing(Object.assign(new Error('x'), { name: 'AbortError' }))).rejects.toMatchObject({
    name: 'AbortError',
  });
});
