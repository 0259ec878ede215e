import type { JsonObject } from './shape/shaped';

/** One event on its way to Elasticsearch. */
export interface Item {
  dataset: string;
  /** Data stream, `logs-<dataset>-<namespace>`. */
  stream: string;
  id: string;
  doc: JsonObject;
  /** An earlier backing index may hold it already. */
  mayBeResend: boolean;
  /** The line as rsyslog wrote it, kept for the dead letter. */
  line: Buffer;
}

const LONGEST_ID = 512;

/** Elasticsearch refuses a whole bulk for one id that is empty or longer than 512 bytes. */
export function isUsableId(id: string): boolean {
  return id !== '' && Buffer.byteLength(id) <= LONGEST_ID;
}
