import React from 'react';

/** Names of one site differ at their ends, so a name that has too little room is cut in the middle. */
const TAIL = 9;

/** A host's name or address, on one line: as much of it as there is room for, whole on hover. */
export function HostName({ name }: { name: string }) {
  const letters = [...name];
  if (letters.length <= TAIL + 3) return <span className="rotaName">{name}</span>;
  return (
    <span className="rotaName" title={name}>
      <span className="rotaName__head">{letters.slice(0, -TAIL).join('')}</span>
      <span className="rotaName__tail">{letters.slice(-TAIL).join('')}</span>
    </span>
  );
}

/** For drawings, where text does not cut itself: at most so many letters, with the middle left out. */
export function cutName(name: string, most: number): string {
  const letters = [...name];
  if (letters.length <= most) return name;
  const tail = Math.min(TAIL, most - 2);
  return `${letters.slice(0, most - 1 - tail).join('')}…${letters.slice(-tail).join('')}`;
}
