import type { Verdict } from '../../../common/api';
import { milliseconds, percent } from '../../../common/format';
import { type BuiltTrace, isFailed } from './build';

/** What happened to one request and what it cost, in a sentence. */
export function traceVerdict(status: number | null, durationMs: number | null, { tries }: BuiltTrace): Verdict {
  const verdict = (tone: Verdict['tone'], headline: string, detail = ''): Verdict => ({
    tone,
    headline,
    detail,
    action: null,
  });
  if (status === null)
    return verdict(
      'neutral',
      'No answer logged yet.',
      'The request is still open, or the line that ends it has not arrived.',
    );
  const failed = tries.slice(0, -1).filter((one) => isFailed(one, false));
  const last = tries.at(-1);
  const wasted = failed.reduce((sum, { ms }) => sum + ms, 0);
  const attempts = failed.length === 1 ? 'attempt' : 'attempts';
  const share = durationMs === null || durationMs === 0 ? null : wasted / durationMs;
  const costly = share !== null && share >= COSTS_NOTHING;
  if (failed.length > 0 && last) {
    const story = tries.map((one) => `${one.host} ${wordsOf(one)}`).join(', then ');
    const covered = status < 500;
    const cost = costly
      ? `${covered ? ', but' : ';'} ${percent(share)} of its ${milliseconds(durationMs ?? 0)} went to the failed ${attempts}.`
      : `; the failed ${attempts} cost it no time.`;
    return verdict(
      covered ? 'warning' : 'danger',
      `${story}.`,
      `The client saw ${status}${share === null ? '.' : cost}`,
    );
  }
  if (status >= 500) {
    return verdict(
      'danger',
      last
        ? `${last.host} ${wordsOf({ ...last, status: last.status ?? status })}.`
        : `The client got ${status}; no webapp was asked.`,
      'It was not tried again.',
    );
  }
  return verdict(
    'good',
    `${last ? `${last.host} answered` : 'Answered'} ${status}${durationMs === null ? '' : ` after ${milliseconds(durationMs)}`}.`,
  );
}

/** nginx writes these for a webapp that it could not reach, or that gave no valid answer in time. */
const BY_NGINX = new Set([502, 504]);
/** A refused connection takes a share like this of a request. */
const COSTS_NOTHING = 0.005;

function wordsOf({ status, ms }: BuiltTrace['tries'][number]): string {
  const when = ms < 1 ? 'at once' : `after ${milliseconds(ms)}`;
  if (status !== null && BY_NGINX.has(status)) return `gave no answer (${status}) ${when}`;
  return `answered ${status ?? 'nothing'} ${when}`;
}
