/**
 * Compose: Message to the body of a DELIVER, fitted to what every SP reads.
 *
 * Octets go out as they came wherever Msg_Fmt says their coding. Otherwise the text is said anew: as ASCII where that
 * can, else as UCS-2, else (where 140 octets do not hold it so) as GB18030. What no DELIVER holds goes out in several, and
 * what cannot be said is refused, never mangled. Parts are marked by a header: a DELIVER has no other place for it.
 */
import { Encoding, SegmentForm } from "../model/message.js";
import type { Message } from "../model/message.js";
import type { InboundNotice } from "../model/receipt.js";
import { encodeText, messageText } from "../model/text.js";
import { concatenationHeader, udhEnd } from "../model/udh.js";
import { IN_PARTS } from "../wire/deliveries.js";
import { VERSION_30, blankDeliver } from "./codec.js";
import type { DeliverBody } from "./codec.js";
import { mostContentOctets, msgFmtOf } from "./coding.js";
import { blankExtras, keepsMsgFmt, readExtras } from "./extras.js";
import { msgIdHigh, msgIdLow } from "./msgid.js";
import { Result } from "./status.js";

const DEST_ID_MOST = 21;
const SERVICE_ID_MOST = 10;

/** Codings in the order in which a text is tried. */
const TRIED = [Encoding.ascii, Encoding.ucs2, Encoding.gb18030] as const;

/** The user data of a message and the Msg_Fmt that says its coding. */
export interface Content {
  msgFmt: number;
  /** Whether a user data header stands in front. */
  headed: boolean;
  octets: Buffer;
}

/** Fills one body again and again. */
export class DeliverComposer {
  /** Stands until the next `compose`. */
  readonly body: DeliverBody = blankDeliver();
  readonly #content: Content = { msgFmt: 0, headed: false, octets: Buffer.alloc(0) };
  readonly #extras = blankExtras();

  /** Fills the body; returns 0, IN_PARTS, or the Result that says why an SP of this version cannot be told this message. */
  compose(notice: InboundNotice, version: number, gatewayCode: number): number {
    const { body } = this;
    const { message, messageId } = notice;
    if (message.destination.length > DEST_ID_MOST) return Result.CMPP_DEST_TERMINAL_ID;
    if (message.source.length > (version >= VERSION_30 ? 32 : 21)) return Result.CMPP_SRC_ID;
    if (!contentOf(message, this.#content)) return IN_PARTS;
    body.Msg_Id_high = msgIdHigh(messageId, gatewayCode);
    body.Msg_Id_low = msgIdLow(messageId, gatewayCode);
    body.Dest_Id = message.destination;
    body.Service_Id = message.serviceType.length > SERVICE_ID_MOST ? "" : message.serviceType;
    body.TP_pid = message.protocolIdentifier & 0xff;
    body.TP_udhi = this.#content.headed ? 1 : 0;
    body.Msg_Fmt = this.#content.msgFmt;
    body.Src_terminal_Id = message.source;
    body.Registered_Delivery = 0;
    body.Msg_Content = this.#content.octets;
    const known = readExtras(message.extras, this.#extras);
    body.Src_terminal_type = known ? this.#extras.phoneType : 0;
    body.LinkID = known ? this.#extras.LinkID : "";
    return 0;
  }
}

/** A message's user data as an SP reads them, its header in front; false when one short message cannot say them. */
export function contentOf(message: Message, into: Content): boolean {
  const mark = markOf(message);
  into.msgFmt = keepsMsgFmt(message) ? message.codingOctet : msgFmtOf(message.encoding);
  into.headed = message.hasUdh || mark !== null;
  into.octets = message.octets;
  const length = message.octets.length + (mark?.length ?? 0);
  if (into.msgFmt < 0 || length > mostContentOctets(into.msgFmt)) return sayAnew(message, mark, into);
  if (mark !== null) into.octets = Buffer.concat([mark, message.octets]);
  return true;
}

/** The header for a part that is marked in another way; null where none is needed, or there is one already. */
function markOf({ segmentForm, segmentReference, segmentTotal, segmentNumber, hasUdh }: Message): Uint8Array | null {
  if (hasUdh || (segmentForm !== SegmentForm.sar && segmentForm !== SegmentForm.pk)) return null;
  return concatenationHeader(false, segmentReference, segmentTotal, segmentNumber);
}

function sayAnew(message: Message, mark: Uint8Array | null, into: Content): boolean {
  const text = messageText(message);
  if (text === null) return false;
  const header = message.hasUdh ? message.octets.subarray(0, udhEnd(message.octets)) : mark;
  for (const encoding of TRIED) {
    const coded = encodeText(text, encoding);
    const msgFmt = msgFmtOf(encoding);
    if (coded === null || coded.length + (header?.length ?? 0) > mostContentOctets(msgFmt)) continue;
    into.msgFmt = msgFmt;
    into.octets = header === null ? coded : Buffer.concat([header, coded]);
    return true;
  }
  return false;
}
