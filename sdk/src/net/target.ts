import { ConfigurationError } from '../errors.js';

export type Scheme = 'relp' | 'relps' | 'tcp' | 'tls' | 'udp' | 'unix';

/** Whether what is sent is encrypted and the receiver verified. */
export function isSecure(scheme: Scheme): boolean {
  return scheme === 'relps' || scheme === 'tls';
}

/** One receiver, parsed from its URL. */
export interface Target {
  scheme: Scheme;
  /** '' for unix. */
  host: string;
  /** 0 for unix. */
  port: number;
  /** The socket's path for unix, else ''. */
  path: string;
  /** For messages; without credentials, which these URLs do not carry. */
  label: string;
}

/** Ports of the IANA registry; RELP has none, 2514 is rsyslog's habit (and 20514 its documentation's). */
const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = {
  relp: 2514,
  relps: 2514,
  tcp: 601,
  tls: 6514,
  udp: 514,
  unix: 0,
};

/** Of `sockaddr_un.sun_path` on Linux, without its final NUL. */
const MAX_SOCKET_PATH = 107;

/** @throws ConfigurationError `ROTA_CONFIG_URL` */
export function parseTarget(text: string): Target {
  const match = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text.trim());
  const scheme = match?.[1]?.toLowerCase() as Scheme | undefined;
  if (scheme === undefined || !(scheme in DEFAULT_PORTS)) {
    throw wrong(text, 'Use relp://, relps://, tcp://, tls://, udp:// or unix://.');
  }
  if (scheme === 'unix') return unixTarget(text, match?.[2] ?? '');
  return netTarget(scheme, text);
}

function unixTarget(text: string, rest: string): Target {
  const path = decoded(rest);
  if (path === undefined || !path.startsWith('/'))
    throw wrong(text, 'Give the absolute path of the socket, as in unix:///dev/log.');
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH)
    throw wrong(text, `Give a path of at most ${MAX_SOCKET_PATH} bytes; the system has no room for a longer one.`);
  return { scheme: 'unix', host: '', port: 0, path, label: `unix://${path}` };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function netTarget(scheme: Scheme, text: string): Target {
  let url: URL;
  try {
    // WHATWG parses host and port only for schemes it knows.
    url = new URL(text.trim().replace(/^[a-z]+:/i, 'http:'));
  } catch {
    throw wrong(text, 'Give it as scheme://host:port.');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // http's own default port is dropped by the parser, so look for it in the text.
  const port = url.port === '' ? (/:80(?:\/|$)/.test(text.trim()) ? 80 : DEFAULT_PORTS[scheme]) : Number(url.port);
  if (host === '' || port === 0) throw wrong(text, 'Give it as scheme://host:port.');
  if (url.username !== '' || url.password !== '')
    throw wrong(text, 'Leave out user and password; use the tls option for certificates.');
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '')
    throw wrong(text, 'Leave out everything after the port.');
  return { scheme, host, port, path: '', label: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

function wrong(text: string, mend: string): ConfigurationError {
  const shown = text.replace(/\/\/[^@/]*@/, '//…@');
  return new ConfigurationError('ROTA_CONFIG_URL', `"${shown}" is not an address to send logs to. ${mend}`);
}
