/**
 * Waits: how many messages of each account wait elsewhere than in a lane: for siblings, for their time, or for another try.
 *
 * Counted as rows change; what the batch under way changes counts once it is on disk, and is told then.
 */
import { MessageState } from "../../../protocols/model/state.js";
import type { DayWriter } from "./day-writer.js";

/** HELD, SCHEDULED or RETRY. */
export function isWaiting(state: number): boolean {
  return state < MessageState.dispatched && state !== MessageState.queued;
}

export class Waits {
  #counts = new Map<number, number>();
  /** By the batch under way. */
  readonly #changes = new Map<number, number>();

  /** A row of the account has come to wait (1), or waits no longer (-1). */
  change(accountNo: number, by: 1 | -1): void {
    this.#changes.set(accountNo, (this.#changes.get(accountNo) ?? 0) + by);
  }

  /** A row goes from one state to another. */
  moved(accountNo: number, from: number, to: number): void {
    if (isWaiting(from) !== isWaiting(to)) this.change(accountNo, isWaiting(to) ? 1 : -1);
  }

  /** The batch under way failed. */
  failed(): void {
    this.#changes.clear();
  }

  /** What the batch, which is on disk, has changed: accounts and how many messages of each wait now. */
  *committed(): Generator<readonly [accountNo: number, count: number]> {
    for (const [accountNo, by] of this.#changes) {
      const count = Math.max(0, (this.#counts.get(accountNo) ?? 0) + by);
      this.#counts.set(accountNo, count);
      yield [accountNo, count];
    }
    this.#changes.clear();
  }

  /** Counts anew from disk, and has every account told with the batch under way. */
  read(files: readonly DayWriter[]): ReadonlyMap<number, number> {
    const before = this.#counts;
    this.#counts = countWaiting(files);
    this.#changes.clear();
    for (const accountNo of [...before.keys(), ...this.#counts.keys()]) this.#changes.set(accountNo, 0);
    return this.#counts;
  }
}

/** due > 0 names the index of what is to be looked at again, as all that waits is. */
function countWaiting(files: readonly DayWriter[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { db } of files) {
    const accounts = db.prepare("SELECT account FROM message WHERE due > 0 AND state < 6 AND state <> 4").pluck().iterate() as Iterable<number>;
    for (const accountNo of accounts) counts.set(accountNo, (counts.get(accountNo) ?? 0) + 1);
  }
  return counts;
}
