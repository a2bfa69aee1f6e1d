/** What the keys ask of a store, on a real ledger.db in this thread: accounts, and changes in one transaction each. */
import { join } from "node:path";
import type { LedgerCommand, LedgerResult } from "../../../src/ledger/commands.js";
import type { Answer, Query } from "../../../src/store/query.js";
import { applyCommand } from "../../../src/store/sqlite/change.js";
import { viewAccount, type DayBooks } from "../../../src/store/sqlite/change-context.js";
import { readDayKeys } from "../../../src/store/sqlite/day-keys.js";
import { LedgerDb } from "../../../src/store/sqlite/ledger-db.js";

const DAYS: DayBooks = {
  totals: () => ({ availableDeltaMicros: 0n, heldMicros: 0n, openMessages: 0, openHolds: 0 }),
  charge: () => null,
};

export class LedgerStore {
  readonly ledger: LedgerDb;

  constructor(dir: string) {
    this.ledger = LedgerDb.open(join(dir, "ledger.db"));
  }

  change(command: LedgerCommand): Promise<LedgerResult> {
    return Promise.resolve(applyCommand(this.ledger, DAYS, command, 1_764_000_000_000).result);
  }

  useKeys(): Promise<void> {
    return Promise.resolve();
  }

  query(query: Query): Promise<Answer> {
    if (query.kind === "day_keys") return Promise.resolve({ kind: "day_keys", keys: readDayKeys(this.ledger) });
    if (query.kind !== "accounts") throw new Error(query.kind);
    return Promise.resolve({ kind: "accounts", accounts: this.ledger.accountRows().map((row) => viewAccount(this.ledger, DAYS, row)) });
  }
}
