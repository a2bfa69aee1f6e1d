/**
 * Order: numbers that only grow, across restarts and clock steps, and tell the millisecond they were drawn in.
 */
import { ORD_EPOCH_MS, ORD_PER_MS } from "./day-schema.js";

export class Order {
  #last: number;

  /** @param last the highest number on disk */
  constructor(last: number) {
    this.#last = last;
  }

  get last(): number {
    return this.#last;
  }

  next(wallMs: number): number {
    const now = (wallMs - ORD_EPOCH_MS) * ORD_PER_MS;
    this.#last = now > this.#last ? now : this.#last + 1;
    return this.#last;
  }
}
