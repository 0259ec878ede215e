import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { give } from '../../../stack/account.js';
import { freeBlock, type PortPlan } from '../../../stack/ports.js';
import type { ServiceProcess } from '../../../stack/services/process.js';
import { PLAIN_INPUTS, rsyslogAgent, rsyslogServer, TLS_INPUTS } from '../../../stack/services/rsyslog.js';
import type { Certificates } from '../../../stack/setup/certificates.js';

const ROOT = join(import.meta.dirname, '../../..');

/** A real server, and a real agent if asked for; in the indexer's place something that keeps each line it gets. */
export class Capture {
  readonly folder = mkdtempSync(join(tmpdir(), 'rota-capture-'));
  readonly file = join(this.folder, 'captured');
  server!: ServiceProcess;
  agent: ServiceProcess | undefined;

  private constructor(readonly ports: PortPlan) {}

  /** @param given settings over the defaults, or what makes them in the capture's own folder */
  static async start(
    given: Record<string, string> | ((folder: string) => Promise<Record<string, string>>) = {},
    profile: 'durable' | 'fast' = 'durable',
    certify?: (folder: string) => Promise<Certificates>,
  ): Promise<Capture> {
    const capture = new Capture(await freeBlock());
    give(capture.folder);
    const settings = typeof given === 'function' ? await given(capture.folder) : given;
    const certificates = await certify?.(capture.folder);
    capture.server = rsyslogServer({
      pipeline: join(ROOT, 'pipeline'),
      folder: capture.own('server'),
      logFolder: capture.own('logs'),
      host: 'log-1',
      ports: capture.ports.rsyslog,
      inputs: certificates ? [...PLAIN_INPUTS, ...TLS_INPUTS] : PLAIN_INPUTS,
      profile,
      namespace: 'rota',
      elasticsearchUrl: 'http://127.0.0.1:9',
      certificates,
      indexer: join(ROOT, 'test/support/capture_indexer.cjs'),
      settings: { ROTA_CAPTURE: capture.file, ...settings },
    });
    await capture.server.start();
    return capture;
  }

  async startAgent(host: string, settings: Record<string, string> = {}): Promise<ServiceProcess> {
    this.agent = rsyslogAgent({
      pipeline: join(ROOT, 'pipeline'),
      folder: this.own('agent'),
      logFolder: this.own('logs'),
      name: `agent-${host}`,
      host,
      serverPort: this.ports.rsyslog.relp,
      settings,
    });
    return this.agent.start();
  }

  /** A folder that the services may write. */
  own(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    give(path);
    return path;
  }

  lines(): Buffer[] {
    if (!existsSync(this.file)) return [];
    const all = readFileSync(this.file);
    const lines: Buffer[] = [];
    for (let at = 0, next = all.indexOf(10); next !== -1; next = all.indexOf(10, at)) {
      lines.push(all.subarray(at, next));
      at = next + 1;
    }
    return lines;
  }

  /** Waits until `enough` says so of the captured lines, or the time is over; returns what there is. */
  async until(enough: (lines: Buffer[]) => boolean, timeoutMs = 300_000): Promise<Buffer[]> {
    const deadline = Date.now() + timeoutMs;
    let lines = this.lines();
    while (!enough(lines) && Date.now() < deadline) {
      await sleep(200);
      lines = this.lines();
    }
    return lines;
  }

  async stop(): Promise<void> {
    await this.agent?.stop();
    await this.server.stop();
  }
}
