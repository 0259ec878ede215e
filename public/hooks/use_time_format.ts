import { useMemo } from 'react';
import { useServices } from '../app/services';
import type { TimeFormat } from '../format/time';
import { useScope } from './use_scope';

/** Times as Kibana's settings say, with their day where the page's range spans days. */
export function useTimeFormat(): TimeFormat {
  const { time } = useServices();
  const { from, to } = useScope().question;
  return useMemo(() => time.over(Date.parse(from), Date.parse(to)), [time, from, to]);
}
