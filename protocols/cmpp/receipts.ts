/**
 * Receipts on the wire: a DELIVER that holds a status report read as a Receipt, and a ReceiptNotice written as one.
 *
 * Which layout a report has is told by its length, not by the session's version, and times are never part of a match. The
 * same notice is always written with the same octets, so that one that comes twice is known by its Msg_Id.
 */
import { MessageState } from "../model/state.js";
import type { Receipt, ReceiptNotice } from "../model/receipt.js";
import { errorOfCode, standardState, wordOfState } from "../model/state-words.js";
import type { WordState } from "../model/state-words.js";
import { formatReceiptDate, receiptDate } from "../model/time.js";
import { REPORT_20_OCTETS, REPORT_30_OCTETS, VERSION_30, blankDeliver, blankReport, decodeReport, encodeReport, isFault } from "./codec.js";
import type { DeliverBody, ReportBody } from "./codec.js";
import { BEIJING_MINUTES, formatMsgId, msgIdHigh, msgIdLow } from "./msgid.js";
import type { LinkTerms } from "./settings.js";
import { REPORT } from "./tables.js";

/** Msg_Id and Stat: a report that ends before them says nothing. */
const LEAST_OCTETS = 15;

const state = (of: MessageState, final: boolean): WordState => Object.freeze({ state: of, final });
const DELIVERED = state(MessageState.delivered, true);
const UNDELIVERABLE = state(MessageState.undeliverable, true);
/** SMPP leaves UNKNOWN open; here every Stat but ACCEPTD is an end. [protocols sheet 1.12] */
const UNKNOWN = state(MessageState.unknown, true);
const UNREADABLE = state(MessageState.unknown, false);

/** Whether a delivery is a status report and no message. */
export function isReceipt(body: DeliverBody): boolean {
  return body.Registered_Delivery !== 0;
}

/** Reads a receipt; one without any id has "" for it and is the caller's to keep as unreadable. */
export function receiptOf(body: DeliverBody, terms: LinkTerms, nowMs: number): Receipt {
  const report = reportOf(body.Msg_Content);
  const stat = report === null ? "" : report.Stat;
  const reading = stat === "" ? UNREADABLE : stateOfStat(stat, terms);
  return {
    operatorMessageId: report === null ? "" : formatMsgId(report.Msg_Id_high, report.Msg_Id_low),
    alternateId: "",
    state: reading.state,
    final: reading.final,
    stateWord: stat,
    // [protocols sheet 1.17]
    error: stat === "DELIVRD" ? "000" : errorOfCode(stat),
    source: body.Dest_Id,
    destination: report === null || report.Dest_terminal_Id === "" ? body.Src_terminal_Id : report.Dest_terminal_Id,
    doneAtMs: report === null || report.Done_time === "" ? 0 : receiptDate(report.Done_time, terms.zoneMinutes, nowMs),
    raw: body.Msg_Content,
  };
}

function reportOf(content: Buffer): ReportBody | null {
  const report = decodeReport(content);
  if (!isFault(report)) return report;
  return content.length < LEAST_OCTETS ? null : REPORT.v20.decodeLeniently(content, 0, content.length);
}

/**
 * What a Stat means: by the link's own table, else as the standard's word, else undeliverable, for only DELIVRD is
 * success and vendors write what they like for failure. [protocols sheet 1.12]
 */
export function stateOfStat(stat: string, terms: LinkTerms): WordState {
  const { statClasses } = terms;
  if (statClasses.length === 0 && stat === "DELIVRD") return DELIVERED;
  const upper = stat.toUpperCase();
  for (const each of statClasses) {
    if (each.beginning ? upper.startsWith(each.word) : upper === each.word) return each.state;
  }
  const standard = standardState(stat) ?? UNDELIVERABLE;
  return standard.state === MessageState.unknown ? UNKNOWN : standard;
}

// ---------------------------------------------------------------- writing

const DEST_ID_MOST = 21;
const PHONE_MOST = 21;
const SERVICE_ID_MOST = 10;
const STAT = /^[\x21-\x7e]{1,7}$/;
const ACCEPTED = "ACCEPTD";

/**
 * A DELIVER's Msg_Id is no submit's: it is its message's with the highest bit of the gateway code turned over, and for
 * interim reports the next one too. Messages from phones have ids of their own.
 */
const FINAL_HIGH_BIT = 0x20;
const INTERIM_HIGH_BITS = 0x30;

/** Fills one DELIVER again and again. */
export class ReportComposer {
  /** Stands until the next `compose`. */
  readonly body: DeliverBody = blankDeliver();
  readonly #report: ReportBody = blankReport();
  readonly #octets30 = Buffer.alloc(REPORT_30_OCTETS);
  readonly #octets20 = Buffer.alloc(REPORT_20_OCTETS);

  constructor() {
    this.body.Registered_Delivery = 1;
  }

  /** `gatewayCode` is the listener's, as for the id that the submit was answered with. */
  compose(notice: ReceiptNotice, version: number, gatewayCode: number): void {
    const report = this.#report;
    const phone = notice.destination.slice(0, PHONE_MOST);
    const interim = notice.state < MessageState.delivered;
    report.Msg_Id_high = msgIdHigh(notice.messageId, gatewayCode);
    report.Msg_Id_low = msgIdLow(notice.messageId, gatewayCode);
    report.Stat = interim ? ACCEPTED : statOf(notice);
    report.Submit_time = formatReceiptDate(notice.submittedAtMs, BEIJING_MINUTES);
    report.Done_time = notice.doneAtMs > notice.submittedAtMs ? formatReceiptDate(notice.doneAtMs, BEIJING_MINUTES) : report.Submit_time;
    report.Dest_terminal_Id = phone;
    report.SMSC_sequence = notice.order % 0x1_0000_0000;
    const content = version >= VERSION_30 ? this.#octets30 : this.#octets20;
    encodeReport(content, 0, version, report);
    const { body } = this;
    body.Msg_Id_high = (report.Msg_Id_high ^ (interim ? INTERIM_HIGH_BITS : FINAL_HIGH_BIT)) >>> 0;
    body.Msg_Id_low = report.Msg_Id_low;
    body.Dest_Id = notice.source.slice(0, DEST_ID_MOST);
    body.Service_Id = notice.serviceType.length > SERVICE_ID_MOST ? "" : notice.serviceType;
    body.Src_terminal_Id = phone;
    body.Msg_Content = content;
  }
}

/** An operator's own code as it came ("MK:0005", "HD:29", "BLACK"), where it is one; other spellings of a state (FAILED, SKIPPED) give way to CMPP's. */
function statOf({ state, stateWord }: ReceiptNotice): string {
  return STAT.test(stateWord) && standardState(stateWord) === null ? stateWord : wordOfState(state);
}
