import { rfc3339, rfc3339Seconds } from './clock_text';
import type { Line } from './line';

/** Addresses by which lines reach the log server; `fromhost-ip` in rsyslog. */
const FACILITY = { file: 16, ring: 16, udp: 16, sdk: 16 } as const;

/**
 * A line as rsyslog hands it to the indexer (pipeline/rsyslog/message.conf): header as JSON, TAB, the message. hand_over.service.test.ts holds it against the real rsyslog.
 */
export function handOver(line: Line): Buffer {
  return Buffer.from(`{${headerOf(line)},"lf":""}\t${line.text}`);
}

function headerOf(line: Line): string {
  const { log, pid } = line;
  const { machine, dataset, way } = log;
  const pri = FACILITY[way] * 8 + (line.severity ?? 6);
  const received = rfc3339(line.received);
  const head = (input: string, ts: string, id: string, ver: string, d: string, app: string, procid: string) =>
    `"in":"${input}","from":"${machine.address}","ts":"${ts}","rcv":"${received}","pri":"${pri}","id":"${id}","ver":"${ver}","d":"${d}",` +
    `"h":"${log.hostName}","app":"${app}","pid":"${procid}"`;
  switch (way) {
    case 'file': {
      const app = dataset.startsWith('nginx') ? 'nginx' : 'gunicorn';
      const id = `${log.idBase}-${line.offset}`;
      // The agent's header bears the time at which it read the line, by the host's clock.
      const ts = rfc3339(line.read + line.clock - line.t);
      return `${head('relps', ts, '', '1', dataset, app, '-')},"mid":"-","sd":"[rota@32473 dataset=\\"${dataset}\\" file=\\"${log.file}\\" offset=\\"${line.offset}\\" id=\\"${id}\\"]"`;
    }
    case 'ring': {
      const id = `${log.idBase}-${line.offset}`;
      return `${head('relps', rfc3339(line.clock), '', '1', dataset, 'haproxy', String(pid))},"mid":"-","sd":"[rota@32473 dataset=\\"${dataset}\\" file=\\"\\" offset=\\"\\" id=\\"${id}\\"]"`;
    }
    case 'udp': {
      const id = `${log.idBase}-${line.offset}`;
      return `${head('udp', rfc3339Seconds(line.clock), id, '0', dataset, 'haproxy', String(pid))},"mid":"-","sd":"-"`;
    }
    default: {
      const { run, sequence, dataset: own, app } = line.event!;
      const sd = `[meta sequenceId=\\"${sequence}\\"][origin ip=\\"${machine.address}\\" software=\\"rota-sdk\\" swVersion=\\"0.1.0\\"]`;
      const id = `${run}-${sequence}-received`;
      return `${head('relps', rfc3339(line.clock), id, '1', '', app, String(pid))},"mid":"${own}","sd":"${sd}"`;
    }
  }
}
