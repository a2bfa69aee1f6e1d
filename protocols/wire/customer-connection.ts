/**
 * CustomerConnection: what the customer sessions of all protocols do alike, with us as the message centre.
 *
 * ```
 *  open --bind--> (deciding) --ok--> bound --unbind, ours or theirs--> parting --all owed answers out--> closed
 *                     '--refused, answered--> closed
 *
 *  requests in:   taken --> answered       more than the window: reading pauses; more than twice that: refused
 *  notices out:   deliver --> answered     never more than the deliver window, nor more than the send buffer has room for;
 *                                          a text that one delivery cannot hold goes out in several (deliveries.ts)
 * ```
 * A protocol's own session reads and writes the PDUs. Requests to be answered later (submits, cancels, queries) share one
 * window, so that no peer can put more before the gateway than its account allows.
 */
import type { Socket } from "node:net";
import type { Message } from "../model/message.js";
import { Outcome } from "../model/outcome.js";
import type { InboundNotice, Notice } from "../model/receipt.js";
import { Deliveries, IN_PARTS } from "./deliveries.js";
import { Parting } from "./parting.js";
import type {
  BindRequest, BindVerdict, CancelAnswer, CustomerEvents, CustomerOptions, CustomerSession, DeliverAnswer, QueryAnswer, WireLog,
} from "./protocol.js";
import { Sequence } from "./sequence.js";
import { Pause, Session } from "./session.js";
import type { SessionHooks } from "./session.js";

/** Above this many times its window a customer's submits are throttled; up to it reading merely pauses. */
const OVERRUN_FACTOR = 2;
/** How long a customer who asked to part waits at most for the answers we owe. */
const PART_MS = 5_000;

const NO_KEYS: ReadonlyMap<number, number> = new Map();
const NO_DELIVERIES = new Deliveries(1, () => undefined);

/** Frames of fewer or more octets are none; before the bind less is due than after it. */
export interface ConnectionLimits {
  readonly minOctets: number;
  readonly maxUnboundOctets: number;
  readonly maxBoundOctets: number;
  /** Probes without a sign of life that end the connection; the usual number when not given. */
  readonly enquireTries?: number;
}

export type AcceptedBind = BindVerdict & { readonly accepted: true };

let lastId = 0;

export abstract class CustomerConnection implements CustomerSession, SessionHooks {
  readonly id = ++lastId;
  abstract readonly protocol: string;
  abstract readonly protocolNo: number;
  abstract readonly version: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly listener: string;
  readonly calledAccount: string;
  readonly connectedAtMs: number;
  owner: unknown = null;
  protected readonly options: CustomerOptions;
  protected readonly events: CustomerEvents;
  protected readonly log: WireLog;
  protected readonly session: Session;
  readonly #sequence = new Sequence();
  readonly #limits: ConnectionLimits;
  #deliveries = NO_DELIVERIES;
  #bound = false;
  #everBound = false;
  #receives = false;
  #deciding = false;
  #window = 0;
  #unanswered = 0;
  #freed = 0;
  /** A delivery was put off because half of the send buffer is in use. */
  #crowded = false;
  readonly #parting = new Parting();
  #ignored = 0;
  #refused = false;

  constructor(socket: Socket, address: string, port: number, options: CustomerOptions, events: CustomerEvents, limits: ConnectionLimits, calledAccount = "") {
    this.remoteAddress = address;
    this.remotePort = port;
    this.listener = options.name;
    this.calledAccount = calledAccount;
    this.connectedAtMs = options.clock.wallMs;
    this.options = options;
    this.events = events;
    this.log = options.log;
    this.#limits = limits;
    const { timers, maxSendBufferOctets, clock } = options;
    this.session = new Session(
      socket,
      {
        minFrameOctets: limits.minOctets, maxFrameOctets: limits.maxUnboundOctets, timers, maxSendBufferOctets, clock,
        ...(limits.enquireTries === undefined ? {} : { enquireTries: limits.enquireTries }),
      },
      this,
    );
  }

  // ---------------------------------------------------------------- what each protocol does its own way

  abstract frame(frame: Buffer): void;
  abstract enquire(): void;
  protected abstract writeSubmitAnswer(handle: number, outcome: Outcome, messageId: number): void;
  /** An answer that can no longer be written, for `answeredKeys`. */
  protected keepSubmitAnswer(_handle: number, _outcome: Outcome, _messageId: number): void {
    // Most protocols never send a request again.
  }
  protected abstract writeCancelAnswer(handle: number, answer: CancelAnswer): void;
  protected abstract writeQueryAnswer(handle: number, answer: QueryAnswer): void;
  /** Prepares a delivery; 0, IN_PARTS, or the status that says why this peer cannot be told it. */
  protected abstract composeDelivery(notice: Notice): number;
  /** The parts in which this peer can be told a text that one delivery cannot hold; null when it cannot. */
  protected abstract planDelivery(message: Message, reference: number): readonly Message[] | null;
  /** Writes the delivery prepared just now. */
  protected abstract writeDelivery(sequence: number): void;
  /** Writes our wish to part, or our consent to the peer's. */
  protected abstract writePart(sequence: number): void;
  protected abstract writePartAnswer(sequence: number): void;
  /** The last word to a peer whose stream is lost, of which so many octets stand; where the protocol has one. */
  protected abstract writeFramingLost(octets: Buffer): void;

  // ---------------------------------------------------------------- what the gateway asks

  /** Asks whether the connection may stay. */
  admit(): boolean {
    this.#refused = !this.events.connected(this);
    return !this.#refused;
  }

  /** Bound now, or once before it ended. */
  get everBound(): boolean {
    return this.#everBound;
  }

  get bound(): boolean {
    return this.#bound && !this.session.over;
  }

  get canReceive(): boolean {
    return this.#receives && this.bound && !this.#parting.begun;
  }

  get deliverFree(): number {
    return this.canReceive ? this.#deliveries.free : 0;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  get answeredKeys(): ReadonlyMap<number, number> {
    return NO_KEYS;
  }

  answerSubmit(handle: number, outcome: Outcome, messageId: number): void {
    if (this.#unanswered > 0) this.#unanswered--;
    if (this.session.over) {
      // Whoever owns us believes that it is answered, until the end is told.
      if (this.#bound) this.keepSubmitAnswer(handle, outcome, messageId);
      return;
    }
    this.writeSubmitAnswer(handle, outcome, messageId);
    this.#answered();
  }

  answerCancel(handle: number, answer: CancelAnswer): void {
    if (this.#unanswered > 0) this.#unanswered--;
    if (this.session.over) return;
    this.writeCancelAnswer(handle, answer);
    this.#answered();
  }

  answerQuery(handle: number, answer: QueryAnswer): void {
    if (this.#unanswered > 0) this.#unanswered--;
    if (this.session.over) return;
    this.writeQueryAnswer(handle, answer);
    this.#answered();
  }

  #answered(): void {
    if (this.#unanswered <= this.#window) this.session.resume(Pause.window);
    this.#partWhenDone();
  }

  deliver(notice: Notice): boolean {
    if (!this.canReceive || this.#deliveries.free === 0) return false;
    // A slow reader is no stuck one: the rest waits with its owner, who is told again on a tick.
    this.#crowded = this.session.waitingOctets > this.options.maxSendBufferOctets / 2;
    if (this.#crowded) return false;
    const status = this.composeDelivery(notice);
    if (status !== 0) return notice.kind === "inbound" && status === IN_PARTS ? this.#deliverParts(notice) : this.#cannotSay(notice, status);
    const sequence = this.takeSequence();
    this.#deliveries.sent(sequence, notice, this.session.sessionMs);
    this.writeDelivery(sequence);
    return true;
  }

  /** The reference is the same whenever the notice is sent again, and another than its neighbours'. */
  #deliverParts(notice: InboundNotice): boolean {
    const parts = this.planDelivery(notice.message, notice.messageId & 0xffff);
    if (parts === null) return this.#cannotSay(notice, IN_PARTS);
    this.#deliveries.begin(notice, parts);
    this.#feed();
    return true;
  }

  /** Sends waiting parts as far as there are places and the send buffer has room. */
  #feed(): void {
    for (let part = this.#deliveries.nextPart(); part !== null; part = this.#deliveries.nextPart()) {
      this.#crowded = this.session.waitingOctets > this.options.maxSendBufferOctets / 2;
      if (this.#crowded) return;
      if (this.composeDelivery(part) !== 0) {
        this.#deliveries.partUnsayable();
        continue;
      }
      const sequence = this.takeSequence();
      this.#deliveries.partSent(sequence, this.session.sessionMs);
      this.writeDelivery(sequence);
    }
  }

  pauseReading(): void {
    this.session.pause(Pause.owner);
  }

  resumeReading(): void {
    this.session.resume(Pause.owner);
  }

  setWindow(window: number): void {
    this.#window = window;
    if (this.#unanswered <= window) this.session.resume(Pause.window);
  }

  unbind(reason: string, withinMs: number): void {
    if (this.session.over || this.#parting.begun) return;
    if (!this.#bound) return this.session.end(reason);
    this.#parting.begin(reason, this.options.clock.monotonicMs + withinMs);
    this.#partWhenDone();
  }

  destroy(reason: string): void {
    this.session.destroy(reason);
  }

  // ---------------------------------------------------------------- what the session brings

  readDone(): void {
    if (this.#freed === 0) return;
    this.#freed = 0;
    if (!this.canReceive) return;
    this.#feed();
    if (this.#deliveries.free > 0) this.events.deliverWindowOpen(this);
  }

  framingLost(announced: number, octets: Buffer): void {
    const fields = { listener: this.listener, remote: this.remoteAddress, announced, octets: octets.toString("hex", 0, 16) };
    this.log.event("warn", "frame_refused", fields);
    this.writeFramingLost(octets);
  }

  tick(sessionMs: number, nowMs: number): void {
    const sentBefore = sessionMs - this.options.timers.responseMs;
    this.#freed += this.#deliveries.takeOverdue(sentBefore);
    if (this.#crowded) this.#freed++;
    this.readDone();
    if (this.#parting.isOver(nowMs)) this.#partNow();
  }

  closed(reason: string): void {
    const wasBound = this.#bound;
    this.#bound = false;
    const fields = { listener: this.listener, remote: this.remoteAddress, reason, frames: this.session.framesIn, ignored: this.#ignored };
    // What strangers send ends in one line: framing has written its own, and a probe that just hangs up is no news.
    const quiet = wasBound || reason === "framing" || reason === "peer_closed" || this.#refused;
    this.log.event(quiet ? "debug" : "warn", wasBound ? "session_closed" : "unbound_closed", fields);
    if (!this.#refused) this.events.closed(this, reason, this.#deliveries.drain());
  }

  // ---------------------------------------------------------------- what a protocol's session does with it

  /** Bound once and not closed since: the state, whatever the socket does. */
  protected get isBound(): boolean {
    return this.#bound;
  }

  /** A bind came before and is not decided yet, or is done. */
  protected get hasAskedToBind(): boolean {
    return this.#bound || this.#deciding;
  }

  protected get parting(): boolean {
    return this.#parting.begun;
  }

  /** The number of our next request. */
  protected takeSequence(): number {
    return this.#sequence.take(this.#deliveries);
  }

  /** Asks the gateway about a bind; what was sent behind it without waiting is read once it is decided. */
  protected ask(request: BindRequest, decided: (verdict: BindVerdict) => void): void {
    this.#deciding = true;
    this.events.bind(this, request, (verdict) => {
      if (!this.#deciding || this.session.over) return;
      this.#deciding = false;
      decided(verdict);
      if (verdict.accepted) this.session.resume(Pause.bind);
    });
    if (this.#deciding) this.session.pause(Pause.bind);
  }

  /** The bind is accepted: windows open, longer frames may come. */
  protected begin(verdict: AcceptedBind, receives: boolean): void {
    this.#bound = true;
    this.#everBound = true;
    this.#receives = receives;
    this.#window = verdict.window;
    this.#deliveries = new Deliveries(Math.max(1, verdict.deliverWindow), (notice, answer) => this.events.delivered(this, notice, answer));
    this.session.bound(this.#limits.maxBoundOctets);
  }

  /** Why no further request is taken now: `store_unavailable` while parting, `throttled` far beyond the window; else `ok`. */
  protected get room(): Outcome {
    if (this.#parting.begun) return Outcome.store_unavailable;
    return this.#unanswered >= this.#window * OVERRUN_FACTOR ? Outcome.throttled : Outcome.ok;
  }

  /** A request that the gateway is to answer goes to it now. */
  protected take(): void {
    this.session.transaction();
    this.#unanswered++;
    if (this.#unanswered > this.#window) this.session.pause(Pause.window);
  }

  /** The peer answered one of our deliveries. */
  protected deliveryAnswered(sequence: number, answer: DeliverAnswer): void {
    if (!this.#deliveries.answered(sequence, answer)) return this.ignore();
    this.session.transaction();
    this.#freed++;
  }

  /** Counts what is neither wanted nor answered. */
  protected ignore(): void {
    this.#ignored++;
  }

  /** The peer wishes to part: agreed to once the answers owed are out. */
  protected partAsked(sequence: number): void {
    const parting = this.#parting;
    if (parting.peerSequence >= 0) return this.writePartAnswer(sequence);
    parting.begin("unbound_by_peer", this.options.clock.monotonicMs + PART_MS);
    parting.wished(sequence);
    this.#partWhenDone();
  }

  /** The peer agrees to part. */
  protected partAgreed(): void {
    if (this.#parting.agreed()) this.#partWhenDone();
    else this.ignore();
  }

  #partWhenDone(): void {
    const next = this.#parting.next(this.#unanswered);
    if (next === "ask") this.writePart(this.takeSequence());
    else if (next === "end") this.#partNow();
  }

  #partNow(): void {
    const { peerSequence, reason } = this.#parting;
    if (peerSequence >= 0) this.writePartAnswer(peerSequence);
    this.session.end(reason);
  }

  /** A notice that this peer cannot be told: refused in its name, in a turn of its own. */
  #cannotSay(notice: Notice, status: number): boolean {
    this.log.event("warn", "inbound_unsayable", { listener: this.listener, remote: this.remoteAddress, status });
    setImmediate(() => this.events.delivered(this, notice, "refused"));
    return true;
  }
}
