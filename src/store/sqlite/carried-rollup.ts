/**
 * Carried rollup: what sealed days have left for statements, written once and read for as long as ledger.db is kept.
 */
import type { OperatorCost } from "../../ledger/operator-cost.js";
import type { Ints } from "./books.js";
import type { LedgerDb } from "./ledger-db.js";
import type { Cost, Failure, OperatorCosts, Rollup, Traffic, Use } from "./rollup.js";

/** Writes a day's rollup, inside the transaction that seals it. */
export function saveRollup(ledger: LedgerDb, day: number, name: string, rollup: Rollup, nowMs: number): void {
  ledger.prepare("INSERT INTO carried_day VALUES (?)").run(day);
  const use = ledger.prepare("INSERT INTO carried_use VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const row of rollup.uses) {
    use.run(day, row.account, row.operator, row.signature, row.state, row.messages, row.segments, row.sent, row.charged);
  }
  const failure = ledger.prepare("INSERT INTO carried_failure VALUES (?, ?, ?, ?, ?, ?)");
  for (const row of rollup.failures) failure.run(day, row.account, row.operator, row.code, row.messages, row.segments);
  const traffic = ledger.prepare("INSERT INTO carried_traffic VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const row of rollup.traffic) {
    const { account, parts, inbound, inboundTaken, inboundParked, optOuts, second, secondSegments, hour, hourMessages } = row;
    traffic.run(day, account, parts, inbound, inboundTaken, inboundParked, optOuts, second, secondSegments, hour, hourMessages);
  }
  const cost = ledger.prepare("INSERT INTO carried_cost VALUES (?, ?, ?, ?, ?)");
  for (const row of rollup.costs) cost.run(day, row.account, row.operator, row.units, row.amount);
  ledger.log({ actor: "gateway", reason: "", what: `day ${name}: its figures are kept for statements`, subject: `sealed:${day}` }, nowMs);
}

/** Sealed days that have left a rollup. */
export function carriedDays(ledger: LedgerDb): Set<number> {
  return new Set((ledger.prepare("SELECT day FROM carried_day").pluck().all() as bigint[]).map(Number));
}

export interface CarriedRollup extends Rollup {
  readonly day: number;
}

/** What the days from `fromDay` to before `toDay` have left, oldest first; of one account, or of all (null). */
export function readRollups(ledger: LedgerDb, account: number | null, fromDay: number, toDay: number): CarriedRollup[] {
  const days = new Map<number, { uses: Use[]; failures: Failure[]; traffic: Traffic[]; costs: Cost[] }>();
  for (const day of [...carriedDays(ledger)].sort((a, b) => a - b)) {
    if (day >= fromDay && day < toDay) days.set(day, { uses: [], failures: [], traffic: [], costs: [] });
  }
  const rows = (table: string): Record<string, bigint | string>[] =>
    ledger.prepare(`SELECT * FROM ${table} WHERE day >= ? AND day < ? ${account === null ? "" : "AND account = ?"}`)
      .all(fromDay, toDay, ...(account === null ? [] : [account])) as Record<string, bigint | string>[];
  const numbers = <K extends string>(row: Record<string, bigint | string>, ...names: readonly K[]): Record<K, number> =>
    Object.fromEntries(names.map((name) => [name, Number(row[name])])) as Record<K, number>;
  for (const row of rows("carried_use")) {
    days.get(Number(row["day"]))?.uses.push({ ...numbers(row, "account", "operator", "signature", "state", "messages", "segments", "sent"), charged: row["charged"] as bigint });
  }
  for (const row of rows("carried_failure")) {
    days.get(Number(row["day"]))?.failures.push({ ...numbers(row, "account", "operator", "messages", "segments"), code: String(row["code"]) });
  }
  for (const row of rows("carried_traffic")) {
    const { account: no, parts, inbound, second, hour } = numbers(row, "account", "parts", "inbound", "second", "hour");
    days.get(Number(row["day"]))?.traffic.push({
      account: no, parts, inbound, second, hour, inboundTaken: Number(row["inbound_taken"]), inboundParked: Number(row["inbound_parked"]),
      optOuts: Number(row["opt_outs"]), secondSegments: Number(row["second_segments"]), hourMessages: Number(row["hour_messages"]),
    });
  }
  for (const row of rows("carried_cost")) {
    days.get(Number(row["day"]))?.costs.push({ ...numbers(row, "account", "operator", "units"), amount: row["amount"] as bigint });
  }
  return [...days].map(([day, sums]) => ({ day, ...sums }));
}

// ---------------------------------------------------------------- what operators charge

interface CostRow extends Ints<"operator" | "from_ms" | "cost"> {
  readonly prefix: string;
  readonly charged: OperatorCost["charged"];
}

/** The costs in force, by operator. */
export function readCosts(ledger: LedgerDb): OperatorCosts {
  const costs = new Map<number, OperatorCost[]>();
  const sql = "SELECT operator, prefix, from_ms, cost, charged FROM operator_cost WHERE ended_at IS NULL ORDER BY operator, prefix, from_ms";
  for (const row of ledger.prepare(sql).all() as CostRow[]) {
    const own = costs.get(Number(row.operator)) ?? [];
    own.push({ prefix: row.prefix, fromMs: Number(row.from_ms), costMicros: Number(row.cost), charged: row.charged });
    costs.set(Number(row.operator), own);
  }
  return costs;
}

/** Puts an operator's costs in the place of those it had; false when they are the same. Inside a transaction, with its audit record. */
export function replaceCosts(ledger: LedgerDb, operator: number, costs: readonly OperatorCost[], nowMs: number): boolean {
  const key = (cost: OperatorCost): string => `${cost.prefix} ${cost.fromMs} ${cost.costMicros} ${cost.charged}`;
  const before = new Map((readCosts(ledger).get(operator) ?? []).map((cost) => [key(cost), cost]));
  const after = new Map(costs.map((cost) => [key(cost), cost]));
  let changed = false;
  for (const [name, { prefix, fromMs }] of before) {
    if (after.has(name)) continue;
    changed = true;
    ledger.prepare("UPDATE operator_cost SET ended_at = ? WHERE operator = ? AND prefix = ? AND from_ms = ? AND ended_at IS NULL").run(nowMs, operator, prefix, fromMs);
  }
  for (const [name, { prefix, fromMs, costMicros, charged }] of after) {
    if (before.has(name)) continue;
    changed = true;
    ledger.prepare("INSERT INTO operator_cost (operator, prefix, from_ms, cost, charged, added_at) VALUES (?, ?, ?, ?, ?, ?)")
      .run(operator, prefix, fromMs, costMicros, charged, nowMs);
  }
  return changed;
}
