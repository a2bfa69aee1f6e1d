/**
 * Day counts: what an account's books say of one day, for a customer that asks; messages by the day they were accepted.
 *
 * ```
 *  all service types   the day's tallies, a handful of rows; once its file has been deleted, what it has left in ledger.db: the same
 *  one service type    the day's messages read step by step, the answer kept for a minute
 * ```
 * A sealed file of the first version has no tallies of what was sent and is read as for one service type. Of one that was deleted after it
 * had been sealed without a rollup, those that an operator ended count as sent, and inbound ones are not known.
 */
import { MessageState } from "../../../protocols/model/state.js";
import type { DayCounts } from "../../../protocols/wire/protocol.js";
import { ChargeState } from "../../ledger/settlement.js";
import type { Query } from "../query.js";
import type { Books, DayFile, Ints } from "./books.js";
import { readRollups } from "./carried-rollup.js";
import { IS_SENT, IS_UNSENT, Notify, Tally } from "./day-schema.js";
import { dayFromName, dayName } from "./paths.js";

/** Rows looked at in one step. */
const STEP = 20_000;
const KEPT_MS = 60_000;
const KEPT_MAX = 1_000;
/** Octets of content.body before the service type: its length, then itself (store/content.ts). */
const SERVICE_AT = 20;

type Asked = Extract<Query, { kind: "day_counts" }>;

/** Answers that took a while, for those who ask again soon. */
export class DayCountsCache {
  readonly #kept = new Map<string, { readonly atMs: number; readonly counts: DayCounts }>();

  get(key: string, nowMs: number): DayCounts | null {
    const kept = this.#kept.get(key);
    return kept !== undefined && nowMs - kept.atMs < KEPT_MS ? kept.counts : null;
  }

  set(key: string, nowMs: number, counts: DayCounts): void {
    this.#kept.delete(key);
    this.#kept.set(key, { atMs: nowMs, counts });
    // Oldest first, as a map keeps them.
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) break;
      this.#kept.delete(old);
    }
  }
}

/** The counts of a day; null when it is no day, or when nothing is known any more of one service type on it. */
export function* readDayCounts(books: Books, { accountNo, day: asked, serviceType }: Asked, cache: DayCountsCache, nowMs: () => number): Generator<undefined, DayCounts | null> {
  const day = dayOf(asked);
  if (day === null) return null;
  const file = books.file(day);
  if (file === null) {
    const sealed = books.ledger.sealedDays().has(day);
    return sealed && serviceType !== null ? null : (rolledUp(books, accountNo, day) ?? carried(books, accountNo, day));
  }
  if (serviceType === null && file.version > 1) return tallied(file, accountNo);
  const key = `${accountNo}:${day}:${serviceType === null ? "all" : `of ${serviceType}`}`;
  const type = serviceType === null ? null : Buffer.from(serviceType, "utf8");
  return yield* counted(file, accountNo, type === null ? null : Buffer.concat([Buffer.from([type.length & 255]), type]), () => cache.get(key, nowMs()), (counts) => {
    cache.set(key, nowMs(), counts);
  });
}

function dayOf(asked: string): number | null {
  const name = `${asked.slice(0, 4)}-${asked.slice(4, 6)}-${asked.slice(6)}`;
  const day = /^[0-9]{8}$/.test(asked) ? dayFromName(name) : Number.NaN;
  return Number.isNaN(day) || dayName(day) !== name ? null : day;
}

/** From the running counts, in one read. */
function tallied(file: DayFile, accountNo: number): DayCounts {
  const tally = new Map<number, number>();
  const rows = file.prepare("SELECT state, messages FROM tally WHERE account = ?").all(accountNo) as Ints<"state" | "messages">[];
  for (const row of rows) tally.set(Number(row.state), Number(row.messages));
  const of = (state: number): number => tally.get(state) ?? 0;
  let failed = 0;
  for (const [state, messages] of tally) if (state > MessageState.delivered) failed += messages;
  return {
    accepted: of(Tally.accepted), sent: of(Tally.sent), waiting: of(Tally.accepted) - of(Tally.sent) - of(Tally.unsent), failed,
    inboundDelivered: of(Tally.inboundTaken), inboundWaiting: of(Tally.inbound) - of(Tally.inboundTaken) - of(Tally.inboundParked),
    inboundFailed: of(Tally.inboundParked),
  };
}

/** What its rollup says, which is what its file said. */
function rolledUp(books: Books, accountNo: number, day: number): DayCounts | null {
  const [rollup] = readRollups(books.ledger, accountNo, day, day + 1);
  if (rollup === undefined) return null;
  let [accepted, sent, failed] = [0, 0, 0];
  for (const row of rollup.uses) {
    accepted += row.messages;
    sent += row.sent;
    if (row.state > MessageState.delivered) failed += row.messages;
  }
  const { inbound = 0, inboundTaken = 0, inboundParked = 0 } = rollup.traffic[0] ?? {};
  return { accepted, sent, waiting: 0, failed, inboundDelivered: inboundTaken, inboundWaiting: inbound - inboundTaken - inboundParked, inboundFailed: inboundParked };
}

/** Of a day sealed before there were rollups. */
function carried(books: Books, accountNo: number, day: number): DayCounts {
  const sql = "SELECT state, sum(messages) AS n FROM carried_message WHERE account = ? AND day = ? GROUP BY state";
  let [accepted, sent, failed] = [0, 0, 0];
  for (const row of books.ledger.prepare(sql).all(accountNo, day) as Ints<"state" | "n">[]) {
    const [state, n] = [Number(row.state), Number(row.n)];
    accepted += n;
    if (state === MessageState.delivered || state === MessageState.undeliverable || state === MessageState.unknown) sent += n;
    if (state > MessageState.delivered) failed += n;
  }
  return { accepted, sent, waiting: 0, failed, inboundDelivered: 0, inboundWaiting: 0, inboundFailed: 0 };
}

const OF_TYPE = `substr(body, ${SERVICE_AT}, $length) = $type`;

function messagesSql(ofType: boolean): string {
  return `SELECT count(*) AS accepted, total(${IS_SENT}) AS sent, total(NOT ${IS_SENT} AND NOT ${IS_UNSENT}) AS waiting, total(state > 20) AS failed
    FROM message m ${ofType ? "CROSS JOIN content c ON c.id = m.id" : ""}
    WHERE m.id > $from AND m.id <= $to AND account = $account AND charge_state <> ${ChargeState.part} ${ofType ? `AND ${OF_TYPE}` : ""}`;
}

function inboundSql(ofType: boolean): string {
  return `SELECT total(notify = ${Notify.done}) AS delivered, total(notify = ${Notify.pending}) AS waiting, total(notify = ${Notify.parked}) AS failed
    FROM inbound m WHERE m.id > $from AND m.id <= $to AND account = $account ${ofType ? `AND ${OF_TYPE}` : ""}`;
}

/** Row by row, of one service type (as it stands in the content) or of all. Ends early when somebody else has counted the same meanwhile. */
function* counted(
  file: DayFile, account: number, type: Buffer | null, known: () => DayCounts | null, keep: (counts: DayCounts) => void,
): Generator<undefined, DayCounts> {
  const sums = { accepted: 0, sent: 0, waiting: 0, failed: 0, inboundDelivered: 0, inboundWaiting: 0, inboundFailed: 0 };
  for (const table of ["message", "inbound"] as const) {
    const bound = file.prepare(`SELECT max(id) FROM (SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ${STEP})`).pluck();
    const step = file.prepare(table === "message" ? messagesSql(type !== null) : inboundSql(type !== null));
    for (let from = 0n; ; ) {
      const there = known();
      if (there !== null) return there;
      const to = bound.get(from) as bigint | null;
      if (to === null) break;
      const row = step.get({ from, to, account, ...(type === null ? {} : { type, length: type.length }) }) as Readonly<Record<string, bigint | number>>;
      const add = (key: keyof typeof sums, column: string): void => {
        sums[key] += Number(row[column]);
      };
      if (table === "message") {
        for (const column of ["accepted", "sent", "waiting", "failed"] as const) add(column, column);
      } else {
        add("inboundDelivered", "delivered");
        add("inboundWaiting", "waiting");
        add("inboundFailed", "failed");
      }
      from = to;
      yield undefined;
    }
  }
  keep(sums);
  return sums;
}
