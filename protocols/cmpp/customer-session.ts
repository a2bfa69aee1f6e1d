/**
 * CmppCustomerSession: one SP's connection, with us as the ISMG.
 *
 * The life of a session is wire/customer-connection.ts's; here are its PDUs. Before a CONNECT nothing else is served, and
 * a command that no SP sends ends the connection: there is no answer that says so. [protocols sheet 1.3 to 1.16]
 *
 * ```
 *   SUBMIT --seen before, same octets--> the same answer, or none while it is being decided
 *          --seen before, other octets-> Result 3
 *          --new-----------------------> remembered by Sequence_Id for T x N, given to the gateway
 * ```
 */
import type { Socket } from "node:net";
import type { Message } from "../model/message.js";
import { Outcome } from "../model/outcome.js";
import { planInbound } from "../model/plan.js";
import type { Notice } from "../model/receipt.js";
import { AnsweredSubmits, Seen } from "../wire/answered.js";
import { CustomerConnection } from "../wire/customer-connection.js";
import type { AcceptedBind } from "../wire/customer-connection.js";
import { hashOctets } from "../wire/octet-hash.js";
import type { BindVerdict, CancelAnswer, CustomerEvents, DayCounts, ListenOptions, QueryAnswer } from "../wire/protocol.js";
import { ConnectProof, NO_AUTHENTICATOR, VERSION_30, answerVersion, isSpoken, refusalStatus, versionName } from "./bind.js";
import {
  CONNECT_RESP_MAX_OCTETS, DELIVER_MAX_OCTETS, HEADER_OCTETS, RESULT_RESP_MAX_OCTETS, decodeCancel, decodeConnect, decodeDeliverResp, decodeQuery,
  decodeSubmit, encodeActiveTestResp, encodeBody, encodeCancelResp, encodeConnectResp, encodeDeliver, encodeHeaderOnly, encodeSubmitResp, isFault,
  readCommandId, readSequence,
} from "./codec.js";
import type { DeliverBody, QueryBody } from "./codec.js";
import { CommandId, isResponse } from "./commands.js";
import { DeliverComposer } from "./compose.js";
import { messageOfSubmit, toDestination } from "./convert.js";
import { CmppLinkText } from "./link-text.js";
import { msgIdHigh, msgIdLow, ourMessageId } from "./msgid.js";
import { MAX_FRAME_OCTETS, MIN_FRAME_OCTETS, deliverAnswerOf, successId } from "./operations.js";
import { ReportComposer } from "./receipts.js";
import { gatewayCodeOf } from "./settings.js";
import { ConnectStatus, Result, outcomeStatus } from "./status.js";

/** N: a peer that leaves so many ACTIVE_TESTs unanswered is gone. */
const TRIES = 3;
const LIMITS = { minOctets: MIN_FRAME_OCTETS, maxUnboundOctets: MAX_FRAME_OCTETS, maxBoundOctets: MAX_FRAME_OCTETS, enquireTries: TRIES };
/** How long a submit may come again: T x N of the standard, whatever our own response time is. */
const RESEND_MS = 180_000;
/** Submits remembered: at least so many, and several windows' worth. */
const REMEMBERED_LEAST = 1_024;
const REMEMBERED_WINDOWS = 4;
const QUERY_RESP_OCTETS = 63;
const ACTIVE_TEST_RESP_OCTETS = 13;
const CANCEL_RESP_OCTETS = 16;
/** Where the Version stands in a CONNECT. */
const VERSION_AT = 34;
const NO_COUNTS: DayCounts = { accepted: 0, sent: 0, waiting: 0, failed: 0, inboundDelivered: 0, inboundWaiting: 0, inboundFailed: 0 };
const NOT_REMEMBERED = new AnsweredSubmits(1, 0);

/** What SPs can be told. */
const CUSTOMER_TEXT = new CmppLinkText("udh8", "keep", 0);

/** Bodies are filled and written within one call, so all sessions share one of each. */
const deliverComposer = new DeliverComposer();
const reportComposer = new ReportComposer();
let composed: DeliverBody = reportComposer.body;

export class CmppCustomerSession extends CustomerConnection {
  readonly protocol = "cmpp";
  readonly protocolNo = 2;
  readonly #gatewayCode: number;
  #version = VERSION_30;
  #terms = { contentSource: "" };
  #submits = NOT_REMEMBERED;
  #remembered = 0;
  /** Queries whose answer is being looked for, by sequence: the answer repeats them. */
  readonly #queries = new Map<number, QueryBody>();

  constructor(socket: Socket, address: string, port: number, options: ListenOptions, events: CustomerEvents) {
    super(socket, address, port, options, events, LIMITS);
    this.#gatewayCode = gatewayCodeOf(options.settings);
  }

  get version(): string {
    return this.isBound ? versionName(this.#version) : "";
  }

  override get answeredKeys(): ReadonlyMap<number, number> {
    return this.#submits.keys(this.options.clock.monotonicMs);
  }

  override setWindow(window: number): void {
    super.setWindow(window);
    if (this.isBound) this.#remember(window);
  }

  // ---------------------------------------------------------------- answers and deliveries

  protected writeSubmitAnswer(handle: number, outcome: Outcome, messageId: number): void {
    this.keepSubmitAnswer(handle, outcome, messageId);
    this.#writeSubmitResp(handle, outcome, messageId);
  }

  protected override keepSubmitAnswer(handle: number, outcome: Outcome, messageId: number): void {
    // What may pass is no answer for good: the same submit may come again and be taken.
    if (isPassing(outcome)) this.#submits.forget(handle);
    else this.#submits.answered(handle, outcome, messageId);
  }

  protected writeCancelAnswer(handle: number, answer: CancelAnswer): void {
    const target = this.session.reserve(CANCEL_RESP_OCTETS);
    this.session.commit(encodeCancelResp(target, this.session.at, handle, this.#version, successId(answer)));
  }

  /** Figures that cannot be had are not answered: zeros would be taken for true, and an SP asks again. */
  protected writeQueryAnswer(handle: number, answer: QueryAnswer): void {
    const query = this.#queries.get(handle);
    this.#queries.delete(handle);
    if (query === undefined || answer.kind === "unavailable") return;
    this.#writeQueryResp(handle, query, answer.kind === "day" ? answer.counts : NO_COUNTS);
  }

  protected composeDelivery(notice: Notice): number {
    if (notice.kind === "inbound") {
      composed = deliverComposer.body;
      return deliverComposer.compose(notice, this.#version, this.#gatewayCode);
    }
    composed = reportComposer.body;
    reportComposer.compose(notice, this.#version, this.#gatewayCode);
    return 0;
  }

  protected planDelivery(message: Message, reference: number): readonly Message[] | null {
    return planInbound(message, CUSTOMER_TEXT, reference);
  }

  protected writeDelivery(sequence: number): void {
    const target = this.session.reserve(DELIVER_MAX_OCTETS);
    this.session.commit(encodeDeliver(target, this.session.at, sequence, this.#version, composed));
  }

  protected writePart(sequence: number): void {
    this.#header(CommandId.TERMINATE, sequence);
  }

  protected writePartAnswer(sequence: number): void {
    this.#header(CommandId.TERMINATE_RESP, sequence);
  }

  protected writeFramingLost(): void {
    // CMPP has no word for it.
  }

  enquire(): void {
    this.#header(CommandId.ACTIVE_TEST, this.takeSequence());
  }

  // ---------------------------------------------------------------- requests of the SP

  frame(frame: Buffer): void {
    const commandId = readCommandId(frame);
    if (!this.isBound) {
      if (commandId === CommandId.CONNECT) return this.#connectAsked(frame);
      return this.session.end("request_before_connect");
    }
    switch (commandId) {
      case CommandId.SUBMIT:
        return this.#submitted(frame);
      case CommandId.DELIVER_RESP:
        return this.#delivered(frame);
      case CommandId.ACTIVE_TEST:
        this.session.transaction();
        return this.#alive(readSequence(frame));
      case CommandId.ACTIVE_TEST_RESP:
        // A quiet SP that answers our probes is alive, with or without the reserved octet.
        return this.session.transaction();
      case CommandId.CANCEL:
        return this.#cancelAsked(frame);
      case CommandId.QUERY:
        return this.#queryAsked(frame);
      case CommandId.TERMINATE:
        return this.partAsked(readSequence(frame));
      case CommandId.TERMINATE_RESP:
        return this.partAgreed();
      case CommandId.CONNECT:
        return this.#writeConnectResp(readSequence(frame), this.#version, ConnectStatus.CONNECT_OTHER, NO_AUTHENTICATOR, this.#version);
      default:
        return isResponse(commandId) ? this.ignore() : this.#refuse(commandId);
    }
  }

  /** FWD, what gateways ask the routing server, an SP's DELIVER, and what nobody knows. [protocols sheet 1.11] */
  #refuse(commandId: number): void {
    this.log.event("warn", "command_refused", { listener: this.listener, remote: this.remoteAddress, command: commandId });
    this.session.end("command_refused");
  }

  #submitted(frame: Buffer): void {
    const sequence = readSequence(frame);
    const { monotonicMs, wallMs } = this.options.clock;
    const key = hashOctets(frame, 8, frame.length);
    const seen = this.#submits.look(sequence, key, monotonicMs);
    if (seen !== Seen.no) return this.#submittedAgain(sequence, seen);
    const room = this.room;
    if (room !== Outcome.ok) return this.#refuseSubmit(sequence, outcomeStatus(room), room, this.parting ? "parting" : "window");
    const body = decodeSubmit(frame, this.#version);
    if (isFault(body)) return this.#refuseSubmit(sequence, body.status, Outcome.malformed, body.field);
    const message = messageOfSubmit(body, this.#terms, wallMs);
    if (isFault(message)) return this.#refuseSubmit(sequence, message.status, Outcome.malformed, message.field);
    message.submitKey = key;
    this.#submits.add(sequence, key, monotonicMs);
    this.take();
    const { Dest_terminal_Id: destinations } = body;
    if (destinations.length === 1) this.events.submit(this, sequence, message);
    else this.events.submitAll(this, sequence, this.#toAll(message, destinations));
  }

  /** One message for each destination, in their order; the key stands for all and is the first one's. */
  #toAll(first: Message, destinations: readonly string[]): Message[] {
    const messages = [first];
    for (let index = 1; index < destinations.length; index++) {
      const message = toDestination(first, destinations[index] as string);
      message.submitKey = 0;
      messages.push(message);
    }
    return messages;
  }

  #submittedAgain(sequence: number, seen: Seen): void {
    this.session.transaction();
    // One answer serves both while it is still to come.
    if (seen === Seen.answered) this.#writeSubmitResp(sequence, this.#submits.outcome, this.#submits.messageId);
    if (seen === Seen.other) this.#refuseSubmit(sequence, Result.CMPP_DUPLICATE_SEQUENCE, Outcome.malformed, "Sequence_Id");
  }

  #refuseSubmit(sequence: number, result: number, outcome: Outcome, detail: string): void {
    this.#writeResult(sequence, 0, 0, result);
    this.events.refused(this, outcome, detail);
  }

  /** The answer to one of our deliveries; one that breaks off before its Result has come all the same. */
  #delivered(frame: Buffer): void {
    const body = decodeDeliverResp(frame);
    this.deliveryAnswered(readSequence(frame), deliverAnswerOf(isFault(body) ? Result.CMPP_OK : body.Result));
  }

  #cancelAsked(frame: Buffer): void {
    const sequence = readSequence(frame);
    const body = decodeCancel(frame);
    const messageId = isFault(body) ? 0 : ourMessageId(body.Msg_Id_high, body.Msg_Id_low, this.#gatewayCode, this.options.clock.wallMs);
    // Another gateway's id, or none at all, is nothing of ours.
    if (messageId === 0) return this.writeCancelAnswer(sequence, "not_found");
    if (this.room !== Outcome.ok) return this.writeCancelAnswer(sequence, "unavailable");
    this.take();
    this.events.cancel(this, sequence, { messageId, source: "", destination: "", serviceType: "" });
  }

  /**
   * A day that is none, a kind of question nobody knows, or one that breaks off before it is said, is answered with zeros:
   * QUERY_RESP has no word for it. One that comes while its like is being answered, or beyond the window, is not answered: it
   * comes again. [protocols sheet 1.8]
   */
  #queryAsked(frame: Buffer): void {
    const sequence = readSequence(frame);
    const query = decodeQuery(frame);
    if (isFault(query)) return this.ignore();
    if (!isDay(query.Time) || query.Query_Type > 1) return this.#writeQueryResp(sequence, query, NO_COUNTS);
    if (this.room !== Outcome.ok || this.#queries.has(sequence)) return this.ignore();
    this.#queries.set(sequence, query);
    this.take();
    this.events.query(this, sequence, { kind: "day", day: query.Time, serviceType: query.Query_Type === 1 ? query.Query_Code : null });
  }

  // ---------------------------------------------------------------- connect

  #connectAsked(frame: Buffer): void {
    const sequence = readSequence(frame);
    const version = frame[VERSION_AT] ?? VERSION_30;
    this.#version = isSpoken(version) ? version : answerVersion(version);
    const body = decodeConnect(frame);
    if (isFault(body)) return this.#refuseConnect(sequence, ConnectStatus.CONNECT_STRUCTURE, this.#version, `malformed_${body.field}`);
    if (!isSpoken(version)) return this.#refuseConnect(sequence, ConnectStatus.CONNECT_VERSION, VERSION_30, "version_unknown");
    const proof = new ConnectProof(body);
    this.ask({ systemId: body.Source_Addr, proof, direction: "both", version: versionName(version) }, (verdict: BindVerdict) => {
      if (verdict.accepted) return this.#accept(verdict, body.Source_Addr, sequence, proof.authenticator);
      const status = refusalStatus(verdict.reason);
      const shown = status === ConnectStatus.CONNECT_VERSION ? VERSION_30 : version;
      this.#refuseConnect(sequence, status, shown, verdict.reason);
    });
  }

  #accept(verdict: AcceptedBind, spId: string, sequence: number, authenticator: Buffer): void {
    this.#terms = { contentSource: verdict.checkContentSource ? spId : "" };
    this.begin(verdict, true);
    this.#remember(verdict.window);
    this.#writeConnectResp(sequence, this.#version, ConnectStatus.CONNECT_OK, authenticator, this.#version);
  }

  #refuseConnect(sequence: number, status: number, shownVersion: number, reason: string): void {
    this.#writeConnectResp(sequence, this.#version, status, NO_AUTHENTICATOR, shownVersion);
    this.session.end(`bind_${reason}`);
  }

  /** Room for several windows of submits; what is remembered of a smaller one is carried over. */
  #remember(window: number): void {
    const capacity = Math.max(REMEMBERED_LEAST, window * REMEMBERED_WINDOWS);
    if (capacity <= this.#remembered) return;
    this.#remembered = capacity;
    this.#submits = this.#submits === NOT_REMEMBERED ? new AnsweredSubmits(capacity, RESEND_MS) : this.#submits.grown(capacity);
  }

  // ---------------------------------------------------------------- writing

  #writeSubmitResp(sequence: number, outcome: Outcome, messageId: number): void {
    if (outcome !== Outcome.ok) return this.#writeResult(sequence, 0, 0, outcomeStatus(outcome));
    this.#writeResult(sequence, msgIdHigh(messageId, this.#gatewayCode), msgIdLow(messageId, this.#gatewayCode), Result.CMPP_OK);
  }

  #writeResult(sequence: number, high: number, low: number, result: number): void {
    const target = this.session.reserve(RESULT_RESP_MAX_OCTETS);
    this.session.commit(encodeSubmitResp(target, this.session.at, sequence, this.#version, high, low, result));
  }

  #writeConnectResp(sequence: number, version: number, status: number, authenticator: Buffer, shownVersion: number): void {
    const target = this.session.reserve(CONNECT_RESP_MAX_OCTETS);
    this.session.commit(encodeConnectResp(target, this.session.at, sequence, version, status, authenticator, shownVersion));
  }

  /** Messages to several destinations count once each, so messages and users are the same number. */
  #writeQueryResp(sequence: number, query: QueryBody, counts: DayCounts): void {
    const target = this.session.reserve(QUERY_RESP_OCTETS);
    const end = encodeBody(CommandId.QUERY_RESP, target, this.session.at, sequence, this.#version, {
      Time: query.Time, Query_Type: query.Query_Type, Query_Code: query.Query_Code,
      MT_TLMsg: counter(counts.accepted), MT_Tlusr: counter(counts.accepted), MT_Scs: counter(counts.sent),
      MT_WT: counter(counts.waiting), MT_FL: counter(counts.failed),
      MO_Scs: counter(counts.inboundDelivered), MO_WT: counter(counts.inboundWaiting), MO_FL: counter(counts.inboundFailed),
    });
    this.session.commit(end);
  }

  #alive(sequence: number): void {
    const target = this.session.reserve(ACTIVE_TEST_RESP_OCTETS);
    this.session.commit(encodeActiveTestResp(target, this.session.at, sequence));
  }

  #header(commandId: number, sequence: number): void {
    if (this.session.over) return;
    const target = this.session.reserve(HEADER_OCTETS);
    this.session.commit(encodeHeaderOnly(target, this.session.at, commandId, sequence));
  }
}

function isPassing(outcome: Outcome): boolean {
  return outcome === Outcome.throttled || outcome === Outcome.queue_full || outcome === Outcome.store_unavailable;
}

function counter(count: number): number {
  return Math.min(count, 0xffff_ffff);
}

/** YYYYMMDD that the calendar has. */
function isDay(text: string): boolean {
  if (!/^[0-9]{8}$/.test(text)) return false;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6))];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
