/**
 * A double-ended queue on a ring of 2^n slots: constant time at both ends and by position, and no shifting of arrays,
 * which is what makes a backlog of 100,000 entries cheap.
 */
export class Deque<T> {
  private slots: (T | undefined)[] = new Array<T | undefined>(16);
  private mask = 15;
  private head = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(item: T): void {
    if (this.count > this.mask) this.grow();
    this.slots[(this.head + this.count) & this.mask] = item;
    this.count += 1;
  }

  unshift(item: T): void {
    if (this.count > this.mask) this.grow();
    this.head = (this.head - 1) & this.mask;
    this.slots[this.head] = item;
    this.count += 1;
  }

  shift(): T | undefined {
    if (this.count === 0) return undefined;
    const item = this.slots[this.head];
    this.slots[this.head] = undefined;
    this.head = (this.head + 1) & this.mask;
    this.count -= 1;
    return item;
  }

  pop(): T | undefined {
    if (this.count === 0) return undefined;
    this.count -= 1;
    const at = (this.head + this.count) & this.mask;
    const item = this.slots[at];
    this.slots[at] = undefined;
    return item;
  }

  /** The item at `index` from the front, or undefined. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.count) return undefined;
    return this.slots[(this.head + index) & this.mask];
  }

  clear(): void {
    this.slots = new Array<T | undefined>(16);
    this.mask = 15;
    this.head = 0;
    this.count = 0;
  }

  private grow(): void {
    const next = new Array<T | undefined>(this.slots.length * 2);
    for (let i = 0; i < this.count; i += 1) next[i] = this.slots[(this.head + i) & this.mask];
    this.slots = next;
    this.mask = next.length - 1;
    this.head = 0;
  }
}
