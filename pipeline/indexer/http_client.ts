import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
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
const DETAIL_LENGTH = 300;

/**
 * Speaks HTTP to a list of Elasticsearch nodes, in turn, over kept-alive connections. It repeats nothing: what to
 * repeat, and whether it may have been acted on, is for the caller to know (docs/decisions/0040).
 */
export class HttpClient {
  private readonly agents = {
    'http:': new HttpAgent({ keepAlive: true }),
    'https:': new HttpsAgent({ keepAlive: true }),
  };
  private turn = 0;
  private readonly passOverUntil = new Map<URL, number>();

  constructor(private readonly options: HttpClientOptions) {}

  /**
   * One request to one node.
   * @throws UnansweredError when no whole answer came
   */
  async send(method: string, path: string, body?: string | Buffer, contentType = 'application/json'): Promise<Answer> {
    const url = this.nextUrl();
    try {
      const answer = await this.exchange(url, method, path, body, contentType);
      this.passOverUntil.delete(url);
      return answer;
    } catch (error) {
      this.passOverUntil.set(url, Date.now() + PASS_OVER_MS);
      throw new UnansweredError(url.origin, (error as Error).message || String(error));
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

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private nextUrl(): URL {
    const { urls } = this.options;
    const now = Date.now();
    for (let tried = 0; tried < urls.length; tried += 1) {
      const url = urls[this.turn++ % urls.length]!;
      if ((this.passOverUntil.get(url) ?? 0) <= now) return url;
    }
    return urls[this.turn++ % urls.length]!;
  }

  private exchange(
    url: URL,
    method: string,
    path: string,
    body: string | Buffer | undefined,
    type: string,
  ): Promise<Answer> {
    const secure = url.protocol === 'https:';
    const { apiKey, ca, requestTimeoutMs } = this.options;
    const headers: Record<string, string | number> = { accept: 'application/json' };
    if (apiKey) headers['authorization'] = `ApiKey ${apiKey}`;
    if (body !== undefined) {
      headers['content-type'] = type;
      headers['content-length'] = Buffer.byteLength(body);
    }
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)({
        protocol: url.protocol,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || (secure ? 443 : 80),
        path: url.pathname.replace(/\/$/, '') + path,
        method,
        headers,
        agent: this.agents[secure ? 'https:' : 'http:'],
        ...(!apiKey && url.username
          ? { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }
          : {}),
        ...(ca ? { ca } : {}),
      });
      const timer = setTimeout(
        () => request.destroy(new Error(`nothing within ${requestTimeoutMs} ms`)),
        requestTimeoutMs,
      );
      const fail = (error: Error) => {
        clearTimeout(timer);
        reject(error);
      };
      request.on('error', fail);
      request.on('response', (response) => collect(response, timer, resolve, fail));
      request.end(body);
    });
  }
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

function collect(
  response: IncomingMessage,
  timer: NodeJS.Timeout,
  resolve: (answer: Answer) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('error', fail);
  response.on('aborted', () => fail(new Error('the answer broke off')));
  response.on('end', () => {
    clearTimeout(timer);
    resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
  });
}
