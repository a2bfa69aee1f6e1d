/**
 * FrameReader: chunks of a stream in, whole length-prefixed frames out.
 *
 * ```
 *  feed(chunk)      next() -> frame, a view on the chunk when it lies whole in it
 *                   next() -> frame, completed in the carry buffer when it was cut
 *                   next() -> null: more octets are needed, or `faultLength` says that the stream is lost
 * ```
 * The first four octets of a frame are its whole length, big-endian, themselves included (SMPP and CMPP alike).
 * An incomplete tail is copied once into a carry buffer that doubles up to the announced length, so a peer that
 * sends one octet a second costs O(1) an octet, and one that announces much and sends little costs little memory.
 */
const LENGTH_OCTETS = 4;
const FIRST_CARRY_OCTETS = 128;
const NOTHING = Buffer.alloc(0);

export class FrameReader {
  readonly #minOctets: number;
  #maxOctets: number;
  #chunk: Buffer = NOTHING;
  #at = 0;
  #carry: Buffer = NOTHING;
  #carried = 0;
  /** Announced length of the frame in the carry buffer; 0 until its four length octets are there. */
  #announced = 0;
  #faultLength = -1;

  /** Frames shorter than `minOctets` or longer than `maxOctets` are faults: the position in the stream is lost. */
  constructor(minOctets: number, maxOctets: number) {
    this.#minOctets = minOctets;
    this.#maxOctets = maxOctets;
  }

  /** The impossible length that was announced, 0..2^32-1, or -1 while the stream is sound. */
  get faultLength(): number {
    return this.#faultLength;
  }

  /** Octets of an incomplete frame held back. */
  get partialOctets(): number {
    return this.#carried + (this.#chunk.length - this.#at);
  }

  setMaxOctets(maxOctets: number): void {
    this.#maxOctets = maxOctets;
  }

  /** Gives the next chunk. Every frame of the chunk before must have been taken with `next()`. */
  feed(chunk: Buffer): void {
    if (this.#at < this.#chunk.length) this.#keepTail();
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** The next whole frame, or null when octets are missing or the stream is faulty. */
  next(): Buffer | null {
    if (this.#faultLength >= 0) return null;
    if (this.#carried > 0) return this.#nextFromCarry();
    const at = this.#at;
    const left = this.#chunk.length - at;
    if (left < LENGTH_OCTETS) return this.#keepTail();
    const length = this.#chunk.readUInt32BE(at);
    if (length < this.#minOctets || length > this.#maxOctets) return this.#fault(length);
    if (left < length) {
      this.#announced = length;
      return this.#keepTail();
    }
    this.#at = at + length;
    return at === 0 && left === length ? this.#chunk : this.#chunk.subarray(at, at + length);
  }

  /** What stands of the faulty frame (at least its four length octets), for its sequence and for the log. */
  faultOctets(): Buffer {
    if (this.#carried > 0) {
      const have = this.#carry.subarray(0, this.#carried);
      return Buffer.concat([have, this.#chunk.subarray(this.#at, this.#at + 64)]);
    }
    return this.#chunk.subarray(this.#at, this.#at + 64);
  }

  #fault(length: number): null {
    this.#faultLength = length;
    return null;
  }

  #nextFromCarry(): Buffer | null {
    if (this.#announced === 0) {
      this.#take(LENGTH_OCTETS);
      if (this.#carried < LENGTH_OCTETS) return null;
      const length = this.#carry.readUInt32BE(0);
      if (length < this.#minOctets || length > this.#maxOctets) return this.#fault(length);
      this.#announced = length;
    }
    this.#take(this.#announced);
    if (this.#carried < this.#announced) return null;
    const frame = this.#carry.subarray(0, this.#announced);
    // The frame may be kept by whoever gets it, so the next cut frame starts a buffer of its own.
    this.#carry = NOTHING;
    this.#carried = 0;
    this.#announced = 0;
    return frame;
  }

  /** Moves octets from the chunk until the carry buffer holds `upTo` or the chunk is used up. */
  #take(upTo: number): void {
    const octets = Math.min(upTo - this.#carried, this.#chunk.length - this.#at);
    if (octets <= 0) return;
    this.#grow(this.#carried + octets, upTo);
    this.#chunk.copy(this.#carry, this.#carried, this.#at, this.#at + octets);
    this.#carried += octets;
    this.#at += octets;
    if (this.#at === this.#chunk.length) this.#letGo();
  }

  #keepTail(): null {
    const left = this.#chunk.length - this.#at;
    if (left > 0) this.#take(this.#carried + left);
    else this.#letGo();
    return null;
  }

  #grow(octets: number, announced: number): void {
    if (octets <= this.#carry.length) return;
    const limit = Math.max(octets, announced);
    const size = Math.min(Math.max(octets, this.#carry.length * 2, FIRST_CARRY_OCTETS), Math.max(limit, FIRST_CARRY_OCTETS));
    const grown = Buffer.allocUnsafe(size);
    this.#carry.copy(grown, 0, 0, this.#carried);
    this.#carry = grown;
  }

  /** A used-up chunk is not kept alive by an idle session. */
  #letGo(): void {
    this.#chunk = NOTHING;
    this.#at = 0;
  }
}
