import { type Filter, filterSchema } from '../../common/api';

/** A filter as the address keeps it: with what Kibana's bar knows of it beside what it asks. */
export type Pill = Filter & {
  /** It stays in the bar and asks nothing. */
  disabled?: true;
  /** It stays when the user goes on to another application of Kibana. */
  pinned?: true;
  /** The user's own name for it. */
  label?: string;
};

/** What a pill asks; the enabled ones go to the server. */
export function filtersOf(pills: readonly Pill[]): Filter[] {
  return pills.filter(({ disabled }) => !disabled).map(({ disabled, pinned, label, ...filter }) => filter as Filter);
}

export function isPill(value: unknown): value is Pill {
  if (typeof value !== 'object' || value === null) return false;
  const { disabled, pinned, label } = value as Record<string, unknown>;
  const isFlag = (flag: unknown) => flag === undefined || flag === true;
  const isLabel = label === undefined || (typeof label === 'string' && label !== '' && label.length <= 256);
  return isFlag(disabled) && isFlag(pinned) && isLabel && filterSchema.safeParse(value).success;
}
