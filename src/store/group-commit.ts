/**
 * GroupCommit: gathers intents into batches for the writer thread.
 *
 * ```
 *  intents ─▶ [ filling ] ── writer free ──▶ at once, at the end of this turn of the loop; a small batch no sooner
 *                        │                   than SPACING_MS after the last (each commit costs the disk the same)
 *                        └── writer busy ──▶ grows meanwhile (a new one is begun at MAX_INTENTS)
 * ```
 * At most two batches are out, so that the writer finds the next one waiting when it has done with the first.
 * Each batch's tickets wait in order beside it; memory goes out with a batch and comes back with its results.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import { Octets } from "./octets.js";

/** Intents in a batch. */
export const MAX_INTENTS = 1_024;
/** Octets after which a batch is full, whatever it holds. */
const MAX_OCTETS = 4 * 1_048_576;
const FIRST_OCTETS = 262_144;
const MAX_OUT = 2;
/** Buffers kept for use again; a larger one (a burst's) is let go. */
const SPARE_MAX = 4;
/** A batch of fewer intents is small: it waits a moment for more when one has just gone. */
const SMALL_INTENTS = 64;
const SPACING_MS = 2;

/** What waits for an intent's result: the intent itself, a claim's callback, or nothing. */
export type Ticket = object | null;

interface Batch {
  readonly octets: Octets;
  tickets: Ticket[];
}

/** Gives a batch to the writer; `memory` is transferred. */
export type Send = (memory: ArrayBuffer, octets: number, intents: number) => void;

export class GroupCommit {
  readonly #send: Send;
  #filling: Batch;
  /** Full batches that wait for the writer, oldest first. */
  readonly #full: Batch[] = [];
  /** Tickets of batches that are out, oldest first. */
  readonly #out: Ticket[][] = [];
  readonly #spare: ArrayBuffer[] = [];
  readonly #clock: Pick<Clock, "preciseMs" | "after">;
  #scheduled = false;
  #waiting = false;
  #sentAtMs = -SPACING_MS;
  #pending = 0;

  constructor(send: Send, clock: Pick<Clock, "preciseMs" | "after">) {
    this.#send = send;
    this.#clock = clock;
    this.#filling = { octets: new Octets(FIRST_OCTETS), tickets: [] };
  }

  /** Intents handed over and not yet answered. */
  get pending(): number {
    return this.#pending;
  }

  /** Where the next intent is to be packed; `added` must follow. */
  get into(): Octets {
    return this.#filling.octets;
  }

  /** An intent has been packed. `more`: others follow at once that must go in the same batch. */
  added(ticket: Ticket, more = false): void {
    this.#pending++;
    const { tickets, octets } = this.#filling;
    tickets.push(ticket);
    if (more) return;
    if (tickets.length >= MAX_INTENTS || octets.at >= MAX_OCTETS) {
      this.#full.push(this.#filling);
      this.#filling = this.#fresh();
    }
    if (this.#scheduled || this.#out.length >= MAX_OUT) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  /** The tickets of the oldest batch out: its results have come. `used` is its memory, back again. */
  answered(used: ArrayBuffer | null): readonly Ticket[] {
    if (used !== null && this.#spare.length < SPARE_MAX && used.byteLength <= MAX_OCTETS) this.#spare.push(used);
    const tickets = this.#out.shift() ?? [];
    this.#pending -= tickets.length;
    // Before the results are dealt with: the writer works meanwhile.
    this.#flush();
    return tickets;
  }

  /** All tickets not yet answered, oldest first, when no answer will ever come. */
  abandon(): Ticket[] {
    const all = [...this.#out, ...this.#full.map((batch) => batch.tickets), this.#filling.tickets].flat();
    this.#out.length = 0;
    this.#full.length = 0;
    this.#filling = this.#fresh();
    this.#pending = 0;
    return all;
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    while (this.#out.length < MAX_OUT) {
      let batch = this.#full.shift();
      if (batch === undefined) {
        const { length } = this.#filling.tickets;
        if (length === 0 || (length < SMALL_INTENTS && this.#tooSoon())) return;
        batch = this.#filling;
        this.#filling = this.#fresh();
      }
      this.#out.push(batch.tickets);
      this.#sentAtMs = this.#clock.preciseMs();
      const { buffer, at } = batch.octets;
      this.#send(buffer.buffer as ArrayBuffer, at, batch.tickets.length);
    }
  };

  /** Whether the last batch went a moment ago; the small one that waits goes when that moment is over. */
  #tooSoon(): boolean {
    if (this.#waiting) return true;
    if (this.#clock.preciseMs() - this.#sentAtMs >= SPACING_MS) return false;
    this.#waiting = true;
    this.#clock.after(1, this.#waited);
    return true;
  }

  readonly #waited = (): void => {
    this.#waiting = false;
    this.#sentAtMs = -SPACING_MS;
    this.#flush();
  };

  #fresh(): Batch {
    const octets = new Octets(0);
    octets.use(this.#spare.pop() ?? new ArrayBuffer(FIRST_OCTETS));
    return { octets, tickets: [] };
  }
}
