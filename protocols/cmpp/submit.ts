/**
 * Submit: the body of a SUBMIT to an operator, a Message fitted to the link's settings; one destination each.
 */
import { classifyDestination } from "../model/address.js";
import { SegmentForm } from "../model/message.js";
import type { Message } from "../model/message.js";
import { AIR_OCTETS } from "../model/room.js";
import { Said, say } from "../model/say.js";
import { septetsCovering } from "../model/septets.js";
import { formatAbsoluteTime, formatRelativeTime } from "../model/time.js";
import { concatenationHeader, saysOnlyConcatenation, udhEnd } from "../model/udh.js";
import { NO_OCTETS } from "../wire/octets.js";
import { VERSION_30, blankSubmit } from "./codec.js";
import type { SubmitBody } from "./codec.js";
import { mostContentOctets } from "./coding.js";
import { blankExtras, readExtras } from "./extras.js";
import { BEIJING_MINUTES } from "./msgid.js";
import type { LinkTerms } from "./settings.js";
import { Result } from "./status.js";

const SRC_ID_MAX = 21;
const SERVICE_ID_MAX = 10;
/** Dest_terminal_Id and Fee_terminal_Id. */
const TERMINAL_20_MAX = 21;
const TERMINAL_30_MAX = 32;
/** Our four priorities as four of CMPP's ten. */
const LEVELS = [0, 3, 6, 9] as const;

/** Fills one body again and again. */
export class SubmitComposer {
  /** Stands until the next `compose`. */
  readonly body: SubmitBody = blankSubmit();
  readonly #said = new Said();
  readonly #destinations = [""];
  readonly #extras = blankExtras();
  /** The octets that `#extras` were read from: customers send the same again and again. */
  #readFrom: Buffer = NO_OCTETS;
  #second = -1;
  #validUntil = "";

  constructor() {
    this.body.Dest_terminal_Id = this.#destinations;
  }

  /** Fills the body; returns 0, or the Result that says why this operator cannot be told this message. `spId` is ours at it. */
  compose(message: Message, terms: LinkTerms, version: number, spId: string, nowMs: number): number {
    const { body } = this;
    const terminalMax = version >= VERSION_30 ? TERMINAL_30_MAX : TERMINAL_20_MAX;
    const destination = destinationFor(message, terms);
    if (destination === "" || destination.length > terminalMax) return Result.CMPP_DEST_TERMINAL_ID;
    this.#destinations[0] = destination;
    body.Src_Id = message.source.charCodeAt(0) === PLUS ? message.source.slice(1) : message.source;
    if (body.Src_Id.length > SRC_ID_MAX) return Result.CMPP_SRC_ID;
    body.Service_Id = terms.serviceId === "" ? message.serviceType : terms.serviceId;
    if (body.Service_Id.length > SERVICE_ID_MAX) return Result.CMPP_SERVICE_ID;
    body.Registered_Delivery = terms.receiptsAlways || message.receiptWanted !== 0 ? 1 : 0;
    body.TP_pId = message.protocolIdentifier & 0xff;
    body.Msg_src = terms.msgSrc === "" ? spId : terms.msgSrc;
    this.#ofSubmitter(message, terms);
    if (body.Fee_terminal_Id.length > terminalMax) return Result.CMPP_FEE_TERMINAL_ID;
    body.ValId_Time = message.expiresAtMs === 0 || terms.times === "off" ? "" : this.#validity(message.expiresAtMs, terms, nowMs);
    body.At_Time = message.scheduledAtMs > nowMs && terms.times !== "off" ? formatAbsoluteTime(message.scheduledAtMs, BEIJING_MINUTES) : "";
    if (!say(message, terms.text, this.#said)) return Result.CMPP_MSG_LENGTH;
    body.Msg_Fmt = this.#said.coding;
    this.#place(this.#said.octets, message, terms);
    return holds(body.Msg_Content, body.Msg_Fmt, body.TP_udhi !== 0) ? 0 : Result.CMPP_TOO_LONG;
  }

  /** What a CMPP submitter said itself, else what the link says for all. */
  #ofSubmitter(message: Message, terms: LinkTerms): void {
    const { body } = this;
    const extras = this.#extras;
    const own = message.extras !== null && this.#read(message.extras);
    body.Msg_level = own ? extras.Msg_level : LEVELS[(message.priority & 3) as 0 | 1 | 2 | 3];
    body.Dest_terminal_type = own ? extras.phoneType : 0;
    body.LinkID = own ? extras.LinkID : "";
    const fees = own && terms.keepsFees;
    body.Fee_UserType = fees ? extras.Fee_UserType : terms.feeUserType;
    body.Fee_terminal_Id = fees ? extras.Fee_terminal_Id : terms.feeTerminalId;
    body.Fee_terminal_type = fees ? extras.Fee_terminal_type : 0;
    body.FeeType = fees ? extras.FeeType : terms.feeType;
    body.FeeCode = fees ? extras.FeeCode : terms.feeCode;
  }

  #read(octets: Buffer): boolean {
    if (octets.equals(this.#readFrom)) return true;
    if (!readExtras(octets, this.#extras)) return false;
    this.#readFrom = Buffer.from(octets);
    return true;
  }

  /** Absolute in Beijing time, or relative; texts change once a second, so the last one is kept. [protocols sheet 1.6] */
  #validity(untilMs: number, terms: LinkTerms, nowMs: number): string {
    if (terms.times === "relative") return formatRelativeTime(untilMs - nowMs);
    const second = Math.floor(untilMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#validUntil = formatAbsoluteTime(second * 1_000, BEIJING_MINUTES);
    }
    return this.#validUntil;
  }

  /** Pk_total and Pk_number always say what the header says: phones read the one, some operators bill by the other. */
  #place(octets: Buffer, message: Message, terms: LinkTerms): void {
    const { body } = this;
    body.Pk_total = message.segmentTotal === 0 ? 1 : message.segmentTotal;
    body.Pk_number = message.segmentTotal === 0 ? 1 : message.segmentNumber;
    body.Msg_Content = octets;
    body.TP_udhi = message.hasUdh ? terms.udhi : 0;
    if (message.segmentForm !== SegmentForm.none) this.#mark(octets, message, terms);
  }

  /**
   * Marks a part the link's way. A header of the submitter's own stays as it is, of whichever width: texts that only 16 bits tell apart
   * must not look alike, and not every part of a text has room for a longer one.
   */
  #mark(octets: Buffer, message: Message, terms: LinkTerms): void {
    const { body } = this;
    const { form } = terms.text;
    if (message.hasUdh) {
      if (form !== "pk" || !saysOnlyConcatenation(octets)) return;
      body.Msg_Content = octets.subarray(udhEnd(octets));
      body.TP_udhi = 0;
    } else if (form !== "pk") {
      const { segmentReference, segmentTotal, segmentNumber } = message;
      body.Msg_Content = Buffer.concat([concatenationHeader(form === "udh16", segmentReference, segmentTotal, segmentNumber), octets]);
      body.TP_udhi = terms.udhi;
    }
  }
}

/** Whether one short message holds the content: ASCII goes on air as septets, and a header fills whole ones. */
function holds(content: Buffer, msgFmt: number, headed: boolean): boolean {
  const most = mostContentOctets(msgFmt);
  if (!headed || most === AIR_OCTETS) return content.length <= most;
  const header = udhEnd(content);
  return septetsCovering(header) + content.length - header <= most;
}

const PLUS = 0x2b;
const MOBILE_OCTETS = 11;

/** The destination in the form the operator wants: Chinese mobiles in its own way, anything else as it was given. */
function destinationFor(message: Message, terms: LinkTerms): string {
  const { destination } = message;
  if (terms.destination86 === "keep") return destination;
  const strip = terms.destination86 === "strip";
  if (strip && destination.length === MOBILE_OCTETS) return destination;
  const { kind, normal } = classifyDestination(destination, message.destinationTon);
  if (kind !== "mobile") return destination;
  return strip ? normal : `86${normal}`;
}
