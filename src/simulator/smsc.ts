/**
 * SimulatedSmsc: a simulated message centre that speaks SMPP 3.4.
 */
import { Encoding, newMessage } from "../../protocols/model/message.js";
import type { Message } from "../../protocols/model/message.js";
import { readConcatenation } from "../../protocols/model/udh.js";
import type { SubmitSm } from "../../protocols/smpp/codec.js";
import { Status } from "../../protocols/smpp/status.js";
import { Tlv, findTlv, readTlvInteger } from "../../protocols/smpp/tlvs.js";
import { SimulatedCentre } from "./centre.js";
import type { ArrivedSubmit, CentreOptions } from "./centre-options.js";
import { OperatorIds } from "./operator-ids.js";
import type { IdStyle } from "./operator-ids.js";
import type { PhoneCoding } from "./phones.js";
import { SmscConnection } from "./smsc-connection.js";
import { DeliveryWriter } from "./smsc-delivery.js";
import type { ReceiptForm } from "./smsc-delivery.js";

export interface SmscOptions extends CentreOptions {
  readonly ids: IdStyle;
  readonly receiptForm: ReceiptForm;
  /** How data_coding 0 is read for `onText`. */
  readonly alphabet0: Encoding;
}

const HAS_UDH = 0x40;
const LATER: ReadonlySet<number> = new Set([Status.ESME_RSYSERR, Status.ESME_RMSGQFUL, Status.ESME_RTHROTTLED, Status.ESME_RX_T_APPN]);
const PHONE_CODINGS: readonly PhoneCoding[] = [
  { name: "gsm7", encoding: Encoding.gsm7, value: 0 },
  { name: "ucs2", encoding: Encoding.ucs2, value: 8 },
];

export class SimulatedSmsc extends SimulatedCentre {
  constructor(options: Partial<SmscOptions> & Pick<SmscOptions, "clock">) {
    const { ids = "decimal", receiptForm = "text_and_tlvs", alphabet0 = Encoding.gsm7 } = options;
    super(options, (random, { clock, zoneMinutes, deliverWindow }) => {
      const writer = new DeliveryWriter(receiptForm, zoneMinutes);
      return {
        ids: new OperatorIds(ids, clock.wallMs, random),
        throttled: Status.ESME_RTHROTTLED,
        failed: Status.ESME_RSUBMITFAIL,
        phoneCodings: PHONE_CODINGS,
        connect: (socket, desk) => new SmscConnection(socket, clock, writer, deliverWindow, desk),
        again: (status) => LATER.has(status),
        partOf: (submit) => partOf(submit, alphabet0),
      };
    });
  }
}

/** Parts are known by UDH (8- and 16-bit reference) or SAR TLVs. */
function partOf(submit: ArrivedSubmit, alphabet0: Encoding): Message {
  const { tlvs } = submit.body as SubmitSm;
  const part = newMessage();
  const payload = submit.octets.length === 0 ? findTlv(tlvs, Tlv.message_payload) : null;
  part.source = submit.source;
  part.destination = submit.destination;
  part.octets = Buffer.from(payload ?? submit.octets);
  part.codingOctet = submit.coding;
  part.encoding = encodingOfCoding(submit.coding, alphabet0);
  part.hasUdh = (submit.esmClass & HAS_UDH) !== 0;
  if (part.hasUdh) readConcatenation(part.octets, part);
  if (part.segmentTotal > 0) return part;
  const total = readTlvInteger(tlvs, Tlv.sar_total_segments);
  const number = readTlvInteger(tlvs, Tlv.sar_segment_seqnum);
  if (total > 1 && number >= 1 && number <= total) {
    part.segmentReference = Math.max(0, readTlvInteger(tlvs, Tlv.sar_msg_ref_num));
    part.segmentTotal = total;
    part.segmentNumber = number;
  }
  return part;
}

/** Readings of data_coding by value [SMPP 3.4 5.2.19]; groups with class bits are read by their bits. */
const ENCODINGS: Readonly<Record<number, Encoding>> = {
  1: Encoding.ascii, 2: Encoding.binary, 3: Encoding.latin1, 4: Encoding.binary, 5: Encoding.jis, 6: Encoding.cyrillic,
  7: Encoding.hebrew, 8: Encoding.ucs2, 9: Encoding.binary, 10: Encoding.iso2022jp, 13: Encoding.jis, 14: Encoding.ksc5601,
};
const BY_ALPHABET_BITS: readonly Encoding[] = [Encoding.gsm7, Encoding.binary, Encoding.ucs2, Encoding.gsm7];

/** `alphabet0` is how data_coding 0 is read. */
export function encodingOfCoding(dataCoding: number, alphabet0: Encoding): Encoding {
  if (dataCoding === 0) return alphabet0;
  const group = dataCoding >> 4;
  if (group === 1) return BY_ALPHABET_BITS[(dataCoding >> 2) & 3] ?? Encoding.gsm7;
  if (group === 15) return (dataCoding & 4) === 0 ? Encoding.gsm7 : Encoding.binary;
  return ENCODINGS[dataCoding] ?? Encoding.gsm7;
}
