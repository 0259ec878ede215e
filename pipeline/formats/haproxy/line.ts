import type { Parts } from '../parts';

const HEAD = String.raw`^(?<client>\S+) \[(?<time>[^\]]+)\] (?<frontend>\S+) (?<backend>[^/ ]+)\/(?<server>\S+) `;
const COUNTS = String.raw`(?<actconn>\d+)\/(?<feconn>\d+)\/(?<beconn>\d+)\/(?<srvconn>\d+)\/(?<retries>\+?\d+) (?<srvqueue>\d+)\/(?<beqqueue>\d+)`;

/** `option httplog`, and httpslog, Rota's own and others with something behind; the request may be cut (`maxlen`). */
const HTTPLOG = new RegExp(
  `${HEAD}${String.raw`(?<tr>-?\d+)\/(?<tw>-?\d+)\/(?<tc>-?\d+)\/(?<tresp>-?\d+)\/(?<ta>\+?-?\d+) (?<status>-?\d+) (?<bytes>\+?\d+) (?<req_cookie>\S+) (?<res_cookie>\S+) (?<termination>\S{4}) `}${COUNTS}${String.raw` (?:\{(?<req_headers>[^}]*)\} )?(?:\{(?<res_headers>[^}]*)\} )?"(?:(?<request>[^"]*)"(?: rota=(?<rota>.*)| (?<extra>.*))?|(?<cut>[^"]*))$`}`,
  's',
);

/** What HAProxy says of its servers and backends, whose names newer ones put into quotes. */
const ABOUT = [
  /^(?:Backup )?Server '?(?<backend>[^/ ']+)\/(?<server>[^ ']+)'?(?: \([^)]+\))? is (?<state>[^, .!]*)(?<detail>.*)$/s,
  /^(?:Backup )?Server '?(?<backend>[^/ ']+)\/(?<server>[^ ']+)'? enters (?<state>\S+)(?<detail>.*)$/s,
  /^Health check for (?:backup )?server '?(?<backend>[^/ ']+)\/(?<server>[^ ']+)'? (?<result>[^,]+)(?<detail>,.*)$/s,
  /^backend '?(?<backend>[^ ']+)'? has no server available!\s*$/,
  /^Proxy '?(?<backend>[^ ']+)'? (?<detail>.*)$/s,
];

/** A request by HAProxy's HTTP log, or what it says about a server; undefined: other text. */
export function splitHaproxy(text: string): Parts | undefined {
  const request = HTTPLOG.exec(text)?.groups;
  if (request) return request;
  for (const pattern of ABOUT) {
    const found = pattern.exec(text)?.groups;
    if (found) return found;
  }
  return undefined;
}

/** How a server's new state is told, to its end: a text of another program that speaks of a server is not this. */
const STATE = /^(?:Backup )?Server \S+\/\S+ is (?:UP|DOWN)\b.*\b\d+ active and \d+ backup servers (?:left|online)\./s;

/** The same of a program that nobody knows (`log-tag`): only what no other program writes. */
export function splitUnnamedHaproxy(text: string): Parts | undefined {
  return HTTPLOG.exec(text)?.groups ?? (STATE.test(text) ? splitHaproxy(text) : undefined);
}
