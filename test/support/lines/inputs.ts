import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** Sends messages by one of the server's inputs, in order, over one connection. */
export async function send(input: string, port: number, messages: Buffer[]): Promise<void> {
  if (input === 'udp') return sendDatagrams(port, messages);
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  if (input === 'relp') await sendRelp(socket, messages);
  else for (const one of messages) await write(socket, input === 'tcp' ? octetCounted(one) : Buffer.concat([one, LF]));
  await new Promise<void>((resolve) => socket.end(resolve));
}

/**
 * The same by the TLS inputs, then waits for what `sent` gives: under TLS 1.3 a client whose certificate is refused has long
 * thought that it is connected, and sent everything. Without `sent` it waits to be turned away. Rejects when it is.
 */
export async function sendByTls(
  input: 'relps' | 'tls',
  port: number,
  messages: Buffer[],
  options: ConnectionOptions,
  sent: () => Promise<unknown> = () => new Promise(() => undefined),
): Promise<void> {
  const socket = connectTls({ host: '127.0.0.1', port, ...options });
  const turnedAway = new Promise<never>((_, reject) => {
    socket.once('error', reject).once('close', () => reject(new Error('closed')));
  });
  turnedAway.catch(() => undefined);
  const all = async () => {
    await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
    if (input === 'relps') await sendRelp(socket, messages);
    else for (const one of messages) await write(socket, octetCounted(one));
    await sent();
  };
  try {
    await Promise.race([all(), turnedAway]);
  } finally {
    socket.destroy();
  }
}

const LF = Buffer.from('\n');

/** RFC 6587, section 3.4.1. */
export function octetCounted(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));
}

async function sendRelp(socket: Socket, messages: Buffer[]): Promise<void> {
  const frames = [
    { command: 'open', data: Buffer.from('relp_version=0\nrelp_software=test\ncommands=syslog') },
    ...messages.map((data) => ({ command: 'syslog', data })),
  ];
  let txn = 1;
  for (const { command, data } of frames) {
    const answered = new Promise<string>((resolve) =>
      socket.once('data', (bytes) => resolve(bytes.toString('latin1'))),
    );
    await write(socket, Buffer.concat([Buffer.from(`${txn} ${command} ${data.length} `), data, LF]));
    const answer = await answered;
    if (!/^\d+ rsp \d+ 200/.test(answer)) throw new Error(`RELP ${command} was answered ${answer}`);
    txn++;
  }
}

async function sendDatagrams(port: number, messages: Buffer[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const one of messages) {
    await new Promise<void>((resolve, reject) =>
      socket.send(one, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
    );
    // What does not fit into the receiver's buffer is lost without a word.
    while (waitsUnread(port)) await sleep(2);
  }
  socket.close();
}

/** Whether datagrams for a port of loopback wait to be read, as the kernel tells it. */
function waitsUnread(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync('/proc/net/udp', 'latin1').trim().split('\n').slice(1);
  return sockets
    .map((line) => line.trim().split(/\s+/))
    .some((fields) => fields[1]?.endsWith(local) && !fields[4]?.endsWith(':00000000'));
}
