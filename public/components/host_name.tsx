import React, { createContext, type ReactNode, useContext, useMemo } from 'react';
import { tailsOf } from '../format/names';

const Tails = createContext<ReadonlyMap<string, number>>(new Map());

/** The names that stand on one page: each is cut so that it differs from the others. */
export function HostNames({ names, children }: { names: readonly string[]; children: ReactNode }) {
  const tails = useMemo(() => tailsOf(names), [names]);
  return <Tails.Provider value={tails}>{children}</Tails.Provider>;
}

const TAIL = 9;

/** A host's name or address, on one line: as much of it as there is room for, whole on hover. */
export function HostName({ name }: { name: string }) {
  const tail = useContext(Tails).get(name) ?? TAIL;
  const letters = [...name];
  if (letters.length <= tail + 3) return <span className="rotaName">{name}</span>;
  return (
    <span className="rotaName" title={name}>
      <span className="rotaName__head">{letters.slice(0, -tail).join('')}</span>
      <span className="rotaName__tail">{letters.slice(-tail).join('')}</span>
    </span>
  );
}
