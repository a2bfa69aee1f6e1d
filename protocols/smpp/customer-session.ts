/**
 * SmppCustomerSession: one customer's connection, with us as the message centre.
 *
 * ```
 *  open --bind--> (deciding) --ok--> bound --unbind, ours or theirs--> parting --all owed answers out--> closed
 *    |                '--refused, answered--> closed
 *    '--anything but bind and enquire_link: answered--> closed
 * ```
 */
import type { Socket } from "node:net";
import { Outcome } from "../model/outcome.js";
import type { InboundNotice, Notice } from "../model/receipt.js";
import type { BindVerdict, CancelAnswer, CustomerEvents, CustomerSession, ListenOptions, QueryAnswer, WireLog } from "../wire/protocol.js";
import { Sequence } from "../wire/sequence.js";
import { Pause, Session } from "../wire/session.js";
import type { SessionHooks } from "../wire/session.js";
import { Window } from "../wire/window.js";
import { VERSION_33, VERSION_34, boundState, directionOf, isBind, normalVersion, refusalStatus, versionName } from "./bind.js";
import {
  MESSAGE_ID_RESP_MAX_OCTETS, MESSAGE_MAX_OCTETS, decodeBind, decodeSubmitSm, encodeBindResp, encodeDeliverSm, encodeHeaderOnly,
  encodeSubmitSmResp, isFault, readCommandId, readSequence, readStatus,
} from "./codec.js";
import { CommandId, SessionState, responseId } from "./commands.js";
import { Composer } from "./compose.js";
import { messageOfSubmit } from "./convert.js";
import type { ReadingTerms } from "./convert.js";
import {
  MAX_FRAME_BOUND_OCTETS, MAX_FRAME_UNBOUND_OCTETS, MIN_FRAME_OCTETS, deliverAnswerOf, refusalCommand, refusalStatusOf, shownMessageId,
} from "./operations.js";
import { ReceiptComposer } from "./receipts.js";
import { Status, outcomeStatus } from "./status.js";

/** Above this many times its window a customer's submits are throttled; up to it reading merely pauses. */
const OVERRUN_FACTOR = 2;
/** How long a customer who asked to part waits at most for the answers we owe. */
const PART_MS = 5_000;
/** Dates in receipts are China's. */
const RECEIPT_ZONE_MINUTES = 480;
const BIND_RESP_OCTETS = 96;

/** Bodies are filled and written within one call, so all sessions share one of each. */
const composer = new Composer();
const receiptComposer = new ReceiptComposer();
const NO_KEYS: ReadonlyMap<number, number> = new Map();
const NO_WINDOW = new Window<Notice>(1);

let lastId = 0;

export class SmppCustomerSession implements CustomerSession, SessionHooks {
  readonly id = ++lastId;
  readonly protocol = "smpp";
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly listener: string;
  readonly connectedAtMs: number;
  /** SMPP has no way to send a submit again: an unanswered one that comes again is a new one. */
  readonly answeredKeys: ReadonlyMap<number, number> = NO_KEYS;
  owner: unknown = null;
  readonly #options: ListenOptions;
  readonly #events: CustomerEvents;
  readonly #log: WireLog;
  readonly #session: Session;
  readonly #sequence = new Sequence();
  #state: SessionState = SessionState.open;
  #version = VERSION_34;
  #deciding = false;
  #terms: ReadingTerms = { alphabet0: "gsm7", version: VERSION_34 };
  #window = 0;
  #unanswered = 0;
  #deliveries = NO_WINDOW;
  #freed = 0;
  /** A delivery was put off because half of the send buffer is in use. */
  #crowded = false;
  /** Parting: no new submits are taken. `#partSequence` is the peer's unbind to be answered, -1 when we asked. */
  #parting = false;
  #partSequence = -1;
  #partBy = 0;
  #partReason = "";
  #unbindSent = false;
  #unbindAnswered = false;
  #ignored = 0;
  #refused = false;

  constructor(socket: Socket, address: string, port: number, options: ListenOptions, events: CustomerEvents) {
    this.remoteAddress = address;
    this.remotePort = port;
    this.listener = options.name;
    this.connectedAtMs = options.clock.wallMs;
    this.#options = options;
    this.#events = events;
    this.#log = options.log;
    const { timers, maxSendBufferOctets, clock } = options;
    this.#session = new Session(
      socket,
      { minFrameOctets: MIN_FRAME_OCTETS, maxFrameOctets: MAX_FRAME_UNBOUND_OCTETS, timers, maxSendBufferOctets, clock },
      this,
    );
  }

  /** Asks whether the connection may stay. */
  admit(): boolean {
    this.#refused = !this.#events.connected(this);
    return !this.#refused;
  }

  get version(): string {
    return this.#isBound ? versionName(this.#version) : "";
  }

  get bound(): boolean {
    return this.#isBound && !this.#session.over;
  }

  get canReceive(): boolean {
    return this.bound && !this.#parting && this.#state !== SessionState.bound_tx;
  }

  get deliverFree(): number {
    return this.canReceive ? this.#deliveries.free : 0;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  get #isBound(): boolean {
    return (this.#state & (SessionState.bound_tx | SessionState.bound_rx | SessionState.bound_trx)) !== 0;
  }

  // ---------------------------------------------------------------- what the gateway asks

  answerSubmit(handle: number, outcome: Outcome, messageId: number): void {
    if (this.#unanswered > 0) this.#unanswered--;
    if (this.#session.over) return;
    const status = outcome === Outcome.ok ? 0 : outcomeStatus(outcome);
    const id = status === 0 ? shownMessageId(messageId, this.#version) : "";
    const target = this.#session.reserve(MESSAGE_ID_RESP_MAX_OCTETS);
    this.#session.commit(encodeSubmitSmResp(target, this.#session.at, handle, status, id));
    if (this.#unanswered <= this.#window) this.#session.resume(Pause.window);
    if (this.#parting) this.#partWhenDone();
  }

  answerCancel(handle: number, answer: CancelAnswer): void {
    const status = answer === "ok" ? 0 : answer === "unavailable" ? Status.ESME_RSYSERR : Status.ESME_RCANCELFAIL;
    this.#header(CommandId.cancel_sm_resp, status, handle);
  }

  answerQuery(handle: number, answer: QueryAnswer): void {
    this.#header(CommandId.query_sm_resp, answer.kind === "unavailable" ? Status.ESME_RSYSERR : Status.ESME_RQUERYFAIL, handle);
  }

  deliver(notice: Notice): boolean {
    if (!this.canReceive || this.#deliveries.free === 0) return false;
    // A slow reader is no stuck one: the rest waits with its owner, who is told again on a tick.
    this.#crowded = this.#session.waitingOctets > this.#options.maxSendBufferOctets / 2;
    if (this.#crowded) return false;
    if (notice.kind === "inbound") {
      const status = composer.compose(notice.message, this.#terms.alphabet0, this.#version >= VERSION_34);
      if (status !== 0) return this.#cannotSay(notice, status);
    } else {
      receiptComposer.compose(notice, shownMessageId(notice.messageId, this.#version), this.#version, RECEIPT_ZONE_MINUTES);
    }
    const body = notice.kind === "inbound" ? composer.body : receiptComposer.body;
    const sequence = this.#sequence.take(this.#deliveries);
    this.#deliveries.add(sequence, CommandId.deliver_sm, notice, this.#session.sessionMs);
    const target = this.#session.reserve(MESSAGE_MAX_OCTETS + body.tlvs.length);
    this.#session.commit(encodeDeliverSm(target, this.#session.at, sequence, body));
    return true;
  }

  pauseReading(): void {
    this.#session.pause(Pause.owner);
  }

  resumeReading(): void {
    this.#session.resume(Pause.owner);
  }

  setWindow(window: number): void {
    this.#window = window;
    if (this.#unanswered <= window) this.#session.resume(Pause.window);
  }

  unbind(reason: string, withinMs: number): void {
    if (this.#session.over || this.#parting) return;
    if (!this.#isBound) return this.#session.end(reason);
    this.#part(reason, withinMs);
    this.#partWhenDone();
  }

  destroy(reason: string): void {
    this.#session.destroy(reason);
  }

  // ---------------------------------------------------------------- what the session brings

  frame(frame: Buffer): void {
    const commandId = readCommandId(frame);
    switch (commandId) {
      case CommandId.submit_sm:
        return this.#submitted(frame);
      case CommandId.deliver_sm_resp:
        return this.#delivered(readSequence(frame), CommandId.deliver_sm, readStatus(frame));
      case CommandId.generic_nack:
        return this.#delivered(readSequence(frame), 0, readStatus(frame) || Status.ESME_RUNKNOWNERR);
      case CommandId.enquire_link:
        this.#session.transaction();
        return this.#header(CommandId.enquire_link_resp, 0, readSequence(frame));
      case CommandId.enquire_link_resp:
        // A quiet receiver that answers our probes is alive: cutting it off would only make its receipts wait.
        return this.#session.transaction();
      case CommandId.unbind:
        return this.#unbindAsked(frame);
      case CommandId.unbind_resp:
        this.#unbindAnswered = true;
        return this.#parting ? this.#partWhenDone() : this.#ignore();
      default:
        return isBind(commandId) ? this.#bindAsked(commandId, frame) : this.#refuse(commandId, frame);
    }
  }

  readDone(): void {
    if (this.#freed === 0) return;
    this.#freed = 0;
    if (this.canReceive) this.#events.deliverWindowOpen(this);
  }

  framingLost(announced: number, octets: Buffer): void {
    const fields = { listener: this.listener, remote: this.remoteAddress, announced, octets: octets.toString("hex", 0, 16) };
    this.#log.event("warn", "frame_refused", fields);
    this.#header(CommandId.generic_nack, Status.ESME_RINVCMDLEN, octets.length >= MIN_FRAME_OCTETS ? readSequence(octets) : 0);
  }

  enquire(): void {
    this.#header(CommandId.enquire_link, 0, this.#sequence.take(this.#deliveries));
  }

  tick(sessionMs: number, nowMs: number): void {
    const sentBefore = sessionMs - this.#options.timers.responseMs;
    for (let late = this.#deliveries.takeOverdue(sentBefore); late !== null; late = this.#deliveries.takeOverdue(sentBefore)) {
      this.#freed++;
      this.#events.delivered(this, late, "timeout");
    }
    if (this.#crowded) this.#freed++;
    this.readDone();
    if (this.#parting && nowMs >= this.#partBy) this.#partNow();
  }

  closed(reason: string): void {
    const wasBound = this.#isBound;
    this.#state = SessionState.closed;
    const fields = { listener: this.listener, remote: this.remoteAddress, reason, frames: this.#session.framesIn, ignored: this.#ignored };
    // What strangers send ends in one line: framing has written its own, and a probe that just hangs up is no news.
    const quiet = wasBound || reason === "framing" || reason === "peer_closed" || this.#refused;
    this.#log.event(quiet ? "debug" : "warn", wasBound ? "session_closed" : "unbound_closed", fields);
    if (!this.#refused) this.#events.closed(this, reason, this.#deliveries === NO_WINDOW ? [] : this.#deliveries.drain());
  }

  // ---------------------------------------------------------------- requests of the customer

  #submitted(frame: Buffer): void {
    const sequence = readSequence(frame);
    if ((this.#state & (SessionState.bound_tx | SessionState.bound_trx)) === 0) return this.#refuse(CommandId.submit_sm, frame);
    if (this.#parting) return this.#refuseSubmit(sequence, Status.ESME_RSYSERR, Outcome.store_unavailable, "parting");
    if (this.#unanswered >= this.#window * OVERRUN_FACTOR) {
      return this.#refuseSubmit(sequence, Status.ESME_RTHROTTLED, Outcome.throttled, "window");
    }
    const body = decodeSubmitSm(frame);
    const message = isFault(body) ? body : messageOfSubmit(body, this.#terms, this.#options.clock.wallMs);
    if (isFault(message)) return this.#refuseSubmit(sequence, message.status, Outcome.malformed, message.field);
    this.#session.transaction();
    this.#unanswered++;
    if (this.#unanswered > this.#window) this.#session.pause(Pause.window);
    this.#events.submit(this, sequence, message);
  }

  #refuseSubmit(sequence: number, status: number, outcome: Outcome, detail: string): void {
    this.#header(CommandId.submit_sm_resp, status, sequence);
    this.#events.refused(this, outcome, detail);
  }

  /** The answer to one of our deliveries; its body, whatever it looks like, says nothing. */
  #delivered(sequence: number, command: number, status: number): void {
    const notice = this.#deliveries.take(sequence, command);
    if (notice === null) return this.#ignore();
    this.#session.transaction();
    this.#freed++;
    this.#events.delivered(this, notice, deliverAnswerOf(status));
  }

  #ignore(): void {
    this.#ignored++;
  }

  #unbindAsked(frame: Buffer): void {
    if (!this.#isBound) return this.#refuse(CommandId.unbind, frame);
    if (this.#parting && this.#partSequence >= 0) return this.#header(CommandId.unbind_resp, 0, readSequence(frame));
    this.#part("unbound_by_peer", PART_MS);
    this.#partSequence = readSequence(frame);
    this.#partWhenDone();
  }

  #part(reason: string, withinMs: number): void {
    if (!this.#parting) this.#partReason = reason;
    this.#parting = true;
    this.#partBy = this.#options.clock.monotonicMs + withinMs;
  }

  /**
   * Parts once nothing is owed: at the peer's wish at once then, at ours when it has agreed. It is not asked before, since
   * many close the moment they agree.
   */
  #partWhenDone(): void {
    if (this.#unanswered > 0) return;
    if (this.#partSequence >= 0 || this.#unbindAnswered) return this.#partNow();
    if (this.#unbindSent) return;
    this.#unbindSent = true;
    this.#header(CommandId.unbind, 0, this.#sequence.take(this.#deliveries));
  }

  #partNow(): void {
    if (this.#partSequence >= 0) this.#header(CommandId.unbind_resp, 0, this.#partSequence);
    this.#session.end(this.#partReason);
  }

  /** Answers a request that is not served here, and closes a connection that does not begin with a bind. */
  #refuse(commandId: number, frame: Buffer): void {
    const answer = refusalCommand(commandId);
    if (answer === 0) return this.#ignore();
    const status = refusalStatusOf(commandId, "smsc", this.#state, this.#version);
    this.#header(answer, status, readSequence(frame));
    if (commandId === CommandId.submit_sm && this.#isBound) this.#events.refused(this, Outcome.malformed, "bind_state");
    if (this.#state === SessionState.open && status === Status.ESME_RINVBNDSTS) this.#session.end("request_before_bind");
  }

  // ---------------------------------------------------------------- bind

  #bindAsked(commandId: number, frame: Buffer): void {
    const sequence = readSequence(frame);
    const answerId = responseId(commandId);
    if (this.#state !== SessionState.open || this.#deciding) return this.#header(answerId, Status.ESME_RALYBND, sequence);
    // Names and passwords longer than the standard's are in use; whether they are right is not for us to say.
    const body = decodeBind(frame, true);
    if (isFault(body)) {
      this.#header(answerId, body.status, sequence);
      return this.#session.end(`bind_malformed_${body.field}`);
    }
    this.#deciding = true;
    this.#version = normalVersion(body.interface_version);
    const direction = directionOf(commandId);
    const answer = (verdict: BindVerdict): void => {
      if (!this.#deciding || this.#session.over) return;
      this.#deciding = false;
      if (verdict.accepted) this.#accept(verdict, boundState(direction), answerId, sequence);
      else this.#refuseBind(refusalStatus(verdict.reason), verdict.reason, answerId, sequence);
    };
    const proof = { kind: "password" as const, password: body.password };
    this.#events.bind(this, { systemId: body.system_id, proof, direction, version: versionName(this.#version) }, answer);
    // What was sent behind the bind without waiting is read once the bind is decided.
    if (this.#deciding) this.#session.pause(Pause.bind);
  }

  #accept(verdict: BindVerdict & { readonly accepted: true }, state: SessionState, answerId: number, sequence: number): void {
    this.#state = state;
    this.#window = verdict.window;
    this.#deliveries = new Window<Notice>(Math.max(1, verdict.deliverWindow));
    this.#terms = { alphabet0: verdict.alphabet0, version: this.#version };
    this.#session.bound(MAX_FRAME_BOUND_OCTETS);
    const shown = this.#version === VERSION_33 ? -1 : this.#version;
    const target = this.#session.reserve(BIND_RESP_OCTETS);
    this.#session.commit(encodeBindResp(answerId, target, this.#session.at, sequence, 0, this.#options.systemId, shown));
    this.#session.resume(Pause.bind);
  }

  #refuseBind(status: number, reason: string, answerId: number, sequence: number): void {
    this.#header(answerId, status, sequence);
    this.#session.end(`bind_${reason}`);
  }

  // ---------------------------------------------------------------- writing

  #header(commandId: number, status: number, sequence: number): void {
    if (this.#session.over) return;
    const target = this.#session.reserve(MIN_FRAME_OCTETS);
    this.#session.commit(encodeHeaderOnly(target, this.#session.at, commandId, status, sequence));
  }

  /** An inbound message this bind cannot be told (too long for 3.3): refused in its name, in a turn of its own. */
  #cannotSay(notice: InboundNotice, status: number): boolean {
    this.#log.event("warn", "inbound_unsayable", { listener: this.listener, remote: this.remoteAddress, status });
    setImmediate(() => this.#events.delivered(this, notice, "refused"));
    return true;
  }
}
