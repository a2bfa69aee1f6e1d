/**
 * LinkConnection: one connection to an operator's message centre, from our bind to its end; the same in every protocol.
 *
 * ```
 *  (connected) --our bind--> binding --ok--> bound --ours: nothing in flight--> unbind sent --answered--> closed
 *                              '--refused--> closed      '--theirs: nothing in flight or owed, unbind answered--> closed
 * ```
 * A request that is not answered in time keeps its place in the window: a message centre that has stopped answering gets no more
 * messages, and its late answers still count while the connection lives. However it ends in good order, the answers on
 * their way come first: a message whose answer is lost may have to be sent again.
 * A protocol's own class adds the PDUs: it is given each frame and writes what it is asked for.
 */
import type { Socket } from "node:net";
import type { Message } from "../model/message.js";
import type { LossKind } from "./connector.js";
import type { LinkOptions, OperatorEvents, OperatorLink } from "./protocol.js";
import { Sequence } from "./sequence.js";
import { Pause, Session } from "./session.js";
import type { SessionHooks } from "./session.js";
import { Window } from "./window.js";

/** The oldest unanswered submit may be this many response times old before the connection is given up. */
const STUCK_FACTOR = 3;
/** How long a connection that is to end waits at most, for the answers we owe and for those on their way to us. */
const PART_MS = 5_000;

/** What the link has to know of its connection. */
export interface ConnectionOwner {
  readonly link: OperatorLink;
  connectionBound(connection: LinkConnection): void;
  /** Called once. `unanswered` are the tickets not already reported as timed out. */
  connectionEnded(connection: LinkConnection, reason: string, kind: LossKind, unanswered: object[]): void;
  /** Where this connection's handles begin, so that a handle of an earlier one is never taken for one of this; `local` is below 2^33. */
  handle(local: number): number;
}

/** What the protocol and the link's settings say of every connection. */
export interface ConnectionTerms {
  readonly minFrameOctets: number;
  /** Longest frame before the bind is answered. */
  readonly maxFrameOctets: number;
  /** Whether submits may be written once bound. */
  readonly canSubmit: boolean;
  /** Deliveries of the operator held unanswered before we stop reading. */
  readonly deliverWindow: number;
  /** Probes without a sign of life that end the connection. */
  readonly enquireTries: number;
}

export abstract class LinkConnection implements SessionHooks {
  protected readonly options: LinkOptions;
  protected readonly events: OperatorEvents;
  protected readonly link: OperatorLink;
  protected readonly session: Session;
  readonly #owner: ConnectionOwner;
  readonly #sequence = new Sequence();
  readonly #requests: Window<object>;
  readonly #canSubmit: boolean;
  readonly #deliverWindow: number;
  #bound = false;
  #kind: LossKind = "lost";
  #freed = 0;
  #owed = 0;
  #parting = false;
  #partBy = 0;
  /** The sequence of the operator's wish to part, -1 while it has none. */
  #partAsked = -1;
  #unbindSent = false;
  /** Why the connection is to be given up when the frames at hand are dealt with; "" = it is not. */
  #giveUp = "";
  /** An answer is so long overdue that the connection goes as soon as no other is on its way. */
  #stuck = false;
  /** The status by which the bind is worth nothing: the connection goes as soon as no answer is on its way, at the latest then. */
  #leaving = "";
  #leaveBy = 0;
  #reading = false;
  /** Answers that answered nothing. */
  ignored = 0;

  constructor(socket: Socket, options: LinkOptions, terms: ConnectionTerms, events: OperatorEvents, owner: ConnectionOwner) {
    this.options = options;
    this.events = events;
    this.link = owner.link;
    this.#owner = owner;
    this.#requests = new Window<object>(Math.max(1, options.window));
    this.#canSubmit = terms.canSubmit;
    this.#deliverWindow = terms.deliverWindow;
    const { timers, maxSendBufferOctets, clock } = options;
    const { minFrameOctets, maxFrameOctets, enquireTries } = terms;
    this.session = new Session(socket, { minFrameOctets, maxFrameOctets, timers, enquireTries, maxSendBufferOctets, clock }, this);
  }

  get bound(): boolean {
    return this.#bound && !this.session.over;
  }

  get windowFree(): number {
    return this.bound && this.#mayWork && this.#canSubmit ? this.#requests.free : 0;
  }

  get outstanding(): number {
    return this.#requests.size;
  }

  /** Age of the oldest unanswered submit, 0 when there is none. */
  get oldestOutstandingMs(): number {
    const sentMs = this.#requests.oldestSentMs;
    return sentMs < 0 ? 0 : Math.max(0, this.session.sessionMs - sentMs);
  }

  /** Nothing has been begun that ends the connection. */
  get #mayWork(): boolean {
    return !this.#parting && !this.#stuck && this.#leaving === "" && this.#giveUp === "";
  }

  /** Whether answers are on their way. What timed out is not waited for: it may never come. */
  get #answersDue(): boolean {
    return this.#requests.size > this.#requests.overdue;
  }

  // ---------------------------------------------------------------- what the link asks

  /** Writes a submit; returns -1 when it cannot now, 0 when it was written, else the status that says why it never can. */
  submit(message: Message, ticket: object): number {
    return this.windowFree === 0 ? -1 : this.writeSubmit(message, ticket);
  }

  answerDeliver(local: number, answer: "ok" | "retry" | "refused"): void {
    if (this.#owed > 0) this.#owed--;
    if (this.session.over) return;
    this.writeDeliverAnswer(local, answer);
    if (this.#owed * 2 <= this.#deliverWindow) this.session.resume(Pause.window);
    if (this.#partAsked >= 0 && !this.#reading) this.#partWhenDone();
  }

  /** Takes no more submits, waits for the answers in flight, unbinds, and closes at the latest after `withinMs`. */
  part(withinMs: number): void {
    if (this.session.over) return;
    this.#kind = "parted";
    if (!this.#bound) return this.session.end("unbound");
    this.#parting = true;
    this.#partBy = this.options.clock.monotonicMs + withinMs;
    this.#partWhenDone();
  }

  /** Unbinds and closes without waiting for anything; inside a read, after the frames that have come. */
  reconnect(reason: string): void {
    if (this.session.over || this.#giveUp !== "") return;
    this.#giveUp = reason;
    if (!this.#reading) this.#close();
  }

  destroy(reason: string): void {
    this.session.destroy(reason);
  }

  // ---------------------------------------------------------------- what the protocol writes

  /** As `submit`, a place in the window being free: takes a sequence by `takePlace`, unless it refuses the message. */
  protected abstract writeSubmit(message: Message, ticket: object): number;
  /** Answers the delivery that `owe` was called for. */
  protected abstract writeDeliverAnswer(local: number, answer: "ok" | "retry" | "refused"): void;
  protected abstract writeUnbind(sequence: number): void;
  protected abstract writeUnbindAnswer(sequence: number): void;
  protected abstract writeProbe(sequence: number): void;
  /** One whole frame. */
  protected abstract received(frame: Buffer): void;
  abstract framingLost(announced: number, octets: Buffer): void;

  // ---------------------------------------------------------------- what the protocol tells

  /** A sequence for a request that keeps no place in the window. */
  protected takeSequence(): number {
    return this.#sequence.take(this.#requests);
  }

  /** A sequence and a place in the window for a submit, answered under the same `command`. */
  protected takePlace(command: number, ticket: object): number {
    const sequence = this.#sequence.take(this.#requests);
    this.#requests.add(sequence, command, ticket, this.session.sessionMs);
    return sequence;
  }

  /** The ticket that an answer is for, its place given back; null when it answers nothing. `command` 0 = any. */
  protected takeAnswered(sequence: number, command: number): object | null {
    const ticket = this.#requests.take(sequence, command);
    if (ticket === null) {
      this.ignore();
      return null;
    }
    this.#freed++;
    this.session.transaction();
    return ticket;
  }

  /** The operator takes our bind; longer frames may come from now on. */
  protected bindAccepted(maxFrameOctets: number): void {
    this.#bound = true;
    this.session.bound(maxFrameOctets);
    this.#owner.connectionBound(this);
  }

  /** It does not; `lasting`: asking again soon would be useless. */
  protected bindRefused(reason: string, lasting: boolean): void {
    this.#kind = lasting ? "refused" : "lost";
    this.session.end(reason);
  }

  /** A delivery came that is owed an answer; returns the handle that stands for `local` (below 2^33) in events. */
  protected owe(local: number): number {
    this.session.transaction();
    if (++this.#owed > this.#deliverWindow) this.session.pause(Pause.window);
    return this.#owner.handle(local);
  }

  /** The bind is worth nothing: the connection goes as soon as the answers on their way have come. */
  protected leave(reason: string): void {
    if (this.#leaving !== "") return;
    this.#leaving = reason;
    this.#leaveBy = this.options.clock.monotonicMs + PART_MS;
  }

  /** The operator wishes to part. */
  protected unbindAsked(sequence: number): void {
    const by = this.options.clock.monotonicMs + PART_MS;
    // Where we are parting already it gets no longer for it.
    this.#partBy = this.#parting ? Math.min(this.#partBy, by) : by;
    this.#kind = "parted";
    this.#parting = true;
    this.#partAsked = sequence;
  }

  /** The operator agrees that we part. */
  protected unbindAnswered(): void {
    if (this.#unbindSent) this.session.end("unbound");
    else this.ignore();
  }

  /** An answer came that answers nothing: it came before, or nobody asked. They are counted, and the first is told. */
  protected ignore(): void {
    if (this.ignored++ === 0) this.options.log.event("info", "answer_ignored", { link: this.options.name });
  }

  // ---------------------------------------------------------------- what the session brings

  frame(frame: Buffer): void {
    this.#reading = true;
    this.received(frame);
  }

  readDone(): void {
    this.#reading = false;
    if (this.session.over) return;
    if (this.#giveUp !== "") return this.#close();
    if (this.#leaving !== "" && !this.#answersDue) return this.reconnect(this.#leaving);
    if (this.#parting) return this.#partWhenDone();
    if (this.#freed === 0) return;
    this.#freed = 0;
    this.events.windowOpen(this.link);
  }

  enquire(): void {
    this.writeProbe(this.takeSequence());
  }

  tick(sessionMs: number, nowMs: number): void {
    const { responseMs } = this.options.timers;
    const sentBefore = sessionMs - responseMs;
    for (let late = this.#requests.nextOverdue(sentBefore); late !== null; late = this.#requests.nextOverdue(sentBefore)) {
      this.events.submitTimedOut(this.link, late);
    }
    if (this.#leaving !== "" && (nowMs >= this.#leaveBy || !this.#answersDue)) return this.reconnect(this.#leaving);
    if (this.#parting && nowMs >= this.#partBy) return this.#partNow();
    if (this.#parting) return this.#partWhenDone();
    this.#stuck = this.oldestOutstandingMs >= responseMs * STUCK_FACTOR;
    if (this.#stuck && !this.#answersDue) this.reconnect("answers_overdue");
  }

  closed(reason: string): void {
    this.#bound = false;
    this.#owner.connectionEnded(this, this.#giveUp === "" ? reason : this.#giveUp, this.#kind, this.#requests.drain());
  }

  // ---------------------------------------------------------------- parting

  #partWhenDone(): void {
    if (this.#partAsked >= 0) {
      if (this.#owed === 0 && (this.#unbindSent || !this.#answersDue)) this.#partNow();
      return;
    }
    if (this.#unbindSent || this.#answersDue) return;
    this.#unbindSent = true;
    this.writeUnbind(this.takeSequence());
  }

  #partNow(): void {
    if (this.#partAsked >= 0) this.writeUnbindAnswer(this.#partAsked);
    else if (!this.#unbindSent) this.writeUnbind(this.takeSequence());
    this.session.end(this.#partAsked >= 0 ? "unbound_by_peer" : "unbound");
  }

  #close(): void {
    if (this.#bound && !this.#unbindSent) this.writeUnbind(this.takeSequence());
    this.session.end(this.#giveUp);
  }
}
