import React, { Fragment } from 'react';

/** A sentence of the server's; what stands in back quotes is code. Text only: nothing in it becomes markup or a link. */
export function Sentence({ text }: { text: string }) {
  const parts = text.split('`');
  // An odd number of quotes means that a name held one: show the text as it is.
  if (parts.length % 2 === 0) return <>{text}</>;
  return (
    <>
      {parts.map((part, i) => {
        const key = `${i}:${part}`;
        return i % 2 === 1 ? (
          <code key={key} className="rotaCode">
            {part}
          </code>
        ) : (
          <Fragment key={key}>{part}</Fragment>
        );
      })}
    </>
  );
}
