import type { Line } from '../lines/line';
import type { Fault, UserRequest } from '../truth/truth';
import type { Machine } from './machine';

/** What is asked, the same on every hop. */
export interface Asked {
  method: string;
  path: string;
  /** 0: shop, 1: blog. */
  service: 0 | 1;
  host: string;
  agent: string | undefined;
}

/** One hop of a request: a TCP connection's use by its client. */
export interface Call {
  readonly asked: Asked;
  /** Undefined: a probe. */
  readonly user: UserRequest | undefined;
  /** Source address, and port, of the connection. */
  readonly peer: string;
  readonly port: number;
  /** `X-Forwarded-For` and `X-Request-ID` as they come. */
  readonly forwarded: string | undefined;
  readonly id: string | undefined;
  /** The caller waits no more: it closed the connection. */
  cancelled: boolean;
  /** The server's own line about it, once there is one. */
  line: Line | undefined;
  /** What the server does then. */
  onCancel: (() => void) | undefined;
  /** Called once, unless the call was cancelled. */
  done(answer: Answer): void;
}

export interface Answer {
  /** 0: the connection broke before the response's header. */
  status: number;
  bytes: number;
  /** Who made the status, by its name in the truth. */
  madeBy: string;
  /** What went wrong there, if something did. */
  fault: Fault | undefined;
}

export interface Server {
  readonly name: string;
  serve(call: Call): void;
}

/** A server that listens, or why there is none: refused by the machine, or nothing answers at all. */
export type Reached =
  | { server: Server; listener: Listener }
  | { failure: 'refused' | 'unreachable'; listener?: Listener };

export interface Listener {
  machine: Machine;
  server: Server;
  /** False: the machine refuses. */
  open: boolean;
  /** What took it away, while it is not open or its machine is unreachable. */
  fault: Fault | undefined;
}

/** Who listens where. Loopback addresses and unix sockets are a machine's own. */
export class Network {
  private readonly listeners = new Map<string, Listener>();
  /** Service addresses, each with the places behind it. */
  private readonly services = new Map<string, string[]>();

  constructor(private readonly below: (limit: number) => number) {}

  listen(address: string, listener: Listener): void {
    this.listeners.set(keyOf(address, listener.machine), listener);
  }

  forget(address: string, listener: Listener): void {
    const key = keyOf(address, listener.machine);
    if (this.listeners.get(key) === listener) this.listeners.delete(key);
  }

  setService(address: string, places: string[]): void {
    this.services.set(address, places);
  }

  connect(address: string, from: Machine): Reached {
    const places = this.services.get(address);
    if (!places) return this.reach(address, from);
    const open = places.filter((place) => 'server' in this.reach(place, from));
    return open.length === 0 ? { failure: 'refused' } : this.reach(open[this.below(open.length)]!, from);
  }

  /** Who listens at a place, or would; undefined behind a service address. */
  nameBehind(address: string, from: Machine): string | undefined {
    return this.listeners.get(keyOf(address, from))?.server.name;
  }

  private reach(address: string, from: Machine): Reached {
    const listener = this.listeners.get(keyOf(address, from));
    if (!listener?.machine.reachable) return { failure: 'unreachable', listener };
    return listener.open ? { server: listener.server, listener } : { failure: 'refused', listener };
  }
}

export function isLocal(address: string): boolean {
  return address.startsWith('127.') || address.startsWith('unix:');
}

function keyOf(address: string, machine: Machine): string {
  return isLocal(address) ? `${machine.name} ${address}` : address;
}
