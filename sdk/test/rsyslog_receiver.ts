import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Authority } from './certificates.js';
import { RsyslogProcess } from './receiver_process.js';

/** One message as rsyslog understood it. */
export interface Parsed {
  input: string;
  pri: string;
  time: string;
  host: string;
  app: string;
  procid: string;
  msgid: string;
  sd: string;
  msg: string;
}

export interface ReceiverOptions {
  folder: string;
  ports: { relp: number; relps: number; tcp: number; tls: number; udp: number };
  authority: Authority;
  /** The names of client certificates that the TLS inputs admit. */
  clients?: readonly string[];
}

/** A real rsyslogd with one input of each kind. There is no queue: what RELP acknowledges is in the file. */
export class RsyslogReceiver {
  readonly output: string;
  readonly socket: string;
  private readonly process: RsyslogProcess;

  constructor(private readonly options: ReceiverOptions) {
    const { folder, ports } = options;
    this.output = join(folder, 'received.jsonl');
    this.socket = join(folder, 'log.sock');
    const config = join(folder, 'rsyslog.conf');
    writeFileSync(config, this.configuration());
    const { udp: _udp, ...streams } = ports;
    this.process = new RsyslogProcess(config, join(folder, 'rsyslogd.pid'), Object.values(streams));
  }

  async start(): Promise<this> {
    rmSync(this.socket, { force: true });
    await this.process.start();
    return this;
  }

  signal(name: NodeJS.Signals): void {
    this.process.signal(name);
  }

  stop(signal?: NodeJS.Signals): Promise<void> {
    return this.process.stop(signal);
  }

  /** Everything received so far. */
  received(): Parsed[] {
    if (!existsSync(this.output)) return [];
    const lines = readFileSync(this.output, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Parsed);
  }

  clear(): void {
    writeFileSync(this.output, '');
  }

  /** Waits until `count` messages with `text` are there. */
  async waitFor(count: number, text: string, ms = 60_000): Promise<Parsed[]> {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = this.received().filter((m) => m.msg.includes(text));
      if (found.length >= count) return found;
      if (Date.now() > deadline)
        throw new Error(`${found.length} of ${count} messages with "${text}" came.\n${this.process.log}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  private configuration(): string {
    const { folder, ports, authority, clients } = this.options;
    const server = authority.issue('localhost');
    const peers = clients === undefined ? '' : `[${clients.map((name) => `"${name}"`).join(',')}]`;
    const relpAuth = peers === '' ? '' : `tls.authMode="name" tls.permittedPeer=${peers}`;
    const tcpAuth =
      peers === '' ? 'streamDriver.authMode="anon"' : `streamDriver.authMode="x509/name" permittedPeer=${peers}`;
    const fields = [
      'inputname:input',
      'pri:pri',
      'hostname:host',
      'app-name:app',
      'procid:procid',
      'msgid:msgid',
      'structured-data:sd',
      'msg:msg',
    ];
    const list = fields
      .map((f) => f.split(':'))
      .map(([from, to]) => `property(name="${from}" outname="${to}" format="jsonf") constant(value=",")`);
    return `
global(workDirectory="${folder}" maxMessageSize="72k" parser.escapeControlCharactersOnReceive="off"
  defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="${authority.ca}"
  defaultNetstreamDriverCertFile="${server.cert}" defaultNetstreamDriverKeyFile="${server.key}")
main_queue(queue.type="Direct")
module(load="imrelp" tls.tlslib="openssl")
module(load="imptcp")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" ${tcpAuth})
module(load="imudp")
module(load="imuxsock" SysSock.Use="off")
template(name="json" type="list") { constant(value="{") ${list.join(' ')}
  property(name="timereported" dateFormat="rfc3339" outname="time" format="jsonf") constant(value="}\\n") }
ruleset(name="all") { action(type="omfile" file="${this.output}" template="json") }
input(type="imrelp" port="${ports.relp}" address="127.0.0.1" maxDataSize="72k" ruleset="all" name="relp")
input(type="imrelp" port="${ports.relps}" address="127.0.0.1" maxDataSize="72k" ruleset="all" name="relps" tls="on"
  tls.caCert="${authority.ca}" tls.myCert="${server.cert}" tls.myPrivKey="${server.key}" ${relpAuth})
input(type="imptcp" port="${ports.tcp}" address="127.0.0.1" ruleset="all" name="tcp")
input(type="imtcp" port="${ports.tls}" address="127.0.0.1" ruleset="all" name="tls")
input(type="imudp" port="${ports.udp}" address="127.0.0.1" ruleset="all" name="udp" rcvbufSize="4m")
input(type="imuxsock" socket="${this.socket}" useSpecialParser="off" parseHostname="on" ruleset="all"
  rateLimit.interval="0" useSysTimeStamp="off" ignoreTimestamp="off")
`;
  }
}
