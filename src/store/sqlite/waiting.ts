/**
 * Waiting: which messages of an account from one source to one destination are not out yet, for a customer that takes them back.
 *
 * No index has them by address, it would cost every message; but all that waits has a time at which it expires or is
 * looked at, and what has ended has none. So that index is read through, step by step: what it costs grows with what is
 * open, not with the history. A message that goes out in parts is found by those of them that wait.
 */
import { ChargeState } from "../../ledger/settlement.js";
import type { Query } from "../query.js";
import type { Books, Ints } from "./books.js";

/** Rows looked at in one step, and by one question. */
const STEP = 20_000;
const MAX_ROWS = 5_000_000;
/** Octets of content.body before the service type: its length, then itself (store/content.ts). */
const SERVICE_AT = 20;

const AFTER = "due > 0 AND (due, id) > ($due, $id)";
const BOUND = `SELECT due, id FROM message WHERE ${AFTER} ORDER BY due, id LIMIT 1 OFFSET ${STEP - 1}`;
/** HELD, SCHEDULED, QUEUED or RETRY; the row's own content, or that of the message it is a part of. */
const FOUND = `SELECT DISTINCT c.id FROM (SELECT id, account, state, charge_state, hold_entry FROM message WHERE ${AFTER} AND (due, id) <= ($toDue, $toId)) m
  CROSS JOIN content c ON c.id = iif(m.charge_state = ${ChargeState.part}, m.hold_entry, m.id)
  WHERE m.account = $account AND m.state < 6 AND c.source = $source AND c.destination = $destination AND ($length = 1 OR substr(c.body, ${SERVICE_AT}, $length) = $type)`;
/** Later than everything. */
const LAST = { due: BigInt(Number.MAX_SAFE_INTEGER), id: BigInt(Number.MAX_SAFE_INTEGER) };

/** Their ids, oldest first, at most `limit`. */
export function* findWaiting(books: Books, asked: Extract<Query, { kind: "waiting" }>, limit: number): Generator<undefined, number[]> {
  const { accountNo: account, source, destination } = asked;
  const service = Buffer.from(asked.serviceType, "utf8");
  const type = Buffer.concat([Buffer.from([service.length & 255]), service]);
  const ids = new Set<number>();
  let rowsLeft = MAX_ROWS;
  for (const file of books.openFiles(books.ledger.sealedDays())) {
    const bound = file.prepare(BOUND);
    const found = file.prepare(FOUND).pluck();
    for (let from = { due: 0n, id: 0n }; rowsLeft > 0 && ids.size < limit; rowsLeft -= STEP) {
      const to = bound.get(from) as Ints<"due" | "id"> | undefined;
      const { due: toDue, id: toId } = to ?? LAST;
      for (const id of found.all({ ...from, toDue, toId, account, source, destination, type, length: type.length }) as bigint[]) ids.add(Number(id));
      yield undefined;
      if (to === undefined) break;
      from = to;
    }
  }
  return [...ids].sort((a, b) => a - b).slice(0, limit);
}
