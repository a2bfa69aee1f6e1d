/**
 * Details: an account's messages of a period one by one, page after page, from the days whose files are there.
 */
import { firstIdOfDay } from "../../../protocols/model/message-id.js";
import { messageText } from "../../../protocols/model/text.js";
import { isFinal, stateName } from "../../../protocols/model/state.js";
import { ChargeState } from "../../ledger/settlement.js";
import { BodyKind } from "../body-cipher.js";
import { unpackContent } from "../content.js";
import type { Answer, Query } from "../query.js";
import type { Detail } from "../statement.js";
import type { Books, DayFile, Ints } from "./books.js";
import { dayName, dayOfMs } from "./paths.js";
import { failureCode } from "./rollup.js";

/** Messages looked at in one step. */
const STEP = 20_000;

type Asked = Extract<Query, { kind: "statement_details" }>;
type Answered = Extract<Answer, { kind: "statement_details" }>;

interface Row extends Ints<"id" | "at" | "state" | "segments" | "charged" | "error" | "word" | "final_at" | "signature" | "kinds" | "expires" | "wanted"> {
  readonly source: string | null;
  readonly destination: string | null;
  readonly body: Buffer | null;
}

/** The next `limit` messages with ids above `after`, in order of their ids. */
export function* readDetails(books: Books, { name, fromMs, toMs, after, limit }: Asked): Generator<undefined, Answered> {
  const row = books.ledger.accountRow(name);
  if (row === null) return { kind: "statement_details", details: null, next: 0, missingDays: [] };
  const { zoneMinutes } = books;
  const [fromDay, toDay] = [dayOfMs(fromMs, zoneMinutes), dayOfMs(toMs - 1, zoneMinutes)];
  const signatures = new Map(row.account.signatures.map(({ no, text }) => [no, text]));
  const details: Detail[] = [];
  const there = new Set(books.days());
  const missingDays = [...books.ledger.sealedDays()].filter((day) => day >= fromDay && day <= toDay && !there.has(day)).sort((a, b) => a - b).map(dayName);
  let next = 0;
  for (const day of there) {
    if (day < fromDay || day > toDay || firstIdOfDay(day + 1, zoneMinutes) <= after) continue;
    const file = books.file(day);
    if (file === null) continue;
    yield* readDay(file, row.account.no, after, limit, signatures, details);
    if (details.length >= limit) {
      next = details.at(-1)?.messageId ?? 0;
      break;
    }
  }
  return { kind: "statement_details", details, next, missingDays };
}

function* readDay(
  file: DayFile, account: number, after: number, limit: number, signatures: ReadonlyMap<number, string>, details: Detail[],
): Generator<undefined, void> {
  const bound = file.prepare(`SELECT max(id) FROM (SELECT id FROM message WHERE id > ? ORDER BY id LIMIT ${STEP})`).pluck();
  const step = file.prepare(
    `SELECT m.id, c.accepted_at AS at, m.state, m.segments, iif(m.charge_state = ${ChargeState.settled}, m.charge, 0) AS charged, m.report >> 16 AS error,
       m.report & 65535 AS word, iif(m.state >= 20, m.at, 0) AS final_at, ${file.version > 2 ? "c.signature" : "0"} AS signature, c.kinds, c.expires, c.wanted,
       c.source, c.destination, c.body
     FROM message m LEFT JOIN content c ON c.id = m.id
     WHERE m.id > ? AND m.id <= ? AND m.account = ? AND m.charge_state <> ${ChargeState.part} ORDER BY m.id LIMIT ?`,
  );
  for (let from = BigInt(after); details.length < limit; ) {
    const to = bound.get(from) as bigint | null;
    if (to === null) return;
    for (const row of step.all(from, to, account, limit - details.length) as Row[]) details.push(detailOf(file, row, signatures));
    from = to;
    yield undefined;
  }
}

function detailOf(file: DayFile, row: Row, signatures: ReadonlyMap<number, string>): Detail {
  const state = Number(row.state);
  return {
    messageId: Number(row.id), atMs: Number(row.at ?? 0n), destination: row.destination ?? "", source: row.source ?? "", signature: signatures.get(Number(row.signature)) ?? "",
    characters: charactersOf(file, row), segments: Number(row.segments), state: stateName(state),
    code: isFinal(state) ? failureCode(file.word(row.word), file.word(row.error)) : "",
    reportAtMs: Number(row.final_at), chargedMicros: row.charged,
  };
}

/** 0 of what can no longer be read. */
function charactersOf(file: DayFile, { id, kinds, source, destination, wanted, expires, body }: Row): number {
  if (body === null || source === null || destination === null) return 0;
  try {
    const message = unpackContent({ id: Number(id), kinds: Number(kinds), source, destination, wanted: Number(wanted), expires: Number(expires), body: file.bodies.plain(BodyKind.content, id, body) });
    return messageText(message)?.length ?? message.octets.length;
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}
