/**
 * Septets: the packed form of GSM text, seven bits a character from bit 0 of each octet on [GSM 03.38 6.1.2.1].
 *
 * Behind a UDH of h octets fill bits bring the text to the next septet boundary. When exactly seven bits are
 * left over they would read as '@', so a carriage return stands there and is dropped on reading [GSM 03.38 6.1.2.3.1].
 */

const CARRIAGE_RETURN = 0x0d;

/**
 * Packs septets (one an octet, 0..127) behind `headerOctets` zero octets which the caller fills.
 *
 * Null when the text ends in '@' or a carriage return just where a reader takes that for padding.
 */
export function packSeptets(septets: Uint8Array, headerOctets: number): Buffer | null {
  const headerSeptets = septetsCovering(headerOctets);
  const total = headerSeptets + septets.length;
  const last = septets.length > 0 ? septets[septets.length - 1] : -1;
  if (endsOnOctet(total) && (last === 0 || last === CARRIAGE_RETURN)) return null;
  const packed = Buffer.alloc(Math.ceil((total * 7) / 8));
  for (let i = 0; i < septets.length; i++) put(packed, headerSeptets + i, septets[i] as number);
  if (endsOnOctet(total + 1) && septets.length > 0) put(packed, total, CARRIAGE_RETURN);
  return packed;
}

/** The septets behind a header of `headerOctets`, one an octet; a padding '@' or carriage return is dropped. */
export function unpackSeptets(octets: Buffer, headerOctets: number): Buffer {
  const headerSeptets = septetsCovering(headerOctets);
  const total = Math.floor((octets.length * 8) / 7);
  const septets = Buffer.alloc(Math.max(total - headerSeptets, 0));
  for (let i = 0; i < septets.length; i++) {
    const bit = (headerSeptets + i) * 7;
    const pair = (octets[bit >> 3] as number) | ((octets[(bit >> 3) + 1] ?? 0) << 8);
    septets[i] = (pair >> (bit & 7)) & 0x7f;
  }
  const last = septets.length > 0 ? septets[septets.length - 1] : -1;
  const padded = endsOnOctet(total) && (last === 0 || last === CARRIAGE_RETURN);
  return padded ? septets.subarray(0, septets.length - 1) : septets;
}

/** Septets that a header of so many octets takes up, fill bits included. */
export function septetsCovering(headerOctets: number): number {
  return Math.ceil((headerOctets * 8) / 7);
}

/** Whether so many septets fill their octets to the last bit. */
export function endsOnOctet(septets: number): boolean {
  return (septets & 7) === 0;
}

function put(packed: Buffer, index: number, septet: number): void {
  const bit = index * 7;
  const at = bit >> 3;
  const shifted = septet << (bit & 7);
  packed[at] = (packed[at] as number) | (shifted & 0xff);
  if (shifted > 0xff) packed[at + 1] = shifted >> 8;
}
