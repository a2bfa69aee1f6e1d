/**
 * The TLV dictionary: tag, name, kind and legal lengths of every optional parameter of SMPP 3.4 and 5.0.
 * [SMPP 3.4 5.3; SMPP 5.0 4.8]
 */
import type { TlvDictionary, TlvKind, TlvShape } from "../wire/tlvs.js";

export interface TlvDescription extends TlvShape {
  readonly tag: number;
  readonly name: TlvName;
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
const BY_TAG: ReadonlyMap<number, TlvDescription> = new Map(TLVS.map((each) => [each.tag, each]));
/** The same by tag, for reading and writing. */
export const DICTIONARY: TlvDictionary = BY_TAG;

/** What is known of a tag, or null when the standards do not have it (vendor tags are 0x1400..0x3FFF). */
export function tlvByTag(tag: number): TlvDescription | null {
  return BY_TAG.get(tag) ?? null;
}
