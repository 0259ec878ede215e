import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeRequestId, validRequestId } from './request_id.js';

describe('request ids', () => {
  it.each([
    'a',
    'Root=1-67891233-abcdef012345678912345678',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'a/b:c~d+e=',
    'x'.repeat(128),
  ])('takes %s', (id) => expect(validRequestId(id)).toBe(true));

  it.each([
    '',
    'x'.repeat(129),
    'a b',
    'a,b',
    'a\n',
    'a\r\nx: y',
    '\u001b[31m',
    'ä',
    '"',
    '<script>',
    '${jndi:x}',
    '\u202e',
    undefined,
    ['a'],
  ])('refuses %j', (id) => expect(validRequestId(id)).toBe(false));

  it('takes nothing that could leave its place in a line, a header, a query or a shell', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom(...'abcXYZ019._~:/+=-'),
            fc.constantFrom(...' \n\r\0\u001b"\'`$%,;{}<>\u00e9\u202e'),
          ),
          maxLength: 20,
        }),
        (id) => {
          if (!validRequestId(id)) return;
          expect(id).toMatch(/^[\x21-\x7e]{1,128}$/);
          expect(id).not.toMatch(/["'`\\$<>;&|,(){}[\]#%]/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('makes ids that it would take itself', () => {
    expect(validRequestId(makeRequestId())).toBe(true);
  });
});
