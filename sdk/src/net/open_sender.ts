import type { ConnectionOptions } from 'node:tls';
import { DatagramSender, openUdp } from './datagram_sender.js';
import { RelpSender } from './relp_sender.js';
import type { Sender, SenderEvents } from './sender.js';
import { StreamSender } from './stream_sender.js';
import type { Target } from './target.js';
import { openUnix } from './unix_socket.js';

export interface SenderOptions {
  window: number;
  connectTimeoutMs: number;
  ackTimeoutMs: number;
  /** `name version`, as offered to RELP receivers. */
  software: string;
  /** The SD-ELEMENT that marks a repeat. */
  mark: string;
}

/** One new connection of the kind that the target's scheme asks for. */
export function openSender(
  target: Target,
  tls: ConnectionOptions,
  options: SenderOptions,
  events: SenderEvents,
): Sender {
  switch (target.scheme) {
    case 'relp':
    case 'relps':
      return new RelpSender(target, tls, options, events);
    case 'tcp':
    case 'tls':
      return new StreamSender(target, tls, options, events);
    case 'udp':
      return new DatagramSender(openUdp(target), target.label, options.mark, events);
    case 'unix':
      return new DatagramSender(openUnix(target), target.label, options.mark, events);
  }
}
