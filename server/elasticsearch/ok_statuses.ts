/** The statuses that pass, as numbers: Elasticsearch cannot match a pattern on them. */
export function okStatuses(pattern: string): number[] {
  const passes = new RegExp(pattern);
  return Array.from({ length: 500 }, (_, i) => i + 100).filter((status) => passes.test(String(status)));
}
