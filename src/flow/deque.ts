/**
 * Deque: a ring of references that grows by doubling; push, unshift and shift are O(1) and allocate nothing.
 */
export class Deque<T> {
  #items: (T | undefined)[] = new Array<T | undefined>(16);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item;
    this.#length++;
  }

  /** Puts an item back in front. */
  unshift(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#items.length - 1);
    this.#items[this.#head] = item;
    this.#length++;
  }

  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#items[this.#head];
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#length--;
    return item;
  }

  /** Drops what is not wanted; the others keep their order. */
  keep(wanted: (item: T) => boolean): void {
    for (let left = this.#length; left > 0; left--) {
      const item = this.shift() as T;
      if (wanted(item)) this.push(item);
    }
  }

  /** From the front. It must not change meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.#items[(this.#head + i) & (this.#items.length - 1)] as T;
  }

  #grow(): void {
    const size = this.#items.length;
    const grown = new Array<T | undefined>(size * 2);
    for (let i = 0; i < this.#length; i++) grown[i] = this.#items[(this.#head + i) & (size - 1)];
    this.#items = grown;
    this.#head = 0;
  }
}

/** A deque that knows how many octets its items hold; an item's must not change while it is in here. */
export class WeighedDeque<T> extends Deque<T> {
  readonly #octetsOf: (item: T) => number;
  #octets = 0;

  constructor(octetsOf: (item: T) => number) {
    super();
    this.#octetsOf = octetsOf;
  }

  get octets(): number {
    return this.#octets;
  }

  override push(item: T): void {
    this.#octets += this.#octetsOf(item);
    super.push(item);
  }

  override unshift(item: T): void {
    this.#octets += this.#octetsOf(item);
    super.unshift(item);
  }

  override shift(): T | undefined {
    const item = super.shift();
    if (item !== undefined) this.#octets -= this.#octetsOf(item);
    return item;
  }
}
