import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, MAX_TXNR } from './frame.js';
import { RelpSession } from './session.js';

const OFFERS = '200 OK\nrelp_version=0\nrelp_software=test\ncommands=syslog';

function start(txnr = 0) {
  const said: string[] = [];
  const session = new RelpSession(
    {
      onOpen: (offers) => said.push(`open ${offers.get('relp_software')}`),
      onAnswer: (index, ok, reason) => said.push(`${index} ${ok ? 'ok' : reason}`),
      onServerClose: () => said.push('serverclose'),
      onClosed: () => said.push('closed'),
    },
    'rota-sdk test',
    txnr,
  );
  const hear = (n: number, data: string, command = 'rsp') =>
    session.receive(Buffer.from(encodeFrame(n, command, data)));
  return { session, said, hear };
}

function opened(txnr = 0) {
  const all = start(txnr);
  const [first] = all.session.open().split(' ');
  all.hear(Number(first), OFFERS);
  all.said.length = 0;
  return all;
}

describe('RelpSession', () => {
  it('offers version, software and commands, and is open after the answer', () => {
    const { session, said, hear } = start();
    expect(session.open()).toBe('1 open 58 relp_version=0\nrelp_software=rota-sdk test\ncommands=syslog\n');
    expect(session.state).toBe('opening');
    hear(1, OFFERS);
    expect([session.state, said]).toEqual(['open', ['open test']]);
  });

  it.each([
    ['500 go away', 'ROTA_RELP_REFUSED'],
    ['200 OK\nrelp_version=7\ncommands=syslog', 'ROTA_RELP_VERSION'],
    ['200 OK\ncommands=syslog', 'ROTA_RELP_VERSION'],
    ['200 OK\nrelp_version=0\ncommands=eventlog', 'ROTA_RELP_OFFERS'],
    ['200 OK', 'ROTA_RELP_VERSION'],
  ])('does not go on after the answer %j', (answer, code) => {
    const { session, hear } = start();
    session.open();
    expect(() => hear(1, answer)).toThrow(expect.objectContaining({ code }));
    expect(session.state).toBe('opening');
  });

  it('numbers messages in order, across the wrap, and places every answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: MAX_TXNR - 40, max: MAX_TXNR }), fc.integer({ min: 1, max: 60 }), (txnr, count) => {
        const { session, said, hear } = opened(txnr);
        const numbers = Array.from({ length: count }, () => session.take());
        expect(new Set(numbers).size).toBe(count);
        expect(numbers.every((n) => n >= 1 && n <= MAX_TXNR)).toBe(true);
        for (const number of numbers) {
          hear(number, '200 OK');
          session.settle(1);
        }
        expect(said).toEqual(numbers.map(() => '0 ok'));
      }),
    );
  });

  it('tells a refused message from an accepted one', () => {
    const { session, said, hear } = opened();
    session.take();
    session.take();
    hear(3, '500 queue full');
    hear(2, '200 OK');
    expect(said).toEqual(['1 500 queue full', '0 ok']);
  });

  it('ignores hints that it does not know and obeys serverclose', () => {
    const { session, said, hear } = opened();
    hear(0, '', 'weather');
    expect(session.state).toBe('open');
    hear(0, '', 'serverclose');
    expect([session.state, said]).toEqual(['closed', ['serverclose']]);
  });

  it('takes no commands from the receiver', () => {
    const { hear } = opened();
    expect(() => hear(9, 'x', 'syslog')).toThrow(expect.objectContaining({ code: 'ROTA_RELP_COMMAND' }));
  });

  it('closes in order: what is unanswered may still be answered first', () => {
    const { session, said, hear } = opened();
    session.take();
    expect(session.close()).toBe('3 close 0\n');
    hear(2, '200 OK');
    hear(3, '200 OK');
    expect([session.state, said]).toEqual(['closed', ['0 ok', 'closed']]);
  });
});
