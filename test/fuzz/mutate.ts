/**
 * Mutations: frames damaged in the ways that find bugs, from a seed, so that every run can be had again.
 */

/** A linear congruential generator: fast, and the same everywhere. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 .. below-1. */
  roll(below: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 4_294_967_296) * below);
  }
}

/** Values that fields of lengths, counts and kinds break at. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];

/** The frame after one to four strokes of damage; the frames given are never written to. */
export function mutate(frames: readonly Buffer[], dice: Dice): Buffer {
  const pick = (): Buffer => frames[dice.roll(frames.length)] as Buffer;
  let frame: Buffer = Buffer.from(pick());
  for (let strokes = 1 + dice.roll(4); strokes > 0 && frame.length > 0; strokes--) frame = stroke(frame, pick, dice);
  return frame;
}

function stroke(frame: Buffer, pick: () => Buffer, dice: Dice): Buffer {
  const at = dice.roll(frame.length);
  switch (dice.roll(9)) {
    case 0:
      frame[at] = dice.roll(256);
      return frame;
    case 1:
      frame[at] = (frame[at] as number) ^ (1 << dice.roll(8));
      return frame;
    case 2:
      frame[at] = EDGES[dice.roll(EDGES.length)] as number;
      return frame;
    case 3:
      return Buffer.concat([frame.subarray(0, at), frame.subarray(at + 1 + dice.roll(8))]);
    case 4:
      return Buffer.concat([frame.subarray(0, at), Buffer.alloc(1 + dice.roll(300), dice.roll(256)), frame.subarray(at)]);
    case 5:
      return frame.subarray(0, at);
    case 6:
      // The end of another frame behind the start of this one.
      return splice(frame, at, pick(), dice);
    case 7:
      frame.copy(frame, at, dice.roll(frame.length));
      return frame;
    default: {
      // A length that is a little wrong, or right for another size.
      if (frame.length < 4) return frame;
      frame.writeUInt32BE((frame.length + dice.roll(9) - 4) >>> 0, 0);
      return frame;
    }
  }
}

function splice(frame: Buffer, at: number, other: Buffer, dice: Dice): Buffer {
  return Buffer.concat([frame.subarray(0, at), other.subarray(dice.roll(other.length))]);
}
