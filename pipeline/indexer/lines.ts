const NEWLINE = 10;

/**
 * Cuts a stream of bytes into lines, without decoding them: rsyslog passes on bytes that are not UTF-8.
 * The lines handed out are views on the chunk that was pushed, without their newline.
 */
export class LineSplitter {
  private rest: Buffer[] = [];

  push(chunk: Buffer, onLine: (line: Buffer) => void): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      if (this.rest.length === 0) {
        onLine(piece);
      } else {
        const line = Buffer.concat([...this.rest, piece]);
        this.rest = [];
        onLine(line);
      }
    }
    if (start < chunk.length) this.rest.push(chunk.subarray(start));
  }
}
