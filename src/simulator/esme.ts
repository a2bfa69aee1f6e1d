/**
 * LoadEsme: a customer in a hurry: several connections that submit as fast as their windows or a given rate allow.
 *
 * ```
 *  start() all binds bound -> run() every submit of the source has an outcome -> ... receipts ... -> close()
 * ```
 * Outcomes: accepted, refused (by status), unanswered (its connection ended first: whether it was taken is not known). A connection
 * that is lost is made again and goes on with the next submit; no submit is sent twice.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import { LatencyHistogram } from "./latency.js";
import type { LoadBind, LoadDesk, LoadInbound, LoadReceipt, LoadWire } from "./load-bind.js";
import { smppLoad } from "./load-smpp.js";
import type { LoadSource } from "./load-source.js";

export interface LoadOptions {
  /** SMPP unless given. */
  readonly wire?: LoadWire;
  readonly host: string;
  readonly port: number;
  /** system_id or SP_Id. */
  readonly systemId: string;
  readonly password: string;
  readonly binds: number;
  /** Submits each bind may have unanswered. */
  readonly window: number;
  readonly source: LoadSource;
  readonly clock: Clock;
  /** Submits a second offered over all binds, evenly; 0 = as fast as the windows allow. */
  readonly ratePerSecond?: number;
  /** Pause before a lost connection is made again, ms. */
  readonly reconnectMs?: number;
  /** Per-message records for a judge; `ordinal` is the source's number of the submit. */
  readonly onAccepted?: (ordinal: number, id: string) => void;
  readonly onRefused?: (ordinal: number, status: number) => void;
  readonly onUnanswered?: (ordinal: number) => void;
  readonly onReceipt?: (receipt: LoadReceipt) => void;
  readonly onInbound?: (inbound: LoadInbound) => void;
}

export interface LoadTotals {
  submitted: number;
  accepted: number;
  refused: number;
  unanswered: number;
  receipts: number;
  inbound: number;
  /** Bound ones that ended. */
  connectionsLost: number;
  /** Answers to no submit of ours. */
  strayAnswers: number;
}

/** A customer that was kept from sending makes up for this long at the most. */
const CATCH_UP_MS = 1_000;

export class LoadEsme implements LoadDesk {
  readonly totals: LoadTotals = { submitted: 0, accepted: 0, refused: 0, unanswered: 0, receipts: 0, inbound: 0, connectionsLost: 0, strayAnswers: 0 };
  readonly answerLatency = new LatencyHistogram();
  readonly refusedByStatus = new Map<number, number>();
  readonly receiptsByState = new Map<string, number>();
  readonly #options: LoadOptions;
  readonly #wire: LoadWire;
  readonly #rate: number;
  readonly #binds = new Set<LoadBind>();
  readonly #timers = new Set<() => void>();
  #limit: number;
  #running = false;
  #closing = false;
  #started: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #finished: (() => void) | null = null;
  #closed: (() => void) | null = null;
  #pacedAtMs = 0;
  #allowance = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#wire = options.wire ?? smppLoad;
    this.#rate = options.ratePerSecond ?? 0;
    this.#limit = options.source.submits;
  }

  /** Resolves when all binds are bound. Rejects when one is refused; a connection that cannot be made is tried again. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#started = { resolve, reject };
      for (let bind = 0; bind < this.#options.binds; bind++) this.#connect();
    });
  }

  /** Submits; resolves when every submit of the source (up to `stopSubmitting`) has its outcome. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#finished = resolve;
      this.#running = true;
      this.#pacedAtMs = this.#options.clock.preciseMs();
      if (this.#rate > 0) this.#pace();
      else for (const bind of this.#binds) this.#fill(bind);
      this.#look();
    });
  }

  /** No further submits; `run` resolves when those under way have their outcome. */
  stopSubmitting(): void {
    this.#limit = Math.min(this.#limit, this.totals.submitted);
    this.#look();
  }

  /** Parts in good order; what has not parted after `withinMs` is cut off. */
  async close(withinMs = 2_000): Promise<void> {
    this.#closing = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    if (this.#binds.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      for (const bind of this.#binds) {
        if (bind.bound) bind.unbind();
        else bind.destroy();
      }
      this.#after(withinMs, () => {
        for (const bind of this.#binds) bind.destroy();
      });
    });
    for (const cancel of this.#timers) cancel();
  }

  get boundBinds(): number {
    let count = 0;
    for (const bind of this.#binds) if (bind.bound) count++;
    return count;
  }

  /** Submits without an outcome yet. */
  get underWay(): number {
    const { submitted, accepted, refused, unanswered } = this.totals;
    return submitted - accepted - refused - unanswered;
  }

  // -------------------------------------------------------------- desk: what the binds tell

  bound(bind: LoadBind): void {
    if (this.#started !== null && this.boundBinds === this.#options.binds) {
      this.#started.resolve();
      this.#started = null;
    }
    if (this.#running && this.#rate === 0) this.#fill(bind);
  }

  answered(ordinal: number, status: number, id: string, latencyMs: number): void {
    this.answerLatency.add(latencyMs);
    if (status === 0) {
      this.totals.accepted++;
      this.#options.onAccepted?.(ordinal, id);
      return;
    }
    this.totals.refused++;
    this.refusedByStatus.set(status, (this.refusedByStatus.get(status) ?? 0) + 1);
    this.#options.onRefused?.(ordinal, status);
  }

  stray(): void {
    this.totals.strayAnswers++;
  }

  receipt(receipt: LoadReceipt): void {
    this.totals.receipts++;
    this.receiptsByState.set(receipt.state, (this.receiptsByState.get(receipt.state) ?? 0) + 1);
    this.#options.onReceipt?.(receipt);
  }

  inbound(inbound: LoadInbound): void {
    this.totals.inbound++;
    this.#options.onInbound?.(inbound);
  }

  readDone(bind: LoadBind): void {
    if (!this.#running) return;
    if (this.#rate === 0) this.#fill(bind);
    this.#look();
  }

  closed(bind: LoadBind, bindStatus: number, unanswered: readonly number[]): void {
    this.#binds.delete(bind);
    this.totals.unanswered += unanswered.length;
    if (this.#options.onUnanswered !== undefined) for (const ordinal of unanswered) this.#options.onUnanswered(ordinal);
    this.#look();
    if (this.#closing) {
      if (this.#binds.size === 0) this.#closed?.();
      return;
    }
    if (bind.wasBound) this.totals.connectionsLost++;
    if (bindStatus !== 0 && this.#started !== null) {
      this.#started.reject(new Error(`bind of ${this.#options.systemId} refused: ${this.#wire.bindStatus(bindStatus)}`));
      this.#started = null;
    }
    this.#after(this.#options.reconnectMs ?? 200, () => this.#connect());
  }

  // --------------------------------------------------------------

  #connect(): void {
    this.#binds.add(this.#wire.connect(this.#options, this));
  }

  #after(delayMs: number, fn: () => void): void {
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      fn();
    });
    this.#timers.add(cancel);
  }

  #fill(bind: LoadBind): void {
    const most = Math.min(bind.free, this.#limit - this.totals.submitted);
    if (most > 0) this.totals.submitted += bind.submit(this.totals.submitted, most);
  }

  /** Hands out what the rate has allowed since the last time, in even shares. */
  #pace(): void {
    if (this.totals.submitted >= this.#limit) return;
    const nowMs = this.#options.clock.preciseMs();
    const earned = ((nowMs - this.#pacedAtMs) * this.#rate) / 1_000;
    this.#allowance = Math.min(this.#allowance + earned, (CATCH_UP_MS * this.#rate) / 1_000);
    this.#pacedAtMs = nowMs;
    let left = this.#binds.size;
    for (const bind of this.#binds) {
      const share = Math.ceil(Math.floor(this.#allowance) / left--);
      const most = Math.min(share, bind.free, this.#limit - this.totals.submitted);
      if (most <= 0) continue;
      const sent = bind.submit(this.totals.submitted, most);
      this.totals.submitted += sent;
      this.#allowance -= sent;
    }
    this.#after(1, () => this.#pace());
  }

  #look(): void {
    if (!this.#running || this.totals.submitted < this.#limit || this.underWay > 0) return;
    this.#finished?.();
    this.#finished = null;
  }
}
