/** What a line says, by the names of its parts in pipeline/formats. */
export type Fields = Record<string, string>;

/** What a program writes. */
export interface Text {
  text: string;
  /** Undefined: the line is JSON, which rsyslog hands on as it is. */
  fields?: Fields;
  /** Of syslog (RFC 5424, table 2); 6 of a file's line. */
  severity?: number;
  pid: number;
  /** Of an SDK's event. */
  event?: { run: string; sequence: number; dataset: string; app: string };
}

export type Way = 'file' | 'ring' | 'udp' | 'sdk';

/** Which log a line stands in. */
export interface LogOfLine {
  readonly idBase: string;
  readonly hostName: string;
  readonly way: Way;
  readonly dataset: 'haproxy.log' | 'nginx.access' | 'nginx.error' | 'gunicorn.access' | 'sdk';
  readonly file: string;
  readonly machine: { readonly address: string };
  readonly truth: { process: string };
}

/** A line on its way from its program to Elasticsearch; times are true ones, ms since 1970. */
export interface Line extends Text {
  log: LogOfLine;
  t: number;
  /** What the writer's clock showed. */
  clock: number;
  /** Where it begins in its file, bytes. */
  offset: number;
  /** Lost, or refused by Elasticsearch and kept as a dead letter. */
  fate: 'sent' | 'lost' | 'refused';
  /** When the host's agent read it, the log server had it, and Elasticsearch. */
  read: number;
  received: number;
  ingested: number;
}
