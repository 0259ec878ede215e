import { isUtf8 } from 'node:buffer';
import type { JsonObject } from './shaped';
import { parseStructuredData, type StructuredData } from './structured_data';

const TAB = 9;

/** One line from rsyslog (pipeline/rsyslog/message.conf): header TAB message. */
export interface Line {
  header: Header;
  /** The message as it came, always. */
  raw: Buffer;
  /** The message as text (`messageText`). */
  text: string;
  structuredData: StructuredData | undefined;
  /** Parameters of the agent's `[rota@…]` element. */
  agent: Record<string, string> | undefined;
  /** False when some byte of the line is not UTF-8: then text is read as Latin-1 where it must be. */
  utf8: boolean;
  /** The address that the message came from; empty where that is not known, and for what this rsyslog says itself. */
  source: string;
  /** This rsyslog says it itself. */
  own: boolean;
  /** Who wrote it, where the operator says so (formats.yaml). */
  program?: string | undefined;
  /** When a container's runtime took it, ISO 8601: its time, unless it says another. */
  time?: string | undefined;
}

/** Syslog's parts and rsyslog's own; each is text, empty when absent. */
export interface Header {
  in: string;
  id: string;
  /** Data set that rsyslog's configuration says (its own counters); else empty. */
  d: string;
  h: string;
  from: string;
  /** The message's own time and the time of its receipt here, RFC 3339. */
  ts: string;
  rcv: string;
  pri: string;
  app: string;
  pid: string;
  mid: string;
  /** `1`: RFC 5424; `0`: RFC 3164. */
  ver: string;
  sd: string;
  lf: string;
  /** How the message began, before anything was read of it: whether its header says a year. */
  raw?: string;
}

/** @throws SyntaxError when the line is not of this form */
export function readLine(line: Buffer): Line {
  const tab = line.indexOf(TAB);
  if (tab === -1) throw new SyntaxError('no header before the message');
  const utf8 = isUtf8(line);
  // Decoded once as a whole: to cut text costs less than to decode its parts.
  const all = line.toString(utf8 ? 'utf8' : 'latin1');
  const message = all.indexOf('\t') + 1;
  const header = parse(all.slice(0, message - 1), utf8) as unknown as Header;
  const structuredData = header.sd === '-' ? undefined : parseStructuredData(header.sd);
  const agent = structuredData && agentElement(structuredData);
  const sent = header.lf === '' ? line.subarray(tab + 1) : Buffer.from(header.lf, utf8 ? 'utf8' : 'latin1');
  const start = messageStart(sent, !agent?.['file'] && header.in !== 'tcp_raw');
  const raw = start === 0 ? sent : sent.subarray(start);
  return {
    source: sourceOf(header, structuredData),
    own: OWN_INPUTS.has(header.in),
    header,
    raw,
    text: utf8 && start === 0 ? header.lf || all.slice(message) : messageText(raw),
    structuredData,
    agent,
    utf8,
  };
}

/**
 * Where a message begins: behind the blanks that stand before it in a syslog message (RFC 3164 has one behind the tag), and behind a byte
 * order mark (RFC 5424's MSG-UTF8; a file's first line).
 */
function messageStart(sent: Buffer, isSyslog: boolean): number {
  let at = 0;
  while (isSyslog && sent[at] === 0x20) at++;
  return sent[at] === 0xef && sent[at + 1] === 0xbb && sent[at + 2] === 0xbf ? at + 3 : at;
}

/** What rsyslog's own messages and counters come by. */
const OWN_INPUTS: ReadonlySet<string> = new Set(['rsyslogd', 'impstats']);
/** Added by the server that put the message on Kafka's topic (pipeline/rsyslog/profiles/kafka). */
const RELAYED = 'sender@32473';

function sourceOf({ in: input, from }: Header, data: StructuredData | undefined): string {
  if (OWN_INPUTS.has(input)) return '';
  if (input !== 'imkafka') return from;
  const address = data?.[RELAYED]?.['address'] ?? '';
  delete data?.[RELAYED];
  return address;
}

function agentElement(data: StructuredData): Record<string, string> | undefined {
  for (const id in data) if (id.startsWith('rota@')) return data[id];
  return undefined;
}

/** @param utf8 otherwise each character of the text stands for a byte */
function parse(text: string, utf8: boolean): JsonObject {
  const found = JSON.parse(text) as JsonObject;
  if (utf8) return found;
  for (const name in found) {
    const value = found[name];
    // `lf` stays as it is: it gives the message's bytes back.
    if (typeof value === 'string' && name !== 'lf') found[name] = readText(value);
  }
  return found;
}

/** Text whose characters stand for bytes: as UTF-8 where they are that, else as the Latin-1 that they then are. */
export function readText(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : latin1;
}

/** The message as text, by the same rule. */
export function messageText(raw: Buffer): string {
  return isUtf8(raw) ? raw.toString('utf8') : raw.toString('latin1');
}

/** Who wrote the line, as its header says; who sent it, where there is no header or it says `-` (HAProxy's by default). */
export function hostOf(line: Line): string {
  const { h, from } = line.header;
  return hasHeader(line) && h !== '-' ? h : from;
}

/** A bare line has no syslog header: what rsyslog read as one is the line's first words. */
export function hasHeader(line: Line): boolean {
  return line.header.in !== 'tcp_raw';
}
