/** Frames of one kind that are shown; deeper ones repeat what called them. */
const MOST_FRAMES = 200;

/** Frames of the application apart from those of its dependencies and its runtime. */
export function splitStack(stack: string): { own: string[]; folded: string[] } {
  const lines = stack.split('\n').map((line) => line.trimEnd());
  const own: string[] = [];
  const folded: string[] = [];
  for (const line of lines) {
    if (line === '') continue;
    (isForeign(line) ? folded : own).push(line);
  }
  return { own: shown(own), folded: shown(folded) };
}

function shown(frames: string[]): string[] {
  const more = frames.length - MOST_FRAMES;
  return more > 0 ? [...frames.slice(0, MOST_FRAMES), `… ${more} more lines`] : frames;
}

function isForeign(line: string): boolean {
  return /node_modules|\(node:|\bnode:internal|site-packages|dist-packages|\/usr\/lib\/python/.test(line);
}
