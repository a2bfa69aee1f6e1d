/**
 * Automaton: Aho-Corasick over small integer codes, held in four flat arrays that can be handed to another thread.
 *
 * States are slots of a double array: state `s` goes by code `c` to `t = (base[s] >> 1) + c` when `check[t] === s`.
 * ```
 *   base   slot of the state's edges, shifted; lowest bit = "a pattern that counts ends here, or in a suffix"
 *   check  the state an edge into this slot comes from; -1 = free slot
 *   fail   the state of the longest proper suffix
 *   ends   patternNo + 1 that ends exactly here, 0 = none
 *   more   the next suffix state at which a pattern ends, 0 = none
 * ```
 * The root is slot 0. Code 0 is never used.
 */
export interface AutomatonData {
  readonly base: Int32Array;
  readonly check: Int32Array;
  readonly fail: Int32Array;
  readonly ends: Int32Array;
  readonly more: Int32Array;
  /** Codes of each pattern, by patternNo. */
  readonly lengths: Uint16Array;
}

/** A scan stops at a pattern that counts; one that does not (an allow-phrase) is only listed when asked for. */
export interface Pattern {
  /** Codes from 1 to `maxCode`; at least one. Patterns are distinct. */
  readonly codes: readonly number[];
  readonly counts: boolean;
}

/** One pattern found: it ends with the code at `end` (inclusive). */
export type Found = (patternNo: number, end: number) => void;

/**
 * Whether any counting pattern occurs in `codes[0..length)`. Codes of `noiseFrom` and above are skipped; more than
 * `maxNoise` of them in a row part what stands on either side.
 */
export function occurs(data: AutomatonData, codes: Uint16Array, length: number, noiseFrom: number, maxNoise: number): boolean {
  const { base, check, fail } = data;
  let state = 0;
  let edges = base[0] as number;
  let noise = 0;
  for (let i = 0; i < length; i++) {
    const code = codes[i] as number;
    if (code >= noiseFrom) {
      if (++noise > maxNoise) {
        state = 0;
        edges = base[0] as number;
      }
      continue;
    }
    noise = 0;
    let next = (edges >> 1) + code;
    while (check[next] !== state) {
      if (state === 0) {
        next = 0;
        break;
      }
      state = fail[state] as number;
      next = ((base[state] as number) >> 1) + code;
    }
    state = next;
    edges = base[state] as number;
    if ((edges & 1) !== 0) return true;
  }
  return false;
}

/** Every occurrence of every pattern in `codes[0..length)`, in order of its end, longest first. */
export function eachOccurrence(data: AutomatonData, codes: ArrayLike<number>, length: number, found: Found): void {
  const { base, check, fail, ends, more } = data;
  let state = 0;
  for (let i = 0; i < length; i++) {
    const code = codes[i] as number;
    let next = ((base[state] as number) >> 1) + code;
    while (check[next] !== state) {
      if (state === 0) {
        next = 0;
        break;
      }
      state = fail[state] as number;
      next = ((base[state] as number) >> 1) + code;
    }
    state = next;
    for (let at = state; at !== 0; at = more[at] as number) {
      const patternNo = (ends[at] as number) - 1;
      if (patternNo >= 0) found(patternNo, i);
    }
  }
}

/** Octets the arrays of an automaton take. */
export function automatonOctets(data: AutomatonData): number {
  return data.base.byteLength * 5 + data.lengths.byteLength;
}

/** Builds the automaton of distinct patterns whose codes are at most `maxCode`. */
export function buildAutomaton(patterns: readonly Pattern[], maxCode: number): AutomatonData {
  return new AutomatonBuilder(patterns, maxCode).build();
}

/** A node waiting for its edges: the sorted patterns [from, to) share the first `depth` codes, which lead to `slot`. */
interface Pending {
  readonly slot: number;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** In `check`: a slot no edge leads to. */
const FREE = -1;
/** How many free slots are tried for a node with several edges before the rest of a crowded start is given up. */
const CROWDED_TRIES = 16;

class AutomatonBuilder {
  readonly #patterns: readonly Pattern[];
  readonly #order: readonly number[];
  readonly #maxCode: number;
  #base = new Int32Array(0);
  #check = new Int32Array(0);
  /**
   * Doubly linked list of free slots: the next and the previous one; 0 = none. Slots up to `maxCode` are the
   * root's own and not on it, so that no base is ever negative.
   */
  #nextFree = new Int32Array(0);
  #previousFree = new Int32Array(0);
  #firstFree = 0;
  #lastFree = 0;
  #size = 0;
  /** The free slot at which the search for room for several edges begins; 0 = behind the last. */
  #searchFrom = 0;
  readonly #slotEnds: { slot: number; patternNo: number }[] = [];
  /** Slots in breadth-first order, with the code that led there. */
  readonly #slots: number[] = [];
  readonly #slotCodes: number[] = [];

  constructor(patterns: readonly Pattern[], maxCode: number) {
    this.#patterns = patterns;
    this.#maxCode = maxCode;
    this.#order = patterns.map((_, no) => no).sort((a, b) => compareCodes(codesOf(patterns, a), codesOf(patterns, b)));
  }

  build(): AutomatonData {
    this.#grow(2 * (this.#maxCode + 1));
    const queue: Pending[] = [{ slot: 0, from: 0, to: this.#order.length, depth: 0 }];
    // The queue grows while it is walked.
    for (const node of queue) this.#place(node, queue);
    return this.#finish();
  }

  /** Finds room for the edges of one node and queues the nodes they lead to. */
  #place(node: Pending, queue: Pending[]): void {
    let from = node.from;
    if (from < node.to && this.#codes(from).length === node.depth) {
      this.#slotEnds.push({ slot: node.slot, patternNo: this.#order[from] as number });
      from++;
    }
    if (from >= node.to) return;
    const edges: number[] = [];
    const starts: number[] = [];
    for (let i = from; i < node.to; i++) {
      const code = this.#codes(i)[node.depth] as number;
      if (edges.at(-1) === code) continue;
      edges.push(code);
      starts.push(i);
    }
    const base = node.slot === 0 ? 0 : this.#room(edges);
    this.#base[node.slot] = base << 1;
    for (let e = 0; e < edges.length; e++) {
      const code = edges[e] as number;
      const slot = base + code;
      this.#take(slot, node.slot);
      this.#slots.push(slot);
      this.#slotCodes.push(code);
      queue.push({ slot, from: starts[e] as number, to: starts[e + 1] ?? node.to, depth: node.depth + 1 });
    }
  }

  /** The lowest base, from where the search stands, at which every edge falls on a free slot. */
  #room(edges: readonly number[]): number {
    const first = edges[0] as number;
    const last = edges[edges.length - 1] as number;
    let slot = edges.length === 1 ? this.#firstFree : this.#searchFrom;
    for (let tries = 0; ; tries++) {
      if (slot === 0) {
        slot = this.#size;
        this.#grow(slot + 1);
      }
      const base = slot - first;
      if (base + last >= this.#size) this.#grow(base + last + 1);
      let e = 1;
      while (e < edges.length && this.#check[base + (edges[e] as number)] === FREE) e++;
      if (e === edges.length) {
        if (tries > CROWDED_TRIES) this.#searchFrom = slot;
        return base;
      }
      slot = this.#nextFree[slot] as number;
    }
  }

  #take(slot: number, owner: number): void {
    this.#check[slot] = owner;
    if (slot > this.#maxCode) this.#unlink(slot);
  }

  #unlink(slot: number): void {
    const next = this.#nextFree[slot] as number;
    const previous = this.#previousFree[slot] as number;
    if (previous === 0) this.#firstFree = next;
    else this.#nextFree[previous] = next;
    if (next === 0) this.#lastFree = previous;
    else this.#previousFree[next] = previous;
    if (slot === this.#searchFrom) this.#searchFrom = next;
  }

  #grow(atLeast: number): void {
    const size = Math.max(atLeast, this.#size * 2, 1024);
    this.#check = enlarged(this.#check, size, FREE);
    this.#base = enlarged(this.#base, size);
    this.#nextFree = enlarged(this.#nextFree, size);
    this.#previousFree = enlarged(this.#previousFree, size);
    const fresh = Math.max(this.#size, this.#maxCode + 1);
    if (this.#searchFrom === 0) this.#searchFrom = fresh;
    for (let slot = fresh; slot < size; slot++) {
      this.#previousFree[slot] = this.#lastFree;
      if (this.#lastFree === 0) this.#firstFree = slot;
      else this.#nextFree[this.#lastFree] = slot;
      this.#lastFree = slot;
    }
    this.#size = size;
  }

  #codes(sorted: number): readonly number[] {
    return codesOf(this.#patterns, this.#order[sorted] as number);
  }

  /** Suffix links and output links in breadth-first order, and the arrays cut to size. */
  #finish(): AutomatonData {
    // Any code from any base must fall inside the arrays, so that the scan needs no bounds of its own.
    const size = this.#highestBase() + this.#maxCode + 1;
    const base = enlarged(this.#base, size, 0);
    const check = enlarged(this.#check, size, FREE);
    const fail = new Int32Array(check.length);
    const ends = new Int32Array(check.length);
    const more = new Int32Array(check.length);
    for (const { slot, patternNo } of this.#slotEnds) {
      ends[slot] = patternNo + 1;
      if (this.#patterns[patternNo]?.counts === true) base[slot] = (base[slot] as number) | 1;
    }
    for (let i = 0; i < this.#slots.length; i++) {
      const slot = this.#slots[i] as number;
      const code = this.#slotCodes[i] as number;
      let suffix = check[slot] as number;
      let to = 0;
      while (suffix !== 0) {
        suffix = fail[suffix] as number;
        const candidate = ((base[suffix] as number) >> 1) + code;
        if (check[candidate] === suffix) {
          to = candidate;
          break;
        }
      }
      fail[slot] = to;
      more[slot] = ends[to] === 0 ? (more[to] as number) : to;
      if (((base[to] as number) & 1) !== 0) base[slot] = (base[slot] as number) | 1;
    }
    const lengths = Uint16Array.from(this.#patterns, (pattern) => pattern.codes.length);
    return { base, check, fail, ends, more, lengths };
  }

  #highestBase(): number {
    let highest = 0;
    for (const slot of this.#slots) highest = Math.max(highest, (this.#base[slot] as number) >> 1);
    return highest;
  }
}

function codesOf(patterns: readonly Pattern[], no: number): readonly number[] {
  return (patterns[no] as Pattern).codes;
}

function compareCodes(a: readonly number[], b: readonly number[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** A copy of `array` of exactly `size` elements, new ones being `fill`. */
function enlarged(array: Int32Array, size: number, fill = 0): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(size);
  copy.set(array.subarray(0, size));
  if (size > array.length && fill !== 0) copy.fill(fill, array.length);
  return copy;
}
