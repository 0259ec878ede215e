import { focusManager, onlineManager, type Query, type QueryClient } from '@tanstack/react-query';

/** How a question goes along with the page's refreshes; it stands in the query's `meta`. */
export interface Pace extends Record<string, unknown> {
  /**
   * `itself`: it is asked again by a timer of its own (live), and no refresh waits for it. `window`: it is asked about what
   * an answer of the page told, and so changes with that answer. Left out: every refresh asks it again.
   */
  follows?: 'itself' | 'window';
}

/** When the page last asked for all that it shows, and how that went. Milliseconds, of the browser's clock. */
export interface Round {
  began: number;
  /** When the last answer came; null while one is on its way. */
  settled: number | null;
  /** For how long it was waited for. */
  took: number;
}

/**
 * When a page that refreshes itself asks next: after its interval, and never before it has rested for half as long as the
 * last answers took, so that a slow site is asked less often. null while an answer is on its way.
 */
export function nextRound({ began, settled, took }: Round, intervalMs: number): number | null {
  if (settled === null) return null;
  return Math.max(began + intervalMs, settled + took / 2);
}

/**
 * The one place that decides when a page's questions are asked again: by its refresh interval or by the user; when a hidden
 * tab comes back or the network does; never while one is on its way, and never in a hidden tab. Which question is replaced
 * (its key changed) and which is given up (nobody shows it) is React Query's part.
 */
export class Rounds {
  private round: Round = { began: Date.now(), settled: null, took: 0 };
  private askingSince = Date.now();
  private intervalMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly queries: QueryClient,
    private readonly onDue: () => void,
  ) {}

  /** Follows answers, the tab and the network until the function that it gives back is called. */
  start(): () => void {
    const stops = [
      this.queries.getQueryCache().subscribe(() => this.plan()),
      focusManager.subscribe(() => this.plan()),
      onlineManager.subscribe(() => this.onNetwork()),
    ];
    this.plan();
    return () => {
      clearTimeout(this.timer);
      for (const stop of stops) stop();
    };
  }

  /** 0 is off. */
  every(intervalMs: number): void {
    this.intervalMs = intervalMs;
    this.plan();
  }

  /** The interval that the site's answers allow now; longer than asked for where they are slow. */
  get paceMs(): number {
    return Math.max(this.intervalMs, Math.round(this.round.took * 1.5));
  }

  /** Asks all that the page shows. What is on its way already is not asked again. */
  ask(): void {
    if (!this.isAsking()) this.round = { ...this.round, began: Date.now() };
    void this.queries.refetchQueries({ type: 'active', predicate: isRefreshed }, { cancelRefetch: false });
    this.plan();
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.isAsking()) {
      if (this.round.settled !== null) this.askingSince = Date.now();
      this.round = { ...this.round, settled: null };
      return;
    }
    if (this.round.settled === null) {
      this.round = { ...this.round, settled: Date.now(), took: Date.now() - this.askingSince };
    }
    const due = nextRound(this.round, this.intervalMs);
    if (this.intervalMs === 0 || due === null || !focusManager.isFocused()) return;
    this.timer = setTimeout(this.onDue, Math.max(0, due - Date.now()));
  }

  private onNetwork(): void {
    const hasFailed = this.queries.getQueryCache().findAll({ type: 'active', predicate: isRefreshed }).some(isFailed);
    if (onlineManager.isOnline() && (this.intervalMs > 0 || hasFailed) && focusManager.isFocused()) this.onDue();
  }

  private isAsking(): boolean {
    return this.queries.isFetching({ predicate: isWaitedFor }) > 0;
  }
}

const followed = ({ meta }: Query) => (meta as Pace | undefined)?.follows;

const isFailed = ({ state }: Query) => state.status === 'error';

function isRefreshed(query: Query): boolean {
  return followed(query) === undefined;
}

/** Whether a refresh waits for it. */
export function isWaitedFor(query: Query): boolean {
  return followed(query) !== 'itself';
}
