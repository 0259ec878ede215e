import { RotaApiError } from '../api/client';

/** An answer that takes longer than this will not come: Elasticsearch is given 30 s a search, and a page takes few. */
export const GIVE_UP_MS = 120_000;

/** Asks, and gives the question up after GIVE_UP_MS. Throws RotaApiError `no_answer` then. */
export async function withPatience<T>(
  signal: AbortSignal | undefined,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  signal?.addEventListener('abort', leave);
  if (signal?.aborted) leave();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new RotaApiError(
          'no_answer',
          `Kibana did not answer within ${GIVE_UP_MS / 1000} s. Try again, or choose a shorter time range.`,
        ),
      );
      leave();
    }, GIVE_UP_MS);
  });
  try {
    return await Promise.race([ask(leaving.signal), silence]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}
