/** A ledger.db of a test's own, changed by commands as the writer does it, at a time the test sets. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "../../../src/ledger/account.js";
import type { LedgerCommand, LedgerResult } from "../../../src/ledger/commands.js";
import { parseMoney } from "../../../src/ledger/money.js";
import { applyCommand } from "../../../src/store/sqlite/change.js";
import { Books } from "../../../src/store/sqlite/books.js";
import type { Applied } from "../../../src/store/sqlite/change-context.js";
import { LedgerDb } from "../../../src/store/sqlite/ledger-db.js";
import { makeFolders, ledgerPath } from "../../../src/store/sqlite/paths.js";
import { answerNow } from "../../../src/store/sqlite/answers.js";

export const ZONE = 480;
export const DAY_MS = 86_400_000;

/** A command without who asks. */
export type Asked = LedgerCommand extends infer C ? (C extends LedgerCommand ? Omit<C, "actor"> : never) : never;

export class ContractLedger {
  readonly dir = mkdtempSync(join(tmpdir(), "tollgate-contract-"));
  readonly ledger: LedgerDb;
  nowMs = Date.parse("2026-11-25T02:00:00Z");

  constructor() {
    makeFolders(this.dir);
    this.ledger = LedgerDb.open(ledgerPath(this.dir));
  }

  close(): void {
    this.ledger.close();
    rmSync(this.dir, { recursive: true });
  }

  apply(command: Asked): Applied {
    const books = Books.open(this.dir, ZONE, this.ledger);
    try {
      return applyCommand(this.ledger, books, { actor: "cli:test", ...command } as LedgerCommand, this.nowMs);
    } finally {
      books.close();
    }
  }

  result(command: Asked): LedgerResult {
    return this.apply(command).result;
  }

  /** "ok", "repeated" or the refusal's code. */
  outcome(command: Asked): string {
    const result = this.result(command);
    return result.ok ? (result.repeated ? "repeated" : "ok") : result.code;
  }

  add(name: string, settings = {}): string {
    return this.outcome({ kind: "account.add", name, settings: { priceMicros: 35_000, ...settings } });
  }

  topUp(name: string, amount: string, reference: string): string {
    return this.outcome({ kind: "topup", name, amountMicros: parseMoney(amount), reference });
  }

  account(name: string): Account {
    const row = this.ledger.accountRow(name);
    if (row === null) throw new Error(name);
    return row.account;
  }

  /** What the log says, oldest first. */
  get audit(): string[] {
    return this.ledger.db.prepare("SELECT what FROM audit ORDER BY no").pluck().all() as string[];
  }

  /** What verify finds wrong. */
  get problems(): readonly string[] {
    const answer = answerNow(this.dir, ZONE, { kind: "verify", full: true }, () => 0);
    return answer.kind === "verify" ? answer.report.problems : ["no answer"];
  }
}
