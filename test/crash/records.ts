/**
 * Records: what the customers and the operators saw of every submit, kept outside the gateway, whatever happens to it.
 */
import { isBlocked, numberOf, serialOfNumber } from "./serials.js";

export type SubmitOutcome = "pending" | "accepted" | "refused" | "unanswered";

/** When something was seen: the time, and how many disturbances there had been. */
export interface Seen {
  readonly atMs: number;
  readonly epoch: number;
}

export interface SeenReceipt extends Seen {
  readonly state: string;
}

export interface Entry {
  readonly serial: number;
  readonly account: string;
  outcome: SubmitOutcome;
  status: number;
  /** Our message id, "" until accepted. */
  id: string;
  /** At the operator, refused or unanswered submits of a message not counted. */
  arrivals: readonly Seen[];
  receipts: readonly SeenReceipt[];
}

/** A kill of the gateway, or the loss of an operator's links. */
export interface Disturbance {
  readonly kind: "kill" | "loss";
  readonly atMs: number;
  /** Submits that may have been on the way to each operator: the sum of its link windows. */
  readonly submits: ReadonlyMap<string, number>;
  /** Receipts that may have been on the way to each account: the sum of its deliver windows. None at a loss. */
  readonly receipts: ReadonlyMap<string, number>;
}

const NOTHING: readonly never[] = [];

export class Records {
  readonly entries = new Map<number, Entry>();
  readonly disturbances: Disturbance[] = [];
  /** Arrivals and receipts that belong to no submit of ours. */
  readonly strangers: string[] = [];
  readonly #byId = new Map<string, Entry>();
  /** Receipts that came before the answers that name their messages. */
  readonly #unnamed = new Map<string, { readonly destination: string; readonly receipts: SeenReceipt[] }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get #seen(): Seen {
    return { atMs: this.#now(), epoch: this.disturbances.length };
  }

  submitted(serial: number, account: string): void {
    if (this.entries.has(serial)) this.strangers.push(`serial ${serial} was submitted twice by the generator`);
    this.entries.set(serial, { serial, account, outcome: "pending", status: 0, id: "", arrivals: NOTHING, receipts: NOTHING });
  }

  accepted(serial: number, id: string): void {
    const entry = this.#entry(serial);
    entry.outcome = "accepted";
    entry.id = id;
    const other = this.#byId.get(id);
    if (other !== undefined) this.strangers.push(`id ${id} was given to serial ${other.serial} and to serial ${serial}`);
    this.#byId.set(id, entry);
    const early = this.#unnamed.get(id);
    if (early === undefined) return;
    this.#unnamed.delete(id);
    entry.receipts = early.receipts;
  }

  refused(serial: number, status: number): void {
    const entry = this.#entry(serial);
    entry.outcome = "refused";
    entry.status = status;
  }

  unanswered(serial: number): void {
    this.#entry(serial).outcome = "unanswered";
  }

  arrived(serial: number): void {
    const entry = this.entries.get(serial);
    if (entry === undefined) this.strangers.push(`a submit with the serial ${serial} arrived, which nobody sent`);
    else entry.arrivals = [...entry.arrivals, this.#seen];
  }

  receipt(id: string, state: string, destination: string): void {
    const seen = { ...this.#seen, state };
    const entry = this.#byId.get(id);
    if (entry !== undefined) {
      entry.receipts = [...entry.receipts, seen];
      return;
    }
    const unnamed = this.#unnamed.get(id);
    if (unnamed === undefined) this.#unnamed.set(id, { destination, receipts: [seen] });
    else unnamed.receipts.push(seen);
  }

  disturbed(disturbance: Disturbance): void {
    this.disturbances.push(disturbance);
  }

  /** Receipts of ids that no answer named: each must be of a submit whose answer was lost. */
  get unexplainedReceipts(): string[] {
    const unexplained: string[] = [];
    for (const [id, { destination }] of this.#unnamed) {
      if (this.unansweredTo(destination).length === 0) unexplained.push(`receipt of ${id} to ${destination}, whose submits were all answered otherwise`);
    }
    return unexplained;
  }

  /** Receipts, by id, of messages whose answers were lost. */
  get unnamed(): Iterable<{ readonly destination: string; readonly receipts: readonly SeenReceipt[] }> {
    return this.#unnamed.values();
  }

  /** The submits to a number whose answers were lost. */
  unansweredTo(destination: string): Entry[] {
    const first = serialOfNumber(destination);
    return [first, first + 1].flatMap((serial) => {
      const entry = this.entries.get(serial);
      return entry?.outcome === "unanswered" && numberOf(serial) === destination ? [entry] : [];
    });
  }

  /** Accepted ones that have no receipt yet. */
  get waiting(): number {
    let count = 0;
    for (const entry of this.entries.values()) if (entry.outcome === "accepted" && entry.receipts.length === 0) count++;
    return count;
  }

  count(outcome: SubmitOutcome): number {
    let count = 0;
    for (const entry of this.entries.values()) if (entry.outcome === outcome) count++;
    return count;
  }

  /** Whether the word lists must stop it. */
  mustBeRefused(entry: Entry): boolean {
    return isBlocked(entry.serial);
  }

  #entry(serial: number): Entry {
    const entry = this.entries.get(serial);
    if (entry === undefined) throw new RangeError(`serial ${serial} was never submitted`);
    return entry;
  }
}
