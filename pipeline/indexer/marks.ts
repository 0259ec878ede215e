/** What omprog writes around the messages of a transaction (pipeline/rsyslog/profiles). */
export const BEGIN = 'BEGIN TRANSACTION';
export const COMMIT = 'COMMIT TRANSACTION';

/** Whether the line is a mark and no message: a message of ours begins with `{`. */
export function isMark(line: Buffer, mark?: string): boolean {
  if (mark === undefined) return isMark(line, BEGIN) || isMark(line, COMMIT);
  return line.length === mark.length && line[0] === mark.charCodeAt(0) && line.toString('latin1') === mark;
}
