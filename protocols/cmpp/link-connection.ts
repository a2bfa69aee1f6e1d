/**
 * CmppLinkConnection: one connection to an operator's gateway with us as the SP; see wire/link-connection.ts.
 */
import type { Socket } from "node:net";
import type { Message } from "../model/message.js";
import { LinkConnection } from "../wire/link-connection.js";
import type { ConnectionOwner } from "../wire/link-connection.js";
import { RedialledLink } from "../wire/operator-link.js";
import type { LinkOptions, OperatorEvents, OperatorLink, SubmitAnswer } from "../wire/protocol.js";
import { VERSION_30, authenticatorSource, isLastingRefusal, isSpoken, provesIsmg, refusalText, timestampOf, versionName } from "./bind.js";
import {
  CONNECT_OCTETS, HEADER_OCTETS, RESULT_RESP_MAX_OCTETS, SUBMIT_DESTINATION_OCTETS, SUBMIT_FIXED_OCTETS, blankBody, decodeConnectResp,
  decodeDeliver, decodeSubmitResp, encodeActiveTestResp, encodeBody, encodeConnect, encodeDeliverResp, encodeHeaderOnly, encodeSubmit, isFault,
  readCommandId, readSequence,
} from "./codec.js";
import type { DeliverBody, FieldFault } from "./codec.js";
import { CommandId, isResponse } from "./commands.js";
import { messageOfDelivery } from "./convert.js";
import { formatMsgId } from "./msgid.js";
import { MAX_FRAME_OCTETS, MIN_FRAME_OCTETS, deliverResult, refusalCommand } from "./operations.js";
import { Owed } from "./owed.js";
import { isReceipt, receiptOf } from "./receipts.js";
import { linkTerms } from "./settings.js";
import type { LinkTerms } from "./settings.js";
import { Result, explainStatus } from "./status.js";
import { SubmitComposer } from "./submit.js";
import { CODECS } from "./tables.js";

const SP_ID_MOST = 6;
const MSG_ID_END = HEADER_OCTETS + 8;

const composer = new SubmitComposer();

/** A link that connects by these options' settings. */
export function openLink(options: LinkOptions, events: OperatorEvents): OperatorLink {
  const terms = linkTerms(options.settings);
  const faults = terms.faults.map(({ name, fault }) => `${name}: ${fault}`);
  const told = options.systemId.length > SP_ID_MOST ? [...faults, `the SP_Id is longer than ${SP_ID_MOST} characters`] : faults;
  for (const fault of told) options.log.event("warn", "setting_ignored", { link: options.name, fault });
  return new RedialledLink(options, events, {
    begin: (socket, owner) => new CmppLinkConnection(socket, options, terms, events, owner),
    refusal,
  });
}

class CmppLinkConnection extends LinkConnection {
  readonly #terms: LinkTerms;
  readonly #spId: string;
  /** The secret, and the digest by which we proved that we know it. */
  readonly #secret: Buffer;
  readonly #proof: Buffer;
  readonly #owed = new Owed();
  #version: number;
  #connected = false;
  #idless = false;
  #oddCommand = false;

  constructor(socket: Socket, options: LinkOptions, terms: LinkTerms, events: OperatorEvents, owner: ConnectionOwner) {
    const { deliverWindow, activeTestTries } = terms;
    const frames = { minFrameOctets: MIN_FRAME_OCTETS, maxFrameOctets: MAX_FRAME_OCTETS };
    super(socket, options, { ...frames, canSubmit: true, deliverWindow, enquireTries: activeTestTries }, events, owner);
    this.#terms = terms;
    this.#version = terms.version;
    this.#spId = options.systemId.slice(0, SP_ID_MOST);
    this.#secret = Buffer.from(options.password, "utf8");
    const timestamp = timestampOf(options.clock.wallMs);
    this.#proof = authenticatorSource(this.#spId, this.#secret, timestamp);
    this.#writeConnect(timestamp);
  }

  protected writeSubmit(message: Message, ticket: object): number {
    const status = composer.compose(message, this.#terms, this.#version, this.#spId, this.options.clock.wallMs);
    if (status !== 0) return status;
    const sequence = this.takePlace(CommandId.SUBMIT, ticket);
    const target = this.session.reserve(SUBMIT_FIXED_OCTETS + SUBMIT_DESTINATION_OCTETS);
    this.session.commit(encodeSubmit(target, this.session.at, sequence, this.#version, composer.body));
    return 0;
  }

  protected writeDeliverAnswer(local: number, answer: "ok" | "retry" | "refused"): void {
    const owed = this.#owed;
    if (owed.take(local)) this.#deliverResp(owed.sequence, owed.msgIdHigh, owed.msgIdLow, deliverResult(answer));
  }

  protected writeUnbind(sequence: number): void {
    this.#header(CommandId.TERMINATE, sequence);
  }

  protected writeUnbindAnswer(sequence: number): void {
    this.#header(CommandId.TERMINATE_RESP, sequence);
  }

  protected writeProbe(sequence: number): void {
    this.#header(CommandId.ACTIVE_TEST, sequence);
  }

  // ---------------------------------------------------------------- what the session brings

  protected received(frame: Buffer): void {
    const commandId = readCommandId(frame);
    switch (commandId) {
      case CommandId.SUBMIT_RESP:
        return this.#answered(frame);
      case CommandId.DELIVER:
        return this.#delivered(frame);
      case CommandId.ACTIVE_TEST:
        this.session.transaction();
        return this.#alive(readSequence(frame));
      case CommandId.ACTIVE_TEST_RESP:
        return this.session.transaction();
      case CommandId.TERMINATE:
        return this.unbindAsked(readSequence(frame));
      case CommandId.TERMINATE_RESP:
        return this.unbindAnswered();
      case CommandId.CONNECT_RESP:
        return this.#connectAnswered(frame);
      default:
        return this.#refuse(commandId, frame);
    }
  }

  framingLost(announced: number, octets: Buffer): void {
    this.options.log.event("warn", "frame_refused", { link: this.options.name, announced, octets: octets.toString("hex", 0, HEADER_OCTETS) });
  }

  // ---------------------------------------------------------------- CONNECT

  #writeConnect(timestamp: number): void {
    const target = this.session.reserve(CONNECT_OCTETS);
    const body = { Source_Addr: this.#spId, AuthenticatorSource: this.#proof, Version: this.#terms.version, Timestamp: timestamp };
    this.session.commit(encodeConnect(target, this.session.at, this.takeSequence(), body));
  }

  #connectAnswered(frame: Buffer): void {
    if (this.#connected) return this.ignore();
    const body = decodeConnectResp(frame);
    if (isFault(body)) {
      const status = bareStatus(frame);
      return status === 0 ? this.bindRefused("connect refused: the answer is broken", false) : this.bindRefused(refusalText(status), isLastingRefusal(status));
    }
    if (body.Status !== 0) return this.bindRefused(refusalText(body.Status), isLastingRefusal(body.Status));
    if (!provesIsmg(0, body.AuthenticatorISMG, this.#proof, this.#secret)) {
      if (this.#terms.strictAuthenticator) return this.bindRefused("connect refused: AuthenticatorISMG is wrong", true);
      this.options.log.event("warn", "authenticator_wrong", { link: this.options.name });
    }
    this.#agree(body.Version, frame.length);
    this.#connected = true;
    this.bindAccepted(MAX_FRAME_OCTETS);
  }

  /**
   * A gateway that states an older version and answers in its layout speaks that one. What it states alone proves nothing: 2.0
   * gateways write four-octet statuses, and some state whatever they like. [protocols sheet 1.4, 1.13]
   */
  #agree(stated: number, octets: number): void {
    if (this.#version < VERSION_30 || stated >= VERSION_30 || !isSpoken(stated) || octets >= CONNECT_RESP_30_OCTETS) return;
    this.#version = stated;
    this.options.log.event("info", "version_lowered", { link: this.options.name, version: versionName(stated) });
  }

  // ---------------------------------------------------------------- traffic

  #answered(frame: Buffer): void {
    const body = decodeSubmitResp(frame);
    // Without a result nobody knows whether the message was taken: it stays unanswered.
    if (isFault(body)) return this.ignore();
    const ticket = this.takeAnswered(readSequence(frame), CommandId.SUBMIT);
    if (ticket === null) return;
    const { Result: result } = body;
    const operatorMessageId = result === 0 ? formatMsgId(body.Msg_Id_high, body.Msg_Id_low) : "";
    if (result === 0 && operatorMessageId === "" && !this.#idless) {
      this.#idless = true;
      this.options.log.event("warn", "answer_without_id", { link: this.options.name });
    }
    this.events.submitAnswered(this.link, ticket, submitAnswer(result, operatorMessageId, this.#terms));
  }

  #delivered(frame: Buffer): void {
    const sequence = readSequence(frame);
    if (!this.bound) return this.ignore();
    const body = this.#read(frame);
    if (isFault(body)) return this.#refuseDelivery(frame, body);
    const local = this.#owed.add(sequence, body.Msg_Id_high, body.Msg_Id_low);
    if (local < 0) return this.#deliverResp(sequence, body.Msg_Id_high, body.Msg_Id_low, Result.CMPP_FLOW_CONTROL);
    const handle = this.owe(local);
    if (isReceipt(body)) this.events.receipt(this.link, handle, receiptOf(body, this.#terms, this.options.clock.wallMs));
    else this.events.inbound(this.link, handle, messageOfDelivery(body));
  }

  /**
   * Whole in the version's layout, else whole in the other's, else without its tail in the version's: what is whole in the other's can
   * look so. A report whose length is wrong for all is taken as far as it goes.
   */
  #read(frame: Buffer): DeliverBody | FieldFault {
    const body = decodeDeliver(frame, this.#version);
    const wide = this.#version >= VERSION_30;
    if (!isFault(body) && frame.length === (wide ? DELIVER_30_OCTETS : DELIVER_20_OCTETS) + body.Msg_Content.length) return body;
    const other = decodeDeliver(frame, wide ? 0 : VERSION_30);
    if (!isFault(other) && frame.length === (wide ? DELIVER_20_OCTETS : DELIVER_30_OCTETS) + other.Msg_Content.length) return other;
    if (!isFault(body)) return body;
    const { DELIVER } = CODECS;
    const taken = (wide ? DELIVER.v30 : DELIVER.v20).decodeLeniently(frame, HEADER_OCTETS, frame.length);
    return isReceipt(taken) && taken.Msg_Content.length > 0 ? taken : body;
  }

  #refuseDelivery(frame: Buffer, fault: FieldFault): void {
    this.options.log.event("warn", "delivery_refused", { link: this.options.name, field: fault.field, status: fault.status });
    const named = frame.length >= MSG_ID_END;
    const high = named ? frame.readUInt32BE(HEADER_OCTETS) : 0;
    const low = named ? frame.readUInt32BE(HEADER_OCTETS + 4) : 0;
    this.#deliverResp(readSequence(frame), high, low, fault.status);
  }

  /** What gateways say to each other is refused where there is a way to; the rest is passed over, for the link does more good than harm. */
  #refuse(commandId: number, frame: Buffer): void {
    if (isResponse(commandId)) return this.ignore();
    if (!this.#oddCommand) {
      this.#oddCommand = true;
      this.options.log.event("warn", "command_refused", { link: this.options.name, command: commandId });
    }
    if (refusalCommand(commandId) !== CommandId.FWD_RESP || this.session.over) return;
    const target = this.session.reserve(FWD_RESP_MAX_OCTETS);
    const body = { ...blankBody("FWD_RESP"), Result: Result.CMPP_COMMAND };
    this.session.commit(encodeBody(CommandId.FWD_RESP, target, this.session.at, readSequence(frame), this.#version, body));
  }

  #deliverResp(sequence: number, high: number, low: number, result: number): void {
    if (this.session.over) return;
    const target = this.session.reserve(RESULT_RESP_MAX_OCTETS);
    this.session.commit(encodeDeliverResp(target, this.session.at, sequence, this.#version, high, low, result));
  }

  #alive(sequence: number): void {
    if (this.session.over) return;
    const target = this.session.reserve(ACTIVE_TEST_RESP_OCTETS);
    this.session.commit(encodeActiveTestResp(target, this.session.at, sequence));
  }

  #header(commandId: number, sequence: number): void {
    if (this.session.over) return;
    const target = this.session.reserve(HEADER_OCTETS);
    this.session.commit(encodeHeaderOnly(target, this.session.at, commandId, sequence));
  }
}

const CONNECT_RESP_30_OCTETS = 33;

/**
 * The Status of a CONNECT_RESP that leaves out the authenticator, which the standard calls empty in a refusal, and perhaps the Version; 0
 * when it has another length.
 */
function bareStatus(frame: Buffer): number {
  const octets = frame.length - HEADER_OCTETS;
  if (octets === 1 || octets === 2) return frame.readUInt8(HEADER_OCTETS);
  return octets === 4 || octets === 5 ? frame.readUInt32BE(HEADER_OCTETS) : 0;
}

/** A DELIVER without its content. */
const DELIVER_20_OCTETS = 85;
const DELIVER_30_OCTETS = 109;
const FWD_RESP_MAX_OCTETS = 26;
const ACTIVE_TEST_RESP_OCTETS = 13;

/** The answer to a message that this operator cannot be told: final, whatever Results are tried again. */
function refusal(status: number): SubmitAnswer {
  const { name, reaction } = explainStatus(status);
  return { reaction, status, statusName: name, operatorMessageId: "" };
}

/** What a Result means to the message it answers, on a link with these terms. The Msg_Id of a refusal is no id. */
function submitAnswer(status: number, operatorMessageId: string, terms: LinkTerms): SubmitAnswer {
  if (status === 0) return { reaction: "ok", status, statusName: "CMPP_OK", operatorMessageId };
  const { name, reaction } = explainStatus(status);
  const slower = reaction === "slow_down";
  // Only what the link's settings name is tried again: gateways answer many a lasting fault with any other.
  const final = slower ? "refuse" : reaction;
  const again = slower ? reaction : "retry";
  return { reaction: terms.retryResults.has(status) ? again : final, status, statusName: name, operatorMessageId: "" };
}
