/**
 * DelayLine: things that fall due after one fixed delay, in order, on a single timer of the clock.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import { Deque } from "../flow/deque.js";

export class DelayLine<T> {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #due: (item: T) => void;
  readonly #items = new Deque<T>();
  readonly #times = new Deque<number>();
  #cancel: (() => void) | null = null;

  /** Calls `due` at least `delayMs` after each `push`, oldest first. */
  constructor(clock: Clock, delayMs: number, due: (item: T) => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#due = due;
  }

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#times.push(this.#clock.monotonicMs + this.#delayMs);
    if (this.#cancel === null) this.#arm(this.#delayMs);
  }

  /** Drops what is not yet due. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    while (this.#items.shift() !== undefined) this.#times.shift();
  }

  #arm(delayMs: number): void {
    this.#cancel = this.#clock.after(Math.max(1, delayMs), () => this.#fire());
  }

  #fire(): void {
    this.#cancel = null;
    this.#clock.refresh();
    const nowMs = this.#clock.monotonicMs;
    for (;;) {
      const dueMs = this.#times.peek();
      if (dueMs === undefined) return;
      // What falls due meanwhile is pushed behind and gets a later time, so the loop ends.
      if (dueMs > nowMs) return this.#arm(dueMs - nowMs);
      this.#times.shift();
      this.#due(this.#items.shift() as T);
    }
  }
}
