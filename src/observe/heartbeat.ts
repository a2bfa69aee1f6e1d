/**
 * StoreHeartbeat: does the store still answer? It does when it has nothing to do, or has committed of late.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { Store } from "../store/store.js";

/** Longer than any commit or checkpoint should take; shorter than the unit's WatchdogSec. */
const SILENT_MS = 10_000;

export class StoreHeartbeat {
  readonly #store: Store;
  readonly #clock: Clock;
  #commits = -1;
  #heardMs: number;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#heardMs = clock.monotonicMs;
  }

  beats(): boolean {
    const { commits } = this.#store.stats;
    if (commits !== this.#commits || this.#store.pending === 0) {
      this.#commits = commits;
      this.#heardMs = this.#clock.monotonicMs;
    }
    return this.#clock.monotonicMs - this.#heardMs < SILENT_MS;
  }
}
