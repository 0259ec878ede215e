import type { RotationData } from '../../../common/api';
import { say } from '../../sentences/english';
import type { Out } from '../../topology/said';

type OutSpan = NonNullable<RotationData['overview']>['out_of_pool'][number];

/** An absence as the pages draw it. */
export function outSpanOf({ host, by, from, to, kind, cause }: Out): OutSpan {
  return { host, by: by ?? 'the balancer', from, to, kind, cause: say(cause) };
}
