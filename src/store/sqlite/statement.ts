/**
 * Statement: what an account paid in, was charged and has left over a period of business days, exact to the micro-unit.
 *
 * Everything about money is summed from entries, up to one bound in each file, so the identity
 *     opening + top-ups + refunds - charges - forfeits = closing
 * holds whatever is booked meanwhile: `opening` and `closing` count available and held money, so one period opens
 * with what the one before it closed with. Sealed days come from what they
 * carried to ledger.db, whether their files are still there or not; open days are read in short steps.
 */
import { OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { stateName } from "../../../protocols/model/state.js";
import { EntryKind } from "../../ledger/settlement.js";
import type { Statement } from "../query.js";
import type { Books, DayFile, Ints } from "./books.js";
import { Tally } from "./day-schema.js";
import { LedgerKind } from "./ledger-schema.js";
import { dayName, dayOfMs, dayStartMs } from "./paths.js";

/** Entries looked at in one step. */
const STEP = 50_000;
const DAY_MS = 86_400_000;

/** What each kind of entry does to the customer's money. */
const EFFECT: Readonly<Record<number, { readonly available: bigint; readonly held: bigint }>> = {
  [EntryKind.hold]: { available: -1n, held: 1n },
  [EntryKind.settle]: { available: 0n, held: -1n },
  [EntryKind.release]: { available: 1n, held: -1n },
  [EntryKind.refund]: { available: 1n, held: 0n },
  [LedgerKind.topUp]: { available: 1n, held: 0n },
  [LedgerKind.reversal]: { available: -1n, held: 0n },
  [LedgerKind.refund]: { available: 1n, held: 0n },
  [LedgerKind.forfeit]: { available: -1n, held: 0n },
  [LedgerKind.payout]: { available: -1n, held: 0n },
};

class Sums {
  readonly fromDay: number;
  readonly toDay: number;
  available = 0n;
  held = 0n;
  opening = 0n;
  readonly byKind = new Map<number, bigint>();
  readonly byState = new Map<string, { messages: number; segments: number }>();
  readonly refused = new Map<string, number>();
  readonly days = new Map<number, { messages: number; segments: number; charges: bigint }>();

  constructor(fromDay: number, toDay: number) {
    this.fromDay = fromDay;
    this.toDay = toDay;
  }

  /** Entries booked on a day. */
  entries(onDay: number, kind: number, amount: bigint): void {
    if (onDay >= this.toDay) return;
    const effect = EFFECT[kind];
    if (effect === undefined) throw new Error(`entry of unknown kind ${kind}`);
    this.available += effect.available * amount;
    this.held += effect.held * amount;
    if (onDay < this.fromDay) {
      this.opening += (effect.available + effect.held) * amount;
      return;
    }
    this.byKind.set(kind, this.kind(kind) + amount);
    if (kind === EntryKind.settle) this.day(onDay).charges += amount;
  }

  kind(kind: number): bigint {
    return this.byKind.get(kind) ?? 0n;
  }

  /** Messages accepted on a day; Tally.accepted counts all, the others those that ended so. */
  messages(onDay: number, state: number, messages: number, segments: number): void {
    const name = state === Tally.accepted ? "accepted" : stateName(state);
    const sum = this.byState.get(name) ?? { messages: 0, segments: 0 };
    this.byState.set(name, { messages: sum.messages + messages, segments: sum.segments + segments });
    if (state !== Tally.accepted) return;
    const day = this.day(onDay);
    day.messages += messages;
    day.segments += segments;
  }

  refusals(outcome: number, count: number): void {
    const name = OUTCOME_NAMES[outcome] ?? String(outcome);
    this.refused.set(name, (this.refused.get(name) ?? 0) + count);
  }

  includes(day: number): boolean {
    return day >= this.fromDay && day < this.toDay;
  }

  day(day: number): { messages: number; segments: number; charges: bigint } {
    let sum = this.days.get(day);
    if (sum === undefined) {
      sum = { messages: 0, segments: 0, charges: 0n };
      this.days.set(day, sum);
    }
    return sum;
  }
}

/**
 * The statement of [fromMs, toMs), widened to whole business days; null when there is no such account. Messages, segments
 * and states are those of the messages accepted in the period (`open` = not ended yet); money counts on the day it was
 * booked. Top-ups are less their reversals, forfeits include a rest paid out, charges are settled ones.
 */
export function* readStatement(books: Books, name: string, fromMs: number, toMs: number): Generator<undefined, Statement | null> {
  const row = books.ledger.accountRow(name);
  if (row === null) return null;
  const zone = books.zoneMinutes;
  const fromDay = dayOfMs(fromMs, zone);
  const sums = new Sums(fromDay, Math.max(fromDay, dayOfMs(toMs - 1, zone) + 1));
  const { no, currency } = row.account;
  const sealed = books.ledger.snapshot(() => addLedger(books, no, sums));
  for (const file of books.openFiles(sealed)) {
    yield* addEntries(file, no, zone, sums);
    if (sums.includes(file.day)) addDay(file, no, sums);
    yield undefined;
  }
  return finish(name, currency, zone, sums);
}

/** Ledger.db's own entries, and all that sealed days carried; the days that were sealed. */
function addLedger(books: Books, no: number, sums: Sums): Set<number> {
  const { ledger, zoneMinutes } = books;
  const own = ledger.prepare(
    `SELECT (at + ?) / ${DAY_MS} AS day, kind, sum(amount) AS amount FROM entry WHERE account = ? GROUP BY day, kind`,
  );
  const carried = ledger.prepare(
    "SELECT on_day AS day, kind, sum(amount) AS amount FROM carried_entry WHERE account = ? GROUP BY on_day, kind",
  );
  for (const rows of [own.all(BigInt(zoneMinutes) * 60_000n, no), carried.all(no)]) {
    for (const { day, kind, amount } of rows as Ints<"day" | "kind" | "amount">[]) sums.entries(Number(day), Number(kind), amount);
  }
  const messages = ledger.prepare(
    `SELECT day, state, sum(messages) AS n, sum(segments) AS segments FROM carried_message
      WHERE account = ? AND day >= ? AND day < ? GROUP BY day, state`,
  );
  for (const each of messages.all(no, sums.fromDay, sums.toDay) as Ints<"day" | "state" | "n" | "segments">[]) {
    const [day, n, segments] = [Number(each.day), Number(each.n), Number(each.segments)];
    sums.messages(day, Number(each.state), n, segments);
    sums.messages(day, Tally.accepted, n, segments);
  }
  const refusals = ledger.prepare(
    "SELECT outcome, sum(count) AS n FROM carried_refusal WHERE account = ? AND day >= ? AND day < ? GROUP BY outcome",
  );
  for (const each of refusals.all(no, sums.fromDay, sums.toDay) as Ints<"outcome" | "n">[]) {
    sums.refusals(Number(each.outcome), Number(each.n));
  }
  return ledger.sealedDays();
}

function* addEntries(file: DayFile, no: number, zoneMinutes: number, sums: Sums): Generator<undefined, void> {
  const last = (file.prepare("SELECT max(id) FROM entry").pluck().get() as bigint | null) ?? 0n;
  const step = file.prepare(
    `SELECT (at + ?) / ${DAY_MS} AS day, kind, sum(amount) AS amount FROM entry
      WHERE id > ? AND id <= ? AND account = ? GROUP BY day, kind`,
  );
  const first = (file.prepare("SELECT min(id) FROM entry").pluck().get() as bigint | null) ?? 0n;
  for (let from = first - 1n; from < last; from += BigInt(STEP)) {
    const to = from + BigInt(STEP) < last ? from + BigInt(STEP) : last;
    const rows = step.all(BigInt(zoneMinutes) * 60_000n, from, to, no) as Ints<"day" | "kind" | "amount">[];
    for (const { day, kind, amount } of rows) sums.entries(Number(day), Number(kind), amount);
    yield undefined;
  }
}

function addDay(file: DayFile, no: number, sums: Sums): void {
  const tally = file.prepare(`SELECT state, messages AS n, segments FROM tally WHERE account = ? AND (state = ${Tally.accepted} OR state >= 20)`);
  for (const each of tally.all(no) as Ints<"state" | "n" | "segments">[]) {
    sums.messages(file.day, Number(each.state), Number(each.n), Number(each.segments));
  }
  const refusals = file.prepare("SELECT outcome, count(*) AS n FROM refusal WHERE account = ? GROUP BY outcome");
  for (const each of refusals.all(no) as Ints<"outcome" | "n">[]) sums.refusals(Number(each.outcome), Number(each.n));
}

function finish(account: string, currency: string, zone: number, sums: Sums): Statement {
  const accepted = sums.byState.get("accepted") ?? { messages: 0, segments: 0 };
  sums.byState.delete("accepted");
  const open = { ...accepted };
  for (const ended of sums.byState.values()) {
    open.messages -= ended.messages;
    open.segments -= ended.segments;
  }
  if (open.messages !== 0) sums.byState.set("open", open);
  return {
    account, currency, fromMs: dayStartMs(sums.fromDay, zone), toMs: dayStartMs(sums.toDay, zone),
    openingMicros: sums.opening,
    topUpsMicros: sums.kind(LedgerKind.topUp) - sums.kind(LedgerKind.reversal),
    refundsMicros: sums.kind(LedgerKind.refund) + sums.kind(EntryKind.refund),
    chargesMicros: sums.kind(EntryKind.settle),
    forfeitsMicros: sums.kind(LedgerKind.forfeit) + sums.kind(LedgerKind.payout),
    heldMicros: sums.held,
    closingMicros: sums.available + sums.held,
    messages: accepted.messages,
    segments: accepted.segments,
    byState: Object.fromEntries([...sums.byState].sort(([a], [b]) => (a < b ? -1 : 1))),
    refused: Object.fromEntries([...sums.refused].sort(([a], [b]) => (a < b ? -1 : 1))),
    days: [...sums.days].sort(([a], [b]) => a - b).map(([day, sum]) => ({
      day: dayName(day), messages: sum.messages, segments: sum.segments, chargesMicros: sum.charges,
    })),
  };
}
