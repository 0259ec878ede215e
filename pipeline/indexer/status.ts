import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type State = 'starting' | 'healthy' | 'waiting' | 'stopping';

const REPEAT_MS = 10_000;

/**
 * Says what the indexer is doing: a line on stderr when that changes (and every 10 s while it waits), and a file
 * `status-<pid>.json` for whoever wants to look.
 */
export class Status {
  state: State = 'starting';
  private reason = '';
  private since = new Date();
  private saidAt = 0;

  constructor(
    private readonly dir: string,
    private readonly write: (line: string) => void = (line) => process.stderr.write(line),
  ) {}

  waiting(reason: string): void {
    this.change('waiting', reason);
  }

  healthy(): void {
    if (this.state === 'starting' || this.state === 'waiting') this.change('healthy', '');
  }

  stopping(reason: string): void {
    this.change('stopping', reason);
  }

  /** A fact worth a line that does not change the state. */
  note(text: string): void {
    this.write(`${new Date().toISOString()} rota-indexer[${process.pid}] ${text}\n`);
  }

  private change(state: State, reason: string): void {
    const now = Date.now();
    const changed = state !== this.state;
    if (changed) this.since = new Date(now);
    if (!changed && (reason === this.reason || now - this.saidAt < 1_000) && now - this.saidAt < REPEAT_MS) return;
    this.note(sentence(state, reason, this.state, now - this.since.getTime()));
    this.state = state;
    this.reason = reason;
    this.saidAt = now;
    this.save();
  }

  private save(): void {
    const path = join(this.dir, `status-${process.pid}.json`);
    const text = JSON.stringify({
      pid: process.pid,
      state: this.state,
      since: this.since.toISOString(),
      reason: this.reason,
    });
    try {
      writeFileSync(`${path}.new`, `${text}\n`);
      renameSync(`${path}.new`, path);
    } catch {
      // A full disk must not stop the indexer from saying so on stderr.
    }
  }
}

function sentence(state: State, reason: string, before: State, forMs: number): string {
  if (state === 'healthy') return before === 'waiting' ? 'healthy again' : 'healthy: documents are being indexed';
  if (state === 'waiting') {
    const time = before === 'waiting' ? ` for ${Math.round(forMs / 1000)} s` : '';
    return `waiting${time}, trying again until it works; nothing is lost meanwhile: ${reason}`;
  }
  return `${state}: ${reason}`;
}
