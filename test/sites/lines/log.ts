import type { Machine } from '../simulator/machine';
import type { Writer } from '../truth/truth';
import type { Line, LogOfLine, Text, Way } from './line';

/** Where lines go, and what happens to them on the way. */
export interface Pipeline {
  now(): number;
  /** ms, the same for the same seed. */
  jitter(limit: number): number;
  /** When what is received at `t` can be taken: later, while the log server is away. */
  takenAt(t: number): number;
  emit(line: Line): void;
}

/** An agent polls its files once a second; the log server and the indexer need a moment each. */
const POLL_MS = 1000;
const NETWORK_MS = 5;
const INDEX_MS = 150;

/** One log of one process: a file that an agent follows, HAProxy's ring or datagrams, or an SDK's connection. */
export class Log implements LogOfLine {
  /** Of the ids that the agent gives its lines: a hash of host and path there. */
  readonly idBase: string;
  /** It writes nothing more. */
  ended = false;
  /** What it writes is lost. */
  losing = false;
  /** Every third line is refused by Elasticsearch. */
  refusing = false;
  /** Bytes in the file. */
  private size = 0;
  private count = 0;

  constructor(
    readonly machine: Machine,
    /** `host.name` of its lines. */
    readonly hostName: string,
    readonly way: Way,
    readonly dataset: LogOfLine['dataset'],
    readonly file: string,
    readonly truth: Writer,
    private readonly pipeline: Pipeline,
  ) {
    this.idBase = `${hostName}.${truth.process}.${dataset}`;
  }

  write(text: Text): Line | undefined {
    if (this.ended) return undefined;
    const { pipeline, machine, way } = this;
    const t = pipeline.now();
    const read = t + machine.late + (way === 'file' ? pipeline.jitter(POLL_MS) : pipeline.jitter(NETWORK_MS));
    const arrived = read + NETWORK_MS;
    const received = pipeline.takenAt(arrived);
    // A datagram to nobody is gone.
    const lost = this.losing || (way === 'udp' && received > arrived);
    const refused = this.refusing && this.count++ % 3 === 0;
    const line: Line = Object.assign(text, {
      log: this,
      t,
      clock: machine.clock(t),
      offset: this.size,
      fate: lost ? ('lost' as const) : refused ? ('refused' as const) : ('sent' as const),
      read,
      received,
      ingested: received + INDEX_MS + pipeline.jitter(INDEX_MS),
    });
    this.size += text.text.length + 1;
    this.truth.written++;
    if (lost) this.truth.lost++;
    pipeline.emit(line);
    return line;
  }
}
