/**
 * Lines: octets in, whole text lines out, with a bound on how long a line may grow before its end is seen.
 */
const NEWLINE = 0x0a;

export class LineReader {
  readonly #maxOctets: number;
  #parts: Buffer[] = [];
  #octets = 0;
  #tooLong = false;

  constructor(maxOctets: number) {
    this.#maxOctets = maxOctets;
  }

  /** A line longer than the limit was seen; nothing more is read. */
  get tooLong(): boolean {
    return this.#tooLong;
  }

  /** Octets of a line whose end has not come. */
  get waiting(): number {
    return this.#octets;
  }

  /** Takes a chunk; returns the lines it completes, without their ends. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    while (!this.#tooLong) {
      const end = chunk.indexOf(NEWLINE, start);
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end);
      if (this.#octets + piece.length > this.#maxOctets) {
        this.#tooLong = true;
        this.#parts = [];
        break;
      }
      this.#parts.push(piece);
      this.#octets += piece.length;
      if (end < 0) break;
      lines.push(Buffer.concat(this.#parts).toString("utf8").replace(/\r$/, ""));
      this.#parts = [];
      this.#octets = 0;
      start = end + 1;
    }
    return lines;
  }
}
