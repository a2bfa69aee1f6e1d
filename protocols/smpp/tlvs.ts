/**
 * TLVs: every optional parameter of SMPP 3.4 and 5.0, and lazy reading and writing of the area they stand in.
 *
 * A PDU carries its TLVs as one raw view (`body.tlvs`), checked once while decoding; a value is looked for only when
 * somebody asks. Unknown and misplaced TLVs are left where they are. [SMPP 3.4 3.2.4.1; SMPP 5.0 4.8]
 */
import { findNul, readText, readUint16, writeUint16 } from "../wire/octets.js";

export type TlvKind =
  /** Big-endian number of `max` octets. */ | "integer"
  /** C-octet string; the NUL is often left out in the field. */ | "text"
  | "octets";

export interface TlvDescription {
  readonly tag: number;
  readonly name: TlvName;
  readonly kind: TlvKind;
  /** Legal lengths of the value in octets. */
  readonly min: number;
  readonly max: number;
  /** When not every length between is legal: those that are. */
  readonly only?: readonly number[];
}

/** Tag numbers under the standard's names. */
export const Tlv = {
  dest_addr_subunit: 0x0005,
  dest_network_type: 0x0006,
  dest_bearer_type: 0x0007,
  dest_telematics_id: 0x0008,
  source_addr_subunit: 0x000d,
  source_network_type: 0x000e,
  source_bearer_type: 0x000f,
  source_telematics_id: 0x0010,
  qos_time_to_live: 0x0017,
  payload_type: 0x0019,
  additional_status_info_text: 0x001d,
  receipted_message_id: 0x001e,
  ms_msg_wait_facilities: 0x0030,
  privacy_indicator: 0x0201,
  source_subaddress: 0x0202,
  dest_subaddress: 0x0203,
  user_message_reference: 0x0204,
  user_response_code: 0x0205,
  source_port: 0x020a,
  dest_port: 0x020b,
  sar_msg_ref_num: 0x020c,
  language_indicator: 0x020d,
  sar_total_segments: 0x020e,
  sar_segment_seqnum: 0x020f,
  sc_interface_version: 0x0210,
  callback_num_pres_ind: 0x0302,
  callback_num_atag: 0x0303,
  number_of_messages: 0x0304,
  callback_num: 0x0381,
  dpf_result: 0x0420,
  set_dpf: 0x0421,
  ms_availability_status: 0x0422,
  network_error_code: 0x0423,
  message_payload: 0x0424,
  delivery_failure_reason: 0x0425,
  more_messages_to_send: 0x0426,
  message_state: 0x0427,
  congestion_state: 0x0428,
  ussd_service_op: 0x0501,
  broadcast_channel_indicator: 0x0600,
  broadcast_content_type: 0x0601,
  broadcast_content_type_info: 0x0602,
  broadcast_message_class: 0x0603,
  broadcast_rep_num: 0x0604,
  broadcast_frequency_interval: 0x0605,
  broadcast_area_identifier: 0x0606,
  broadcast_error_status: 0x0607,
  broadcast_area_success: 0x0608,
  broadcast_end_time: 0x0609,
  broadcast_service_group: 0x060a,
  billing_identification: 0x060b,
  source_network_id: 0x060d,
  dest_network_id: 0x060e,
  source_node_id: 0x060f,
  dest_node_id: 0x0610,
  dest_addr_np_resolution: 0x0611,
  dest_addr_np_information: 0x0612,
  dest_addr_np_country: 0x0613,
  display_time: 0x1201,
  sms_signal: 0x1203,
  ms_validity: 0x1204,
  alert_on_message_delivery: 0x130c,
  its_reply_type: 0x1380,
  its_session_info: 0x1383,
} as const;
export type TlvName = keyof typeof Tlv;

type Shape = readonly [kind: TlvKind, min: number, max: number, only?: readonly number[]];
const ONE: Shape = ["integer", 1, 1];
const TWO: Shape = ["integer", 2, 2];
const FOUR: Shape = ["integer", 4, 4];

const SHAPES: Readonly<Record<TlvName, Shape>> = {
  dest_addr_subunit: ONE,
  dest_network_type: ONE,
  dest_bearer_type: ONE,
  dest_telematics_id: TWO,
  source_addr_subunit: ONE,
  source_network_type: ONE,
  source_bearer_type: ONE,
  source_telematics_id: ONE,
  qos_time_to_live: FOUR,
  payload_type: ONE,
  additional_status_info_text: ["text", 1, 256],
  receipted_message_id: ["text", 1, 65],
  ms_msg_wait_facilities: ONE,
  privacy_indicator: ONE,
  source_subaddress: ["octets", 2, 23],
  dest_subaddress: ["octets", 2, 23],
  user_message_reference: TWO,
  user_response_code: ONE,
  source_port: TWO,
  dest_port: TWO,
  sar_msg_ref_num: TWO,
  language_indicator: ONE,
  sar_total_segments: ONE,
  sar_segment_seqnum: ONE,
  sc_interface_version: ONE,
  callback_num_pres_ind: ONE,
  callback_num_atag: ["octets", 1, 65],
  number_of_messages: ONE,
  callback_num: ["octets", 4, 19],
  dpf_result: ONE,
  set_dpf: ONE,
  ms_availability_status: ONE,
  network_error_code: ["octets", 3, 3],
  message_payload: ["octets", 0, 65535],
  delivery_failure_reason: ONE,
  more_messages_to_send: ONE,
  message_state: ONE,
  congestion_state: ONE,
  ussd_service_op: ONE,
  broadcast_channel_indicator: ONE,
  broadcast_content_type: ["octets", 3, 3],
  broadcast_content_type_info: ["octets", 1, 255],
  broadcast_message_class: ONE,
  broadcast_rep_num: TWO,
  broadcast_frequency_interval: ["octets", 3, 3],
  broadcast_area_identifier: ["octets", 1, 101],
  broadcast_error_status: FOUR,
  broadcast_area_success: ONE,
  // 5.0 gives 16 octets and calls it a C-octet string: peers send it with and without the NUL. [SMPP 5.0 4.8.4.14]
  broadcast_end_time: ["text", 16, 17],
  broadcast_service_group: ["octets", 1, 255],
  billing_identification: ["octets", 1, 1024],
  source_network_id: ["text", 7, 65],
  dest_network_id: ["text", 7, 65],
  source_node_id: ["octets", 6, 6],
  dest_node_id: ["octets", 6, 6],
  dest_addr_np_resolution: ONE,
  dest_addr_np_information: ["octets", 10, 10],
  dest_addr_np_country: ["octets", 1, 5],
  display_time: ONE,
  sms_signal: TWO,
  ms_validity: ["octets", 1, 4, [1, 4]],
  alert_on_message_delivery: ["integer", 0, 1],
  its_reply_type: ONE,
  its_session_info: ["octets", 2, 2],
};

/** Every TLV of the standards, by name. */
export const TLVS: readonly TlvDescription[] = (Object.keys(Tlv) as TlvName[]).map((name) => {
  const [kind, min, max, only] = SHAPES[name];
  return only === undefined ? { tag: Tlv[name], name, kind, min, max } : { tag: Tlv[name], name, kind, min, max, only };
});
const BY_TAG = new Map<number, TlvDescription>(TLVS.map((each) => [each.tag, each]));

/** What is known of a tag, or null when the standards do not have it (vendor tags are 0x1400..0x3FFF). */
export function describeTlv(tag: number): TlvDescription | null {
  return BY_TAG.get(tag) ?? null;
}

/** Tag and length. */
const HEAD = 4;

/**
 * Where the whole TLVs from `start` stop; `~stop` when what is left up to `end` is no TLV.
 *
 * One to three zero octets at the end are let pass and left out: some peers append a NUL to their text.
 */
export function checkTlvArea(frame: Buffer, start: number, end: number): number {
  let at = start;
  while (end - at >= HEAD) {
    const next = at + HEAD + readUint16(frame, at + 2);
    if (next > end) return ~at;
    at = next;
  }
  for (let rest = at; rest < end; rest++) if (frame[rest] !== 0) return ~at;
  return at;
}

/** Where the value of the first TLV with this tag starts, or -1; the walk ends at the first broken TLV. */
function valueOffset(tlvs: Buffer, tag: number): number {
  let at = 0;
  while (at + HEAD <= tlvs.length) {
    const next = at + HEAD + readUint16(tlvs, at + 2);
    if (next > tlvs.length) return -1;
    if (readUint16(tlvs, at) === tag) return at + HEAD;
    at = next;
  }
  return -1;
}

/** The value of the first TLV with this tag, a view; null when there is none. */
export function findTlv(tlvs: Buffer, tag: number): Buffer | null {
  const at = valueOffset(tlvs, tag);
  return at < 0 ? null : tlvs.subarray(at, at + readUint16(tlvs, at - 2));
}

/** Visits every TLV in order; repeated tags come repeatedly. Values are views. */
export function eachTlv(tlvs: Buffer, visit: (tag: number, value: Buffer) => void): void {
  let at = 0;
  while (at + HEAD <= tlvs.length) {
    const next = at + HEAD + readUint16(tlvs, at + 2);
    if (next > tlvs.length) return;
    visit(readUint16(tlvs, at), tlvs.subarray(at + HEAD, next));
    at = next;
  }
}

/**
 * The number in the first TLV with this tag; -1 when there is none, it is empty, or it is wider than the standard says
 * (text in a number's place must never be read as a number). A narrower one is read as it stands: peers send sar_msg_ref_num
 * and user_message_reference in one octet.
 */
export function readTlvInteger(tlvs: Buffer, tag: number): number {
  const at = valueOffset(tlvs, tag);
  if (at < 0) return -1;
  const length = readUint16(tlvs, at - 2);
  if (length === 0 || length > (BY_TAG.get(tag)?.max ?? 4) || length > 4) return -1;
  let value = 0;
  for (let octet = 0; octet < length; octet++) value = value * 256 + (tlvs[at + octet] ?? 0);
  return value;
}

/** The text in the first TLV with this tag: cut at the TLV's length, then at the first NUL; null when there is none. */
export function readTlvText(tlvs: Buffer, tag: number): string | null {
  const at = valueOffset(tlvs, tag);
  if (at < 0) return null;
  return readText(tlvs, at, findNul(tlvs, at, at + readUint16(tlvs, at - 2)));
}

function lengthAllowed(known: TlvDescription, length: number): boolean {
  return length >= known.min && length <= known.max && (known.only === undefined || known.only.includes(length));
}

/** The tag of the first known TLV whose length the standard does not allow (answer: 0xC2), or 0 when all are right. */
export function checkTlvWidths(tlvs: Buffer): number {
  let at = 0;
  while (at + HEAD <= tlvs.length) {
    const tag = readUint16(tlvs, at);
    const length = readUint16(tlvs, at + 2);
    const known = BY_TAG.get(tag);
    if (known !== undefined && !lengthAllowed(known, length)) return tag;
    at += HEAD + length;
  }
  return 0;
}

/**
 * Builds a TLV area in a buffer of its own that grows as needed and is used again after `clear()`.
 *
 * Make one per session: `view()` is copied by the encoder, and stands only until the next `clear()`.
 */
export class TlvWriter {
  #area: Buffer;
  #end = 0;

  constructor(capacity = 128) {
    this.#area = Buffer.allocUnsafe(capacity);
  }

  clear(): this {
    this.#end = 0;
    return this;
  }

  /**
   * A number in the width the standard gives its tag; `width` (1..4 octets) for tags it does not have.
   * @throws RangeError when the tag is no number's or the value does not fit.
   */
  integer(tag: number, value: number, width = this.#widthOf(tag)): this {
    const limit = 2 ** (8 * width);
    if (!Number.isInteger(value) || value < 0 || value >= limit) throw new RangeError(`TLV ${hex(tag)}: ${value} does not fit ${width} octets`);
    const at = this.#open(tag, width);
    for (let octet = 0; octet < width; octet++) this.#area[at + octet] = Math.floor(value / 2 ** (8 * (width - 1 - octet)));
    return this;
  }

  /** Latin-1 text closed by a NUL. @throws RangeError when it is too long for its tag or not Latin-1. */
  text(tag: number, value: string): this {
    const max = BY_TAG.get(tag)?.max ?? 0xffff;
    if (value.length + 1 > max) throw new RangeError(`TLV ${hex(tag)}: text of ${value.length} is too long`);
    const at = this.#open(tag, value.length + 1);
    for (let each = 0; each < value.length; each++) {
      const code = value.charCodeAt(each);
      if (code === 0 || code > 0xff) throw new RangeError(`TLV ${hex(tag)}: no Latin-1 text`);
      this.#area[at + each] = code;
    }
    this.#area[at + value.length] = 0;
    return this;
  }

  /** Octets as they are. @throws RangeError above 65,535 octets. */
  octets(tag: number, value: Uint8Array): this {
    this.#area.set(value, this.#open(tag, value.length));
    return this;
  }

  /** The area written since `clear()`, as a view. */
  view(): Buffer {
    return this.#area.subarray(0, this.#end);
  }

  #widthOf(tag: number): number {
    const known = BY_TAG.get(tag);
    if (known?.kind !== "integer") throw new RangeError(`TLV ${hex(tag)} is no number: give its width`);
    return known.max;
  }

  /** Writes tag and length, makes room for the value, and says where it goes. */
  #open(tag: number, length: number): number {
    const needed = this.#end + HEAD + length;
    if (needed > this.#area.length) {
      const wider = Buffer.allocUnsafe(Math.max(needed, this.#area.length * 2));
      this.#area.copy(wider, 0, 0, this.#end);
      this.#area = wider;
    }
    const value = writeUint16(this.#area, writeUint16(this.#area, this.#end, tag), length);
    this.#end = needed;
    return value;
  }
}

function hex(tag: number): string {
  return `0x${tag.toString(16).toUpperCase().padStart(4, "0")}`;
}
