import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { latestOf } from './exchange.js';
import { isMalformed, type MalformedError } from './malformed.js';
import type { Recorder } from './request_logger.js';

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/** The parser's word for an end in the middle of a message. */
const LEFT = 'HPE_INVALID_EOF_STATE';
const OBSERVED = Symbol.for('rota-sdk.observed.1');

/**
 * Watches all that a server emits. No listeners are added: whether somebody listens to `upgrade`, `checkContinue` or
 * `clientError` changes what Node does.
 */
export function observeServer<T extends Server>(recorder: Recorder, server: T): T {
  if (OBSERVED in server) return server;
  Object.defineProperty(server, OBSERVED, { value: true });
  watchAnsweredByNode(recorder, server);
  const emit = server.emit as Emit;
  const observing: Emit = (event, ...args) => {
    const pass = () => emit.call(server, event, ...args);
    switch (event) {
      case 'request':
      case 'checkContinue':
      case 'checkExpectation': {
        const [request, response] = args as [IncomingMessage, ServerResponse];
        return recorder.run(request, response, pass);
      }
      case 'upgrade':
      case 'connect': {
        const [request, socket] = args as [IncomingMessage, Socket];
        return recorder.runUpgrade(request, socket, pass);
      }
      case 'clientError':
        onClientError(recorder, ...(args as [MalformedError, Socket]));
        return pass();
      default:
        return pass();
    }
  };
  server.emit = observing as typeof server.emit;
  return server;
}

const recorders = new WeakMap<object, Recorder>();
let isSubscribed = false;

/**
 * Requests that Node answers itself, without any event: one without Host (400), one with an Expect that it does not know
 * (417), one too many on its connection (503). Node publishes all of them before it looks at them.
 */
function watchAnsweredByNode(recorder: Recorder, server: Server): void {
  if (!isSubscribed) {
    isSubscribed = true;
    channel('http.server.request.start').subscribe((message) => {
      const {
        server: from,
        request,
        response,
      } = message as {
        server: object;
        request: IncomingMessage;
        response: ServerResponse;
      };
      recorders.get(from)?.run(request, response, () => {});
    });
  }
  recorders.set(server, recorder);
}

function onClientError(recorder: Recorder, error: MalformedError, socket: Socket): void {
  if (!isMalformed(error)) return;
  const exchange = latestOf(socket);
  // The client left before its body was whole.
  if (error.code === LEFT && exchange && !exchange.done) return;
  // In the middle of a request's body it is that request's trouble, and told there.
  if (exchange && !exchange.done && !exchange.request.complete) exchange.error ??= { thrown: error };
  else recorder.malformed(error, socket);
}
