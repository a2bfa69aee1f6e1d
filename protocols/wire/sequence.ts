/**
 * Sequence: the numbers of our own requests, 1..0x7fffffff and round again. [SMPP 3.4 5.1.4]
 */
export const SEQUENCE_MIN = 1;
export const SEQUENCE_MAX = 0x7fff_ffff;

/** What a sequence must not collide with: the requests still unanswered. */
export interface Outstanding {
  readonly size: number;
  has(sequence: number): boolean;
}

export class Sequence {
  #next: number;

  /** `first` is the number handed out first, 1..0x7fffffff. */
  constructor(first = SEQUENCE_MIN) {
    this.#next = first;
  }

  /** The next number that is not still outstanding. */
  take(outstanding: Outstanding): number {
    let sequence = this.#next;
    if (outstanding.size > 0) while (outstanding.has(sequence)) sequence = following(sequence);
    this.#next = following(sequence);
    return sequence;
  }
}

function following(sequence: number): number {
  return sequence === SEQUENCE_MAX ? SEQUENCE_MIN : sequence + 1;
}
