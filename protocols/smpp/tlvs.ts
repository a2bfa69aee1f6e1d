/**
 * SMPP's TLVs: the area of wire/tlvs.ts read and written by the dictionary of the standards. [SMPP 3.4 3.2.4.1; SMPP 5.0 4.8]
 */
import { TlvWriter as DictionaryWriter, readTlvNumber, wrongTlvWidth } from "../wire/tlvs.js";
import { DICTIONARY } from "./tlv-table.js";

export { checkTlvArea, eachTlv, findTlv, readTlvText } from "../wire/tlvs.js";
export { TLVS, Tlv, tlvByTag } from "./tlv-table.js";
export type { TlvDescription, TlvName } from "./tlv-table.js";

/**
 * The number in the first TLV with this tag, of at most as many octets as the standard gives it; -1 when there is none. Peers
 * send sar_msg_ref_num and user_message_reference in one octet.
 */
export function readTlvInteger(tlvs: Buffer, tag: number): number {
  return readTlvNumber(tlvs, tag, Math.min(4, DICTIONARY.get(tag)?.max ?? 4));
}

/** The tag of the first known TLV whose length the standard does not allow (answer: 0xC2), or 0 when all are right. */
export function checkTlvWidths(tlvs: Buffer): number {
  return wrongTlvWidth(tlvs, DICTIONARY);
}

/** Writes TLVs in the widths that the standard gives them. */
export class TlvWriter extends DictionaryWriter {
  constructor(capacity?: number) {
    super(DICTIONARY, capacity);
  }
}
