import type { Verdict } from '../../api';
import { milliseconds, percent } from '../words';
import type { BuiltTrace } from './build';

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
  const failed = tries.slice(0, -1);
  const last = tries.at(-1);
  const wasted = failed.reduce((sum, { ms }) => sum + ms, 0);
  const cost =
    durationMs !== null && durationMs > 0
      ? `${percent(wasted / durationMs)} of its ${milliseconds(durationMs)} went to the failed ${failed.length === 1 ? 'attempt' : 'attempts'}.`
      : '';
  if (failed.length > 0 && last) {
    const story = tries
      .map(({ host, status: code, ms }) => `${host} answered ${code ?? 'nothing'} after ${milliseconds(ms)}`)
      .join(', then ');
    const covered = status < 500;
    return verdict(
      covered ? 'warning' : 'danger',
      `${story}.`,
      `The client saw ${status}${covered ? ', but' : ';'} ${cost}`,
    );
  }
  if (status >= 500) {
    return verdict(
      'danger',
      last
        ? `${last.host} answered ${last.status ?? status} after ${milliseconds(last.ms)}.`
        : `The client got ${status}; no webapp was asked.`,
      'It was not tried again.',
    );
  }
  return verdict(
    'good',
    `${last ? `${last.host} answered` : 'Answered'} ${status}${durationMs === null ? '' : ` after ${milliseconds(durationMs)}`}.`,
  );
}
