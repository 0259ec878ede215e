/**
 * RFC 5424 headers. All functions are pure; what they return is printable US-ASCII, except PARAM-VALUE (UTF-8).
 */

/** RFC 5424 table 1. */
export const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'clock',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;
export type Facility = (typeof FACILITIES)[number];

/** RFC 5424 section 6: the longest header fields. */
const LIMITS = { hostname: 255, appName: 48, procId: 128, msgId: 32 } as const;
export type HeaderField = keyof typeof LIMITS;

/**
 * A header field within its limit and character set (PRINTUSASCII, 33–126): other characters become `?`, nothing
 * becomes the NILVALUE `-`.
 */
export function headerField(field: HeaderField, value: string | number | undefined | null): string {
  const clean = String(value ?? '').replace(/[^\x21-\x7e]/gu, '?');
  return clean.slice(0, LIMITS[field]) || '-';
}

/** PARAM-VALUE: `"`, `\` and `]` get a backslash (section 6.3.3); control characters become spaces. */
export function sdValue(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  const printable = value.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return wellFormed(printable).replace(/["\\\]]/g, (c) => `\\${c}`);
}

/** A lone surrogate has no UTF-8 form: it becomes U+FFFD here, once, rather than somewhere on the way. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd');
}

/** Section 7.3.1: `sequenceId` runs from 1 to 2147483647 and then starts at 1 again. */
export function sequenceId(sequence: number): number {
  return sequence <= 2147483647 ? sequence : ((sequence - 1) % 2147483647) + 1;
}

export interface HeaderOptions {
  facility: Facility;
  hostname: string;
  appName: string;
  procId: string | number;
  software: string;
  version: string;
}

/** STRUCTURED-DATA before the number. */
export const SD_START = '[meta sequenceId="';

/** The parts of the header that do not change from message to message, so that only time and number are put in. */
export class HeaderEncoder {
  private readonly pri: readonly string[];
  private readonly names: string;
  /** STRUCTURED-DATA behind the number, and the space before MSG. */
  readonly origin: string;

  constructor(options: HeaderOptions) {
    const facility = FACILITIES.indexOf(options.facility);
    this.pri = Array.from({ length: 8 }, (_, severity) => `<${facility * 8 + severity}>1 `);
    const host = headerField('hostname', options.hostname);
    const app = headerField('appName', options.appName);
    this.names = ` ${host} ${app} ${headerField('procId', options.procId)} `;
    this.origin = `"][origin software="${sdValue(options.software.slice(0, 48))}" swVersion="${sdValue(options.version.slice(0, 32))}"] `;
  }

  /** All before STRUCTURED-DATA, with its trailing space. `msgId` must have passed `headerField`. */
  head(severity: number, timestamp: string, msgId: string): string {
    return `${this.pri[severity]}${timestamp}${this.names}${msgId} `;
  }

  /** STRUCTURED-DATA and the space before MSG. */
  structuredData(sequence: number): string {
    return `${SD_START}${sequenceId(sequence)}${this.origin}`;
  }
}
