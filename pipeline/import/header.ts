import type { LogFile } from './sources';

/** What is known of a file's lines before they are read. */
export interface FileKind {
  /** Data set of its format; undefined: each line says itself what it is. */
  dataset: string | undefined;
  /** Its lines have a syslog header of their own, as rsyslog and journald's export write it. */
  syslog: boolean;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** rsyslog's file formats: traditional, and with an RFC 3339 time; host, program, process. */
const HEADER =
  /^(?:<\d{1,3}>)?(?:([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d)|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))) (\S{1,255}) ([^\s:[]{1,100})(?:\[(\d{1,10})\])?: ?/;

export interface SyslogHeader {
  length: number;
  /** RFC 3339; of the traditional form the year that is nearest to the file's last change, in this machine's zone. */
  time: string;
  host: string;
  app: string;
  pid: string;
}

/** The syslog header at the beginning of a file's line. */
export function readHeader(text: string, modified: number): SyslogHeader | undefined {
  const found = HEADER.exec(text);
  if (!found) return undefined;
  const [all, month, day, clock, time, host = '', app = '', pid = '-'] = found;
  const when = time ?? nearestYear(month ?? '', Number(day), clock ?? '', modified);
  return when === undefined ? undefined : { length: all.length, time: when, host, app, pid };
}

function nearestYear(month: string, day: number, clock: string, modified: number): string | undefined {
  const number = MONTHS.indexOf(month);
  if (number === -1) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  const year = new Date(modified).getFullYear();
  const times = [year - 1, year, year + 1].map((one) => new Date(one, number, day, hours, minutes, seconds).getTime());
  const best = times.reduce((a, b) => (Math.abs(a - modified) <= Math.abs(b - modified) ? a : b));
  return new Date(best).toISOString();
}

/**
 * A file's event in the form in which rsyslog hands lines to the indexer (pipeline/rsyslog/message.conf), as if this host's agent had read it.
 * @param written RFC 3339: when the file was last written to, for a line that does not say its own time
 */
export function asHandedOver(
  file: LogFile,
  kind: FileKind,
  event: { bytes: Buffer; offset: number },
  { id, zone, written }: { id: string; zone: string; written: string },
): Buffer {
  const own = kind.syslog ? readHeader(event.bytes.toString('latin1', 0, 512), file.modified) : undefined;
  const bytes = own ? event.bytes.subarray(own.length) : event.bytes;
  const parameters = { dataset: kind.dataset ?? '', file: file.path, offset: String(event.offset), id, zone };
  const element = Object.entries(parameters).map(([name, value]) => ` ${name}="${value.replace(/["\\\]]/g, '\\$&')}"`);
  const severalLines = bytes.includes(10);
  const header = {
    in: 'import',
    from: '',
    ts: own?.time ?? written,
    rcv: own?.time ?? written,
    pri: '134',
    id,
    ver: '1',
    d: '',
    h: file.host,
    app: own?.app ?? '-',
    pid: own?.pid ?? '-',
    mid: '-',
    sd: `[rota@32473${element.join('')}]`,
    // As rsyslog writes bytes into JSON: each as it is.
    lf: severalLines ? LATER : '',
    raw: '',
  };
  const text = JSON.stringify(header);
  if (!severalLines) return Buffer.concat([Buffer.from(`${text}\t`), bytes]);
  const [before = '', after = ''] = text.split(JSON.stringify(LATER));
  return Buffer.concat([Buffer.from(before), jsonBytes(bytes), Buffer.from(`${after}\t`)]);
}

const LATER = 'the message stands here';

/** Bytes as a JSON string; those above ASCII stay as they are, whatever they are. */
function jsonBytes(bytes: Buffer): Buffer {
  const escaped = JSON.stringify(bytes.toString('latin1'));
  return Buffer.from(escaped, 'latin1');
}
