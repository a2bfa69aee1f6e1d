/**
 * Traffic: what the days have counted by account so far, from their running tallies: a few rows a day, however many messages.
 */
import { MessageState } from "../../../protocols/model/state.js";
import type { TrafficRow } from "../query.js";
import type { Books, Ints } from "./books.js";
import { Tally } from "./day-schema.js";

/** Days looked at: receipts come as long as they are waited for. */
const DAYS = 4;

export function readTraffic(books: Books): TrafficRow[] {
  const sql = `SELECT account,
    sum(CASE WHEN state = ${Tally.accepted} THEN messages ELSE 0 END) AS accepted,
    sum(CASE WHEN state >= ${MessageState.delivered} THEN messages ELSE 0 END) AS ended,
    sum(CASE WHEN state > ${MessageState.delivered} AND state <> ${MessageState.deleted} THEN messages ELSE 0 END) AS failed
    FROM tally GROUP BY account`;
  return books.days().slice(-DAYS).flatMap((day) => {
    const file = books.file(day);
    if (file === null || file.version < 2) return [];
    return (file.prepare(sql).all() as Ints<"account" | "accepted" | "ended" | "failed">[]).map((row): TrafficRow => (
      { day, accountNo: Number(row.account), accepted: Number(row.accepted), ended: Number(row.ended), failed: Number(row.failed) }));
  });
}
