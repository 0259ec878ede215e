const NEWLINE = 10;

/**
 * Cuts a stream of bytes after the last line that is complete, without decoding it: rsyslog passes on bytes that are not
 * UTF-8. A block handed out is one or more whole lines with their newlines, a view on the chunk where that is possible.
 */
export class LineBlocks {
  private rest: Buffer[] = [];

  push(chunk: Buffer, onBlock: (block: Buffer) => void): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const piece = chunk.subarray(0, end);
      const block = this.rest.length === 0 ? piece : Buffer.concat([...this.rest, piece]);
      this.rest = [];
      onBlock(block);
    }
    if (end < chunk.length) this.rest.push(chunk.subarray(end));
  }
}

/** Views on the lines that end in a newline, without it; a torn last one is left out. */
export function wholeLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
