import type { Asked } from '../simulator/network';
import { epochSeconds, haproxyTime } from './clock_text';
import type { Fields, Text } from './line';

/** One request as HAProxy's log has it (its manual, "HTTP log format"); durations are ms, -1: not reached. */
export interface HaproxyRequest {
  client: string;
  clientPort: number;
  /** The clock's reading at the request's begin. */
  begun: number;
  backend: string;
  /** `<NOSRV>` where none was chosen. */
  server: string;
  /** Of the server chosen; `-` where none was. */
  serverAddress: string;
  waited: number;
  connect: number;
  response: number;
  total: number;
  status: number;
  bytes: number;
  termination: string;
  /** Concurrent ones: of the process, the frontend, the backend, the server. */
  connections: [number, number, number, number];
  retries: number;
  redispatched: boolean;
  queues: [number, number];
  asked: Asked;
  id: string;
}

const SITE = 'site';
const BYTES_IN = 180;

/** Stock `httplog`, and with `rota` what pipeline/haproxy/haproxy.cfg adds. */
export function requestText(request: HaproxyRequest, rota: boolean, pid: number): Text {
  const { asked, connections, queues } = request;
  const fields: Fields = {
    client: `${request.client}:${request.clientPort}`,
    time: haproxyTime(request.begun),
    frontend: SITE,
    backend: request.backend,
    server: request.server,
    tr: '0',
    tw: String(request.waited),
    tc: String(request.connect),
    tresp: String(request.response),
    ta: String(request.total),
    status: String(request.status),
    bytes: String(request.bytes),
    req_cookie: '-',
    res_cookie: '-',
    termination: request.termination,
    actconn: String(connections[0]),
    feconn: String(connections[1]),
    beconn: String(connections[2]),
    srvconn: String(connections[3]),
    retries: `${request.redispatched ? '+' : ''}${request.retries}`,
    srvqueue: String(queues[0]),
    beqqueue: String(queues[1]),
    request: `${asked.method} ${asked.path} HTTP/1.1`,
  };
  let text = `${fields['client']} [${fields['time']}] ${SITE} ${request.backend}/${request.server} 0/${request.waited}/${request.connect}/${request.response}/${request.total} ${request.status} ${request.bytes} - - ${request.termination} ${connections.join('/')}/${fields['retries']} ${queues[0]}/${queues[1]} "${fields['request']}"`;
  if (rota) {
    fields['rota'] =
      `${request.id} ${epochSeconds(request.begun)} ${request.serverAddress} ${BYTES_IN} ${jsonText(asked.host)} "-" ${asked.agent === undefined ? '"-"' : jsonText(asked.agent)}`;
    text += ` rota=${fields['rota']}`;
  }
  return { text, fields, severity: 6, pid };
}

/** HAProxy's `json(utf8s)` escapes the slash as well. */
function jsonText(text: string): string {
  return JSON.stringify(text).replaceAll('/', '\\/');
}

/** How many servers are left or there again, as HAProxy ends its sentences. */
export interface Census {
  active: number;
  backup: number;
  /** Sessions of the server. */
  sessions: number;
  queued: number;
}

export interface Named {
  backend: string;
  server: string;
  backup: boolean;
}

const title = ({ backup }: Named) => (backup ? 'Backup Server' : 'Server');

/** `Server be/f2 is DOWN, reason: …`; with `option log-health-checks` the reason stands in the line before. */
export function downText(named: Named, reason: string | undefined, census: Census, pid: number): Text {
  return stateText(named, 'DOWN', `${reason === undefined ? '' : `, ${reason}`}${left(census)}`, 1, pid);
}

export function upText(named: Named, reason: string | undefined, census: Census, pid: number): Text {
  return stateText(named, 'UP', `${reason === undefined ? '' : `, ${reason}`}${online(census)}`, 5, pid);
}

export function leavesDrainText(named: Named, up: boolean, pid: number): Text {
  return stateText(named, up ? 'UP' : 'DOWN', ' (leaving forced drain).', 5, pid);
}

export function leavesMaintenanceText(named: Named, pid: number): Text {
  return stateText(named, 'UP/READY', ' (leaving forced maintenance).', 5, pid);
}

export function maintenanceText(named: Named, census: Census, pid: number): Text {
  return stateText(named, 'going', ` DOWN for maintenance${left(census)}`, 1, pid);
}

export function drainText(named: Named, up: boolean, census: Census, pid: number): Text {
  const detail = ` state${up ? online(census) : left(census)}`;
  const { backend, server } = named;
  const fields = { backend, server, state: 'drain', detail };
  return { text: `${title(named)} ${backend}/${server} enters drain${detail}`, fields, severity: 5, pid };
}

function stateText(named: Named, state: string, detail: string, severity: number, pid: number): Text {
  const { backend, server } = named;
  const fields = { backend, server, state, detail };
  return { text: `${title(named)} ${backend}/${server} is ${state}${detail}`, fields, severity, pid };
}

function left({ active, backup, sessions, queued }: Census): string {
  const running = active === 0 && backup > 0 ? ' Running on backup.' : '';
  return `. ${active} active and ${backup} backup servers left.${running} ${sessions} sessions active, 0 requeued, ${queued} remaining in queue.`;
}

function online({ active, backup, queued }: Census): string {
  const running = active === 0 && backup > 0 ? ' Running on backup.' : '';
  return `. ${active} active and ${backup} backup servers online.${running} 0 sessions requeued, ${queued} total in queue.`;
}

/** `option log-health-checks`: a check that changed the count. */
export function checkText(named: Named, passed: boolean, reason: string, status: string, pid: number): Text {
  const result = passed ? 'succeeded' : 'failed';
  const detail = `, ${reason}, status: ${status}.`;
  const { backend, server } = named;
  const kind = named.backup ? 'backup server' : 'server';
  const text = `Health check for ${kind} ${backend}/${server} ${result}${detail}`;
  return { text, fields: { backend, server, result, detail }, severity: 5, pid };
}

export function noServerText(backend: string, pid: number): Text {
  return { text: `backend ${backend} has no server available!`, fields: { backend }, severity: 0, pid };
}

/** Of a process that ends after a reload. Where HAProxy logs by a ring, the ring ends before this is said. */
export function stoppedText(proxy: string, conns: { fe: number; be: number }, pid: number): Text {
  const detail = `stopped (cumulated conns: FE: ${conns.fe}, BE: ${conns.be}).`;
  return { text: `Proxy ${proxy} ${detail}`, fields: { backend: proxy, detail }, severity: 4, pid };
}
