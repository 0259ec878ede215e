import { LineBlocks, wholeLines } from './lines';
import { BEGIN, COMMIT, isMark } from './marks';

/** What omprog asks of the program; see rsyslog's "Interface between rsyslog and external output plugins". */
export interface OmprogHandler {
  /**
   * Keeps a block of whole lines, marks among them, before any of it is handled; `messages` are to come of it. A promise
   * makes rsyslog wait.
   */
  received(block: Buffer, messages: number): Promise<void> | undefined;
  /** Takes one message. A promise makes rsyslog wait. */
  message(line: Buffer): Promise<void> | undefined;
  /** Resolves when every message since the last commit is safe. */
  commit(): Promise<void>;
}

/**
 * Answers rsyslog's omprog (`confirmMessages`, `useTransactions`). It never answers an error: rsyslog 8.2302 then drops
 * lines of the transaction that it had been told DEFER_COMMIT for (rsyslog#2420). While something takes longer it
 * writes dots, which omprog reads over and which start its `confirmTimeout` anew.
 */
export class OmprogDialogue {
  private readonly splitter = new LineBlocks();
  private readonly blocks: Buffer[] = [];
  /** Of the block in hand, and the next of them to handle. */
  private lines: Buffer[] = [];
  private next = 0;
  private busy = false;
  private inTransaction = false;

  constructor(
    private readonly handler: OmprogHandler,
    private readonly answer: (text: string) => void,
    private readonly keepAliveMs: number,
  ) {}

  /** rsyslog waits for this before it sends anything. */
  ready(): void {
    this.answer('OK\n');
  }

  push(chunk: Buffer): void {
    this.splitter.push(chunk, (block) => this.blocks.push(block));
    this.proceed();
  }

  /** Lines are waiting for an earlier one. Without `confirmMessages` rsyslog does not stop by itself: read no more now. */
  get isBusy(): boolean {
    return this.busy;
  }

  /** Resolves when every line that was pushed has been taken. */
  async drained(): Promise<void> {
    while (this.busy) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  private proceed(): void {
    while (!this.busy) {
      if (this.next < this.lines.length) this.handle(this.lines[this.next++]!);
      else if (this.blocks.length > 0) this.take(this.blocks.shift()!);
      else return;
    }
  }

  private take(block: Buffer): void {
    this.lines = wholeLines(block);
    this.next = 0;
    const messages = this.lines.reduce((count, line) => count + (isMark(line) ? 0 : 1), 0);
    const wait = this.handler.received(block, messages);
    if (wait) this.afterwards(wait, '');
  }

  private handle(line: Buffer): void {
    if (isMark(line, BEGIN)) {
      this.inTransaction = true;
      this.answer('OK\n');
    } else if (isMark(line, COMMIT)) {
      this.inTransaction = false;
      this.afterwards(this.handler.commit(), 'OK\n');
    } else {
      const wait = this.handler.message(line);
      if (!this.inTransaction)
        this.afterwards(
          Promise.resolve(wait).then(() => this.handler.commit()),
          'OK\n',
        );
      else if (wait) this.afterwards(wait, 'DEFER_COMMIT\n');
      else this.answer('DEFER_COMMIT\n');
    }
  }

  private afterwards(wait: Promise<void>, text: string): void {
    this.busy = true;
    const dots = setInterval(() => this.answer('.'), this.keepAliveMs);
    void wait.then(() => {
      clearInterval(dots);
      this.busy = false;
      if (text !== '') this.answer(text);
      this.proceed();
    });
  }
}
