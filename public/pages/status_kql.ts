import type { STATUS_LABELS } from '../theme/colours';

const STATUS = 'http.response.status_code';

/** KQL of each status class; `other` is an answer that never began. */
export const STATUS_KQL: Readonly<Record<keyof typeof STATUS_LABELS, string>> = {
  s2xx: `(${STATUS} >= 200 and ${STATUS} < 300)`,
  s3xx: `(${STATUS} >= 300 and ${STATUS} < 400)`,
  s4xx: `(${STATUS} >= 400 and ${STATUS} < 500)`,
  s5xx: `${STATUS} >= 500`,
  other: `not ${STATUS} >= 200`,
};
