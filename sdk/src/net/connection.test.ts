import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressTurn } from './addresses.js';
import { Connection, type ConnectionEvents } from './connection.js';
import { parseTarget } from './target.js';
import type { TlsSource } from './tls_source.js';

let server: Server;
beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

const broken = (message: string) => () => {
  throw new Error(message);
};

/** Resolves with what ended the connection. */
function ended(scheme: string, tls: Partial<TlsSource>, events: Partial<ConnectionEvents>): Promise<Error> {
  const target = parseTarget(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const options = { target, addresses: new AddressTurn(target.host), tls: tls as TlsSource, timeoutMs: 600_000 };
  return new Promise((resolve) => {
    new Connection(options, { onConnect: () => {}, onData: () => {}, onDrain: () => {}, ...events, onClose: resolve });
  });
}

describe('Connection', () => {
  it('ends, and says why, when TLS throws instead of connecting (the source of certificates is a fake)', async () => {
    const error = await ended('tls', { optionsFor: broken('no such option') }, {});
    expect(error).toMatchObject({ code: 'ROTA_CONNECTION_FAILED', message: expect.stringContaining('no such option') });
  });

  it('ends, and nothing else does, when what it calls throws', async () => {
    const error = await ended('tcp', {}, { onConnect: broken('in the middle of it') });
    expect(error.message).toContain('in the middle of it');
  });
});
