/**
 * Receipts on the wire: a deliver_sm or data_sm read as a Receipt, and a ReceiptNotice written as a deliver_sm.
 *
 * The id in the TLV goes before the one in the text (kept as the alternate), the TLV's state before the text's word,
 * but a state that is not final never outvotes a final word.
 */
import { MessageState } from "../model/state.js";
import { Encoding } from "../model/message.js";
import type { Receipt, ReceiptNotice } from "../model/receipt.js";
import { parseReceiptCsv, parseReceiptText, stateOfWord, wordOfState, writeReceiptText } from "../model/receipt-text.js";
import type { ReceiptText } from "../model/receipt-text.js";
import { errorOfCode, standardState } from "../model/state-words.js";
import { decodeText } from "../model/text.js";
import { receiptDate } from "../model/time.js";
import { NO_OCTETS, readText } from "../wire/octets.js";
import { VERSION_34 } from "./bind.js";
import { blankBody } from "./codec.js";
import type { DataSm, DeliverSm } from "./codec.js";
import { encodingOf } from "./coding.js";
import type { LinkTerms } from "./settings.js";
import { Tlv, TlvWriter, findTlv, readTlvInteger, readTlvText } from "./tlvs.js";

/** esm_class bits 5-2: what a delivery is. [SMPP 3.4 5.2.12] */
const ESM_TYPE = 0x3c;
const ESM_RECEIPT = 0x04;
const ESM_INTERIM = 0x20;
const LABELLED = /^\s*id:\S+.*\sstat:/i;

/** Whether a delivery is a receipt: by esm_class, or by its looks where the link's settings say so. */
export function isReceipt(body: DeliverSm | DataSm, octets: Buffer, terms: LinkTerms): boolean {
  const type = body.esm_class & ESM_TYPE;
  if (type === ESM_RECEIPT || (type & ESM_INTERIM) !== 0) return true;
  if (!terms.receiptsByShape || type !== 0) return false;
  return readTlvText(body.tlvs, Tlv.receipted_message_id) !== null || LABELLED.test(readText(octets, 0, Math.min(octets.length, 200)));
}

interface StateReading {
  readonly state: MessageState;
  readonly final: boolean;
}

function reading(state: MessageState, final: boolean): StateReading {
  return Object.freeze({ state, final });
}

const INTERIM = reading(MessageState.sent, false);
/** message_state 0..9; 6 (accepted) means "handed on", 7 (unknown) is final by the horizon only. [SMPP 3.4 5.2.28] */
const TLV_STATES: readonly StateReading[] = [
  INTERIM, INTERIM, reading(MessageState.delivered, true), reading(MessageState.expired, true), reading(MessageState.deleted, true),
  reading(MessageState.undeliverable, true), INTERIM, reading(MessageState.unknown, false), reading(MessageState.rejected, true),
  reading(MessageState.undeliverable, true),
];
const TLV_WORDS = ["SCHEDULED", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD", "SKIPPED"];
const UNREADABLE = reading(MessageState.unknown, false);

/** What is kept of an id: as much as of the one in a submit's answer. */
const ID_MOST = 64;
/** What is kept of a state word or an error: more would have no room in the customer's receipt. The octets are kept whole. */
const WORD_MOST = 32;

/** Reads a receipt; one without any id has "" for it and is the caller's to keep as unreadable. */
export function receiptOf(body: DeliverSm | DataSm, octets: Buffer, terms: LinkTerms, nowMs: number): Receipt {
  const text = octets.length === 0 ? null : textOf(body, octets, terms);
  const hasTlvs = body.tlvs.length > 0;
  const tlvId = hasTlvs ? cut(readTlvText(body.tlvs, Tlv.receipted_message_id) ?? "", ID_MOST) : "";
  const textId = text === null ? "" : cut(text.id, ID_MOST);
  const tlvState = hasTlvs ? readTlvInteger(body.tlvs, Tlv.message_state) : -1;
  const stat = text === null ? "" : cut(text.stat, WORD_MOST);
  const state = weighed(stat, tlvState);
  const interim = (body.esm_class & ESM_INTERIM) !== 0;
  return {
    operatorMessageId: tlvId === "" ? textId : tlvId,
    alternateId: tlvId !== "" && textId !== "" && textId !== tlvId ? textId : "",
    state: interim ? MessageState.sent : state.state,
    final: !interim && state.final,
    stateWord: stat === "" ? (TLV_WORDS[tlvState] ?? "") : stat,
    error: text !== null && text.err !== "" ? cut(text.err, WORD_MOST) : hasTlvs ? networkError(body.tlvs) : "",
    source: body.destination_addr,
    destination: body.source_addr,
    doneAtMs: text === null || text.doneDate === "" ? 0 : receiptDate(text.doneDate, terms.zoneMinutes, nowMs),
    raw: octets,
  };
}

function textOf(body: DeliverSm | DataSm, octets: Buffer, terms: LinkTerms): ReceiptText | null {
  const wide = encodingOf(body.data_coding, terms.alphabet0) === Encoding.ucs2;
  // Some write ASCII under the data_coding of the message they report on.
  return (wide ? parsed(decodeText(octets, Encoding.ucs2), terms) : null) ?? parsed(readText(octets, 0, octets.length), terms);
}

function parsed(text: string | null, terms: LinkTerms): ReceiptText | null {
  return text === null ? null : (parseReceiptText(text) ?? (terms.receiptsAsCsv ? parseReceiptCsv(text) : null));
}

function cut(text: string, most: number): string {
  return text.length > most ? text.slice(0, most) : text;
}

function weighed(stat: string, tlvState: number): StateReading {
  const byTlv = tlvState < 0 ? null : (TLV_STATES[tlvState] ?? null);
  if (stat === "") return byTlv ?? UNREADABLE;
  const byWord = stateOfWord(stat);
  return byTlv === null || (byWord.final && !byTlv.final) ? byWord : byTlv;
}

/** Network type and code; some write the code as digits. [SMPP 3.4 5.3.2.31] */
function networkError(tlvs: Buffer): string {
  const value = findTlv(tlvs, Tlv.network_error_code);
  if (value?.length !== 3) return "";
  const text = readText(value, 0, 3);
  return /^[0-9]{3}$/.test(text) ? text : String(value.readUInt16BE(1)).padStart(3, "0");
}

// ---------------------------------------------------------------- writing

/** Appendix B's text without anything quoted, for the longest id and word there are. */
const TEXT_OCTETS = 255;
const SHOWN_WORD = /^[\x21-\x7e]{1,32}$/;
/** What of a word has room in the text beside the state's own. [SMPP 3.4 Appendix B] */
const CODE = /^[\x21-\x7e]{1,20}$/;
const NETWORK_GSM = 3;
/** message_state by MessageState; the first ten are interim. */
const STATE_NUMBERS = new Map<MessageState, number>([
  [MessageState.delivered, 2], [MessageState.expired, 3], [MessageState.deleted, 4],
  [MessageState.undeliverable, 5], [MessageState.unknown, 7], [MessageState.rejected, 8],
]);
const ENROUTE = 1;

/** Fills one deliver_sm again and again. */
export class ReceiptComposer {
  /** Stands until the next `compose`. */
  readonly body: DeliverSm = blankBody("deliver_sm");
  readonly #text = Buffer.alloc(TEXT_OCTETS);
  readonly #tlvs = new TlvWriter();
  readonly #networkError = Buffer.from([NETWORK_GSM, 0, 0]);

  /** `id` is the message id in the form its submit was answered with; peers older than 3.4 get the text alone. */
  compose(notice: ReceiptNotice, id: string, version: number, zoneMinutes: number): void {
    const { body } = this;
    const number = messageStateOf(notice.state);
    body.source_addr_ton = notice.destinationTon;
    body.source_addr_npi = notice.destinationNpi;
    body.source_addr = notice.destination.slice(0, 20);
    body.dest_addr_ton = notice.sourceTon;
    body.dest_addr_npi = notice.sourceNpi;
    body.destination_addr = notice.source.slice(0, 20);
    body.esm_class = number === ENROUTE ? ESM_INTERIM : ESM_RECEIPT;
    const coded = isOperatorCode(notice.stateWord);
    // An operator's word that is none (too long for the text, or not of its alphabet) gives way to the state's own.
    const word = !coded && SHOWN_WORD.test(notice.stateWord) ? notice.stateWord : wordOfState(notice.state);
    const error = coded ? errorOfCode(notice.stateWord) : notice.error;
    const text = coded ? notice.stateWord : "";
    const end = writeReceiptText(this.#text, 0, id, notice.submittedAtMs, notice.doneAtMs, zoneMinutes, word, error, text);
    body.short_message = end < 0 ? NO_OCTETS : this.#text.subarray(0, end);
    body.tlvs = version < VERSION_34 ? NO_OCTETS : this.#writeTlvs(error, id, number);
  }

  #writeTlvs(error: string, id: string, state: number): Buffer {
    const tlvs = this.#tlvs.clear().text(Tlv.receipted_message_id, id).integer(Tlv.message_state, state);
    const code = errorNumber(error);
    if (code >= 0) {
      this.#networkError.writeUInt16BE(code, 1);
      tlvs.octets(Tlv.network_error_code, this.#networkError);
    }
    return tlvs.view();
  }
}

/**
 * Whether an operator's word is a code with a number, such as "MK:0001", "HD:29" or "00138", which CMPP has in place of a state: SMPP customers get
 * the state's own word, the last three digits as the error and the code as the text (protocols sheet 1.17). Our own TG:0101 stays the word: it
 * says why it was refused.
 */
function isOperatorCode(word: string): boolean {
  return CODE.test(word) && errorOfCode(word) !== "" && !word.startsWith("TG:") && standardState(word) === null;
}

/** message_state of a message that is not scheduled (which only 5.0 can say). [SMPP 3.4 5.2.28] */
export function messageStateOf(state: MessageState): number {
  return STATE_NUMBERS.get(state) ?? ENROUTE;
}

/** 0..65535, or -1 for an error that is no number. */
export function errorNumber(error: string): number {
  if (error.length === 0 || error.length > 5) return -1;
  let number = 0;
  for (let at = 0; at < error.length; at++) {
    const digit = error.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number <= 0xffff ? number : -1;
}
