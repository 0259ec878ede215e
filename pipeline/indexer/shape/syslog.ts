import { withoutLineEnd } from '../../formats/parts';
import { addTag, child, put, startDocument } from './document';
import { given, whole } from './http_fields';
import { hasHeader, type Line } from './line';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';

const SEVERITIES = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];
const FACILITIES = (
  'kernel user mail system security syslog lpr news uucp clock authpriv ftp ntp log-audit log-alert cron ' +
  'local0 local1 local2 local3 local4 local5 local6 local7'
).split(' ');

/** Plain syslog of anything: RFC 5424, RFC 3164, or a bare line. */
export function syslogDocument(line: Line, id: string, settings: ShapeSettings): JsonObject {
  const { header } = line;
  const base = { dataset: 'syslog', id, timestamp: undefined, tier: undefined };
  const doc = startDocument(line, base, settings);
  doc['message'] = withoutLineEnd(line.text);
  child(doc, 'event')['kind'] = 'event';
  if (hasHeader(line)) {
    addLevel(doc, line);
    const name = given(header.app);
    if (name !== undefined) doc['process'] = { name };
    const pid = whole(header.pid);
    if (pid !== undefined) child(doc, 'process')['pid'] = pid;
  }
  if (!line.utf8) addTag(doc, 'not_utf8');
  return doc;
}

/** `log.level` of the header's severity, for a text that does not say its own. */
export function addLevel(doc: JsonObject, { header }: Line): void {
  const severity = severityOf(whole(header.pri));
  if (severity !== undefined) child(doc, 'log')['level'] = SEVERITIES[severity] as string;
}

/**
 * Adds `log.syslog.*` from the header (RFC 5424, section 6.2; names of ECS). A line of a file has none: its header is the
 * agent's. Nor has a bare line.
 */
export function addSyslog(doc: JsonObject, line: Line, dataset: string): void {
  const { header, structuredData, agent } = line;
  if (!hasHeader(line) || agent?.['file'] || dataset === 'rota.pipeline') return;
  const priority = whole(header.pri);
  const syslog: JsonObject = {};
  const severity = severityOf(priority);
  if (priority !== undefined && severity !== undefined) {
    const facility = Math.floor(priority / 8);
    syslog['priority'] = priority;
    syslog['severity'] = { code: severity, name: SEVERITIES[severity] as string };
    syslog['facility'] = { code: facility, name: FACILITIES[facility] as string };
  }
  // Between agent and server it is RFC 5424 whatever came to the agent.
  if (!agent && header.ver === '1') syslog['version'] = '1';
  put(syslog, 'appname', given(header.app));
  put(syslog, 'procid', given(header.pid));
  put(syslog, 'msgid', given(header.mid));
  put(syslog, 'hostname', given(header.h));
  // The SDK's repeats what its events say themselves.
  const data = Object.entries(structuredData ?? {}).filter(([id]) => !id.startsWith('rota@'));
  if (data.length > 0 && !dataset.startsWith('rota.')) syslog['structured_data'] = Object.fromEntries(data);
  const log = child(doc, 'log');
  log['syslog'] ??= syslog;
}

function severityOf(priority: number | undefined): number | undefined {
  return priority !== undefined && priority < 192 ? priority % 8 : undefined;
}
