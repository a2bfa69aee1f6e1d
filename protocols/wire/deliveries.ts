/**
 * Deliveries: the notices on their way to one customer, each in one delivery, or in several where one cannot hold its text.
 *
 * ```
 *  notice --one delivery---> a place in the window --answered--------------------------> its answer
 *         --parts, each a place; those beyond the window follow as places become free
 *                                                  --the last one acknowledged---------> "ok"
 *                                                  --one is not: no more are sent------> that answer, once none is open
 * ```
 * While parts wait for places nothing else gets one, so that the notices behind keep their order.
 */
import type { Message } from "../model/message.js";
import type { InboundNotice, Notice } from "../model/receipt.js";
import type { DeliverAnswer } from "./protocol.js";
import type { Outstanding } from "./sequence.js";
import { Window } from "./window.js";

/** What a protocol's composing of a notice answers instead of a status: its text takes more than one delivery. */
export const IN_PARTS = -1;
/** All our requests that take a place in the deliver window are deliveries. */
const DELIVERY = 1;

/** A notice that goes out in parts. */
interface InParts {
  readonly kind: "parts";
  readonly notice: InboundNotice;
  readonly parts: readonly Message[];
  /** Parts sent, and of these not yet answered. */
  sent: number;
  open: number;
  /** "ok" until a part is answered otherwise; "refused" outlasts "retry" and "timeout". */
  answer: DeliverAnswer;
}

export class Deliveries implements Outstanding {
  readonly #window: Window<Notice | InParts>;
  readonly #settled: (notice: Notice, answer: DeliverAnswer) => void;
  /** The notice whose parts wait for places. */
  #waiting: InParts | null = null;

  /** `settled` is told what became of each notice, once. */
  constructor(capacity: number, settled: (notice: Notice, answer: DeliverAnswer) => void) {
    this.#window = new Window(capacity);
    this.#settled = settled;
  }

  get size(): number {
    return this.#window.size;
  }

  has(sequence: number): boolean {
    return this.#window.has(sequence);
  }

  /** Places that another notice may take now. */
  get free(): number {
    return this.#waiting === null ? this.#window.free : 0;
  }

  /** The whole of a notice is sent now; there is a free place. */
  sent(sequence: number, notice: Notice, nowMs: number): void {
    this.#window.add(sequence, DELIVERY, notice, nowMs);
  }

  /** A notice goes out in these parts, 1..255; there is a free place. */
  begin(notice: InboundNotice, parts: readonly Message[]): void {
    this.#waiting = { kind: "parts", notice, parts, sent: 0, open: 0, answer: "ok" };
  }

  /** The part to be sent next as a notice of its own, with the id that many after the whole's; null when none waits or no place is free. */
  nextPart(): InboundNotice | null {
    const waiting = this.#waiting;
    if (waiting === null || this.#window.free === 0) return null;
    return { ...waiting.notice, messageId: waiting.notice.messageId + waiting.sent, message: waiting.parts[waiting.sent] as Message };
  }

  /** That part is sent now. */
  partSent(sequence: number, nowMs: number): void {
    const waiting = this.#waiting as InParts;
    this.#window.add(sequence, DELIVERY, waiting, nowMs);
    waiting.open++;
    if (++waiting.sent === waiting.parts.length) this.#waiting = null;
  }

  /** That part cannot be said: the whole counts as refused. */
  partUnsayable(): void {
    const waiting = this.#waiting as InParts;
    waiting.open++;
    this.#partAnswered(waiting, "refused");
  }

  /** The customer's answer to what was sent under `sequence`; false when that is not in flight. */
  answered(sequence: number, answer: DeliverAnswer): boolean {
    const ticket = this.#window.take(sequence, DELIVERY);
    if (ticket !== null) this.#end(ticket, answer);
    return ticket !== null;
  }

  /** Ends what was sent at or before `sentBeforeMs` as timed out; returns how many places became free. */
  takeOverdue(sentBeforeMs: number): number {
    let freed = 0;
    for (let late = this.#window.takeOverdue(sentBeforeMs); late !== null; late = this.#window.takeOverdue(sentBeforeMs)) {
      freed++;
      this.#end(late, "timeout");
    }
    return freed;
  }

  /** Empties all; returns the notices not settled, in the order in which they were sent. */
  drain(): Notice[] {
    const notices = new Set<Notice>();
    for (const ticket of this.#window.drain()) notices.add(ticket.kind === "parts" ? ticket.notice : ticket);
    // All of its parts sent so far may have been acknowledged.
    if (this.#waiting !== null) notices.add(this.#waiting.notice);
    this.#waiting = null;
    return [...notices];
  }

  #end(ticket: Notice | InParts, answer: DeliverAnswer): void {
    if (ticket.kind === "parts") this.#partAnswered(ticket, answer);
    else this.#settled(ticket, answer);
  }

  #partAnswered(whole: InParts, answer: DeliverAnswer): void {
    whole.open--;
    if (answer !== "ok" && whole.answer !== "refused") whole.answer = answer;
    const failed = whole.answer !== "ok";
    if (failed && this.#waiting === whole) this.#waiting = null;
    if (whole.open === 0 && (failed || whole.sent === whole.parts.length)) this.#settled(whole.notice, whole.answer);
  }
}
