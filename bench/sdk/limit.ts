import { once } from 'node:events';
import { connect } from 'node:net';
import type { Receiver } from './receivers.js';
import { arrival } from './runs.js';

/** As the SDK sends it over TCP: RFC 5424, octet counting. */
const BODY =
  '{"@timestamp":"2026-11-30T23:07:43.918Z","log":{"level":"info"},"message":"request done","event":{"dataset":"rota.app","id":"00000000000000000000-123456","sequence":123456},"http":{"request":{"method":"GET"},"response":{"status_code":200}},"url":{"path":"/cart/items"},"user":{"id":"u-4711"},"n":123456,"ecs":{"version":"8.11.0"},"service":{"name":"bench"},"agent":{"name":"rota-sdk","type":"rota-sdk","version":"0.1.0","ephemeral_id":"00000000000000000000"},"host":{"name":"vm","hostname":"vm"},"process":{"pid":12345},"rota":{"tier":"webapp"}}';
const MESSAGE = `<134>1 2026-11-30T23:07:43.918000+00:00 vm bench 12345 rota.app [origin software="rota-sdk" swVersion="0.1.0"][meta sequenceId="123456"] ${BODY}`;
const BATCH = 100;

/** Messages a second that the receiver takes when nobody has to make them: finished bytes, sent again and again. */
export async function measureLimit(receiver: Receiver, count: number): Promise<number> {
  const batch = Buffer.from(`${Buffer.byteLength(MESSAGE)} ${MESSAGE}`.repeat(BATCH));
  receiver.reset();
  const socket = connect(receiver.tcpPort, '127.0.0.1');
  await once(socket, 'connect');
  try {
    const started = performance.now();
    for (let n = 0; n < count; n += BATCH) if (!socket.write(batch)) await once(socket, 'drain');
    const ended = await arrival(receiver, count);
    return (receiver.count() / (ended - started)) * 1000;
  } finally {
    socket.destroy();
  }
}
