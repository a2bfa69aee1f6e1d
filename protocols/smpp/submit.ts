/**
 * Submit: the body of a submit_sm to an operator, a Message fitted to the link's settings.
 */
import { ReceiptWanted } from "../model/message.js";
import type { Message } from "../model/message.js";
import { formatRelativeTime } from "../model/time.js";
import { Composer } from "./compose.js";
import type { SubmitSm } from "./codec.js";
import type { LinkTerms } from "./settings.js";

const TON_ALPHANUMERIC = 5;
/** registered_delivery: a receipt on success and failure, and intermediate notifications. [SMPP 3.4 5.2.17] */
const FINAL_RECEIPT = 0x01;
const INTERIM_RECEIPT = 0x10;

/** Fills one body again and again. */
export class SubmitComposer {
  readonly #composer = new Composer();

  /** Stands until the next `compose`. */
  get body(): SubmitSm {
    return this.#composer.body;
  }

  /** Fills the body; returns 0, or the status that says why this operator cannot be told this message. */
  compose(message: Message, terms: LinkTerms, takesTlvs: boolean, nowMs: number): number {
    const status = this.#composer.compose(message, terms.text, terms.text.form, takesTlvs);
    if (status !== 0) return status;
    const { body } = this.#composer;
    if (terms.serviceType !== "") body.service_type = terms.serviceType;
    this.#types(body, terms);
    body.priority_flag = message.priority & 3;
    body.registered_delivery = terms.receiptsAlways || message.receiptWanted !== 0 ? FINAL_RECEIPT : 0;
    if ((message.receiptWanted & ReceiptWanted.interim) !== 0) body.registered_delivery |= INTERIM_RECEIPT;
    body.validity_period = message.expiresAtMs === 0 ? "" : formatRelativeTime(message.expiresAtMs - nowMs);
    return 0;
  }

  #types(body: SubmitSm, terms: LinkTerms): void {
    if (terms.sourceTon >= 0) body.source_addr_ton = terms.sourceTon;
    else if (body.source_addr_ton <= 1 && hasLetters(body.source_addr)) {
      body.source_addr_ton = TON_ALPHANUMERIC;
      body.source_addr_npi = 0;
    }
    if (terms.sourceNpi >= 0) body.source_addr_npi = terms.sourceNpi;
    if (terms.destTon >= 0) body.dest_addr_ton = terms.destTon;
    if (terms.destNpi >= 0) body.dest_addr_npi = terms.destNpi;
  }
}

function hasLetters(address: string): boolean {
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if ((code < 0x30 || code > 0x39) && code !== PLUS) return true;
  }
  return false;
}

const PLUS = 0x2b;
