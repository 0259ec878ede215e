import { ECS_VERSION } from '../../../common/ecs/version';
import { splitNginxAccess } from '../../formats/nginx/access';
import { httpFields, isProbe } from './access_document';
import { readCombined } from './combined';
import { fileOffset, isUsable } from './document';
import { clientFields, outcome, urlFields, userAgentText } from './http_fields';
import { quoted } from './json_text';
import { hasHeader, hostOf, type Line } from './line';
import type { ShapeSettings } from './settings';
import type { ShapedText } from './shaped';
import { isIsoTime } from './times';

const OPEN_BRACE = 0x7b;
const NGINX = { dataset: 'nginx.access', module: 'nginx', tier: 'frontend' } as const;

/**
 * The short way of most lines there are: an agent's nginx line in the stock format, with nothing behind it, becomes JSON
 * at once. It is the document that the long way makes (`shape`, then `conform`), to the field: access_text.test.ts.
 * @returns undefined for any other line: the long way knows what to do
 */
export function accessText(line: Line, settings: ShapeSettings): ShapedText | undefined {
  const { header, agent } = line;
  if (settings.declared.length > 0 || settings.named.length > 0) return undefined;
  if (agent?.['dataset'] !== 'nginx.access' || line.raw[0] === OPEN_BRACE) return undefined;
  if (!line.utf8 || !hasHeader(line) || line.raw.length > settings.maxMessageBytes) return undefined;
  if (settings.anonymize !== 'off') return undefined;
  const { id, file } = agent;
  const offset = fileOffset(agent);
  if (!id || !isUsable(id) || !file || offset === undefined || !isIsoTime(header.ts)) return undefined;
  const parts = splitNginxAccess(line.text);
  if (!parts || parts.extra !== undefined) return undefined;
  const access = readCombined(parts, NGINX, id)?.access;
  if (access?.timestamp === undefined || access.request.target === undefined) return undefined;
  const { timestamp, request, status, client, user, agent: browser } = access;
  const url = urlFields(access.request.target, request.method, access.domain);
  const from = line.source === '' ? '' : `"source":{"address":${quoted(line.source)}},`;
  const source = client === undefined ? '' : JSON.stringify(clientFields(client, undefined));
  const original = settings.keepOriginal ? `,"original":${JSON.stringify(line.text)}` : '';
  return {
    kind: 'text',
    dataset: 'nginx.access',
    id,
    mayBeResend: false,
    times: [timestamp, header.ts],
    open:
      `{"@timestamp":"${timestamp}","ecs":{"version":"${ECS_VERSION}"},"host":{"name":${quoted(hostOf(line))}},` +
      `"data_stream":{"type":"logs","dataset":"nginx.access","namespace":${quoted(settings.namespace)}},` +
      `"rota":{"tier":"frontend"},"log":{${from}"file":{"path":${quoted(file)}},"offset":${offset}},` +
      (source === '' ? '' : `"source":${source},"client":${source},`) +
      (user === undefined ? '' : `"user":{"name":${quoted(user)}},`) +
      `"http":${JSON.stringify(httpFields(access))},"url":${JSON.stringify(url)},` +
      (browser === undefined ? '' : `"user_agent":${userAgentText(browser)},`) +
      (isProbe(access, url['path'] as string | undefined, settings) ? '"tags":["health_check"],' : '') +
      `"event":{"id":${quoted(id)},"dataset":"nginx.access","created":"${header.ts}","kind":"event",` +
      `"category":["web"],"type":["access"],"module":"nginx","outcome":"${outcome(status)}"${original}`,
  };
}
