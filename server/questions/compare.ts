/** web-2 before web-10. */
export function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
