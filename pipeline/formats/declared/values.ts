/** What a variable of a declared format says, whoever's format it is. */
export const MEANINGS = [
  'client', // an address, perhaps with its port
  'client_port',
  'peer', // who connected, before forwarding headers were read
  'user',
  'time_clf', // 30/Nov/2026:11:40:05 +0000
  'time_iso',
  'time_epoch', // seconds, with a fraction
  'time_epoch_ms',
  'time_epoch_us',
  'time_haproxy', // 30/Nov/2026:11:40:05.123, local
  'time_plain', // 2026-11-30 11:40:05.123, local
  'time', // of any form that says its zone: ISO 8601, seconds or milliseconds since 1970, 30/Nov/2026:11:40:05 +0000
  'request', // METHOD target HTTP/x
  'method',
  'target', // path, perhaps with its query
  'path',
  'query',
  'protocol', // HTTP/1.1
  'status',
  'body_bytes',
  'bytes',
  'request_bytes',
  'seconds',
  'milliseconds',
  'microseconds',
  'nanoseconds',
  'referrer',
  'agent',
  'forwarded_for',
  'domain',
  'scheme',
  'request_id',
  'traceparent',
  'pid', // perhaps in angle brackets
  'upstream_addresses',
  'upstream_statuses',
  'upstream_seconds',
  'upstream_connect_seconds',
  'upstream_header_seconds',
  'connection',
  'server_address',
  'server_port',
  'tls_version', // TLSv1.3
  'tls_cipher',
  'frontend',
  'backend',
  'server',
  'termination',
  'pool', // the upstream's name
  'level', // of an event that is no request
  'logger',
  'message',
  'tid',
  'nothing', // says nothing: gunicorn's %(l)s
] as const;
export type Meaning = (typeof MEANINGS)[number];

/** What a line of a declared format says. */
export interface DeclaredValues {
  values: Partial<Record<Meaning, string>>;
  /** Variables of one's own, under their own names. */
  named: Record<string, string>;
  /** The format has a place for the agent: that there is none says something. */
  logsAgent: boolean;
}

export interface Variable {
  /** As it stands in the format. */
  name: string;
  /** undefined: one of one's own. */
  meaning: Meaning | undefined;
  /** What it may be, as a regular expression without groups. */
  form: string;
  /** Undoes the escaping of this one, where it is another than that of the others. */
  undo?: (text: string) => string;
  /** Another of the same meaning says it better: `$server_name` beside `$host`. */
  weak?: true;
}

/** A format, as literal texts and variables in turn. */
export type Piece = string | Variable;

export class FormatError extends Error {
  readonly code = 'ROTA_FORMAT';
  constructor(message: string) {
    super(message);
    this.name = 'FormatError';
  }
}
