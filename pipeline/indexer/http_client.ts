import { Pool } from 'undici';
import { AnswerError, UnansweredError } from './errors';

export interface HttpClientOptions {
  urls: readonly URL[];
  apiKey?: string | undefined;
  ca?: string | undefined;
  requestTimeoutMs: number;
}

export interface Answer {
  status: number;
  body: Buffer;
}

/** How long a node that did not answer is passed over, if there is another. */
const PASS_OVER_MS = 5_000;
/** Shorter than Elasticsearch's own patience with a connection that is idle, and than that of proxies before it. */
const KEEP_ALIVE_MS = 20_000;
const DETAIL_LENGTH = 300;

/**
 * Speaks HTTP to a list of Elasticsearch nodes, in turn, over kept-alive connections. It repeats nothing: what to
 * repeat, and whether it may have been acted on, is for the caller to know (docs/decisions/0040).
 */
export class HttpClient {
  private readonly nodes: readonly Node[];
  private turn = 0;

  constructor(private readonly options: HttpClientOptions) {
    this.nodes = options.urls.map((url) => nodeAt(url, options));
  }

  /**
   * One request to one node.
   * @throws UnansweredError when no whole answer came
   */
  async send(method: string, path: string, body?: string | Buffer, contentType = 'application/json'): Promise<Answer> {
    const node = this.next();
    try {
      const answer = await this.exchange(node, method, path, body, contentType);
      node.passOverUntil = 0;
      return answer;
    } catch (error) {
      node.passOverUntil = Date.now() + PASS_OVER_MS;
      throw new UnansweredError(node.origin, this.reasonOf(error as Error));
    }
  }

  /**
   * A request whose answer is JSON.
   * @returns undefined for 404
   * @throws UnansweredError, AnswerError for any other status above 299, and when the answer is not JSON
   */
  async json<T>(method: string, path: string, body?: unknown): Promise<T | undefined> {
    const { status, body: bytes } = await this.send(
      method,
      path,
      body === undefined ? undefined : JSON.stringify(body),
    );
    if (status === 404) return undefined;
    const text = bytes.toString();
    if (status > 299) throw new AnswerError(status, `${method} ${path}`, text.slice(0, DETAIL_LENGTH));
    return parseAnswer<T>(text, status, `${method} ${path}`);
  }

  /** Ends all connections; what is under way fails. */
  close(): void {
    for (const { pool } of this.nodes) void pool.destroy();
  }

  private next(): Node {
    const now = Date.now();
    for (let tried = 0; tried < this.nodes.length; tried += 1) {
      const node = this.nodes[this.turn++ % this.nodes.length]!;
      if (node.passOverUntil <= now) return node;
    }
    return this.nodes[this.turn++ % this.nodes.length]!;
  }

  private async exchange(
    { pool, path: base, headers }: Node,
    method: string,
    path: string,
    body: string | Buffer | undefined,
    type: string,
  ): Promise<Answer> {
    const answer = await pool.request({
      method: method as 'GET',
      path: base + path,
      headers: body === undefined ? headers : { ...headers, 'content-type': type },
      body: body ?? null,
      // One limit from the first byte sent to the last received, so that a node that trickles is not waited for.
      signal: AbortSignal.timeout(this.options.requestTimeoutMs),
    });
    return { status: answer.statusCode, body: Buffer.from(await answer.body.arrayBuffer()) };
  }

  private reasonOf(error: Error & { code?: string }): string {
    if (error.name === 'TimeoutError') return `nothing within ${this.options.requestTimeoutMs} ms`;
    // Of several addresses of one name, each refused, Node.js makes an error without a message.
    return error.message || error.code || String(error);
  }
}

interface Node {
  origin: string;
  pool: Pool;
  /** The address's own path, before each request's. */
  path: string;
  headers: Record<string, string>;
  /** Until when it is passed over, if there is another; ms since 1970. */
  passOverUntil: number;
}

function nodeAt(url: URL, { apiKey, ca }: HttpClientOptions): Node {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (apiKey) headers['authorization'] = `ApiKey ${apiKey}`;
  else if (url.username) {
    const signedIn = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(signedIn).toString('base64')}`;
  }
  const pool = new Pool(url.origin, {
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    ...(ca ? { connect: { ca } } : {}),
  });
  return { origin: url.origin, pool, path: url.pathname.replace(/\/$/, ''), headers, passOverUntil: 0 };
}

/** @throws AnswerError when the text is no JSON: a proxy's page, say */
export function parseAnswer<T>(text: string, status: number, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new AnswerError(
      status,
      what,
      `not JSON; is the address really Elasticsearch's? It begins ${JSON.stringify(text.slice(0, 60))}`,
    );
  }
}
