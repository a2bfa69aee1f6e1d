/**
 * Number rows: which rows of all days bear a number, and what of them is not over yet.
 */
import type { Answer, Query } from "../query.js";
import type { Books, Ints } from "./books.js";
import { Notify } from "./day-schema.js";
import { findNumber } from "./number-search.js";

type Rows = Extract<Answer, { kind: "number_rows" }>;

export function* readNumberRows(books: Books, { number }: Extract<Query, { kind: "number_rows" }>): Generator<undefined, Rows> {
  const days: Rows["days"][number][] = [];
  let waiting = 0;
  for (const day of books.days()) {
    const file = books.file(day);
    if (file === null) continue;
    const messages = numbers(yield* findNumber(file.db, { table: "content", column: "destination" }, number));
    const inbound = numbers(yield* findNumber(file.db, { table: "inbound", column: "source" }, number));
    const refusals = numbers(yield* findNumber(file.db, { table: "refusal", column: "destination" }, number));
    const to = yield* findNumber(file.db, { table: "orphan", column: "destination" }, number);
    // In reports the two may have changed places.
    const from = yield* findNumber(file.db, { table: "orphan", column: "source" }, number);
    const reports = numbers([...new Set([...to, ...from])]);
    const state = file.prepare("SELECT state, notify FROM message WHERE id = ?");
    for (const id of messages) {
      const row = state.get(id) as Ints<"state" | "notify"> | undefined;
      if (row !== undefined && (row.state < 20n || row.notify === BigInt(Notify.pending))) waiting++;
    }
    const notify = file.prepare("SELECT notify FROM inbound WHERE id = ?").pluck();
    for (const id of inbound) if (notify.get(id) === BigInt(Notify.pending)) waiting++;
    if (messages.length + inbound.length + refusals.length + reports.length > 0) days.push({ day, rows: { messages, inbound, refusals, reports } });
  }
  return { kind: "number_rows", days, waiting };
}

function numbers(ids: readonly bigint[]): number[] {
  return ids.map(Number);
}
