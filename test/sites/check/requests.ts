import type { Answers } from './answers';
import type { Finding } from './finding';
import type { View } from './view';

/** Users' requests, and those that failed, each once. */
export function checkRequests(answers: Answers, view: View): Finding[] {
  const all = view.requests();
  const evident = all.filter(({ request, range }) => range === 'in' && !request.foreign && isEvident(request.n, view));
  const failed = all.filter(({ request }) => request.status >= 500);
  const evidentFailed = evident.filter(({ request }) => request.status >= 500 && isTold(request, view));
  return [
    ...compare('requests', answers.requests, evident.length, all.length),
    ...compare('hurt', answers.hurt, evidentFailed.length, failed.length),
  ];
}

/** Any line that is there tells of it. */
function isEvident(n: number, view: View): boolean {
  const { truth } = view;
  const request = truth.requests[n - 1]!;
  return (
    view.isVisible(request.line) ||
    turnsOf(n, view).some(({ told, own }) => view.isVisible(told) || view.isVisible(own))
  );
}

/** The line of the topmost hop that has one tells the status which the user got. */
function isTold({ n, line, entrance, madeBy }: View['truth']['requests'][number], view: View): boolean {
  if (view.isVisible(line)) return true;
  // Passed on as it came from below, where a line says it.
  return (
    madeBy !== entrance &&
    turnsOf(n, view).some(({ told, own, status }) => status >= 500 && (view.isVisible(told) || view.isVisible(own)))
  );
}

const cache = new WeakMap<object, Map<number, View['truth']['turns']>>();

function turnsOf(n: number, { truth }: View): View['truth']['turns'] {
  let byRequest = cache.get(truth);
  if (!byRequest) {
    byRequest = new Map();
    for (const turn of truth.turns) {
      const own = byRequest.get(turn.user.n);
      if (own) own.push(turn);
      else byRequest.set(turn.user.n, [turn]);
    }
    cache.set(truth, byRequest);
  }
  return byRequest.get(n) ?? [];
}

function compare(aspect: 'requests' | 'hurt', claimed: number, least: number, most: number): Finding[] {
  if (claimed >= least && claimed <= most) return [];
  const kind = `${aspect}_${claimed > most ? 'too_many' : 'too_few'}`;
  const right = least === most ? least : `${least} to ${most}`;
  return [
    { aspect, kind, message: `${claimed} ${aspect === 'hurt' ? 'users hurt' : 'requests'}; there were ${right}` },
  ];
}
