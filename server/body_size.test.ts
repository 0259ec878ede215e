import { describe, expect, it } from 'vitest';
import { tooLarge } from './body_size';

describe('what somebody sent', () => {
  it.each([
    ['nothing', null],
    ['a text', 'x'],
    ['as many values as any page asks', Array.from({ length: 5000 }, (_, i) => i)],
    ['thirty lists inside each other', JSON.parse('['.repeat(30) + ']'.repeat(30))],
  ])('can be read: %s', (_, body) => expect(tooLarge(body)).toBeNull());

  it.each([
    ['5,000 values', Array.from({ length: 5001 }, (_, i) => i)],
    ['5,000 values', { a: { b: Array.from({ length: 5000 }, () => [1, 2]) } }],
    ['500,000 characters', { a: 'x'.repeat(300_000), b: ['x'.repeat(200_001)] }],
    ['30 lists or objects inside each other', JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))],
  ])('is refused for more than %s, in a sentence', (most, body) => {
    expect(tooLarge(body)).toBe(`It holds more than ${most}.`);
  });
});
