/**
 * Operator key: the one form under which an operator's message id is indexed: no blanks around, upper case, no leading zeros.
 *
 * Idempotent, so that ids already normalised by the correlator pass unchanged. Never goes through a number.
 */
export function operatorKey(id: string): string {
  let start = 0;
  let plain = true;
  const { length } = id;
  while (start < length - 1 && id.charCodeAt(start) === 48) start++;
  for (let i = start; i < length; i++) {
    const code = id.charCodeAt(i);
    if (code <= 32 || code >= 97) {
      plain = false;
      break;
    }
  }
  if (plain) return start === 0 ? id : id.slice(start);
  return id.trim().toUpperCase().replace(/^[\s0]+(?=[^])/, "");
}

/** A hash of such a key: a whole number from 0 to 2^46 - 1. */
export function keyHash(key: string): number {
  let high = 0x811c9dc5;
  let low = 0x5bd1e995;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b);
  }
  high ^= high >>> 15;
  low ^= low >>> 13;
  return ((high >>> 0) % 16_384) * 4_294_967_296 + (low >>> 0);
}
