/** A minute around what the lines cover, so that the first and last are not at the edge. */
const MARGIN_MS = 60_000;

/**
 * The Rotation page on the range of the lines that were read.
 * @param base Kibana's address, or that of the plugin (`…/app/rota`)
 * @returns undefined when no line told a time
 */
export function rotationLink(
  base: string,
  range: { from: number | undefined; to: number | undefined },
): string | undefined {
  if (range.from === undefined || range.to === undefined) return undefined;
  const [from, to] = [range.from - MARGIN_MS, range.to + MARGIN_MS].map((ms) => new Date(ms).toISOString());
  const app = base.replace(/\/+$/, '').replace(/(?:\/app\/rota)?$/, '/app/rota');
  return `${app}/rotation?${new URLSearchParams({ from: from as string, to: to as string })}`;
}
