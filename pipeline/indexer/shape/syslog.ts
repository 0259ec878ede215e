import { addTag, child, hasHeader, put, startDocument } from './document';
import { given, whole } from './http_fields';
import { type Line, messageText } from './line';
import type { ShapeSettings } from './settings';
import type { JsonObject } from './shaped';
import { utc } from './times';

const SEVERITIES = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'informational', 'debug'];
const FACILITIES = (
  'kernel user mail system security syslog lpr news uucp clock authpriv ftp ntp log-audit log-alert cron ' +
  'local0 local1 local2 local3 local4 local5 local6 local7'
).split(' ');

/** Plain syslog of anything: RFC 5424, RFC 3164, or a bare line. */
export function syslogDocument(line: Line, id: string, settings: ShapeSettings): JsonObject {
  const { header, raw } = line;
  const base = { dataset: 'syslog', id, timestamp: utc(header.ts), tier: undefined };
  const doc = startDocument(line, base, settings);
  doc['message'] = messageText(raw).replace(/[\r\n]+$/, '');
  child(doc, 'event')['kind'] = 'event';
  if (hasHeader(line)) {
    addSyslog(doc, line);
    const name = given(header.app);
    if (name !== undefined) doc['process'] = { name };
    const pid = whole(header.pid);
    if (pid !== undefined) child(doc, 'process')['pid'] = pid;
  }
  if (!line.utf8) addTag(doc, 'not_utf8');
  return doc;
}

/** `log.syslog.*` and `log.level` from the header (RFC 5424, section 6.2; names of ECS). */
export function addSyslog(doc: JsonObject, line: Line): void {
  const { header, structuredData } = line;
  const priority = whole(header.pri);
  const syslog: JsonObject = {};
  const log = child(doc, 'log');
  if (priority !== undefined && priority < 192) {
    const severity = priority % 8;
    const facility = Math.floor(priority / 8);
    syslog['priority'] = priority;
    syslog['severity'] = { code: severity, name: SEVERITIES[severity] as string };
    syslog['facility'] = { code: facility, name: FACILITIES[facility] as string };
    log['level'] = SEVERITIES[severity] as string;
  }
  put(syslog, 'appname', given(header.app));
  put(syslog, 'procid', given(header.pid));
  put(syslog, 'msgid', given(header.mid));
  put(syslog, 'hostname', given(header.h));
  const data = Object.entries(structuredData ?? {}).filter(([id]) => !id.startsWith('rota@'));
  if (data.length > 0) syslog['structured_data'] = Object.fromEntries(data);
  log['syslog'] = syslog;
}
