import type { AddressTurn } from './addresses.js';
import { DatagramSender } from './datagram_sender.js';
import { RelpSender } from './relp_sender.js';
import type { Sender, SenderEvents } from './sender.js';
import { StreamSender } from './stream_sender.js';
import type { Target } from './target.js';
import type { TlsSource } from './tls_source.js';
import { openUdp } from './udp_socket.js';
import { openUnix } from './unix_socket.js';

export interface SenderOptions {
  /** For relps:// and tls://. */
  tls: TlsSource;
  window: number;
  /** From the look-up of the name until messages may be sent, the answer to RELP's `open` included. */
  connectTimeoutMs: number;
  ackTimeoutMs: number;
  /** `name version`, as offered to RELP receivers. */
  software: string;
  /** The SD-ELEMENT that marks a repeat. */
  mark: string;
}

/** One new connection of the kind that the target's scheme asks for. Tells no event before it has returned. */
export function openSender(
  target: Target,
  addresses: AddressTurn,
  options: SenderOptions,
  events: SenderEvents,
): Sender {
  const { tls, mark, connectTimeoutMs: timeoutMs } = options;
  switch (target.scheme) {
    case 'relp':
    case 'relps':
      return new RelpSender({ target, addresses, tls, timeoutMs }, options, events);
    case 'tcp':
    case 'tls':
      return new StreamSender({ target, addresses, tls, timeoutMs }, options, events);
    case 'udp':
      return new DatagramSender(openUdp(target, addresses), { target, timeoutMs, mark }, events);
    case 'unix':
      return new DatagramSender(openUnix(target), { target, timeoutMs, mark }, events);
  }
}
