/**
 * Statement sums: one account's entries, messages and refusals of a period, added up and told as a statement.
 */
import { OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { MessageState, isFinal, stateName } from "../../../protocols/model/state.js";
import { EntryKind } from "../../ledger/settlement.js";
import type { Fates, Movement, OwnerAccount, Share, Statement, StatementTotals } from "../statement.js";
import { MOST_MOVEMENTS } from "../statement.js";
import { LedgerKind } from "./ledger-schema.js";
import { dayName, dayStartMs } from "./paths.js";
import type { Cost, Failure, Traffic, Use } from "./rollup.js";

/** What each kind of entry does to the customer's money. */
const EFFECT: Readonly<Record<number, { readonly available: bigint; readonly held: bigint }>> = {
  [EntryKind.hold]: { available: -1n, held: 1n },
  [EntryKind.settle]: { available: 0n, held: -1n },
  [EntryKind.release]: { available: 1n, held: -1n },
  [EntryKind.refund]: { available: 1n, held: 0n },
  [LedgerKind.topUp]: { available: 1n, held: 0n },
  [LedgerKind.reversal]: { available: -1n, held: 0n },
  [LedgerKind.refund]: { available: 1n, held: 0n },
  [LedgerKind.forfeit]: { available: -1n, held: 0n },
  [LedgerKind.payout]: { available: -1n, held: 0n },
};

/** Running fates. */
export class FateSums {
  messages = 0;
  segments = 0;
  delivered = 0;
  failed = 0;
  cancelled = 0;
  unknown = 0;
  pending = 0;
  charged = 0n;

  add({ state, messages, segments, charged }: Pick<Use, "state" | "messages" | "segments" | "charged">): void {
    this.messages += messages;
    this.segments += segments;
    this.charged += charged;
    if (!isFinal(state)) this.pending += messages;
    else if (state === MessageState.delivered) this.delivered += messages;
    else if (state === MessageState.deleted) this.cancelled += messages;
    else if (state === MessageState.unknown) this.unknown += messages;
    else this.failed += messages;
  }

  merge(other: FateSums): void {
    for (const key of ["messages", "segments", "delivered", "failed", "cancelled", "unknown", "pending"] as const) this[key] += other[key];
    this.charged += other.charged;
  }

  get fates(): Fates {
    const { messages, segments, delivered, failed, cancelled, unknown, pending } = this;
    return { messages, segments, delivered, failed, cancelled, unknown, pending };
  }
}

/** Sums by a key, made when first asked for. */
export class Keyed<K, T> extends Map<K, T> {
  readonly #make: () => T;

  constructor(make: () => T) {
    super();
    this.#make = make;
  }

  of(key: K): T {
    let value = this.get(key);
    if (value === undefined) {
      value = this.#make();
      this.set(key, value);
    }
    return value;
  }
}

class DaySums extends FateSums {
  refused = 0;
  inbound = 0;
  optOuts = 0;
  charges = 0n;
}

export class StatementSums {
  readonly account: number;
  readonly fromDay: number;
  readonly toDay: number;
  readonly #zone: number;
  #available = 0n;
  #held = 0n;
  #opening = 0n;
  #parts = 0;
  #units = 0;
  #cost = 0n;
  #second = { at: 0, segments: 0 };
  #hour = { at: 0, messages: 0 };
  readonly #all = new FateSums();
  readonly #byKind = new Keyed<number, { micros: bigint }>(() => ({ micros: 0n }));
  readonly #byState = new Keyed<string, { messages: number; segments: number }>(() => ({ messages: 0, segments: 0 }));
  readonly #refused = new Keyed<string, { count: number }>(() => ({ count: 0 }));
  readonly #days = new Keyed<number, DaySums>(() => new DaySums());
  readonly #operators = new Keyed<number, FateSums>(() => new FateSums());
  readonly #signatures = new Keyed<number, FateSums>(() => new FateSums());
  readonly #failures = new Keyed<string, { messages: number; segments: number }>(() => ({ messages: 0, segments: 0 }));

  /** Days from `fromDay` to before `toDay`. */
  constructor(account: number, fromDay: number, toDay: number, zoneMinutes: number) {
    this.account = account;
    this.fromDay = fromDay;
    this.toDay = toDay;
    this.#zone = zoneMinutes;
  }

  /** Entries booked on a day. */
  entries(onDay: number, kind: number, amount: bigint): void {
    if (onDay >= this.toDay) return;
    const effect = EFFECT[kind];
    if (effect === undefined) throw new Error(`entry of unknown kind ${kind}`);
    this.#available += effect.available * amount;
    this.#held += effect.held * amount;
    if (onDay < this.fromDay) {
      this.#opening += (effect.available + effect.held) * amount;
      return;
    }
    this.#byKind.of(kind).micros += amount;
    if (kind === EntryKind.settle) this.#days.of(onDay).charges += amount;
  }

  use(day: number, row: Use): void {
    for (const sums of [this.#all, this.#days.of(day), this.#operators.of(row.operator), this.#signatures.of(row.signature)]) sums.add(row);
    const state = this.#byState.of(isFinal(row.state) ? stateName(row.state) : "open");
    state.messages += row.messages;
    state.segments += row.segments;
  }

  failure({ code, messages, segments }: Failure): void {
    const sum = this.#failures.of(code);
    sum.messages += messages;
    sum.segments += segments;
  }

  traffic(day: number, row: Traffic): void {
    this.#parts += row.parts;
    if (row.inbound > 0) {
      this.#days.of(day).inbound += row.inbound;
      this.#days.of(day).optOuts += row.optOuts;
    }
    if (row.secondSegments > this.#second.segments) this.#second = { at: row.second, segments: row.secondSegments };
    if (row.hourMessages > this.#hour.messages) this.#hour = { at: row.hour, messages: row.hourMessages };
  }

  cost({ units, amount }: Cost): void {
    this.#units += units;
    this.#cost += amount;
  }

  refusals(day: number, outcome: number, count: number): void {
    this.#refused.of(OUTCOME_NAMES[outcome] ?? String(outcome)).count += count;
    this.#days.of(day).refused += count;
  }

  #kind(kind: number): bigint {
    return this.#byKind.get(kind)?.micros ?? 0n;
  }

  totals(account: string, currency: string): StatementTotals {
    const days = [...this.#days.values()];
    const sum = (of: (day: DaySums) => number): number => days.reduce((total, day) => total + of(day), 0);
    const refused = sum((day) => day.refused);
    const [failureRefunds, messageRefunds] = [this.#kind(EntryKind.refund), this.#kind(LedgerKind.refund)];
    return {
      account, currency, fromMs: dayStartMs(this.fromDay, this.#zone), toMs: dayStartMs(this.toDay, this.#zone),
      openingMicros: this.#opening,
      topUpsMicros: this.#kind(LedgerKind.topUp) - this.#kind(LedgerKind.reversal),
      reversalsMicros: this.#kind(LedgerKind.reversal),
      refundsMicros: failureRefunds + messageRefunds,
      failureRefundsMicros: failureRefunds,
      messageRefundsMicros: messageRefunds,
      chargesMicros: this.#kind(EntryKind.settle),
      forfeitsMicros: this.#kind(LedgerKind.forfeit) + this.#kind(LedgerKind.payout),
      heldMicros: this.#held,
      closingMicros: this.#available + this.#held,
      submitted: this.#all.messages + refused,
      ...this.#all.fates,
      parts: this.#parts,
      byState: Object.fromEntries([...this.#byState].sort(byKey)),
      refused: Object.fromEntries([...this.#refused].sort(byKey).map(([name, { count }]) => [name, count])),
      refusedMessages: refused,
      inbound: sum((day) => day.inbound),
      optOuts: sum((day) => day.optOuts),
      peakSecond: this.#second.segments === 0 ? null : { atMs: this.#second.at * 1_000, segments: this.#second.segments },
      peakHour: this.#hour.messages === 0 ? null : { atMs: this.#hour.at * 1_000, messages: this.#hour.messages },
    };
  }

  /** @param operators names by number @param signatures the account's, by number */
  statement(account: string, currency: string, operators: ReadonlyMap<number, string>, signatures: ReadonlyMap<number, string>, movements: readonly Movement[]): Statement {
    return {
      ...this.totals(account, currency),
      failures: [...this.#failures].sort(byKey).sort(([, a], [, b]) => b.messages - a.messages).map(([code, sums]) => ({ code, ...sums })),
      days: [...this.#days].sort(([a], [b]) => a - b).map(([day, sums]) => ({
        day: dayName(day), ...sums.fates, refused: sums.refused, inbound: sums.inbound, optOuts: sums.optOuts, chargesMicros: sums.charges,
      })),
      operators: shares(this.#operators, operators),
      signatures: shares(this.#signatures, signatures),
      movements: movements.slice(0, MOST_MOVEMENTS),
      movementsCut: movements.length > MOST_MOVEMENTS,
    };
  }

  /** As the owner sees it. */
  owner(account: string, currency: string): OwnerAccount {
    return { ...this.totals(account, currency), chargedMicros: this.#all.charged, units: this.#units, costMicros: this.#cost };
  }

  get operators(): ReadonlyMap<number, FateSums> {
    return this.#operators;
  }
}

/** Most messages first; what has no name (any more) goes by its number. */
function shares(sums: ReadonlyMap<number, FateSums>, names: ReadonlyMap<number, string>): Share[] {
  return [...sums].sort(([a], [b]) => a - b).sort(([, a], [, b]) => b.messages - a.messages)
    .map(([no, each]) => ({ name: names.get(no) ?? (no === 0 ? "" : `#${no}`), ...each.fates, chargedMicros: each.charged }));
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
