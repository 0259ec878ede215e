import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the proxy does with one `_bulk`. */
export type BulkFault =
  /** Answers for the whole bulk; Elasticsearch never sees it. */
  | { kind: 'answer'; status: number; body?: string }
  /** Answers for the items that `hit` picks; the others reach Elasticsearch. */
  | { kind: 'items'; status: number; error: { type: string; reason: string }; hit: (index: number) => boolean }
  /** Elasticsearch gets the bulk and acts on it, but its answer never comes back. */
  | { kind: 'lose_answer' };

interface BulkAnswer {
  errors: boolean;
  items: unknown[];
}

/** Stands between the indexer and a real Elasticsearch and breaks bulks as told. Everything else passes through. */
export class FaultProxy {
  /** Called for every bulk; undefined lets it pass. */
  fault: (bulk: number) => BulkFault | undefined = () => undefined;
  /** Bulks that were broken. */
  broken = 0;
  private bulks = 0;
  private readonly server = createServer((incoming, outgoing) => void this.handle(incoming, outgoing));

  constructor(private readonly target: URL) {}

  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await collect(incoming);
    const fault = incoming.url?.startsWith('/_bulk') ? this.fault(this.bulks++) : undefined;
    if (fault) this.broken += 1;
    try {
      if (fault?.kind === 'answer') {
        outgoing.writeHead(fault.status, { 'content-type': 'application/json' });
        outgoing.end(fault.body ?? JSON.stringify({ error: 'broken by the test', status: fault.status }));
        return;
      }
      if (fault?.kind === 'items') {
        await this.breakItems(incoming, body, fault, outgoing);
        return;
      }
      const answer = await this.forward(incoming, body);
      if (fault?.kind === 'lose_answer') {
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(answer.status, { 'content-type': 'application/json' });
      outgoing.end(answer.body);
    } catch {
      outgoing.destroy(); // Elasticsearch is away: so is its proxy
    }
  }

  private async breakItems(
    incoming: IncomingMessage,
    body: Buffer,
    fault: BulkFault & { kind: 'items' },
    outgoing: ServerResponse,
  ): Promise<void> {
    const lines = body.toString().trimEnd().split('\n');
    const hits = Array.from({ length: lines.length / 2 }, (_, index) => fault.hit(index));
    const kept = lines.filter((_, line) => !hits[line >> 1]);
    let answered: BulkAnswer = { errors: false, items: [] };
    if (kept.length > 0) {
      const answer = await this.forward(incoming, Buffer.from(`${kept.join('\n')}\n`));
      answered = JSON.parse(answer.body.toString()) as BulkAnswer;
    }
    const rest = [...answered.items];
    const items = hits.map((hit) => (hit ? { create: { status: fault.status, error: fault.error } } : rest.shift()));
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    outgoing.end(JSON.stringify({ errors: true, items }));
  }

  private forward(incoming: IncomingMessage, body: Buffer): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const headers = { ...incoming.headers, host: this.target.host, 'content-length': body.length };
      const outgoing = request(
        { host: this.target.hostname, port: this.target.port, path: incoming.url, method: incoming.method, headers },
        (answer) => collect(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, body: bytes }), reject),
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
