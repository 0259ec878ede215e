const TRACEBACK = 'Traceback (most recent call last):';
/** Between the tracebacks of one error that had another as its cause. */
const CHAINED =
  /^(?:During handling of the above exception, another exception occurred:|The above exception was the direct cause of the following exception:)$/;

/**
 * What the agent took for one event of a Python error log, in the events that it is: lines follow one with a date until the next such
 * line, but other programs' lines may stand there, which begin otherwise, and an application may write without a date. A traceback belongs to the line before it; behind an error's own traceback
 * another one, which is no chained cause, is another event, and the line before it with it. What else follows an error is its message.
 */
export function pythonEvents(text: string, begins: (line: string) => boolean): string[] {
  const lines = text.split('\n');
  const heads = lines.flatMap((line, at) => (at > 0 && begins(line) ? at : []));
  return [0, ...heads].flatMap((from, n) => byTracebacks(lines.slice(from, heads[n]).join('\n')));
}

function byTracebacks(text: string): string[] {
  if (!text.includes(TRACEBACK)) return [text];
  const lines = text.split('\n');
  const starts = lines.flatMap((line, at) => (line === TRACEBACK ? at : []));
  const cuts = starts.slice(1).flatMap((start, n) => {
    const before = lastWritten(lines, start);
    if (before === undefined || CHAINED.test(lines[before] as string)) return [];
    // The error of the traceback before: the first line behind its frames that is not indented.
    const error = lines.findIndex((line, at) => at > (starts[n] as number) && /^\S/.test(line));
    return before <= error || /^\s/.test(lines[before] as string) ? [start] : [before];
  });
  return [0, ...cuts].map((from, n) => lines.slice(from, cuts[n]).join('\n'));
}

function lastWritten(lines: readonly string[], before: number): number | undefined {
  for (let at = before - 1; at >= 0; at--) if (lines[at] !== '') return at;
  return undefined;
}
