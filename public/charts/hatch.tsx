import React from 'react';

/** A hatched ground for SVG drawings: out of the pool, or not known yet. Use it by `url(#id)`. */
export function HatchPattern({ id, colour, ground }: { id: string; colour: string; ground?: string }) {
  return (
    <pattern id={id} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      {ground && <rect width={6} height={6} fill={ground} />}
      <line x1={0} y1={0} x2={0} y2={6} stroke={colour} strokeWidth={1.6} />
    </pattern>
  );
}
