/**
 * Refusals: every submit that was refused, counted by account and outcome, and told to the store about once a second.
 *
 * ```
 *  refused ─▶ counts in memory ─ once a second ─▶ one intent ─▶ the day's table `refused`
 *                                   ▲── the same again ── not on disk ──┘
 * ```
 * Whatever the reason (malformed, throttled and full ones too), a refusal costs no disk of its own; a crash may lose the counts of its
 * last second. What was accepted first and refused by receipt is no refusal here: it ended REJECTED.
 */
import { OUTCOME_NAMES, type Outcome } from "../../protocols/model/outcome.js";
import { Commit, type RefusedCount, type RefusedIntent, type Store } from "../store/store.js";

const EVERY_MS = 1_000;
/** Counts told in one intent; the rest a turn later. */
const MOST_COUNTS = 4_096;

export class Refusals implements RefusedIntent {
  readonly #store: Pick<Store, "countRefused">;
  /** By account, of each outcome. */
  readonly #counts = new Map<number, Float64Array>();
  #told = 0;
  #toldAtMs = 0;
  #out = false;
  #closing = false;
  // What is out, until it is on disk.
  no = 0;
  atMs = 0;
  counts: readonly RefusedCount[] = [];

  constructor(store: Pick<Store, "countRefused">) {
    this.#store = store;
  }

  /** `count` messages of an account were refused. */
  add(accountNo: number, outcome: Outcome, count: number): void {
    let counts = this.#counts.get(accountNo);
    if (counts === undefined) {
      counts = new Float64Array(OUTCOME_NAMES.length);
      this.#counts.set(accountNo, counts);
    }
    counts[outcome] = (counts[outcome] as number) + count;
  }

  /** Called on the shared tick. */
  tick(wallMs: number, monotonicMs: number): void {
    if (monotonicMs - this.#toldAtMs < EVERY_MS) return;
    this.#toldAtMs = monotonicMs;
    this.#tell(wallMs);
  }

  /** Tells what is left, for the store is about to be closed. */
  close(wallMs: number): void {
    this.#closing = true;
    this.#tell(wallMs);
  }

  #tell(wallMs: number): void {
    if (this.#out) return;
    if (this.counts.length === 0) {
      this.counts = this.#take();
      if (this.counts.length === 0) return;
      this.atMs = wallMs;
      // Never the same twice, whatever the clock does: the store knows by it what it has counted.
      this.#told = Math.max(this.#told + 1, Math.floor(wallMs));
      this.no = this.#told;
    }
    this.#out = true;
    this.#store.countRefused(this);
  }

  #take(): RefusedCount[] {
    const taken: RefusedCount[] = [];
    for (const [accountNo, counts] of this.#counts) {
      if (taken.length + counts.length > MOST_COUNTS) break;
      counts.forEach((count, outcome) => {
        if (count > 0) taken.push({ accountNo, outcome: outcome as Outcome, count });
      });
      this.#counts.delete(accountNo);
    }
    return taken;
  }

  committed(result: Commit): void {
    this.#out = false;
    // What the store could not take, or may have, is told again under its number. One at fault is logged by the store, and that is all.
    if (result === Commit.ok || result === Commit.failed) this.counts = [];
    if (this.#closing && this.counts.length === 0) this.#tell(this.atMs);
  }
}
