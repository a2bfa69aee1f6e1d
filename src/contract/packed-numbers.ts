/**
 * PackedNumbers: a great many phone numbers in little memory, sorted, on shared memory, so that the thread that packs them and the
 * thread that looks them up have one copy.
 *
 * ```
 *  small list:  wide    [13800138000, 13900139000, 1000085298765432, ...]     8 octets a number
 *  large list:  blocks  [.., first tail of 1380013, first tail of 1380014, ..]  a block is 10,000 numbers (7 digits)
 *               tails   [8000, 8001, ...]                                      2 octets a number
 *               wide    numbers abroad                                         8 octets a number
 * ```
 * A value may stand beside each number: 1 or 4 octets of it.
 */

/** What stands beside each number of a list: nothing, or a value of so many octets. */
export type ValueOctets = 0 | 1 | 4;
type Values = Uint8Array | Uint32Array | null;

export interface PackedNumbers {
  readonly size: number;
  /** For each block from 1300000 to 2000000 the index of its first tail; empty: every number stands in `wide`. */
  readonly blocks: Uint32Array;
  /** Last four digits, ascending within a block. */
  readonly tails: Uint16Array;
  readonly tailValues: Values;
  /** Numbers as `numberOf` gives them, ascending. */
  readonly wide: Float64Array;
  readonly wideValues: Values;
}

const FIRST_BLOCK = 1_300_000;
const BLOCKS = 700_000;
const TAILS = 10_000;
/** A number abroad is its digits behind this, so that it sorts behind every mobile and is never taken for one. */
const ABROAD = 1_000_000_000_000_000;
/** Below every number abroad, above every mobile. */
export const FIRST_ABROAD = ABROAD;
/** From so many domestic numbers on the table of blocks pays for itself. */
const LARGE = 262_144;

export const NO_NUMBERS: PackedNumbers = {
  size: 0, blocks: new Uint32Array(0), tails: new Uint16Array(0), tailValues: null, wide: new Float64Array(0), wideValues: null,
};

/** A number in its normal form (address.ts: a mobile or one abroad) as an integer below 2^53; -1 for anything else. */
export function numberOf(normal: string): number {
  const abroad = normal.charCodeAt(0) === 0x2b;
  const { length } = normal;
  if (abroad ? length < 2 || length > 16 : length !== 11 || normal.charCodeAt(0) !== 0x31 || normal.charCodeAt(1) < 0x33) return -1;
  let number = 0;
  for (let at = abroad ? 1 : 0; at < length; at++) {
    const digit = normal.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  // No calling code begins with 0, so that no digits are lost.
  return abroad ? (normal.charCodeAt(1) === 0x30 ? -1 : ABROAD + number) : number;
}

/** The normal form again. */
export function normalOf(number: number): string {
  return number >= ABROAD ? `+${String(number - ABROAD)}` : String(number);
}

/** The value beside a number in its normal form (0 where the list has none), -1 when it is not there. Allocates nothing. */
export function findPacked(packed: PackedNumbers, normal: string): number {
  const { length } = normal;
  if (length === 11 && packed.blocks.length > 0 && normal.charCodeAt(0) === 0x31) return findTail(packed, normal);
  let number = 0;
  let at = 0;
  if (normal.charCodeAt(0) === 0x2b) {
    number = 1;
    at = 1;
    // The digits behind ABROAD, whose 1 has fifteen places.
    for (let places = length; places < 16; places++) number *= 10;
  }
  for (; at < length; at++) number = number * 10 + normal.charCodeAt(at) - 0x30;
  const { wide, wideValues } = packed;
  let low = 0;
  let high = wide.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((wide[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  if (low >= wide.length || wide[low] !== number) return -1;
  return wideValues === null ? 0 : (wideValues[low] as number);
}

function findTail({ blocks, tails, tailValues }: PackedNumbers, normal: string): number {
  let block = 0;
  for (let at = 0; at < 7; at++) block = block * 10 + normal.charCodeAt(at) - 0x30;
  let tail = 0;
  for (let at = 7; at < 11; at++) tail = tail * 10 + normal.charCodeAt(at) - 0x30;
  block -= FIRST_BLOCK;
  if (block < 0 || block >= BLOCKS) return -1;
  let low = blocks[block] as number;
  const end = blocks[block + 1] as number;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tails[middle] as number) < tail) low = middle + 1;
    else high = middle;
  }
  if (low >= end || tails[low] !== tail) return -1;
  return tailValues === null ? 0 : (tailValues[low] as number);
}

/** Packs numbers given in ascending order, each once. */
export class Packer {
  readonly #blocks: Uint32Array;
  readonly #tails: Uint16Array;
  readonly #tailValues: Values;
  readonly #wide: Float64Array;
  readonly #wideValues: Values;
  #tailCount = 0;
  #wideCount = 0;
  /** Blocks whose first tail is known. */
  #block = 0;

  /**
   * @param domestic at most how many mobiles will come
   * @param abroad at most how many numbers abroad
   */
  constructor(domestic: number, abroad: number, octets: ValueOctets) {
    const large = domestic >= LARGE;
    this.#blocks = new Uint32Array(shared(large ? (BLOCKS + 1) * 4 : 0));
    this.#tails = new Uint16Array(shared(large ? domestic * 2 : 0));
    this.#tailValues = valuesOf(large ? domestic : 0, octets);
    this.#wide = new Float64Array(shared((large ? abroad : domestic + abroad) * 8));
    this.#wideValues = valuesOf(large ? abroad : domestic + abroad, octets);
  }

  add(number: number, value: number): void {
    if (number >= ABROAD || this.#blocks.length === 0) {
      if (this.#wideValues !== null) this.#wideValues[this.#wideCount] = value;
      this.#wide[this.#wideCount++] = number;
      return;
    }
    const block = Math.floor(number / TAILS) - FIRST_BLOCK;
    while (this.#block <= block) this.#blocks[this.#block++] = this.#tailCount;
    if (this.#tailValues !== null) this.#tailValues[this.#tailCount] = value;
    this.#tails[this.#tailCount++] = number % TAILS;
  }

  finish(): PackedNumbers {
    if (this.#blocks.length > 0) while (this.#block <= BLOCKS) this.#blocks[this.#block++] = this.#tailCount;
    return {
      size: this.#tailCount + this.#wideCount,
      blocks: this.#blocks,
      tails: this.#tails.subarray(0, this.#tailCount),
      tailValues: this.#tailValues?.subarray(0, this.#tailCount) ?? null,
      wide: this.#wide.subarray(0, this.#wideCount),
      wideValues: this.#wideValues?.subarray(0, this.#wideCount) ?? null,
    };
  }
}

/** All numbers with their values, ascending. */
export function eachPacked(packed: PackedNumbers, each: (number: number, value: number) => void): void {
  const { blocks, tails, tailValues, wide, wideValues } = packed;
  for (let block = 0; block + 1 < blocks.length; block++) {
    const end = blocks[block + 1] as number;
    for (let at = blocks[block] as number; at < end; at++) each((FIRST_BLOCK + block) * TAILS + (tails[at] as number), tailValues?.[at] ?? 0);
  }
  for (let at = 0; at < wide.length; at++) each(wide[at] as number, wideValues?.[at] ?? 0);
}

/** The same with changes taken in: a value of -1 takes a number out. */
export function mergePacked(packed: PackedNumbers, changes: ReadonlyMap<number, number>, octets: ValueOctets): PackedNumbers {
  const sorted = Float64Array.from(changes.keys()).sort();
  let abroad = packed.wide.length - firstAbroad(packed.wide);
  let domestic = packed.size - abroad;
  for (const number of sorted) {
    if ((changes.get(number) as number) < 0) continue;
    if (number >= ABROAD) abroad++;
    else domestic++;
  }
  const packer = new Packer(domestic, abroad, octets);
  let next = 0;
  const take = (below: number): void => {
    for (; next < sorted.length && (sorted[next] as number) < below; next++) {
      const value = changes.get(sorted[next] as number) as number;
      if (value >= 0) packer.add(sorted[next] as number, value);
    }
  };
  eachPacked(packed, (number, value) => {
    take(number);
    if (sorted[next] === number) return;
    packer.add(number, value);
  });
  take(Infinity);
  return packer.finish();
}

/** Octets that a list takes in memory. */
export function packedOctets({ blocks, tails, tailValues, wide, wideValues }: PackedNumbers): number {
  return blocks.byteLength + tails.byteLength + wide.byteLength + (tailValues?.byteLength ?? 0) + (wideValues?.byteLength ?? 0);
}

/** Whether a number as `numberOf` gives it is one abroad. */
export function isAbroad(number: number): boolean {
  return number >= ABROAD;
}

function firstAbroad(wide: Float64Array): number {
  let low = 0;
  let high = wide.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((wide[middle] as number) < ABROAD) low = middle + 1;
    else high = middle;
  }
  return low;
}

function shared(octets: number): SharedArrayBuffer {
  return new SharedArrayBuffer(octets);
}

function valuesOf(count: number, octets: ValueOctets): Values {
  if (octets === 0) return null;
  return octets === 1 ? new Uint8Array(shared(count)) : new Uint32Array(shared(count * 4));
}
