/** What may fail within an objective, and what did. */
export interface Budget {
  objective: number;
  requests: number;
  failures: number;
  /** Failures that the objective allows among these requests. */
  allowed: number;
  burnt: number | null;
  in_gap: number;
  in_outage: number;
  elsewhere: number;
  left: number;
  good_share: number | null;
}

/** The error budget of a window: `objective` is the share of requests that must not be answered 5XX. */
export function errorBudget(
  objective: number,
  requests: number,
  failures: number,
  inGap: number,
  inOutage = 0,
): Budget {
  // 360,000 × (1 − 0.999) is 359.99…: the whole failures that fit, not one fewer for a rounding error.
  const allowed = Math.floor(requests * (1 - objective) + 1e-6);
  const gap = Math.min(inGap, failures);
  const outage = Math.min(inOutage, failures - gap);
  return {
    objective,
    requests,
    failures,
    allowed,
    burnt: requests === 0 ? null : allowed > 0 ? failures / allowed : failures,
    in_gap: gap,
    in_outage: outage,
    elsewhere: failures - gap - outage,
    left: Math.max(0, allowed - failures),
    good_share: requests > 0 ? 1 - failures / requests : null,
  };
}
