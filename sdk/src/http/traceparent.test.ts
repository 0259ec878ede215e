import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childSpan, formatTraceparent, parseTraceparent } from './traceparent.js';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((id) => !/^0+$/.test(id));

describe('traceparent', () => {
  const T = '0af7651916cd43dd8448eb211c80319c';
  const S = 'b7ad6b7169203331';

  it.each([
    [`00-${T}-${S}-01`, { traceId: T, spanId: S, sampled: true }],
    [`00-${T}-${S}-00`, { traceId: T, spanId: S, sampled: false }],
    [`00-${T}-${S}-ff`, { traceId: T, spanId: S, sampled: true }],
    [`cc-${T}-${S}-01-what-the-future-brings`, { traceId: T, spanId: S, sampled: true }],
    [`cc-${T}-${S}-01`, { traceId: T, spanId: S, sampled: true }],
  ])('reads %s', (header, ids) => {
    expect(parseTraceparent(header)).toEqual(ids);
  });

  it.each([
    `ff-${T}-${S}-01`,
    `00-${T}-${S}-01-more`,
    `00-${T}-${S}-01-`,
    `cc-${T}-${S}-01.x`,
    `00-${T.toUpperCase()}-${S}-01`,
    `00-${'0'.repeat(32)}-${S}-01`,
    `00-${T}-${'0'.repeat(16)}-01`,
    `00-${T}-${S}`,
    `0-${T}-${S}-01`,
    ` 00-${T}-${S}-01`,
    `00-${T}-${S}-01\n`,
    `00-${T}-${S}-01, 00-${T}-${S}-01`,
    `cc-${T}-${S}-01-${'x'.repeat(600)}`,
    '',
    undefined,
    ['a'],
  ])('starts a new trace for %j', (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
        const ids = { traceId, spanId, sampled };
        expect(parseTraceparent(formatTraceparent(ids))).toEqual(ids);
      }),
    );
  });

  it('takes nothing that is not valid, whatever comes', () => {
    const near = fc.tuple(hex(32), hex(16), fc.nat(60), fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }));
    fc.assert(
      fc.property(near, ([trace, span, at, junk]) => {
        const good = `00-${trace}-${span}-01`;
        const parsed = parseTraceparent(good.slice(0, at) + junk + good.slice(at + junk.length));
        if (!parsed) return;
        expect(parsed.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
        expect(parsed.spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
      }),
      { numRuns: 500 },
    );
  });

  it('makes ids of its own that are valid and differ', () => {
    const spans = Array.from({ length: 1000 }, () => childSpan(undefined));
    expect(new Set(spans.map((span) => span.traceId)).size).toBe(1000);
    expect(new Set(spans.map((span) => span.spanId)).size).toBe(1000);
    for (const span of spans) expect(parseTraceparent(formatTraceparent(span))).toEqual(span);
  });

  it("stays in the caller's trace, with a span of its own", () => {
    const span = childSpan({ traceId: T, spanId: S, sampled: true });
    expect(span).toMatchObject({ traceId: T, sampled: true });
    expect(span.spanId).not.toBe(S);
  });
});
