/**
 * Receipts on the wire: a ReceiptNotice written as a DELIVER that holds a status report.
 *
 * The same notice is always written with the same octets, so that one that comes twice is known by its Msg_Id.
 */
import type { ReceiptNotice } from "../model/receipt.js";
import { wordOfState } from "../model/state-words.js";
import { formatReceiptDate } from "../model/time.js";
import { MessageState } from "../model/state.js";
import { REPORT_20_OCTETS, REPORT_30_OCTETS, VERSION_30, blankDeliver, blankReport, encodeReport } from "./codec.js";
import type { DeliverBody, ReportBody } from "./codec.js";
import { BEIJING_MINUTES, msgIdHigh, msgIdLow } from "./msgid.js";

const DEST_ID_MOST = 21;
const PHONE_MOST = 21;
const STAT = /^[\x21-\x7e]{7}$/;
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
    report.Stat = interim ? ACCEPTED : STAT.test(notice.stateWord) ? notice.stateWord : wordOfState(notice.state);
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
    body.Src_terminal_Id = phone;
    body.Msg_Content = content;
  }
}
