import React from 'react';

export interface LegendItem {
  label: string;
  colour?: string;
  /** A second sign beside the colour: hatched, dashed, or a small figure of its own. */
  sign?: 'hatch' | 'dashed' | 'dot' | 'cross' | 'ring' | 'tick';
}

/** What the colours and signs of a chart mean. */
export function Legend({ items }: { items: LegendItem[] }) {
  return (
    <ul className="rotaLegend">
      {items.map(({ label, colour, sign }) => (
        <li key={label}>
          <Sign colour={colour} sign={sign} />
          {label}
        </li>
      ))}
    </ul>
  );
}

function Sign({ colour, sign }: { colour?: string; sign?: LegendItem['sign'] }) {
  if (sign === 'dot') return <span className="rotaSign rotaSign--dot" style={{ background: colour }} />;
  if (sign === 'ring') return <span className="rotaSign rotaSign--ring" style={{ borderColor: colour }} />;
  if (sign === 'tick') return <span className="rotaSign rotaSign--tick" style={{ background: colour }} />;
  if (sign === 'cross') {
    return (
      <span className="rotaSign rotaSign--cross" style={{ color: colour }}>
        ✕
      </span>
    );
  }
  if (sign) return <span className={`rotaSign rotaSign--${sign}`} style={{ borderColor: colour, color: colour }} />;
  return <span className="rotaSign" style={{ background: colour }} />;
}
