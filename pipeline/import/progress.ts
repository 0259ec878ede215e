import type { Progress } from './run';

const EVERY_MS = 5_000;

/** A sentence every few seconds: how far it is, and how fast. */
export class ProgressLines {
  private readonly began = Date.now();
  private said = this.began;
  private readBefore = 0;

  constructor(private readonly say: (sentence: string) => void) {}

  told({ read, deadLetters, unread }: Readonly<Progress>): void {
    const now = Date.now();
    if (now - this.said < EVERY_MS) return;
    const rate = Math.round(((read - this.readBefore) * 1000) / (now - this.said));
    this.say(
      `${read.toLocaleString('en')} lines, ${rate.toLocaleString('en')} lines/s, ${(deadLetters + unread).toLocaleString('en')} did not fit`,
    );
    this.said = now;
    this.readBefore = read;
  }

  seconds(): number {
    return (Date.now() - this.began) / 1000;
  }
}
