import { expect, test, vi } from 'vitest';
import { OmprogDialogue } from './omprog';

function dialogue(
  options: {
    slowReceipt?: (nth: number) => Promise<void> | undefined;
    slowMessage?: Promise<void>;
    slowCommit?: Promise<void>;
    keepAliveMs?: number;
  } = {},
) {
  const answers: string[] = [];
  const messages: string[] = [];
  const blocks: [string, number][] = [];
  let commits = 0;
  const talk = new OmprogDialogue(
    {
      received(block, count) {
        blocks.push([block.toString('latin1'), count]);
        return options.slowReceipt?.(blocks.length);
      },
      message(line) {
        messages.push(line.toString('latin1'));
        return options.slowMessage;
      },
      async commit() {
        commits += 1;
        await options.slowCommit;
      },
    },
    (text) => answers.push(text),
    options.keepAliveMs ?? 10_000,
  );
  return { talk, answers, messages, blocks, commits: () => commits };
}

/** Something slow that takes until the test lets it go. */
function held() {
  let release = () => {};
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

/** Waits until `look` no longer throws. */
const soon = (look: () => void) => vi.waitFor(look, { timeout: 60_000, interval: 5 });

test('a transaction is answered line by line as omprog expects', async () => {
  const { talk, answers, messages } = dialogue();
  talk.ready();
  talk.push(Buffer.from('BEGIN TRANSACTION\n'));
  talk.push(Buffer.from('one\n'));
  talk.push(Buffer.from('two\n'));
  talk.push(Buffer.from('COMMIT TRANSACTION\n'));
  await soon(() => expect(answers).toEqual(['OK\n', 'OK\n', 'DEFER_COMMIT\n', 'DEFER_COMMIT\n', 'OK\n']));
  expect(messages).toEqual(['one', 'two']);
});

test('COMMIT is not answered before everything is safe; dots keep rsyslog waiting', async () => {
  const safe = held();
  const { talk, answers } = dialogue({ slowCommit: safe.promise, keepAliveMs: 10 });
  talk.push(Buffer.from('BEGIN TRANSACTION\none\nCOMMIT TRANSACTION\n'));
  await soon(() => expect(answers.join('')).toMatch(/^OK\nDEFER_COMMIT\n\.{3,}$/));
  safe.release();
  await soon(() => expect(answers.join('')).toMatch(/^OK\nDEFER_COMMIT\n\.+OK\n$/));
});

test('back-pressure holds the answer to a line', async () => {
  const slow = held();
  const { talk, answers } = dialogue({ slowMessage: slow.promise, keepAliveMs: 10 });
  talk.push(Buffer.from('BEGIN TRANSACTION\none\n'));
  // It is held for as long as dots can be written meanwhile.
  await soon(() => expect(answers.join('')).toMatch(/^OK\n\.{3,}$/));
  slow.release();
  await soon(() => expect(answers.join('')).toMatch(/^OK\n\.+DEFER_COMMIT\n$/));
});

test('without transactions every message is safe before its OK', async () => {
  const { talk, answers, commits } = dialogue();
  talk.push(Buffer.from('one\n'));
  await soon(() => expect(answers).toEqual(['OK\n']));
  talk.push(Buffer.from('two\n'));
  await soon(() => expect(answers).toEqual(['OK\n', 'OK\n']));
  expect(commits()).toBe(2);
});

test('a message that only begins like a mark is a message', async () => {
  const { talk, messages } = dialogue();
  talk.push(Buffer.from('BEGIN TRANSACTION\nBEGIN TRANSACTIONS\nCOMMIT TRANSACTION \n'));
  await soon(() => expect(messages).toEqual(['BEGIN TRANSACTIONS', 'COMMIT TRANSACTION ']));
});

test('a block of whole lines is kept before any of it is handled, and lines stay in order meanwhile', async () => {
  const slow = held();
  const slowReceipt = (nth: number) => (nth === 1 ? slow.promise : undefined);
  const { talk, messages, blocks } = dialogue({ slowReceipt });
  talk.push(Buffer.from('BEGIN TRANSACTION\none\ntw'));
  talk.push(Buffer.from('o\nthree\n'));
  expect(blocks).toEqual([['BEGIN TRANSACTION\none\n', 1]]);
  expect(messages).toEqual([]);
  slow.release();
  await soon(() => expect(blocks[1]).toEqual(['two\nthree\n', 2]));
  expect(messages).toEqual(['one', 'two', 'three']);
});
