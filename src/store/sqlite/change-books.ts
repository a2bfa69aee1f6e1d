/**
 * Change books: the writer thread's rare work: ledger commands, with the running balances brought in line, and policies.
 */
import type { Account } from "../../ledger/account.js";
import type { LedgerCommand, LedgerResult } from "../../ledger/commands.js";
import type { StoreEvents } from "../store.js";
import { Books } from "./books.js";
import { applyCommand } from "./change.js";
import { Refused, type Of } from "./change-context.js";
import { isDiskTrouble, reasonOf } from "./disk-trouble.js";
import { forgetRows } from "./forget.js";
import type { LedgerDb } from "./ledger-db.js";
import type { DayFiles } from "./day-files.js";
import type { Policy, WriterState } from "./state.js";

/** `accounts` when any of them is different now; `credited`: the account that may send again, 0 for none. */
export interface Changed {
  readonly result: LedgerResult;
  readonly accounts: readonly Account[] | null;
  readonly credited: number;
}

/** @param down why nothing can be written now, "" when it can */
export function changeBooks(state: WriterState, ledger: LedgerDb, down: string, command: LedgerCommand, log: StoreEvents["log"]): Changed {
  if (down !== "") return unavailable(`the store is not available: ${down}`);
  const { dir, zoneMinutes } = state.options;
  const books = Books.open(dir, zoneMinutes, ledger);
  try {
    const { result, effect, accounts = [] } = applyCommand(ledger, books, command, state.nowMs);
    // What it knew of the person is not to stay in the log of its pages either.
    if (command.kind === "forget.person") ledger.db.pragma("wal_checkpoint(TRUNCATE)");
    for (const account of accounts) state.balances.set(account, state.balances.get(account.no)?.availableMicros ?? 0);
    if (effect === null) return { result, accounts: accounts.length === 0 ? null : state.balances.accounts(), credited: 0 };
    const before = state.balances.get(effect.account.no);
    state.balances.set(effect.account, (before?.availableMicros ?? 0) + effect.deltaAvailableMicros);
    if (effect.credited && before?.refused === true) before.refused = false;
    return { result, accounts: state.balances.accounts(), credited: effect.credited ? effect.accountNo : 0 };
  } catch (error) {
    log("error", "change_failed", { kind: command.kind, reason: reasonOf(error) });
    if (!isDiskTrouble(error)) throw error;
    return unavailable(reasonOf(error));
  } finally {
    books.close();
  }
}

/** Rows of one day overwritten; the log is told of the whole (change-forget.ts). */
export function forgetInDay(state: WriterState, files: DayFiles, down: string, command: Of<"forget.rows">, log: StoreEvents["log"]): Changed {
  if (down !== "") return unavailable(`the store is not available: ${down}`);
  try {
    forgetRows(state, files, command);
    return { result: { ok: true, repeated: false }, accounts: null, credited: 0 };
  } catch (error) {
    if (error instanceof Refused) return { result: { ok: false, code: error.code, message: error.message }, accounts: null, credited: 0 };
    log("error", "change_failed", { kind: command.kind, reason: reasonOf(error) });
    return unavailable(reasonOf(error));
  }
}

/** Numbers and policies of the configured operators; UNCERTAIN messages are looked at again by them. */
export function registerPolicies(
  state: WriterState, files: DayFiles, ledger: LedgerDb, operators: readonly { readonly name: string; readonly policy: Policy }[],
): Map<string, number> {
  const numbers = ledger.registerOperators(operators.map((operator) => operator.name), state.nowMs);
  for (const { name, policy } of operators) {
    const no = numbers.get(name);
    if (no === undefined) continue;
    state.policies.set(no, policy);
    for (const file of files.open()) file.setUncertainDue(no, policy.waitMs);
  }
  state.rows.clear();
  return numbers;
}

function unavailable(message: string): Changed {
  return { result: { ok: false, code: "unavailable", message }, accounts: null, credited: 0 };
}
