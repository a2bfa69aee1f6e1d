/**
 * Spread: numbers of a load laid out over many blocks of ten thousand, no two after one another in one, so that they look like a customer's
 * people and not like a block written to in order.
 */
const BLOCK = 10_000;
const ALL = BLOCK * BLOCK;
/** Coprime to the block, and its inverse there. */
const STRIDE = 7_919;
const BACK = 7_679;

/** Where message `no` (from 0) goes, behind the first number. */
export function spread(no: number): number {
  const round = Math.floor(no / ALL);
  const rest = no - round * ALL;
  const within = Math.floor(rest / BLOCK);
  return round * ALL + (rest - within * BLOCK) * BLOCK + ((within * STRIDE) % BLOCK);
}

/** Which message goes there. */
export function unspread(offset: number): number {
  const round = Math.floor(offset / ALL);
  const rest = offset - round * ALL;
  const block = Math.floor(rest / BLOCK);
  return round * ALL + (((rest - block * BLOCK) * BACK) % BLOCK) * BLOCK + block;
}
