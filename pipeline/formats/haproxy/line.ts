import type { Parts } from '../parts';

const HEAD = String.raw`^(?<client>\S+) \[(?<time>[^\]]+)\] (?<frontend>\S+) (?<backend>[^/ ]+)\/(?<server>\S+) `;
const COUNTS = String.raw`(?<actconn>\d+)\/(?<feconn>\d+)\/(?<beconn>\d+)\/(?<srvconn>\d+)\/(?<retries>\+?\d+) (?<srvqueue>\d+)\/(?<beqqueue>\d+)`;
const TIMERS = String.raw`(?<tr>-?\d+)\/(?<tw>-?\d+)\/(?<tc>-?\d+)\/(?<tresp>-?\d+)\/(?<ta>\+?-?\d+)`;
const ANSWER = String.raw`(?<status>-?\d+) (?<bytes>\+?\d+)`;
const REQUEST = String.raw`"(?:(?<request>[^"]*)"(?: rota=(?<rota>.*)| (?<extra>.*))?|(?<cut>[^"]*))$`;

/** `option httplog`, and httpslog, Rota's own and others with something behind; the request may be cut (`maxlen`). */
const HTTPLOG = new RegExp(
  `${HEAD}${TIMERS} ${ANSWER} ${String.raw`(?<req_cookie>\S+) (?<res_cookie>\S+) (?<termination>\S{4}) `}${COUNTS}${String.raw` (?:\{(?<req_headers>[^}]*)\} )?(?:\{(?<res_headers>[^}]*)\} )?`}${REQUEST}`,
  's',
);

/** `option tcplog`, with or without something behind. */
const TCPLOG = new RegExp(
  `${HEAD}${String.raw`(?<tw>-?\d+)\/(?<tc>-?\d+)\/(?<tt>\+?-?\d+) (?<bytes>\+?\d+) (?<termination>[A-Za-z-]{2}) `}${COUNTS}${String.raw`(?: (?<extra>.*))?$`}`,
  's',
);

/**
 * `option httplog clf`: the Common Log Format with HAProxy's own parts behind, last the captured cookies and each captured header; the request
 * may be cut, and then all behind it.
 */
const CLF = new RegExp(
  String.raw`^(?<address>\S+) - - \[(?<clf_time>\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "(?<request>[^"]*)" ${ANSWER} "" "" (?<port>\d+) \d{1,3} "(?<frontend>[^"]*)" "(?<backend>[^"]*)" "(?<server>[^"]*)" (?<tr>-?\d+) (?<tw>-?\d+) (?<tc>-?\d+) (?<tresp>-?\d+) (?<ta>\+?-?\d+) (?<termination>\S{4}) (?<actconn>\d+) (?<feconn>\d+) (?<beconn>\d+) (?<srvconn>\d+) (?<retries>\+?\d+) (?<srvqueue>\d+) (?<beqqueue>\d+)(?: "(?<req_cookie>[^"]*)" "(?<res_cookie>[^"]*)"(?: (?<extra>"[^"]*"(?: "[^"]*")*))?)?\s*$`,
);
const CUT_CLF = /^(?<address>\S+) - - \[(?<clf_time>\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "(?<cut>[^"]*)$/;

/** What a frontend without `option …log` says of each connection. */
const CONNECT = /^Connect from (?<client>\S+) to (?<destination>\S+) \((?<frontend>[^/)]+)\/(?<mode>\w+)\)\s*$/;

/** A connection that came to nothing: TLS that failed, a PROXY header that is none. */
const ERROR =
  /^(?<client>\S+) \[(?<time>[^\]]+)\] (?<frontend>[^/ ]+)\/(?<bind>[^: ]+): (?<failure>(?:SSL|Connection|Received|Timeout|Error|Failed|Permission)\b.*)$/s;

/** What HAProxy says of its servers and backends, whose names newer ones put into quotes. */
const ABOUT = [
  /^(?:Backup )?Server '?(?<backend>[^/ ']+)\/(?<server>[^ ']+)'?(?: \([^)]+\))? is (?<state>[^, .!]*)(?<detail>.*)$/s,
  /^(?:Backup )?Server '?(?<backend>[^/ ']+)\/(?<server>[^ ']+)'? enters (?<state>\S+)(?<detail>.*)$/s,
  /^Health check for (?:backup )?server '?(?<backend>[^/ ']+)\/(?<server>[^ ']+)'? (?<result>[^,]+)(?<detail>,.*)$/s,
  /^(?:backend|proxy) '?(?<backend>[^ ']+)'? has no server available!\s*$/,
  /^Proxy '?(?<backend>[^ ']+)'? (?<detail>.*)$/s,
];

/** As standard error and the journal have it: `[WARNING] 333/120007 (2211) : …`, `[NOTICE]   (8) : …`. */
const BRACKETED =
  /^\[(?<level>NOTICE|WARNING|ALERT|EMERG|DEBUG)\]\s+(?:\d{3}\/\d{6}\s+)?(?:\((?<pid>\d+)\)\s*)?:\s+(?<text>.*)$/s;

export type HaproxyForm = 'http' | 'tcp' | 'connect' | 'error' | 'about' | 'text';
export interface HaproxyLine {
  form: HaproxyForm;
  parts: Parts;
}

/** Any line of HAProxy: `about` is what it says of a server or backend, `text` other words. */
export function splitHaproxy(whole: string): HaproxyLine {
  const { level, pid, text = whole } = BRACKETED.exec(whole)?.groups ?? {};
  const { form, parts } = splitTraffic(text) ?? splitAbout(text) ?? { form: 'text' as const, parts: {} };
  return { form, parts: { ...parts, text, level, pid } };
}

function splitTraffic(text: string): HaproxyLine | undefined {
  const first = text.charCodeAt(0);
  const http = HTTPLOG.exec(text)?.groups ?? CLF.exec(text)?.groups ?? CUT_CLF.exec(text)?.groups;
  if (http) return { form: 'http', parts: http };
  const tcp = TCPLOG.exec(text)?.groups;
  if (tcp) return { form: 'tcp', parts: tcp };
  const connect = first === 0x43 ? CONNECT.exec(text)?.groups : undefined;
  if (connect) return { form: 'connect', parts: connect };
  const error = ERROR.exec(text)?.groups;
  return error && { form: 'error', parts: error };
}

function splitAbout(text: string): HaproxyLine | undefined {
  for (const pattern of ABOUT) {
    const parts = pattern.exec(text)?.groups;
    if (parts) return { form: 'about', parts };
  }
  return undefined;
}

/** How a server's new state is told, to its end: a text of another program that speaks of a server is not this. */
const STATE = /^(?:Backup )?Server \S+\/\S+ is (?:UP|DOWN)\b.*\b\d+ active and \d+ backup servers (?:left|online)\./s;

/** The same of a program that nobody knows (`log-tag`): only what no other program writes. */
export function splitUnnamedHaproxy(text: string): HaproxyLine | undefined {
  const traffic = CUT_CLF.test(text) ? undefined : splitTraffic(text);
  return traffic ?? (STATE.test(text) ? splitHaproxy(text) : undefined);
}

/** HAProxy writes quotes, braces, bars and what is no printable ASCII as `#HH`, in requests and captured headers. */
export function withoutHashes(text: string): string {
  if (!/#[0-9A-F]{2}/.test(text)) return text;
  const bytes = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/#([2-9A-F][0-9A-F])/g, (hash, hex: string) =>
      hex === '7F' ? hash : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  const decoded = Buffer.from(bytes, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? text : decoded;
}
