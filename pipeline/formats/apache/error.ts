import type { DeclaredValues } from '../declared/values';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `[Mon Nov 30 11:00:01.123456 2026] [core:error] [pid 31:tid 140] [client 192.0.2.7:4711] …`; 2.2 has neither module nor process. */
const LINE =
  /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})? (\d{4})\] \[(?:([\w.-]+):)?([a-z]+\d?)\] (?:\[pid (\d+)(?::tid (\d+))?\] )?(?:\[(?:client|remote) ([^\]\s]+)\] )?(.*)$/s;

export function splitApacheError(text: string): DeclaredValues | undefined {
  const found = LINE.exec(text);
  const month = found ? MONTHS.indexOf(found[1] as string) + 1 : 0;
  if (!found || month === 0) return undefined;
  const [, , day, clock, fraction = '', year, logger, level, pid, tid, client, message] = found;
  const values: DeclaredValues['values'] = {
    time_plain: `${year}-${String(month).padStart(2, '0')}-${day} ${clock}${fraction}`,
    message: (message as string).trimEnd(),
  };
  for (const [name, value] of Object.entries({ logger, level, pid, tid, client })) {
    if (value !== undefined) values[name as 'level'] = value;
  }
  return { values, named: {}, logsAgent: false };
}
