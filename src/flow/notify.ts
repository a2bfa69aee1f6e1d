/**
 * Notify: brings receipts and MO to the customers' binds, in order, at least once, from a small memory and the disk.
 *
 * Each account has a head in memory (bounded); what does not fit stays on disk and is claimed when the head runs
 * low. A notice that the customer answered "later" waits with growing pauses without blocking the others;
 * what a closed bind left unanswered goes back in front. An acknowledged notice keeps its place in the window until
 * that is on disk, so that a crash never repeats more than the windows hold.
 */
import { octetsHeld } from "../../protocols/model/message.js";
import type { Notice } from "../../protocols/model/receipt.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { DeliverAnswer } from "../../protocols/wire/protocol.js";
import { Outcome } from "../../protocols/model/outcome.js";
import type { Intent, Store } from "../store/store.js";
import { WeighedDeque } from "./deque.js";
import type { FlowMetrics, NotifyPort } from "./ports.js";
import { Stage } from "./stages.js";

/** Notices of one account kept in memory: more than its windows and a busy store hold back, so that few go by disk. */
const HEAD_MAX = 4_096;
const CLAIM_AT = 2_048;
/** Notices read from disk at once. */
const CLAIM_MAX = 2_048;
/** Octets of one account's notices kept in memory, those put off among them: few where they are long. */
const HEAD_OCTETS = 8 * 1_048_576;
/** Notices of one account that may wait for another try before its deliveries pause. */
const RETRYING_MAX = 1_024;

interface Retry {
  readonly notice: Notice;
  readonly dueMs: number;
}

class Outbox implements Intent {
  readonly accountNo: number;
  /** Sent and unanswered, or answered and not yet on disk: what a crash would repeat. */
  open = 0;
  readonly #confirmed: (outbox: Outbox) => void;
  readonly head = new WeighedDeque(octetsOf);
  /** Order number of the last notice taken into the head; the next claim starts after it. */
  lastOrder = 0;
  /** Order number of the last notice that came by a claim: those up to it have all been handed out. */
  claimedTo = 0;
  backlog = 0;
  claiming = false;
  /** The store could not look when it was asked: it is asked again on the next tick. */
  askAgain = false;
  /** Waiting for another try, in no order; few. */
  readonly retrying = new WeighedDeque<Retry>(({ notice }) => octetsOf(notice));
  /** Tries so far of notices that were put off. */
  readonly tries = new Map<number, number>();

  constructor(accountNo: number, confirmed: (outbox: Outbox) => void) {
    this.accountNo = accountNo;
    this.#confirmed = confirmed;
  }

  get octets(): number {
    return this.head.octets + this.retrying.octets;
  }

  /** An acknowledgement is on disk (or will be, once the store is back). */
  committed(): void {
    this.#confirmed(this);
  }
}

export interface NotifyOptions {
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

export class Notifier {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #port: NotifyPort;
  readonly #metrics: FlowMetrics;
  readonly #options: NotifyOptions;
  readonly #outboxes = new Map<number, Outbox>();
  #stopped = false;

  constructor(store: Store, clock: Clock, port: NotifyPort, metrics: FlowMetrics, options: NotifyOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#port = port;
    this.#metrics = metrics;
    this.#options = options;
  }

  /** What the store found waiting at start. */
  restore(outbox: ReadonlyMap<number, number>): void {
    for (const [accountNo, count] of outbox) this.#outbox(accountNo).backlog = count;
  }

  /** Notices of the account that wait or are being tried again. */
  depth(accountNo: number): number {
    const outbox = this.#outboxes.get(accountNo);
    return outbox === undefined ? 0 : outbox.head.length + outbox.backlog + outbox.retrying.length;
  }

  /** These, and those that are with a bind or whose acknowledgement is not on disk yet. */
  owed(accountNo: number): number {
    return this.depth(accountNo) + (this.#outboxes.get(accountNo)?.open ?? 0);
  }

  /** A notice is on disk: deliver it now, keep it for later in memory, or leave it on disk. */
  offer(notice: Notice): void {
    const outbox = this.#outbox(notice.accountNo);
    if (notice.order <= outbox.claimedTo) return;
    // What the store did by itself is told after the results of its batch: such a notice may come a little late.
    const late = notice.order < outbox.lastOrder;
    if (!late && (outbox.backlog > 0 || outbox.claiming || outbox.head.length >= HEAD_MAX || outbox.octets >= HEAD_OCTETS)) {
      outbox.backlog++;
      return;
    }
    if (!late) outbox.lastOrder = notice.order;
    if (outbox.head.length === 0 && !this.#stopped && this.#deliver(outbox, notice)) return;
    outbox.head.push(notice);
  }

  /** A bind of the account has room (or has just come): deliver what waits. */
  pump(accountNo: number): void {
    const outbox = this.#outboxes.get(accountNo);
    if (outbox === undefined || this.#stopped) return;
    if (outbox.retrying.length < RETRYING_MAX) {
      for (let notice = outbox.head.peek(); notice !== undefined; notice = outbox.head.peek()) {
        if (!this.#deliver(outbox, notice)) break;
        outbox.head.shift();
      }
    }
    if (outbox.backlog > 0 && !outbox.claiming && outbox.head.length < CLAIM_AT && outbox.octets < HEAD_OCTETS / 2) this.#claim(outbox);
  }

  /** The customer dealt with a notice. */
  answered(notice: Notice, answer: DeliverAnswer): void {
    const outbox = this.#outbox(notice.accountNo);
    switch (answer) {
      case "ok":
        if (outbox.tries.size > 0) outbox.tries.delete(notice.order);
        this.#store.notified(notice.accountNo, notice.order, notice.messageId, notice.kind === "inbound", "ok", outbox);
        this.#metrics.stage(Stage.notify, Outcome.ok);
        return;
      case "refused":
        outbox.tries.delete(notice.order);
        this.#store.notified(notice.accountNo, notice.order, notice.messageId, notice.kind === "inbound", "parked", outbox);
        this.#metrics.stage(Stage.notify, Outcome.not_supported);
        return;
      case "retry":
      case "timeout": {
        outbox.open--;
        const tries = (outbox.tries.get(notice.order) ?? 0) + 1;
        outbox.tries.set(notice.order, tries);
        const pauseMs = Math.min(this.#options.retryMinMs * 2 ** Math.min(tries - 1, 20), this.#options.retryMaxMs);
        outbox.retrying.push({ notice, dueMs: this.#clock.monotonicMs + pauseMs });
        this.#metrics.stage(Stage.notify, Outcome.throttled);
      }
    }
  }

  /** A bind closed with notices unanswered: they go first, in their old order. */
  returned(notices: readonly Notice[]): void {
    for (let i = notices.length - 1; i >= 0; i--) {
      const notice = notices[i] as Notice;
      const outbox = this.#outbox(notice.accountNo);
      outbox.open--;
      outbox.head.unshift(notice);
    }
    const first = notices[0];
    if (first !== undefined) this.pump(first.accountNo);
  }

  /** The oldest `count` notices have waited too long: those before this order number are not delivered any more. */
  parked(accountNo: number, before: number, count: number): void {
    const outbox = this.#outboxes.get(accountNo);
    if (outbox === undefined) return;
    const had = outbox.head.length + outbox.retrying.length;
    outbox.head.keep((notice) => notice.order >= before);
    outbox.retrying.keep(({ notice }) => {
      if (notice.order >= before) return true;
      outbox.tries.delete(notice.order);
      return false;
    });
    const forgotten = had - outbox.head.length - outbox.retrying.length;
    // Some of them may be with a bind: what is really left is seen by the next claim.
    if (outbox.backlog > 0) outbox.backlog = Math.max(1, outbox.backlog - Math.max(0, count - forgotten));
  }

  /** Takes up what is due for another try; called on the shared tick. */
  tick(): void {
    const nowMs = this.#clock.monotonicMs;
    for (const outbox of this.#outboxes.values()) {
      if (outbox.retrying.length === 0 && !outbox.askAgain) continue;
      const due: Notice[] = [];
      outbox.retrying.keep(({ notice, dueMs }) => {
        if (dueMs > nowMs) return true;
        due.push(notice);
        return false;
      });
      for (const notice of due.reverse()) outbox.head.unshift(notice);
      const again = outbox.askAgain || due.length > 0;
      outbox.askAgain = false;
      if (again) this.pump(outbox.accountNo);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #deliver(outbox: Outbox, notice: Notice): boolean {
    if (outbox.open >= this.#port.window(outbox.accountNo) || !this.#port.deliver(outbox.accountNo, notice)) return false;
    outbox.open++;
    return true;
  }

  readonly #confirmed = (outbox: Outbox): void => {
    outbox.open--;
    if (outbox.head.length > 0 || outbox.backlog > 0) this.pump(outbox.accountNo);
  };

  #claim(outbox: Outbox): void {
    const wanted = Math.min(CLAIM_MAX, HEAD_MAX - outbox.head.length);
    outbox.claiming = true;
    this.#store.claimOutbox(outbox.accountNo, outbox.lastOrder, wanted, (notices, more) => {
      outbox.claiming = false;
      if (notices === null) {
        outbox.askAgain = true;
        return;
      }
      // All that became due before this answer was on disk when it was read, so without more it is the whole rest.
      outbox.backlog = more ? Math.max(1, outbox.backlog - notices.length) : 0;
      for (const notice of notices) {
        outbox.lastOrder = notice.order;
        outbox.claimedTo = notice.order;
        outbox.head.push(notice);
      }
      this.pump(outbox.accountNo);
    });
  }

  #outbox(accountNo: number): Outbox {
    let outbox = this.#outboxes.get(accountNo);
    if (outbox === undefined) {
      outbox = new Outbox(accountNo, this.#confirmed);
      this.#outboxes.set(accountNo, outbox);
    }
    return outbox;
  }
}

/** Receipts are small and all alike; inbound messages may be 64 KB. */
function octetsOf(notice: Notice): number {
  return notice.kind === "inbound" ? octetsHeld(notice.message) : (notice.extras?.length ?? 0);
}
