import { readFileSync, statSync } from 'node:fs';
import { SettingsError } from '../errors';
import { plainAddress } from './address';
import { type Grant, parseTable } from './table';

/** What one message says of itself. */
export interface Claim {
  /** The input that it came by, and the address that it came from. */
  input: string;
  address: string;
  hosts: readonly string[];
  datasets: readonly string[];
  tiers: readonly string[];
}

/** Stable codes, in `event.code` of the dead letter (docs/architecture.md). */
export type RefusalCode = 'unknown_sender' | 'foreign_input' | 'foreign_host' | 'foreign_dataset' | 'foreign_tier';

export interface Refusal {
  code: RefusalCode;
  /** One sentence; what stands before its first colon is the same for all of a kind. */
  reason: string;
  /** The host that the sender really is, where the table says that. */
  host: string | undefined;
}

/** The file is looked at no more often than this. */
const LOOK_EVERY_MS = 1_000;
const LOOK_BEFORE_REFUSAL_MS = 20;
const MOST_ADDRESSES = 10_000;

/** Who may write what, by address: the table of `ROTA_SENDERS`. What a changed file allows holds at once, what it forbids within a second. */
export class Senders {
  private grants: readonly Grant[] = [];
  private readonly byAddress = new Map<string, readonly Grant[]>();
  private stamp = '';
  private lookedAt = 0;
  private noted = '';

  /**
   * @param note told once when a changed table cannot be used, and the one before goes on
   * @throws SettingsError when the table cannot be used at the start
   */
  constructor(
    private readonly path: string,
    private readonly note: (text: string) => void = () => undefined,
  ) {
    this.read();
  }

  /**
   * Whether a message that says one host, data set and tier may say them.
   * @param tier undefined where the data set says it
   * @param now ms, to see when to look at the file again
   */
  allows(
    address: string,
    input: string,
    host: string,
    dataset: string,
    tier: string | undefined,
    now: number,
  ): boolean {
    if (now - this.lookedAt >= LOOK_EVERY_MS) this.look(now);
    for (const { inputs, mayBe, datasets, tiers } of this.of(address)) {
      const fits = inputs.has(input) && datasets.has(dataset) && (tier === undefined || tiers.has(tier));
      if (fits && mayBe(host)) return true;
    }
    return false;
  }

  /** Why a message may not say what it says; undefined when it may. */
  refusal(claim: Claim, now: number): Refusal | undefined {
    // Before a line is refused: a server that has just got its certificate stands in the file already.
    if (now - this.lookedAt >= LOOK_BEFORE_REFUSAL_MS) this.look(now);
    const grants = this.of(claim.address);
    let furthest: RefusalCode = 'unknown_sender';
    for (const grant of grants) {
      const code = lacking(grant, claim);
      if (code === undefined) return undefined;
      if (ORDER.indexOf(code) > ORDER.indexOf(furthest)) furthest = code;
    }
    const host = grants.length === 1 ? grants[0]!.onlyHost : undefined;
    return { code: furthest, reason: sentence(furthest, claim), host };
  }

  /** Lines of the table. */
  get size(): number {
    return this.grants.length;
  }

  /** Whether a request from this address may be the balancer's own: a sender of tier `lb`. */
  isBalancer(address: string): boolean {
    return this.of(address).some(({ tiers }) => tiers.has('lb'));
  }

  private of(address: string): readonly Grant[] {
    const known = this.byAddress.get(address);
    if (known) return known;
    const plain = plainAddress(address);
    const first = plain === undefined ? undefined : this.grants.find(({ network }) => network.holds(plain));
    const found = first
      ? this.grants.filter(({ network }) => network.bits === first.network.bits && network.holds(plain as string))
      : [];
    if (this.byAddress.size >= MOST_ADDRESSES) this.byAddress.clear();
    this.byAddress.set(address, found);
    return found;
  }

  private look(now: number): void {
    this.lookedAt = now;
    try {
      this.read();
      this.noted = '';
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.noted) this.note(`the table of senders cannot be used, the one before goes on: ${message}`);
      this.noted = message;
    }
  }

  private read(): void {
    try {
      const { mtimeMs, size, ino } = statSync(this.path);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (stamp === this.stamp) return;
      // The most exact network first: it alone counts.
      this.grants = parseTable(readFileSync(this.path, 'utf8')).sort((a, b) => b.network.bits - a.network.bits);
      this.stamp = stamp;
      this.byAddress.clear();
    } catch (error) {
      if (error instanceof SettingsError) throw error;
      throw new SettingsError(
        'ROTA_SENDERS',
        `cannot read ${this.path} (${(error as Error).message}); make it readable`,
      );
    }
  }
}

/** From what tells least to what tells most of how near a claim came. */
const ORDER: readonly RefusalCode[] = [
  'unknown_sender',
  'foreign_input',
  'foreign_host',
  'foreign_dataset',
  'foreign_tier',
];

function lacking(grant: Grant, { input, hosts, datasets, tiers }: Claim): RefusalCode | undefined {
  if (!grant.inputs.has(input)) return 'foreign_input';
  if (hosts.length === 0 || !hosts.every((host) => grant.mayBe(host))) return 'foreign_host';
  if (!datasets.every((dataset) => grant.datasets.has(dataset))) return 'foreign_dataset';
  return tiers.every((tier) => grant.tiers.has(tier)) ? undefined : 'foreign_tier';
}

const SENTENCES: Readonly<Record<RefusalCode, string>> = {
  unknown_sender: 'The table of senders does not name who sent this',
  foreign_input: 'The sender may not use this input',
  foreign_host: 'The sender may not write in the name of this host',
  foreign_dataset: 'The sender may not write this data set',
  foreign_tier: 'The sender may not write for this tier',
};

function sentence(code: RefusalCode, { address, input, hosts, datasets, tiers }: Claim): string {
  const what = {
    unknown_sender: '',
    foreign_input: ` by ${input}`,
    foreign_host: ` as ${shown(hosts)}`,
    foreign_dataset: ` to ${shown(datasets)}`,
    foreign_tier: ` as ${shown(tiers)}`,
  }[code];
  return `${SENTENCES[code]}: ${address}${what}`;
}

const shown = (names: readonly string[]) => names.map((name) => name.slice(0, 200)).join(', ') || 'nobody';
