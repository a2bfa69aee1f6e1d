/**
 * MessageIds: draws message ids (model/message-id.ts) that never repeat, whatever the clock does.
 *
 * The second is logical: the later of the last one used and now, so neither a clock step back, a burst above
 * 65,536 in one second nor a restart (start after the highest id on disk) can issue one twice.
 */
import { idSecond, IDS_PER_SECOND, messageId, NODES } from "../../protocols/model/message-id.js";

export class MessageIds {
  readonly #node: number;
  /** The logical second in use, Unix. */
  #second: number;
  #sequence: number;

  /**
   * @param node this gateway's number, 0..63
   * @param highestId the highest id on disk, 0 when none
   * @throws RangeError when the node is out of range
   */
  constructor(node: number, highestId: number) {
    if (!Number.isInteger(node) || node < 0 || node >= NODES) throw new RangeError(`node must be 0..63, got ${String(node)}`);
    this.#node = node;
    this.#second = idSecond(highestId);
    // The rest of the highest id's second is given up, so ids of the same second cannot meet.
    this.#sequence = highestId === 0 ? 0 : IDS_PER_SECOND;
  }

  /** The next id at `wallMs` (Unix milliseconds). */
  next(wallMs: number): number {
    return this.range(1, wallMs);
  }

  /**
   * The first of `count` ids in a row, all of one second, so that no form of theirs wraps among them.
   * @param count 1..65536
   */
  range(count: number, wallMs: number): number {
    const now = Math.floor(wallMs / 1000);
    if (now > this.#second) {
      this.#second = now;
      this.#sequence = 0;
    } else if (this.#sequence + count > IDS_PER_SECOND) {
      this.#second++;
      this.#sequence = 0;
    }
    const first = messageId(this.#second, this.#node, this.#sequence);
    this.#sequence += count;
    return first;
  }
}

/** Unix milliseconds of the (logical) second in which an id was drawn. */
export function idTimeMs(id: number): number {
  return idSecond(id) * 1000;
}
