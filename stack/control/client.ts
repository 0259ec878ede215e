import { request } from 'node:http';
import { StackError, type StackErrorCode } from '../errors.js';
import { readState, type StackState } from './state.js';

/** The running stack of a port base; throws ROTA_NOT_RUNNING. */
export function runningStack(base: number): StackState {
  const state = readState(base);
  if (state) return state;
  throw new StackError(
    'ROTA_NOT_RUNNING',
    `No stack runs on port base ${base}. Start one with "npm start", or name its base with ROTA_PORT_BASE.`,
  );
}

/** Sends one command to the stack's control socket and returns its answer. Its refusals come back as StackError. */
export function control<T>(socketPath: string, path: string, body: object = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const payload = JSON.stringify(body);
    const call = request(
      { socketPath, path, method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const answer = text ? JSON.parse(text) : {};
          if (response.statusCode === 200) resolve(answer as T);
          else reject(new StackError(answer.code as StackErrorCode, answer.message));
        });
      },
    );
    call.on('error', (cause) => {
      reject(
        new StackError('ROTA_NOT_RUNNING', `The stack does not answer: ${cause.message}. Start it with "npm start".`),
      );
    });
    call.end(payload);
  });
}
