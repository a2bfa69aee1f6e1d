/**
 * Verify day: the checks of one day's file: entries against totals, messages against entries, tallies against messages.
 *
 * A live file is judged as of its last entry when the check begins. What a message was then follows from its row now: a
 * movement with a later entry had not happened yet. Only one refunded since then stays unclear (it was held or settled);
 * such sums are allowed for. Tallies only grow, so each count must lie between the tally before and after the scan.
 */
import { formatMoney } from "../../ledger/money.js";
import { ChargeState, ENTRY_BOOKS, EntryKind } from "../../ledger/settlement.js";
import { firstIdOfDay } from "../../../protocols/model/message-id.js";
import { stateName } from "../../../protocols/model/state.js";
import type { DayFile, Ints } from "./books.js";
import { FIRST_ENTRY, IS_SENT, IS_UNSENT, NO_ENTRY, Notify, Tally } from "./day-schema.js";
import { dayName } from "./paths.js";
import type { Findings } from "./verify.js";
import { reconcileEntries } from "./verify-entries.js";
import { countInbound, verifyParts, verifyReviews } from "./verify-parts.js";

/** Rows looked at in one step. */
const STEP = 20_000;

/** Sums of one account; amounts and numbers of messages. */
interface Sums {
  hold: bigint;
  holdN: bigint;
  settle: bigint;
  settleN: bigint;
  release: bigint;
  releaseN: bigint;
  refund: bigint;
  refundN: bigint;
  /** Refunded after the bound: settled by then, or still held. */
  unclear: bigint;
  unclearN: bigint;
}

function noSums(): Sums {
  return { hold: 0n, holdN: 0n, settle: 0n, settleN: 0n, release: 0n, releaseN: 0n, refund: 0n, refundN: 0n, unclear: 0n, unclearN: 0n };
}

function sumsOf(map: Map<number, Sums>, account: number): Sums {
  let sums = map.get(account);
  if (sums === undefined) {
    sums = noSums();
    map.set(account, sums);
  }
  return sums;
}

interface Total {
  readonly account: number;
  readonly delta: bigint;
  readonly held: bigint;
  readonly settled: bigint;
  readonly holds: bigint;
}

type Counts = ReadonlyMap<string, { readonly messages: bigint; readonly segments: bigint }>;

/** `full` also matches each entry with the very messages it was booked for, and messages with their content. */
export function* verifyDay(file: DayFile, zoneMinutes: number, full: boolean, findings: Findings): Generator<undefined, void> {
  const name = dayName(file.day);
  const { last, lastMessage, totals, before } = file.snapshot(() => ({
    last: (file.prepare("SELECT max(id) FROM entry").pluck().get() as bigint | null) ?? BigInt(NO_ENTRY),
    lastMessage: (file.prepare("SELECT max(id) FROM message").pluck().get() as bigint | null) ?? 0n,
    totals: readTotals(file),
    before: readTally(file),
  }));
  const booked = yield* sumEntries(file, last, name, findings);
  checkTotals(booked, totals, name, findings);
  const counted = new Map<string, { messages: bigint; segments: bigint }>();
  yield* countInbound(file, counted);
  const messages = yield* sumMessages(file, zoneMinutes, { last, lastMessage }, full, counted, name, findings);
  checkTally(before, counted, readTally(file), name, findings);
  checkMessages(booked, messages, name, findings);
  yield* verifyParts(file, lastMessage, name, findings);
  verifyReviews(file, name, findings);
  if (full) yield* reconcileEntries(file, last, lastMessage, name, findings);
}

function readTotals(file: DayFile): Total[] {
  const sql = "SELECT account, available_delta AS delta, held, settled, held_count AS holds FROM account_total";
  const rows = file.prepare(sql).all() as Ints<"account" | "delta" | "held" | "settled" | "holds">[];
  return rows.map((row) => ({ ...row, account: Number(row.account) }));
}

function readTally(file: DayFile): Counts {
  const rows = file.prepare("SELECT account, state, messages, segments FROM tally").all() as
    Ints<"account" | "state" | "messages" | "segments">[];
  return new Map(rows.map((row) => [`${row.account}:${row.state}`, row]));
}

type EntrySums = Ints<"account" | "kind" | "debit" | "credit" | "n" | "amount" | "rows" | "first_at" | "last_at">;

function* sumEntries(file: DayFile, last: bigint, name: string, findings: Findings): Generator<undefined, Map<number, Sums>> {
  const sums = new Map<number, Sums>();
  const step = file.prepare(
    `SELECT account, kind, debit, credit, sum(count) AS n, sum(amount) AS amount, count(*) AS rows, min(at) AS first_at, max(at) AS last_at
       FROM entry WHERE id > ? AND id <= ? GROUP BY account, kind, debit, credit`,
  );
  let lastAt = 0n;
  for (let from = BigInt(NO_ENTRY); from < last; from += BigInt(STEP)) {
    const to = from + BigInt(STEP) < last ? from + BigInt(STEP) : last;
    let rows = 0n;
    let reached = lastAt;
    for (const row of step.all(from, to) as EntrySums[]) {
      rows += row.rows;
      if (row.first_at < lastAt) findings.problem(`${name}: entries between ${from} and ${to} are older than those before them`);
      if (row.last_at > reached) reached = row.last_at;
      const books = ENTRY_BOOKS[Number(row.kind) as EntryKind] as (typeof ENTRY_BOOKS)[EntryKind] | undefined;
      if (books === undefined || BigInt(books.debit) !== row.debit || BigInt(books.credit) !== row.credit) {
        findings.problem(`${name}: entries of account ${row.account} and kind ${row.kind} move money between the wrong books`);
      }
      const sum = sumsOf(sums, Number(row.account));
      switch (Number(row.kind)) {
        case EntryKind.hold: sum.hold += row.amount; sum.holdN += row.n; break;
        case EntryKind.settle: sum.settle += row.amount; sum.settleN += row.n; break;
        case EntryKind.release: sum.release += row.amount; sum.releaseN += row.n; break;
        case EntryKind.refund: sum.refund += row.amount; sum.refundN += row.n; break;
      }
    }
    lastAt = reached;
    if (rows !== to - from) findings.problem(`${name}: ${to - from - rows} entries between ${from + 1n} and ${to} are missing`);
    findings.entries += Number(rows);
    yield undefined;
  }
  return sums;
}

/** The running totals are what the entries sum to. */
function checkTotals(booked: ReadonlyMap<number, Sums>, totals: readonly Total[], name: string, findings: Findings): void {
  const seen = new Set<number>();
  for (const total of totals) {
    seen.add(total.account);
    const sum = booked.get(total.account) ?? noSums();
    const right = {
      available: sum.release + sum.refund - sum.hold,
      held: sum.hold - sum.settle - sum.release,
      settled: sum.settle - sum.refund,
      holds: sum.holdN - sum.settleN - sum.releaseN,
    };
    const whose = `${name}: account ${total.account}`;
    const compare = (what: string, is: bigint, shouldBe: bigint): void => {
      if (is !== shouldBe) findings.problem(`${whose}: ${what} ${formatMoney(is)}, its entries sum to ${formatMoney(shouldBe)}`);
    };
    compare("available is moved by", total.delta, right.available);
    compare("held is", total.held, right.held);
    compare("settled is", total.settled, right.settled);
    if (total.holds !== right.holds) findings.problem(`${whose}: ${total.holds} holds are open, its entries leave ${right.holds}`);
    if (total.delta + total.held + total.settled !== 0n) findings.problem(`${whose}: the totals do not sum to zero`);
  }
  for (const account of booked.keys()) {
    if (!seen.has(account)) findings.problem(`${name}: account ${account} has entries but no total`);
  }
}

/** What no row may say; `id` is counted against the day below. */
const BAD_ROW = `(charge < 0 OR segments < 1
  OR (charge = 0) <> (charge_state = ${ChargeState.free} OR charge_state = ${ChargeState.part}) OR charge_state NOT BETWEEN ${ChargeState.free} AND ${ChargeState.part}
  OR (charge > 0 AND hold_entry < ${FIRST_ENTRY})
  OR (charge_state = ${ChargeState.held} AND last_entry <> ${NO_ENTRY})
  OR (charge_state BETWEEN ${ChargeState.settled} AND ${ChargeState.refunded} AND last_entry <= hold_entry)
  OR (charge_state = ${ChargeState.part} AND (segments <> 1 OR last_entry <> ${NO_ENTRY} OR notify <> ${Notify.none}))
  OR (charge_state = ${ChargeState.held} AND state >= 20)
  OR (charge_state BETWEEN ${ChargeState.released} AND ${ChargeState.refunded} AND state < 20))`;

const MESSAGE_SUMS = `SELECT account, state, charge_state = ${ChargeState.part} AS part, count(*) AS n, sum(segments) AS segments, max(id) AS last, sum(${BAD_ROW}) AS bad,
  sum(${IS_SENT}) AS sent_n, total(iif(${IS_SENT}, segments, 0)) AS sent, sum(${IS_UNSENT}) AS unsent_n, total(iif(${IS_UNSENT}, segments, 0)) AS unsent,
  sum(hold_entry <= $bound AND charge > 0) AS hold_n, sum(iif(hold_entry <= $bound, charge, 0)) AS hold,
  sum(charge_state = 4 AND last_entry <= $bound) AS settle_n, sum(iif(charge_state = 4 AND last_entry <= $bound, charge, 0)) AS settle,
  sum(charge_state = 5 AND last_entry <= $bound) AS release_n, sum(iif(charge_state = 5 AND last_entry <= $bound, charge, 0)) AS release,
  sum(charge_state = 6 AND last_entry <= $bound) AS refund_n, sum(iif(charge_state = 6 AND last_entry <= $bound, charge, 0)) AS refund,
  sum(charge_state = 6 AND last_entry > $bound AND hold_entry <= $bound) AS unclear_n,
  sum(iif(charge_state = 6 AND last_entry > $bound AND hold_entry <= $bound, charge, 0)) AS unclear
  FROM (SELECT * FROM message WHERE id > $from AND id <= $until ORDER BY id LIMIT ${STEP}) GROUP BY account, state, part`;

type MessageSums = Ints<
  | "account" | "state" | "part" | "n" | "segments" | "last" | "bad" | "sent_n" | "unsent_n" | "hold_n" | "hold" | "settle_n" | "settle"
  | "release_n" | "release" | "refund_n" | "refund" | "unclear_n" | "unclear"
> & Readonly<Record<"sent" | "unsent", number>>;

function* sumMessages(
  file: DayFile, zoneMinutes: number, bound: { readonly last: bigint; readonly lastMessage: bigint }, full: boolean,
  counted: Map<string, { messages: bigint; segments: bigint }>, name: string, findings: Findings,
): Generator<undefined, Map<number, Sums>> {
  const sums = new Map<number, Sums>();
  const step = file.prepare(MESSAGE_SUMS);
  const lost = file.prepare(
    "SELECT count(*) FROM message LEFT JOIN content USING (id) WHERE message.id > ? AND message.id <= ? AND content.id IS NULL",
  ).pluck();
  const outside = file.prepare("SELECT count(*) FROM message WHERE id < ? OR id >= ?").pluck();
  const strangers = outside.get(firstIdOfDay(file.day, zoneMinutes), firstIdOfDay(file.day + 1, zoneMinutes)) as bigint;
  if (strangers !== 0n) findings.problem(`${name}: ${strangers} messages have ids of another day`);
  for (let from = 0n; ; ) {
    const rows = step.all({ bound: bound.last, from, until: bound.lastMessage }) as MessageSums[];
    if (rows.length === 0) return sums;
    let to = from;
    for (const row of rows) {
      if (row.last > to) to = row.last;
      if (row.bad !== 0n) tellBadRows(file, from, row, name, findings);
      findings.messages += row.part === 1n ? 0 : Number(row.n);
      for (const [tally, n, segments] of talliesOf(row, file.version)) {
        const key = `${row.account}:${tally}`;
        const before = counted.get(key) ?? { messages: 0n, segments: 0n };
        if (n > 0n) counted.set(key, { messages: before.messages + n, segments: before.segments + segments });
      }
      const sum = sumsOf(sums, Number(row.account));
      sum.hold += row.hold; sum.holdN += row.hold_n;
      sum.settle += row.settle + row.refund; sum.settleN += row.settle_n + row.refund_n;
      sum.release += row.release; sum.releaseN += row.release_n;
      sum.refund += row.refund; sum.refundN += row.refund_n;
      sum.unclear += row.unclear; sum.unclearN += row.unclear_n;
    }
    if (full) {
      const count = lost.get(from, to) as bigint;
      if (count !== 0n) findings.problem(`${name}: ${count} messages between ${from} and ${to} have no content`);
    }
    from = to;
    yield undefined;
  }
}

/** What rows of one kind must have been tallied as: number, messages, segments. */
function talliesOf(row: MessageSums, version: number): [tally: number, messages: bigint, segments: bigint][] {
  const state = Number(row.state);
  const ended = state >= 20;
  if (row.part === 1n) return [[Tally.parts, row.n, 0n], [Tally.partsEnded, ended ? row.n : 0n, 0n]];
  const tallies: [number, bigint, bigint][] = [[Tally.accepted, row.n, row.segments], [state, ended ? row.n : 0n, row.segments]];
  if (version > 1) tallies.push([Tally.sent, row.sent_n, BigInt(row.sent)], [Tally.unsent, row.unsent_n, BigInt(row.unsent)]);
  return tallies;
}

function tellBadRows(file: DayFile, from: bigint, row: MessageSums, name: string, findings: Findings): void {
  const sql = `SELECT id FROM message WHERE id > ? AND id <= ? AND account = ? AND state = ? AND ${BAD_ROW} LIMIT 5`;
  const ids = file.prepare(sql).pluck().all(from, row.last, row.account, row.state) as bigint[];
  const state = stateName(Number(row.state));
  findings.problem(`${name}: ${row.bad} messages in state ${state} contradict themselves, such as ${ids.join(", ")}`);
}

/** The messages' charges are what was booked for them. */
function checkMessages(booked: ReadonlyMap<number, Sums>, messages: ReadonlyMap<number, Sums>, name: string, findings: Findings): void {
  for (const account of new Set([...booked.keys(), ...messages.keys()])) {
    const entry = booked.get(account) ?? noSums();
    const row = messages.get(account) ?? noSums();
    const compare = (
      what: string, amount: bigint, amountN: bigint, least: bigint, leastN: bigint, slack = 0n, slackN = 0n,
    ): void => {
      if (amount >= least && amount <= least + slack && amountN >= leastN && amountN <= leastN + slackN) return;
      const booked = `${what} of ${formatMoney(amount)} for ${amountN} messages are booked`;
      findings.problem(`${name}: account ${account}: ${booked}, the messages say ${formatMoney(least)} for ${leastN}`);
    };
    compare("holds", entry.hold, entry.holdN, row.hold, row.holdN);
    compare("settlements", entry.settle, entry.settleN, row.settle, row.settleN, row.unclear, row.unclearN);
    compare("releases", entry.release, entry.releaseN, row.release, row.releaseN);
    compare("refunds", entry.refund, entry.refundN, row.refund, row.refundN);
  }
}

const TALLY_NAMES = new Map<number, string>(Object.entries(Tally).map(([name, no]) => [no, name]));

/** Each count lies between the tally before and after the scan (the same when nothing moves). */
function checkTally(before: Counts, counted: Counts, after: Counts, name: string, findings: Findings): void {
  const none = { messages: 0n, segments: 0n };
  for (const key of new Set([...before.keys(), ...counted.keys(), ...after.keys()])) {
    const [low, here, high] = [before.get(key) ?? none, counted.get(key) ?? none, after.get(key) ?? none];
    const between = (is: bigint, least: bigint, most: bigint): boolean => is >= least && is <= most;
    if (between(here.messages, low.messages, high.messages) && between(here.segments, low.segments, high.segments)) continue;
    const [account = "", state = ""] = key.split(":");
    const what = TALLY_NAMES.get(Number(state)) ?? stateName(Number(state));
    const found = `${here.messages} messages (${here.segments} segments) are ${what}`;
    findings.problem(`${name}: account ${account}: ${found}, the tally says ${high.messages} (${high.segments})`);
  }
}
