import { afterEach } from 'vitest';
import { requestLogger } from '../src/http/index.js';
import type { RequestLoggerOptions } from '../src/http/options.js';
import { Lines, serve } from './http_harness.js';

/** What the tests of one file share: servers that are closed after each test. */
export function httpFixture() {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  return {
    closing,
    /** Serves on a free port and returns the base URL. */
    async listen(listener: Parameters<typeof serve>[0]): Promise<string> {
      const app = await serve(listener);
      closing.push(app.stop);
      return `http://127.0.0.1:${app.port}`;
    },
  };
}

export function fresh(options?: RequestLoggerOptions) {
  const lines = new Lines();
  return { lines, requests: requestLogger(lines.logger, options) };
}

export const json = (body: string) => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } });
