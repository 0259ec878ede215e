import type { Asked } from '../simulator/network';
import { clfTime, isoTime } from './clock_text';
import type { Fields, Text } from './line';

export interface WebappRequest {
  /** The clock's reading when the answer was complete. */
  clock: number;
  asked: Asked;
  /** Undefined: the caller hung up before there was one. */
  status: number | undefined;
  bytes: number;
  /** ms */
  duration: number;
  /** `X-Request-ID` as it came; the SDK makes one where none came. */
  id: string | undefined;
  /** Who connected, and who asked as far as trusted proxies tell. */
  peer: string;
  client: string;
  /** As it came. */
  forwarded: string | undefined;
  /** The SDK's own judgement. */
  probe: boolean;
}

export interface Service {
  name: string;
  version: string;
  environment: string;
  host: string;
  pid: number;
  /** Where it listens; none on a unix socket. */
  address: string | undefined;
  port: number | undefined;
}

/** An SDK's run: its events are numbered. */
export interface SdkRun {
  id: string;
  sequence: number;
}

const SDK_VERSION = '0.1.0';

/** The access event of the SDK (sdk/src/http/access_event.ts). */
export function sdkAccessText(request: WebappRequest, service: Service, run: SdkRun): Text {
  const { asked, status, client } = request;
  const failed = status === undefined || status >= 500;
  const tags = [...(request.probe ? ['health_check'] : []), ...(status === undefined ? ['aborted'] : [])];
  const source = `{"address":"${client}","ip":"${client}"}`;
  return sdkText('rota.access', failed ? 3 : 6, request.clock, service, run, {
    message: `${asked.method} ${asked.path} ${status ?? 'aborted'}`,
    event: `"kind":"event","category":["web"],"type":${failed ? '["access","error"]' : '["access"]'},"outcome":"${status !== undefined && status < 400 ? 'success' : 'failure'}","duration":${request.duration * 1_000_000},`,
    rest:
      `,"http":{"request":{"id":"${request.id}","method":"${asked.method}"},"response":{"body":{"bytes":${request.bytes}}${status === undefined ? '' : `,"status_code":${status}`}},"version":"1.1"}` +
      `,"url":{"original":"${asked.path}","path":"${asked.path}","scheme":"http","domain":"${asked.host}"}` +
      (client === 'unix:' ? '' : `,"source":${source},"client":${source}`) +
      (service.address === undefined ? '' : `,"server":{"address":"${service.address}","port":${service.port}}`) +
      (asked.agent === undefined ? '' : `,"user_agent":{"original":${JSON.stringify(asked.agent)}}`) +
      (tags.length === 0 ? '' : `,"tags":${JSON.stringify(tags)}`),
  });
}

/** A line of the application about a request that failed. */
export function sdkErrorText(clock: number, id: string | undefined, service: Service, run: SdkRun): Text {
  return sdkText('rota.app', 3, clock, service, run, {
    message: 'Could not price the cart',
    event: '',
    rest: `,"http":{"request":{"id":"${id}"}},"error":{"type":"TypeError","message":"Cannot read properties of undefined (reading 'currency')"}`,
  });
}

export function sdkStartText(clock: number, service: Service, run: SdkRun): Text {
  return sdkText('rota.app', 5, clock, service, run, {
    message: 'Listening',
    event: '"action":"process-started","category":["process"],"type":["start"],',
    rest: '',
  });
}

/** The run's last words, which tell how many there were. */
export function sdkCloseText(clock: number, service: Service, run: SdkRun): Text {
  const { sequence } = run;
  return sdkText('rota.sdk', 6, clock, service, run, {
    message: 'Logging ends',
    event: '"kind":"metric","action":"close",',
    rest: '',
    rota: `,"sdk":{"highest_sequence":${sequence},"acknowledged":${sequence - 1},"queued":0,"dropped":0,"dropped_by_cause":{},"resent":0,"reconnects":0,"spooled":0,"transport":"relp","closing":true}`,
  });
}

export function sdkDropText(
  clock: number,
  service: Service,
  run: SdkRun,
  dropped: { first: number; last: number },
): Text {
  const count = dropped.last - dropped.first + 1;
  return sdkText('rota.sdk', 4, clock, service, run, {
    message: `${count} events were not delivered (overflow)`,
    event: '"kind":"metric","action":"drop",',
    rest: '',
    rota: `,"drop":{"cause":"overflow","count":${count},"first_sequence":${dropped.first},"last_sequence":${dropped.last}}`,
  });
}

const LEVELS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'];

function sdkText(
  dataset: string,
  severity: number,
  clock: number,
  service: Service,
  run: SdkRun,
  parts: { message: string; event: string; rest: string; rota?: string },
): Text {
  const { id, sequence } = run;
  const text =
    `{"@timestamp":"${isoTime(clock)}","log":{"level":"${LEVELS[severity]}"},"message":${JSON.stringify(parts.message)},` +
    `"event":{"dataset":"${dataset}",${parts.event}"id":"${id}-${sequence}","sequence":${sequence}},"ecs":{"version":"8.11.0"},` +
    `"service":{"name":"${service.name}","version":"${service.version}","environment":"${service.environment}"},` +
    `"agent":{"type":"rota-sdk","version":"${SDK_VERSION}","ephemeral_id":"${id}"},"host":{"name":"${service.host}"},"process":{"pid":${service.pid}},` +
    `"rota":{"tier":"webapp"${parts.rota ?? ''}},"data_stream":{"dataset":"${dataset}"}${parts.rest}}`;
  return { text, severity, pid: service.pid, event: { run: id, sequence, dataset, app: service.name } };
}

/** gunicorn's stock access line; `rich`: with what stack/webapps/django/gunicorn.conf.py adds. */
export function gunicornText(request: WebappRequest, service: Service, rich: boolean): Text {
  const { asked, status } = request;
  const fields: Fields = {
    addr: request.peer === 'unix:' ? '' : request.peer,
    user: '-',
    time: clfTime(request.clock),
    request: `${asked.method} ${asked.path} HTTP/1.1`,
    status: String(status ?? 200),
    bytes: String(request.bytes),
    referer: '-',
    agent: asked.agent ?? '-',
  };
  let text = `${fields['addr']} - - [${fields['time']}] "${fields['request']}" ${fields['status']} ${request.bytes} "-" "${fields['agent']}"`;
  if (fields['addr'] === '') delete fields['addr'];
  if (rich) {
    const bind = service.address === undefined ? 'unix:/run/app.sock' : `${service.address}:${service.port}`;
    fields['extra'] =
      `${request.duration * 1000} <${service.pid}> id="${request.id ?? '-'}" host="${asked.host}" xff="${request.forwarded ?? '-'}"` +
      ` traceparent="-" server=${bind} service=${service.name} service_version=${service.version} environment=${service.environment}`;
    text += ` ${fields['extra']}`;
  }
  return { text, fields, pid: service.pid };
}
