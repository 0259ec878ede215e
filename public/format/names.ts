/** Names of one site mostly differ at their ends, so what has too little room is cut in the middle. */
const TAIL = 9;
const MOST_TAIL = 24;

/** How many letters at the end of each name tell it from the others; at least nine, and no more than a cell has room for. */
export function tailsOf(names: readonly string[]): Map<string, number> {
  const all = [...new Set(names)].map((name) => [...name]);
  const tails = new Map<string, number>();
  for (let length = TAIL; tails.size < all.length; length++) {
    const open = all.filter((letters) => !tails.has(letters.join('')));
    const end = (letters: string[]) => letters.slice(-length).join('');
    const shared = new Map<string, number>();
    for (const letters of all) shared.set(end(letters), (shared.get(end(letters)) ?? 0) + 1);
    for (const letters of open) {
      if (length >= MOST_TAIL || shared.get(end(letters)) === 1)
        tails.set(letters.join(''), Math.min(length, letters.length));
    }
  }
  return tails;
}

/** For drawings, where text does not cut itself: at most so many letters each, and never two alike. */
export function cutNames(names: readonly string[], most: number): Map<string, string> {
  const cuts = new Map<string, string>();
  const taken = new Set<string>();
  const distinct = [...new Set(names)];
  const whole = distinct.filter((name) => [...name].length <= most);
  for (const name of [...whole, ...distinct.filter((one) => !whole.includes(one))]) {
    const letters = [...name];
    const candidates = letters.length <= most ? [name] : candidatesOf(letters, most);
    const cut = candidates.find((one) => !taken.has(one)) ?? numbered(letters, most, taken);
    taken.add(cut);
    cuts.set(name, cut);
  }
  return cuts;
}

/** The middle left out, then each other place. */
function* candidates(letters: string[], most: number): Generator<string> {
  const kept = most - 1;
  const tail = Math.min(TAIL, kept - 1);
  for (const end of [tail, ...Array.from({ length: kept }, (_, i) => kept - i)]) {
    yield `${letters.slice(0, kept - end).join('')}…${letters.slice(letters.length - end).join('')}`;
  }
  const inside = most - 2;
  for (let at = 1; at + inside < letters.length; at++) yield `…${letters.slice(at, at + inside).join('')}…`;
}

const candidatesOf = (letters: string[], most: number) => [...candidates(letters, most)];

function numbered(letters: string[], most: number, taken: ReadonlySet<string>): string {
  for (let n = 2; ; n++) {
    const mark = `…~${n}`;
    const cut = `${letters.slice(0, Math.max(0, most - mark.length)).join('')}${mark}`;
    if (!taken.has(cut)) return cut;
  }
}
