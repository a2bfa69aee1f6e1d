/**
 * Rollup: what one day's messages come to for statements: by operator, signature and state, failures by code, traffic and costs.
 *
 * ```
 *  an open day    collected from its file when somebody asks
 *  a sealed day   collected once, at its seal, and kept in ledger.db for ever (carried-rollup.ts)
 * ```
 * Both ways it is the code below that counts, so that a statement says the same before a day is sealed, after it, and when its file is gone.
 * Collected in short steps, as everything that reads a whole day.
 */
import type Database from "better-sqlite3";
import { classifyDestination } from "../../../protocols/model/address.js";
import { ID_EPOCH_S, IDS_PER_SECOND, NODES } from "../../../protocols/model/message-id.js";
import { MessageState, stateName } from "../../../protocols/model/state.js";
import { costFor } from "../../ledger/operator-cost.js";
import type { OperatorCost } from "../../ledger/operator-cost.js";
import { ChargeState } from "../../ledger/settlement.js";
import type { Ints } from "./books.js";
import { IS_SENT, Notify, SPLIT_BIT } from "./day-schema.js";

/** Messages of one way out and end. While the day is open, `state` may be any MessageState. */
export interface Use {
  readonly account: number;
  readonly operator: number;
  readonly signature: number;
  readonly state: number;
  readonly messages: number;
  readonly segments: number;
  /** Messages that an operator had taken. */
  readonly sent: number;
  /** Micro-units that stand as charged. */
  readonly charged: bigint;
}

/** Messages that failed (UNKNOWN too) for one reason, as their receipts say it. */
export interface Failure {
  readonly account: number;
  readonly operator: number;
  readonly code: string;
  readonly messages: number;
  readonly segments: number;
}

export interface Traffic {
  readonly account: number;
  readonly parts: number;
  readonly inbound: number;
  readonly inboundTaken: number;
  readonly inboundParked: number;
  readonly optOuts: number;
  /** Unix second with most segments, the earliest of several; 0 = nothing was accepted. */
  readonly second: number;
  readonly secondSegments: number;
  /** Beginning of the hour with most messages, Unix seconds. */
  readonly hour: number;
  readonly hourMessages: number;
}

export interface Cost {
  readonly account: number;
  readonly operator: number;
  /** Segments as the operator counts them. */
  readonly units: number;
  readonly amount: bigint;
}

export interface Rollup {
  readonly uses: readonly Use[];
  readonly failures: readonly Failure[];
  readonly traffic: readonly Traffic[];
  readonly costs: readonly Cost[];
}

/** A day's file, whoever has it open. */
export interface RollupSource {
  readonly db: Database.Database;
  readonly version: number;
}

export interface RollupAsked {
  /** One account's, or all (null). */
  readonly account: number | null;
  /** What operators charge, by their numbers. */
  readonly costs: OperatorCosts;
  /** Business time zone, minutes ahead of UTC. */
  readonly zoneMinutes: number;
}

export type OperatorCosts = ReadonlyMap<number, readonly OperatorCost[]>;

/** Messages looked at in one step. */
const STEP = 20_000;
/** Codes told apart of one account over one operator; an operator that makes up new ones is not followed. */
const MOST_CODES = 500;
export const OTHER_CODES = "(other)";
const IDS_A_SECOND = IDS_PER_SECOND * NODES;
const HOUR_S = 3_600;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class Sums {
  readonly uses = new Map<string, Mutable<Use>>();
  readonly failures = new Map<string, Mutable<Failure>>();
  readonly costs = new Map<string, Mutable<Cost>>();
  readonly traffic = new Map<number, Mutable<Traffic>>();
  readonly #codes = new Map<string, number>();
  readonly #zoneS: number;
  /** The second and the hour that are being counted, by account. */
  readonly #now = new Map<number, { second: number; segments: number; hour: number; messages: number }>();

  constructor(zoneMinutes: number) {
    this.#zoneS = zoneMinutes * 60;
  }

  use(row: Use): void {
    const key = `${row.account}:${row.operator}:${row.signature}:${row.state}`;
    const sum = this.uses.get(key);
    if (sum === undefined) {
      this.uses.set(key, { ...row });
      return;
    }
    sum.messages += row.messages;
    sum.segments += row.segments;
    sum.sent += row.sent;
    sum.charged += row.charged;
  }

  failure(row: Failure): void {
    const whose = `${row.account}:${row.operator}`;
    let { code } = row;
    if (!this.failures.has(`${whose}:${code}`)) {
      const codes = this.#codes.get(whose) ?? 0;
      if (codes >= MOST_CODES) code = OTHER_CODES;
      else this.#codes.set(whose, codes + 1);
    }
    const sum = this.failures.get(`${whose}:${code}`);
    if (sum === undefined) {
      this.failures.set(`${whose}:${code}`, { ...row, code });
      return;
    }
    sum.messages += row.messages;
    sum.segments += row.segments;
  }

  cost(row: Cost): void {
    const key = `${row.account}:${row.operator}`;
    const sum = this.costs.get(key);
    if (sum === undefined) {
      this.costs.set(key, { ...row });
      return;
    }
    sum.units += row.units;
    sum.amount += row.amount;
  }

  trafficOf(account: number): Mutable<Traffic> {
    let sum = this.traffic.get(account);
    if (sum === undefined) {
      sum = { account, parts: 0, inbound: 0, inboundTaken: 0, inboundParked: 0, optOuts: 0, second: 0, secondSegments: 0, hour: 0, hourMessages: 0 };
      this.traffic.set(account, sum);
    }
    return sum;
  }

  /** In order of seconds. A second may come in two pieces. */
  accepted(account: number, second: number, messages: number, segments: number): void {
    const hour = second - ((second + this.#zoneS) % HOUR_S);
    let now = this.#now.get(account);
    if (now === undefined) {
      now = { second, segments: 0, hour, messages: 0 };
      this.#now.set(account, now);
    }
    if (now.second !== second) Object.assign(now, { second, segments: 0 });
    if (now.hour !== hour) Object.assign(now, { hour, messages: 0 });
    now.segments += segments;
    now.messages += messages;
    const sum = this.trafficOf(account);
    if (now.segments > sum.secondSegments) Object.assign(sum, { second, secondSegments: now.segments });
    if (now.messages > sum.hourMessages) Object.assign(sum, { hour, hourMessages: now.messages });
  }
}

/** Adds a day's file up; `next()` does one step, the last gives the sums. */
export function* collectRollup(source: RollupSource, asked: RollupAsked): Generator<undefined, Rollup> {
  const sums = new Sums(asked.zoneMinutes);
  const { db } = source;
  const bound = db.prepare(`SELECT max(id) FROM (SELECT id FROM message WHERE id > ? AND id <= ? ORDER BY id LIMIT ${STEP})`).pluck().safeIntegers(true);
  const last = db.prepare("SELECT coalesce(max(id), 0) FROM message").pluck().safeIntegers(true).get() as bigint;
  const step = messageStep(source, asked, sums);
  for (let from = 0n; ; ) {
    const to = bound.get(from, last) as bigint | null;
    if (to === null) break;
    step(from, to);
    from = to;
    yield undefined;
  }
  yield* collectInbound(source, asked, sums);
  const order = <T extends { readonly account: number }>(rows: Iterable<T>): T[] => [...rows].sort((a, b) => a.account - b.account);
  return { uses: order(sums.uses.values()), failures: order(sums.failures.values()), traffic: order(sums.traffic.values()), costs: order(sums.costs.values()) };
}

const NOT_PART = `m.charge_state <> ${ChargeState.part}`;

function messageStep({ db, version }: RollupSource, { account, costs }: RollupAsked, sums: Sums): (from: bigint, to: bigint) => void {
  const some = `FROM message m LEFT JOIN content c ON c.id = m.id WHERE m.id > ? AND m.id <= ? ${account === null ? "" : `AND m.account = ${account}`}`;
  const prepare = (sql: string): Database.Statement => db.prepare(sql).safeIntegers(true);
  const uses = prepare(
    `SELECT m.account, operator, ${version > 2 ? "coalesce(c.signature, 0)" : "0"} AS sig, state, iif(state > ${MessageState.delivered}, report, 0) AS said,
       count(*) AS messages, sum(segments) AS segments, sum(${IS_SENT}) AS sent, sum(iif(charge_state = ${ChargeState.settled}, charge, 0)) AS charged
     ${some} AND ${NOT_PART} GROUP BY m.account, operator, sig, state, said`,
  );
  const seconds = prepare(
    `SELECT account, id / ${IDS_A_SECOND} AS second, count(*) AS messages, sum(segments) AS segments FROM message m
     WHERE m.id > ? AND m.id <= ? ${account === null ? "" : `AND m.account = ${account}`} AND ${NOT_PART} GROUP BY account, second ORDER BY second`,
  );
  const parts = prepare(`SELECT account, count(*) AS parts FROM message m WHERE m.id > ? AND m.id <= ? AND NOT (${NOT_PART}) GROUP BY account`);
  const cost = costs.size === 0 ? null : prepareCosts(db, some, costs);
  const words = new Map<bigint, string>();
  const word = prepare("SELECT text FROM word WHERE no = ?").pluck();
  return (from, to) => {
    for (const row of uses.all(from, to) as Ints<"account" | "operator" | "sig" | "state" | "said" | "messages" | "segments" | "sent" | "charged">[]) {
      const whose = { account: Number(row.account), operator: Number(row.operator) };
      const [messages, segments, state] = [Number(row.messages), Number(row.segments), Number(row.state)];
      sums.use({ ...whose, signature: Number(row.sig), state, messages, segments, sent: Number(row.sent), charged: row.charged });
      if (state <= MessageState.delivered) continue;
      let code = words.get(row.said);
      if (code === undefined) {
        const text = (no: bigint): string => (word.get(no) as string | undefined) ?? "";
        code = failureCode(text(row.said & 65_535n), text(row.said >> 16n));
        words.set(row.said, code);
      }
      sums.failure({ ...whose, code: code === "" ? stateName(state).toUpperCase() : code, messages, segments });
    }
    for (const row of seconds.all(from, to) as Ints<"account" | "second" | "messages" | "segments">[]) {
      sums.accepted(Number(row.account), Number(row.second) + ID_EPOCH_S, Number(row.messages), Number(row.segments));
    }
    for (const row of parts.all(from, to) as Ints<"account" | "parts">[]) {
      if (account === null || Number(row.account) === account) sums.trafficOf(Number(row.account)).parts += Number(row.parts);
    }
    for (const row of (cost?.all(from, to) ?? []) as Ints<"account" | "operator" | "units" | "amount">[]) {
      if (row.units > 0n) sums.cost({ account: Number(row.account), operator: Number(row.operator), units: Number(row.units), amount: row.amount });
    }
  };
}

/** How a failure is named: the operator's word, and its error where that says more. "" when there is neither. */
export function failureCode(word: string, error: string): string {
  const says = error === "" || /^0+$/.test(error) ? "" : error;
  return word === "" ? says : says === "" || word.endsWith(says) ? word : `${word} ${says}`;
}

/**
 * A message costs when its operator had it (or delivered it), at the cost in force when it was sent; one that went out in parts costs what
 * these do.
 */
function prepareCosts(db: Database.Database, some: string, costs: OperatorCosts): Database.Statement {
  db.function("operator_cost", { deterministic: true, safeIntegers: false }, (operator: number, destination: string, kinds: number, atMs: number, delivered: number) => {
    const own = costs.get(operator);
    if (own === undefined) return 0n;
    const { normal } = classifyDestination(destination, (kinds >>> 8) & 255);
    const cost = costFor(own, normal, atMs);
    return cost === null || (cost.charged === "delivered" && delivered === 0) ? 0n : BigInt(cost.costMicros);
  });
  return db.prepare(
    `SELECT account, operator, sum(segments) AS units, sum(segments * each) AS amount FROM (
       SELECT m.account, m.operator, m.segments,
         operator_cost(m.operator, coalesce(c.destination, ''), coalesce(c.kinds, 0), iif(m.sent_at > 0, m.sent_at, m.at), m.state = ${MessageState.delivered}) AS each
       ${some} AND ${IS_SENT} AND NOT (m.try & ${SPLIT_BIT}))
     GROUP BY account, operator`,
  ).safeIntegers(true);
}

function* collectInbound({ db, version }: RollupSource, { account }: RollupAsked, sums: Sums): Generator<undefined, void> {
  const step = db.prepare(
    `SELECT account, max(id) AS last, count(*) AS n, sum(notify = ${Notify.done}) AS taken, sum(notify = ${Notify.parked}) AS parked,
       ${version > 2 ? "sum(opt_out)" : "0"} AS opt_outs FROM (SELECT * FROM inbound WHERE id > ? ORDER BY id LIMIT ${STEP}) GROUP BY account`,
  ).safeIntegers(true);
  for (let from = 0n; ; ) {
    const rows = step.all(from) as Ints<"account" | "last" | "n" | "taken" | "parked" | "opt_outs">[];
    if (rows.length === 0) return;
    for (const row of rows) {
      if (row.last > from) from = row.last;
      const no = Number(row.account);
      if (no === 0 || (account !== null && no !== account)) continue;
      const sum = sums.trafficOf(no);
      sum.inbound += Number(row.n);
      sum.inboundTaken += Number(row.taken);
      sum.inboundParked += Number(row.parked);
      sum.optOuts += Number(row.opt_outs);
    }
    yield undefined;
  }
}

/** Refusals of a day by account and outcome: all of them, or of a file of an earlier version those kept with their reason. */
export function readRefused({ db, version }: RollupSource, account: number | null): { readonly account: number; readonly outcome: number; readonly count: number }[] {
  const table = version > 2 ? "refused" : "(SELECT account, outcome, count(*) AS count FROM refusal GROUP BY account, outcome)";
  const rows = db.prepare(`SELECT account, outcome, count FROM ${table} ${account === null ? "" : `WHERE account = ${account}`} ORDER BY account, outcome`).safeIntegers(true)
    .all() as Ints<"account" | "outcome" | "count">[];
  return rows.map((row) => ({ account: Number(row.account), outcome: Number(row.outcome), count: Number(row.count) }));
}
