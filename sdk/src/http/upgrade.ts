import type { Socket } from 'node:net';
import { runInContext } from '../context.js';
import type { Ending, Exchange } from './exchange.js';

/** What the application has written to the socket so far. */
interface Answer {
  /** Of the status line, once there is one. */
  status: number | undefined;
  /** Bytes of the chunk that held the status line. */
  head: number;
}

/**
 * Follows a connection that was handed over (WebSocket, CONNECT): its event comes when the socket closes, with the
 * status that the application answered and the bytes that went both ways after that.
 */
export function watchUpgrade(exchange: Exchange, socket: Socket, ended: (ending: Ending) => void): Answer {
  const before = { written: socket.bytesWritten, read: socket.bytesRead };
  const answer = readStatus(socket);
  const emit = socket.emit as (event: string | symbol, ...args: unknown[]) => boolean;
  socket.emit = ((event: string | symbol, ...args: unknown[]) =>
    runInContext(exchange.context, () => emit.call(socket, event, ...args))) as typeof socket.emit;
  socket.once('close', () => {
    if (exchange.done) return;
    exchange.done = true;
    exchange.bytes.sent = Math.max(0, socket.bytesWritten - before.written - answer.head);
    exchange.bytes.received = Math.max(0, socket.bytesRead - before.read);
    const { status } = answer;
    ended({ at: performance.now(), status, ...(status === undefined ? { aborted: 'client' as const } : {}) });
  });
  return answer;
}

/** Calls back when the socket has closed, with the status of what was answered on it meanwhile. */
export function whenAnswered(socket: Socket, done: (status: number | undefined) => void): void {
  const answer = readStatus(socket);
  socket.once('close', () => done(answer.status));
}

const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d)/;

/** Looks for a status line in what is written next. Both `write` and `end` go straight to the stream. */
function readStatus(socket: Socket): Answer {
  const answer: Answer = { status: undefined, head: 0 };
  const own = { write: socket.write, end: socket.end };
  for (const name of ['write', 'end'] as const) {
    const call = own[name] as (...args: unknown[]) => unknown;
    const reading = (...args: unknown[]) => {
      const [chunk] = args;
      const text = typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? latin1(chunk) : '';
      const status = STATUS_LINE.exec(text)?.[1];
      if (status !== undefined) {
        answer.status = Number(status);
        answer.head = typeof chunk === 'string' ? Buffer.byteLength(chunk) : (chunk as Uint8Array).byteLength;
      }
      if (text !== '') Object.assign(socket, own);
      return call.apply(socket, args);
    };
    Object.assign(socket, { [name]: reading });
  }
  return answer;
}

function latin1(chunk: Uint8Array): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.byteLength, 16)).toString('latin1');
}
