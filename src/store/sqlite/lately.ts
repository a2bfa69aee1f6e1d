/**
 * Lately: what accounts had accepted of late, the latest first, for the flow to remember it again after a start.
 *
 * No index has messages by account, it would cost every message; ids follow time, so the days are read backwards, in short steps. Messages cross to
 * the network thread packed, as claims do: they are many.
 */
import { idDay, messageId } from "../../../protocols/model/message-id.js";
import { ChargeState } from "../../ledger/settlement.js";
import { BodyKind } from "../body-cipher.js";
import { unpackContent } from "../content.js";
import { OctetReader, Octets } from "../octets.js";
import type { LatelyAccepted, Query } from "../query.js";
import { packColumns, unpackColumns } from "../results.js";
import { Tally } from "./day-schema.js";
import type { Books, DayFile, Ints } from "./books.js";
import { dayFromName, dayStartMs } from "./paths.js";
import { monthOfDay } from "./quota.js";

/** Messages of one answer. */
const MOST = 1_000;
/** Rows looked at in one step. */
const STEP = 20_000;
const REFUSED_MOST = 20_000;
/** A message's second may be a little ahead of, or behind, its acceptance. */
const LEEWAY_S = 120;

/** Packed messages, and where to go on (0: that was all). */
export interface PackedLately {
  readonly kind: "lately";
  readonly packed: Uint8Array;
  readonly count: number;
  readonly beforeId: number;
}

interface FoundRow extends Ints<"id" | "account" | "kinds" | "wanted" | "expires" | "accepted_at" | "signature"> {
  readonly source: string;
  readonly destination: string;
  readonly body: Buffer;
}

const FOUND = (accounts: string): string =>
  `SELECT m.id, m.account, c.accepted_at, c.kinds, c.source, c.destination, c.wanted, c.expires, c.body, c.signature
     FROM message m CROSS JOIN content c ON c.id = m.id
    WHERE m.id >= ? AND m.id < ? AND m.account IN (${accounts}) AND m.charge_state <> ${ChargeState.part} ORDER BY m.id DESC`;
const STEP_START = `SELECT id FROM message WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT 1 OFFSET ${STEP - 1}`;

export function* findLately(books: Books, query: Extract<Query, { kind: "lately" }>): Generator<undefined, PackedLately> {
  const fromId = Math.max(0, messageId(Math.floor(query.sinceMs / 1_000) - LEEWAY_S, 0, 0));
  const accounts = listed(query.accounts);
  const into = new Octets(65_536);
  let count = 0;
  let last = 0;
  const days = books.days().filter((day) => day >= idDay(fromId, books.zoneMinutes) && (query.beforeId === 0 || day <= idDay(query.beforeId, books.zoneMinutes)));
  for (const day of accounts === "" ? [] : days.reverse()) {
    const file = books.file(day);
    // No file of an earlier version has signatures, and none is of late.
    if (file === null || !hasSignatures(file)) continue;
    let before = query.beforeId === 0 ? Number.MAX_SAFE_INTEGER : query.beforeId;
    for (;;) {
      const start = file.prepare(STEP_START).pluck().get(before, fromId) as bigint | undefined;
      const from = start === undefined ? fromId : Number(start);
      for (const row of file.prepare(FOUND(accounts)).iterate(from, before) as IterableIterator<FoundRow>) {
        if (Number(row.accepted_at) < query.sinceMs) continue;
        if (count === MOST) return { kind: "lately", packed: into.buffer.subarray(0, into.at), count, beforeId: last };
        pack(into, file, row);
        count++;
        last = Number(row.id);
      }
      before = from;
      if (start === undefined) break;
      yield undefined;
    }
  }
  return { kind: "lately", packed: into.buffer.subarray(0, into.at), count, beforeId: 0 };
}

function pack(into: Octets, file: DayFile, row: FoundRow): void {
  const body = file.bodies.plain(BodyKind.content, row.id, row.body);
  packColumns(into, { ...row, body, id: Number(row.id), kinds: Number(row.kinds), wanted: Number(row.wanted), expires: Number(row.expires) });
  into.need(16);
  into.u32(Number(row.account));
  into.f64(Number(row.accepted_at));
  into.u32(Number(row.signature));
}

export function unpackLately({ packed, count }: PackedLately): LatelyAccepted[] {
  const from = new OctetReader();
  from.use(Buffer.from(packed.buffer as ArrayBuffer, packed.byteOffset, packed.length));
  return Array.from({ length: count }, () => {
    const message = unpackContent(unpackColumns(from));
    return { message, accountNo: from.u32(), acceptedAtMs: from.f64(), signatureNo: from.u32() };
  });
}

function hasSignatures(file: DayFile): boolean {
  return file.version >= 3;
}

/** Account numbers as they stand in a statement. */
function listed(accounts: readonly number[]): string {
  return accounts.filter((no) => Number.isSafeInteger(no)).join();
}

/** Destinations as they were submitted. */
export function* findRefusedLately(books: Books, query: Extract<Query, { kind: "refused_lately" }>): Generator<undefined, { accountNo: number; destination: string; atMs: number }[]> {
  const accounts = listed(query.accounts);
  const refused: { accountNo: number; destination: string; atMs: number }[] = [];
  const sql = `SELECT id, at, account, destination FROM refusal WHERE id < ? AND outcome = ? AND account IN (${accounts}) AND at >= ? ORDER BY id DESC LIMIT 1000`;
  for (const day of accounts === "" ? [] : books.days().reverse()) {
    const file = books.file(day);
    for (let before = Number.MAX_SAFE_INTEGER; file !== null && refused.length < REFUSED_MOST; ) {
      const rows = file.prepare(sql).all(before, query.outcome, query.sinceMs) as (Ints<"id" | "at" | "account"> & { destination: string })[];
      for (const { at, account, destination } of rows) refused.push({ accountNo: Number(account), destination, atMs: Number(at) });
      const last = rows.at(-1);
      if (last === undefined) break;
      before = Number(last.id);
      yield undefined;
    }
    // Days before the one that the time lies in have nothing later.
    if (refused.length >= REFUSED_MOST || dayStartMs(day, books.zoneMinutes) <= query.sinceMs) break;
  }
  return refused;
}

/** What quotas are held against, see quota.ts. */
export function acceptedSegments(books: Books, dayText: string): { accountNo: number; day: number; month: number }[] {
  const day = dayFromName(`${dayText.slice(0, 4)}-${dayText.slice(4, 6)}-${dayText.slice(6)}`);
  if (Number.isNaN(day)) return [];
  const { from, to } = monthOfDay(day);
  const sums = new Map<number, { day: number; month: number }>();
  const add = (account: bigint, onDay: number, segments: bigint): void => {
    const sum = sums.get(Number(account)) ?? { day: 0, month: 0 };
    sums.set(Number(account), { day: sum.day + (onDay === day ? Number(segments) : 0), month: sum.month + Number(segments) });
  };
  const sealed = books.ledger.sealedDays();
  const carried = books.ledger.prepare("SELECT account, day, sum(segments) AS segments FROM carried_message WHERE day >= ? AND day < ? GROUP BY account, day");
  for (const row of carried.all(from, to) as Ints<"account" | "day" | "segments">[]) add(row.account, Number(row.day), row.segments);
  for (const file of books.openFiles(sealed)) {
    if (file.day < from || file.day >= to) continue;
    const tallies = file.prepare(`SELECT account, segments FROM tally WHERE state = ${Tally.accepted}`).all() as Ints<"account" | "segments">[];
    for (const row of tallies) add(row.account, file.day, row.segments);
  }
  return [...sums].map(([accountNo, sum]) => ({ accountNo, ...sum }));
}
