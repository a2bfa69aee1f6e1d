/**
 * Verify entries: each entry of a day's file against the very messages that name it, in windows of bounded memory.
 */
import { formatMoney } from "../../ledger/money.js";
import { ChargeState, EntryKind } from "../../ledger/settlement.js";
import type { DayFile } from "./books.js";
import { NO_ENTRY } from "./day-schema.js";
import type { Findings } from "./verify.js";

/** Entries matched in one pass over the messages: 17 octets each. */
const WINDOW = 2_000_000;
const STEP = 20_000;

type Entry = Readonly<Record<"id" | "account" | "kind" | "count" | "amount", number>>;

interface Row {
  readonly id: number;
  readonly account: number;
  readonly charge: number;
  readonly charge_state: number;
  readonly hold_entry: number;
  readonly last_entry: number;
}

/**
 * A message names the entry of its hold and of its latest movement; a settlement that was refunded later is named no
 * more, so settle entries may have a rest (whose sum verify-day.ts has checked), all others must come out even.
 */
export function* reconcileEntries(file: DayFile, last: bigint, lastMessage: bigint, name: string, findings: Findings): Generator<undefined, void> {
  // Amounts of entries are below 2^53 (the ledger's limit); a row that is not was found by its sums already.
  const entries = file.db.prepare("SELECT id, account, kind, count, amount FROM entry WHERE id > ? AND id <= ? ORDER BY id").safeIntegers(false);
  const messages = file.db.prepare(
    `SELECT id, account, charge, charge_state, hold_entry, last_entry FROM message WHERE id > ? AND id <= ? AND charge > 0 ORDER BY id LIMIT ${STEP}`,
  ).safeIntegers(false);
  for (let base = NO_ENTRY; base < Number(last); base += WINDOW) {
    const end = Math.min(base + WINDOW, Number(last));
    const account = new Int32Array(end - base);
    const kind = new Uint8Array(end - base);
    const count = new Int32Array(end - base);
    const amount = new Float64Array(end - base);
    for (let from = base; from < end; from += STEP) {
      for (const entry of entries.all(from, Math.min(from + STEP, end)) as Entry[]) {
        const at = entry.id - base - 1;
        account[at] = entry.account;
        kind[at] = entry.kind;
        count[at] = entry.count;
        amount[at] = entry.amount;
      }
      yield undefined;
    }
    /** Takes a message off the entry it names; whether that entry is of the account and kind it must be. */
    const take = (row: Row, no: number, expected: number): boolean => {
      const at = no - base - 1;
      if (at < 0 || at >= kind.length) return true;
      if (kind[at] !== expected || account[at] !== row.account) return false;
      count[at] = (count[at] ?? 0) - 1;
      amount[at] = (amount[at] ?? 0) - row.charge;
      return true;
    };
    for (let from = 0; ; ) {
      const rows = messages.all(from, lastMessage) as Row[];
      if (rows.length === 0) break;
      for (const row of rows) {
        from = row.id;
        if (!take(row, row.hold_entry, EntryKind.hold) || !take(row, row.last_entry, movementOf(row.charge_state))) {
          findings.problem(`${name}: message ${row.id} names an entry of another account or kind`);
        }
      }
      yield undefined;
    }
    tellRests(base, kind, count, amount, name, findings);
  }
}

/** The kind of a message's latest movement after its hold. */
function movementOf(chargeState: number): number {
  return chargeState === ChargeState.settled ? EntryKind.settle : chargeState === ChargeState.released ? EntryKind.release : EntryKind.refund;
}

function tellRests(base: number, kind: Uint8Array, count: Int32Array, amount: Float64Array, name: string, findings: Findings): void {
  kind.forEach((each, at) => {
    const [rest, restN] = [amount[at] ?? 0, count[at] ?? 0];
    if (rest === 0 && restN === 0) return;
    if (each === EntryKind.settle && rest > 0 && restN > 0) return;
    const words = Number.isSafeInteger(rest) ? formatMoney(rest) : String(rest);
    findings.problem(`${name}: entry ${base + 1 + at} differs from the messages that name it by ${words} and ${restN} messages`);
  });
}
