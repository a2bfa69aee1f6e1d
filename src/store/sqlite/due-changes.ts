/**
 * Due changes: looks once a second whether time brings something about in ledger.db, and carries it out as a command each.
 */
import type { StoreEvents } from "../store.js";
import { changeBooks, type Changed } from "./change-books.js";
import { dueCommands, nextDue } from "./change-dated.js";
import type { LedgerDb } from "./ledger-db.js";
import type { WriterState } from "./state.js";

export class DueChanges {
  readonly #state: WriterState;
  readonly #ledger: LedgerDb;
  readonly #log: StoreEvents["log"];
  readonly #changed: (changed: Changed) => void;
  /** Nothing is due before this; -Infinity: to be looked up. */
  #nextMs = -Infinity;

  constructor(state: WriterState, ledger: LedgerDb, log: StoreEvents["log"], changed: (changed: Changed) => void) {
    this.#state = state;
    this.#ledger = ledger;
    this.#log = log;
    this.#changed = changed;
  }

  /** A command may have entered something for later. */
  lookAgain(): void {
    this.#nextMs = -Infinity;
  }

  /** What is due by `wallMs`, a bounded number at a time. @param down why nothing can be written now, "" when it can */
  run(wallMs: number, down: string): void {
    if (down !== "" || wallMs < this.#nextMs) return;
    this.#state.nowMs = Math.max(this.#state.nowMs, Math.floor(wallMs));
    for (const command of dueCommands(this.#ledger, wallMs)) {
      const changed = changeBooks(this.#state, this.#ledger, "", command, this.#log);
      const { result } = changed;
      this.#log(result.ok ? "info" : "warn", "change_due", { kind: command.kind, account: "name" in command ? command.name : "", ok: result.ok });
      // The disk's trouble, maybe: tried again in a second.
      if (!result.ok) return;
      this.#changed(changed);
    }
    this.#nextMs = nextDue(this.#ledger);
  }
}
