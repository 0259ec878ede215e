import fc from 'fast-check';
/** Anything: mostly no KQL at all. */
export declare const soup: fc.Arbitrary<string>;
