import React from 'react';

export interface LegendItem {
  label: string;
  colour?: string;
  /** A second sign beside the colour: hatched, dashed, or a small figure of its own. */
  sign?: 'hatch' | 'dashed' | 'dot' | 'cross' | 'ring' | 'tick';
}

/** Beyond this a legend helps nobody; the table behind the chart names all. */
const MOST_ITEMS = 12;

/** What the colours and signs of a chart mean. */
export function Legend({ items }: { items: LegendItem[] }) {
  const more = items.length - MOST_ITEMS;
  const shown = more > 1 ? items.slice(0, MOST_ITEMS) : items;
  return (
    <ul className="rotaLegend">
      {shown.map(({ label, colour, sign }) => (
        <li key={label}>
          <Sign colour={colour} sign={sign} />
          {label}
        </li>
      ))}
      {more > 1 && <li>and {more} more in the table</li>}
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
