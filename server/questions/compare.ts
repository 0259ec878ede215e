const IN_ENGLISH = new Intl.Collator('en', { numeric: true });

/** web-2 before web-10. */
export function compare(a: string, b: string): number {
  return IN_ENGLISH.compare(a, b);
}
