import type { Check } from '../../description/site';

export interface ServerConfig {
  name: string;
  address: string;
  weight: number;
  backup: boolean;
}

/** One server of a backend, as one HAProxy process sees it. */
export class BackendServer {
  admin: 'ready' | 'drain' | 'maintenance' = 'ready';
  /** Requests under way. */
  served = 0;
  /** Place among servers that are equally busy: who was moved last comes last. */
  order = 0;
  /** Of the smooth weighted round robin. */
  current = 0;
  /** From 0 to rise + fall − 1; up from `rise` on. A new process takes its servers for up, and one failure suffices. */
  health: number;
  lastFailure = '';

  constructor(
    readonly config: ServerConfig,
    private readonly check: Check | null,
  ) {
    this.health = check ? check.rise : 1;
  }

  get up(): boolean {
    return this.health >= (this.check ? this.check.rise : 1);
  }

  get usable(): boolean {
    return this.up && this.admin === 'ready';
  }

  /** HAProxy's count (set_server_check_status). @returns whether it moved */
  judge(passed: boolean): boolean {
    const { rise, fall } = this.check!;
    if (passed) {
      if (this.health >= rise + fall - 1) return false;
      this.health++;
      if (this.health >= rise) this.health = rise + fall - 1;
      return true;
    }
    if (this.health === 0) return false;
    this.health--;
    if (this.health < rise) this.health = 0;
    return true;
  }

  /** `2/3 UP`, `1/2 DOWN`. */
  get count(): string {
    const { rise, fall } = this.check!;
    return this.up ? `${this.health - rise + 1}/${fall} UP` : `${this.health}/${rise} DOWN`;
  }

  leaveMaintenance(): void {
    this.admin = 'ready';
    this.health = this.check ? this.check.rise : 1;
  }
}
