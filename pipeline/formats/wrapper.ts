/** What a container's runtime puts around each line that a program writes. */
export interface Unwrapped {
  text: string;
  /** When the runtime took the line, ISO 8601. */
  time: string;
  /** The runtime cut the line here: what follows stands in its next ones. */
  isCut?: boolean;
}

const CRI = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (?:stdout|stderr) ([FP]) (.*)$/s;

/** containerd's and CRI-O's (Kubernetes): `2026-11-30T11:40:12.9001Z stdout F …`. */
export function unwrapCri(text: string): Unwrapped | undefined {
  const [, time, tag, inner] = CRI.exec(text) ?? [];
  return time === undefined || inner === undefined ? undefined : { text: inner, time, isCut: tag === 'P' };
}

/** docker's json-file driver: `{"log":"…\n","stream":"stdout","time":"…"}`, perhaps with `attrs`. */
export function unwrapDocker(found: Readonly<Record<string, unknown>>): Unwrapped | undefined {
  const { log, stream, time, attrs: _attrs, ...others } = found;
  if (typeof log !== 'string' || typeof time !== 'string' || Object.keys(others).length > 0) return undefined;
  return stream === 'stdout' || stream === 'stderr' ? { text: log.replace(/\r?\n$/, ''), time } : undefined;
}
