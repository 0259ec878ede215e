import type { HostState } from '../../../common/api';

/** The states of a host in words. Silence is no verdict on the service, and never drawn as serving. */
export const STATE_LABELS: Record<HostState, string> = {
  serving: 'Serving',
  errors: 'Answering 5XX',
  probes_failing: 'Probes failing',
  out: 'Out of pool',
  partly_out: 'Partly out of pool',
  drained: 'Drained',
  silent: 'Silent',
  no_turns: 'No turns',
  gone: 'Not in pool',
  unknown: 'Unknown',
};
