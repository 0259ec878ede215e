import { errorForm } from '../record/error_fields.js';
import type { LogRecord } from '../record/log_record.js';
import { Plain } from '../record/plain.js';
import type { Redactor } from '../redact/index.js';

export type Readable = Pick<LogRecord, 'message' | 'fields'>;

/**
 * A line as JSON knows it, without secrets. Text and fields each take about `most` bytes at the most; where something was
 * cut, `rota.truncated` says so.
 */
export function readable(line: Readable, most: number, redactor: Redactor | undefined): Readable {
  const plain = new Plain(most, errorForm);
  const text = plain.text(line.message);
  const message = redactor?.text(text) ?? text;
  if (line.fields === undefined && !plain.cut) return { message, fields: undefined };
  const members = new Plain(most, errorForm);
  const form = line.fields === undefined ? {} : members.value(line.fields);
  const own = typeof form === 'object' && form !== null ? form : { fields: form };
  const fields = (redactor?.fields(own) ?? own) as Readable['fields'];
  return { message, fields: plain.cut || members.cut ? { ...fields, 'rota.truncated': true } : fields };
}
