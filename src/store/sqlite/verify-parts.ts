/**
 * Verify parts: split messages against their parts, and rows of review against the messages that wait for a person, which must fit together
 * at every moment; and what came inbound.
 *
 * One statement sees one state of the file, and whole and parts change in one transaction: a live gateway is no excuse.
 */
import { ChargeState } from "../../ledger/settlement.js";
import { MessageState, stateName } from "../../../protocols/model/state.js";
import type { DayFile, Ints } from "./books.js";
import { Notify, REVIEW_BIT, SPLIT_BIT, Tally } from "./day-schema.js";
import type { Findings } from "./verify.js";

/** Rows looked at in one step. */
const STEP = 20_000;

/** The id before the first part of a whole. */
const BEFORE = "w.id + (w.try >> 16)";

const WHOLES = `SELECT w.id, w.state, w.try & 255 AS parts, count(p.id) AS there, total(p.state < 10) AS unsent, total(p.state < 6) AS waiting,
  total(p.state <> 20) AS undelivered, total(p.state > 20) AS failed
  FROM message w LEFT JOIN message p ON p.id > ${BEFORE} AND p.id <= ${BEFORE} + (w.try & 255)
    AND p.charge_state = ${ChargeState.part} AND p.hold_entry = w.id AND p.account = w.account
  WHERE w.id > ? AND w.id <= ? AND (w.try & ${SPLIT_BIT}) <> 0 GROUP BY w.id`;

const STRAYS = `SELECT count(*) FROM message p WHERE p.id > ? AND p.id <= ? AND p.charge_state = ${ChargeState.part}
  AND NOT EXISTS (SELECT 1 FROM message w WHERE w.id = p.hold_entry AND (w.try & ${SPLIT_BIT}) <> 0 AND p.id > ${BEFORE} AND p.id <= ${BEFORE} + (w.try & 255))`;

type Whole = Readonly<Record<"id" | "state" | "parts" | "there", bigint>> & Readonly<Record<"unsent" | "waiting" | "undelivered" | "failed", number>>;

/** Messages up to `lastMessage`; costs nothing in a day without split messages. */
export function* verifyParts(file: DayFile, lastMessage: bigint, name: string, findings: Findings): Generator<undefined, void> {
  if (file.prepare("SELECT 1 FROM tally WHERE state = ? LIMIT 1").get(Tally.parts) === undefined) return;
  const bound = file.prepare(`SELECT max(id) FROM (SELECT id FROM message WHERE id > ? AND id <= ? ORDER BY id LIMIT ${STEP})`).pluck();
  const wholes = file.prepare(WHOLES);
  const strays = file.prepare(STRAYS).pluck();
  for (let from = 0n; ; ) {
    const to = bound.get(from, lastMessage) as bigint | null;
    if (to === null) return;
    for (const whole of wholes.all(from, to) as Whole[]) {
      const fault = faultOf(whole);
      if (fault !== "") findings.problem(`${name}: message ${whole.id}, split in ${whole.parts}, is ${stateName(Number(whole.state))}, but ${fault}`);
    }
    const lost = strays.get(from, to) as bigint;
    if (lost !== 0n) findings.problem(`${name}: ${lost} parts between ${from} and ${to} belong to no message`);
    from = to;
    yield undefined;
  }
}

/** What is wrong between a message and its parts, "" when they agree. */
function faultOf({ state, parts, there, unsent, waiting, undelivered, failed }: Whole): string {
  if (there !== parts) return `${there} of its parts are there`;
  switch (Number(state)) {
    case 8:
      return unsent === 0 ? "none of its parts is still to be sent" : failed > 0 ? "a part of it has failed" : "";
    case 10:
      return unsent > 0 ? "not all of its parts are sent" : failed > 0 ? "a part of it has failed" : undelivered === 0 ? "all its parts are delivered" : "";
    case 20:
      return undelivered > 0 ? "not all its parts are delivered" : "";
    default:
      return state < 20n ? "that is no state of a split message" : waiting > 0 ? `${waiting} of its parts still wait` : "";
  }
}

const IN_REVIEW = `m.state = ${MessageState.held} AND (m.try & ${REVIEW_BIT}) <> 0`;
const REVIEWS_ASTRAY = `SELECT r.id FROM review r LEFT JOIN message m ON m.id = r.id AND ${IN_REVIEW} WHERE m.id IS NULL`;
// due > 0 names the partial index.
const REVIEWS_LOST = `SELECT m.id FROM message m LEFT JOIN review r ON r.id = m.id WHERE m.due > 0 AND ${IN_REVIEW} AND r.id IS NULL`;

/** What waits for a person is a held message that says so in its own row, and the other way round. */
export function verifyReviews(file: DayFile, name: string, findings: Findings): void {
  if (file.version < 3) return;
  for (const [sql, what] of [[REVIEWS_ASTRAY, "rows of review belong to no held message"], [REVIEWS_LOST, "messages wait for a person without a row of review"]] as const) {
    const ids = file.prepare(sql).pluck().all() as bigint[];
    if (ids.length > 0) findings.problem(`${name}: ${ids.length} ${what}, such as ${ids.slice(0, 5).join(", ")}`);
  }
}

/** Adds the inbound messages for customers to the counts that the tally must agree with. */
export function* countInbound(file: DayFile, counted: Map<string, { messages: bigint; segments: bigint }>): Generator<undefined, void> {
  const step = file.prepare(
    `SELECT account, max(id) AS last, count(*) AS n, sum(notify = ${Notify.done}) AS taken, sum(notify = ${Notify.parked}) AS parked, ${file.version > 2 ? "sum(opt_out)" : "0"} AS opt_outs
       FROM (SELECT * FROM inbound WHERE id > ? ORDER BY id LIMIT ${STEP}) GROUP BY account`,
  );
  for (let from = 0n; file.version > 1; ) {
    const rows = step.all(from) as Ints<"account" | "last" | "n" | "taken" | "parked" | "opt_outs">[];
    if (rows.length === 0) return;
    for (const row of rows) {
      if (row.last > from) from = row.last;
      if (row.account === 0n) continue;
      for (const [tally, n] of [[Tally.inbound, row.n], [Tally.optOuts, row.opt_outs], [Tally.inboundTaken, row.taken], [Tally.inboundParked, row.parked]] as const) {
        const key = `${row.account}:${tally}`;
        if (n > 0n) counted.set(key, { messages: (counted.get(key)?.messages ?? 0n) + n, segments: 0n });
      }
    }
    yield undefined;
  }
}
