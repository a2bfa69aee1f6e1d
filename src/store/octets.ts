/**
 * Octets: the growing buffer in which batches and their results cross between threads, and its reader.
 *
 * Numbers are little-endian. Neither side checks bounds of what the other wrote: both are this program.
 */

/** Most octets of one text: more is cut (no field of any protocol comes near it). */
const MAX_TEXT = 8_191;
const UTF8 = 0x8000;

/** A growing buffer that is written front to back. */
export class Octets {
  buffer: Buffer;
  view: DataView;
  at = 0;

  constructor(size: number) {
    this.buffer = Buffer.alloc(size);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, size);
  }

  /** Takes another array buffer (one that has come back) and starts at its front. */
  use(memory: ArrayBuffer): void {
    this.buffer = Buffer.from(memory);
    this.view = new DataView(memory);
    this.at = 0;
  }

  /** Makes sure that `octets` more fit. */
  need(octets: number): void {
    if (this.at + octets <= this.buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.buffer.length * 2, this.at + octets));
    larger.set(this.buffer.subarray(0, this.at));
    this.buffer = larger;
    this.view = new DataView(larger.buffer, larger.byteOffset, larger.length);
  }

  u8(value: number): void {
    this.buffer[this.at++] = value;
  }

  u16(value: number): void {
    this.view.setUint16(this.at, value, true);
    this.at += 2;
  }

  u32(value: number): void {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  f64(value: number): void {
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** A text; ASCII (nearly all) goes octet by octet, which beats a call into the runtime at these lengths. */
  text(value: string): void {
    const { buffer } = this;
    const start = this.at + 2;
    const length = value.length;
    if (length <= 64) {
      let i = 0;
      for (; i < length; i++) {
        const code = value.charCodeAt(i);
        if (code > 127) break;
        buffer[start + i] = code;
      }
      if (i === length) {
        this.u16(length);
        this.at = start + length;
        return;
      }
    }
    // A length beyond the whole buffer is an error, whatever is to be written.
    const written = buffer.write(value, start, Math.min(MAX_TEXT, buffer.length - start), "utf8");
    this.u16(written | UTF8);
    this.at = start + written;
  }

  /** Octets with their length in front. */
  blob(value: Uint8Array): void {
    this.u32(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
  }
}

/** Octets a text may need. */
export function textSize(value: string): number {
  return 2 + Math.min(value.length * 3, MAX_TEXT);
}

/** Reads front to back what Octets wrote. */
export class OctetReader {
  buffer: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;

  use(buffer: Buffer): void {
    this.buffer = buffer;
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    this.at = 0;
  }

  u8(): number {
    return this.buffer[this.at++] as number;
  }

  u16(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  f64(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  text(): string {
    const head = this.u16();
    const length = head & ~UTF8;
    if (length === 0) return "";
    const from = this.at;
    this.at += length;
    return this.buffer.toString(head === length ? "latin1" : "utf8", from, this.at);
  }

  /** As text(), cheaper where the text is likely to be the same as this one. */
  textLike(likely: string): string {
    const length = this.view.getUint16(this.at, true);
    if (length !== likely.length) return this.text();
    const from = this.at + 2;
    for (let i = 0; i < length; i++) {
      if (this.buffer[from + i] !== likely.charCodeAt(i)) return this.text();
    }
    this.at = from + length;
    return likely;
  }

  /** A view on the buffer, good until the buffer is used again. */
  blob(): Buffer {
    const length = this.u32();
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }
}
