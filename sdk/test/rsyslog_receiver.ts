import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Authority } from './certificates.js';

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
  private child: ChildProcess | undefined;
  private readonly config: string;
  private log = '';

  constructor(private readonly options: ReceiverOptions) {
    this.output = join(options.folder, 'received.jsonl');
    this.socket = join(options.folder, 'log.sock');
    this.config = join(options.folder, 'rsyslog.conf');
    writeFileSync(this.config, this.configuration());
  }

  async start(): Promise<this> {
    rmSync(this.socket, { force: true });
    const pidFile = join(this.options.folder, 'rsyslogd.pid');
    rmSync(pidFile, { force: true });
    this.child = spawn('rsyslogd', ['-n', '-f', this.config, '-i', pidFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    const keep = (chunk: Buffer) => {
      this.log += chunk.toString();
    };
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
    const { udp: _udp, ...streams } = this.options.ports;
    for (const port of Object.values(streams)) await this.listening(port);
    return this;
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
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
  async waitFor(count: number, text: string, ms = 15_000): Promise<Parsed[]> {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = this.received().filter((m) => m.msg.includes(text));
      if (found.length >= count) return found;
      if (Date.now() > deadline)
        throw new Error(`${found.length} of ${count} messages with "${text}" came.\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  private async listening(port: number): Promise<void> {
    for (let i = 0; i < 200; i += 1) {
      const up = await new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.destroy();
          resolve(true);
        });
        socket.on('error', () => resolve(false));
      });
      if (up) return;
      if (this.child?.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`rsyslogd does not listen on ${port}:\n${this.log}`);
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
