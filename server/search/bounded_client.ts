import { ApiError } from '../errors';
import type { SearchClient } from '../host';

/**
 * The longest answer of Elasticsearch that is read: the turns of 200 hosts at 3,600 places fit, step by step. What one answer costs the process, in memory and in one piece of its time,
 * follows from this and not from how long somebody's lines are.
 */
export const MOST_BYTES = 16 * 1024 * 1024;

/** An answer of Elasticsearch was longer than is read. */
export class TooLargeError extends ApiError {
  constructor(options?: { cause?: unknown }) {
    super(
      'too_large',
      `There is more to read here than ${MOST_BYTES / 1024 / 1024} MiB at once: choose a shorter time range, or fewer hosts.`,
      options,
    );
    this.name = 'TooLargeError';
  }
}

/** The client with an end to what it reads. Throws TooLargeError. */
export function boundedClient(client: SearchClient): SearchClient {
  return {
    transport: {
      async request(params, options = {}) {
        const { maxResponseSize = MOST_BYTES, headers } = options;
        // Compressed, an answer of any length is short.
        const plain = { ...headers, 'accept-encoding': 'identity' };
        try {
          return await client.transport.request(params, { ...options, maxResponseSize, headers: plain });
        } catch (error) {
          throw isTooLong(error) && !options.signal?.aborted ? new TooLargeError({ cause: error }) : error;
        }
      },
    },
  };
}

function isTooLong(error: unknown): boolean {
  return (
    error instanceof Error && error.name === 'RequestAbortedError' && /bigger than the maximum/.test(error.message)
  );
}
