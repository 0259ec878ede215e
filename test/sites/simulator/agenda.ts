interface Entry {
  t: number;
  order: number;
  run: () => void;
}

/** What is to happen, by time; what is due at the same millisecond happens in the order in which it was entered. */
export class Agenda {
  private readonly heap: Entry[] = [];
  private order = 0;

  /** @param now ms since 1970 */
  constructor(public now: number) {}

  at(t: number, run: () => void): void {
    const { heap } = this;
    const entry = { t: t < this.now ? this.now : t, order: this.order++, run };
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = entry;
  }

  in(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  /** Lets the next thing happen, if it is due before `end`. */
  step(end: number): boolean {
    const { heap } = this;
    const first = heap[0];
    if (!first || first.t >= end) return false;
    const last = heap.pop()!;
    if (heap.length > 0) this.sink(last);
    this.now = first.t;
    first.run();
    return true;
  }

  private sink(entry: Entry): void {
    const { heap } = this;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, entry)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = entry;
  }
}

function before(one: Entry, other: Entry): boolean {
  return one.t < other.t || (one.t === other.t && one.order < other.order);
}
