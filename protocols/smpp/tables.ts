/**
 * The PDU tables: the body of every command of SMPP 3.3, 3.4 and 5.0, field by field as it stands on the wire.
 *
 * Sizes of texts count the NUL. Every body ends in `tlvs`, for peers put TLVs anywhere and unknown ones are skipped.
 * [SMPP 3.4 4; SMPP 5.0 4; the three commands of 3.3 after two implementations that agree]
 */
import { choice, compileTable, countOf, fixedText, int, lengthOf, octets, repeat, tail, text } from "../wire/fields.js";
import type { CommandName } from "./commands.js";
import { FIELD_STATUS } from "./status.js";
import type { FieldName } from "./status.js";
import { checkTlvArea } from "./tlvs.js";

const int1 = <N extends FieldName>(name: N) => int(name, 1, FIELD_STATUS[name]);
const cstring = <N extends FieldName>(name: N, max: number) => text(name, max, FIELD_STATUS[name]);
/** Empty, or YYMMDDhhmmsstnnp and its NUL. */
const time = <N extends FieldName>(name: N) => fixedText(name, 17, FIELD_STATUS[name]);
const TLVS = tail("tlvs", checkTlvArea, FIELD_STATUS.tlvs);

const SMALL_TEXT = [lengthOf("sm_length", 1, FIELD_STATUS.sm_length), octets("short_message", "sm_length", FIELD_STATUS.short_message)] as const;

const source = (max: number) => [int1("source_addr_ton"), int1("source_addr_npi"), cstring("source_addr", max)] as const;
const destination = (max: number) => [int1("dest_addr_ton"), int1("dest_addr_npi"), cstring("destination_addr", max)] as const;

/** What submit_sm, deliver_sm and submit_multi have behind their destinations. */
const FROM_ESM_CLASS = [
  int1("esm_class"), int1("protocol_id"), int1("priority_flag"), time("schedule_delivery_time"), time("validity_period"),
  int1("registered_delivery"), int1("replace_if_present_flag"), int1("data_coding"), int1("sm_default_msg_id"),
  ...SMALL_TEXT, TLVS,
] as const;

/** dest_flag 1 is an address, 2 the name of a distribution list. */
const DEST_ADDRESSES = repeat("dest_address", "number_of_dests", [
  choice("dest_flag", { 1: destination(21), 2: [cstring("dl_name", 21)] }, FIELD_STATUS.dest_flag),
]);

const bind = (systemId: number, password: number, systemType: number) => [
  cstring("system_id", systemId), cstring("password", password), cstring("system_type", systemType),
  int1("interface_version"), int1("addr_ton"), int1("addr_npi"), cstring("address_range", 41), TLVS,
] as const;

const HEADER_ONLY = [TLVS] as const;
const MESSAGE_ID_ONLY = [cstring("message_id", 65), TLVS] as const;
const MESSAGE = [cstring("service_type", 6), ...source(21), ...destination(21), ...FROM_ESM_CLASS] as const;
const QUERY = [cstring("message_id", 65), ...source(21), TLVS] as const;

const BIND = compileTable("bind", bind(16, 9, 13));
/**
 * Bind with room for names and passwords longer than the standard allows, which some operators insist on.
 * Only used when a setting asks for it; all binds are written by it, as ours are checked with the settings.
 */
export const BIND_WIDE = compileTable("bind_wide", bind(65, 65, 65));
// The standard gives 16 octets; longer names of message centres are of no harm to us.
const BIND_RESP = compileTable("bind_resp", [cstring("system_id", 65), TLVS]);
const EMPTY = compileTable("empty", HEADER_ONLY);
const MESSAGE_ID = compileTable("message_id_resp", MESSAGE_ID_ONLY);

/** Every command's compiled table. Commands of one shape share one. */
export const CODECS = {
  generic_nack: EMPTY,
  bind_receiver: BIND,
  bind_receiver_resp: BIND_RESP,
  bind_transmitter: BIND,
  bind_transmitter_resp: BIND_RESP,
  bind_transceiver: BIND,
  bind_transceiver_resp: BIND_RESP,
  outbind: compileTable("outbind", [cstring("system_id", 16), cstring("password", 9), TLVS]),
  unbind: EMPTY,
  unbind_resp: EMPTY,
  enquire_link: EMPTY,
  enquire_link_resp: EMPTY,
  submit_sm: compileTable("submit_sm", MESSAGE),
  submit_sm_resp: MESSAGE_ID,
  deliver_sm: compileTable("deliver_sm", MESSAGE),
  deliver_sm_resp: MESSAGE_ID,
  data_sm: compileTable("data_sm", [
    cstring("service_type", 6), ...source(65), ...destination(65),
    int1("esm_class"), int1("registered_delivery"), int1("data_coding"), TLVS,
  ]),
  data_sm_resp: MESSAGE_ID,
  submit_multi: compileTable("submit_multi", [
    cstring("service_type", 6), ...source(21), countOf("number_of_dests", 1, 1, FIELD_STATUS.number_of_dests),
    DEST_ADDRESSES, ...FROM_ESM_CLASS,
  ]),
  submit_multi_resp: compileTable("submit_multi_resp", [
    cstring("message_id", 65), countOf("no_unsuccess", 1, 0, FIELD_STATUS.no_unsuccess),
    repeat("unsuccess_sme", "no_unsuccess", [...destination(21), int("error_status_code", 4, FIELD_STATUS.error_status_code)]),
    TLVS,
  ]),
  query_sm: compileTable("query_sm", QUERY),
  // 3.4 lets a message centre give final_date as 12 digits without zone, hence no fixed size. [SMPP 3.4 7.1.1]
  query_sm_resp: compileTable("query_sm_resp", [
    cstring("message_id", 65), cstring("final_date", 17), int1("message_state"), int1("error_code"), TLVS,
  ]),
  cancel_sm: compileTable("cancel_sm", [
    cstring("service_type", 6), cstring("message_id", 65), ...source(21), ...destination(21), TLVS,
  ]),
  cancel_sm_resp: EMPTY,
  replace_sm: compileTable("replace_sm", [
    cstring("message_id", 65), ...source(21), time("schedule_delivery_time"), time("validity_period"),
    int1("registered_delivery"), int1("sm_default_msg_id"), ...SMALL_TEXT, TLVS,
  ]),
  replace_sm_resp: EMPTY,
  alert_notification: compileTable("alert_notification", [
    ...source(65), int1("esme_addr_ton"), int1("esme_addr_npi"), cstring("esme_addr", 65), TLVS,
  ]),
  broadcast_sm: compileTable("broadcast_sm", [
    cstring("service_type", 6), ...source(21), cstring("message_id", 65), int1("priority_flag"),
    time("schedule_delivery_time"), time("validity_period"), int1("replace_if_present_flag"), int1("data_coding"),
    int1("sm_default_msg_id"), TLVS,
  ]),
  broadcast_sm_resp: MESSAGE_ID,
  query_broadcast_sm: compileTable("query_broadcast_sm", QUERY),
  query_broadcast_sm_resp: MESSAGE_ID,
  cancel_broadcast_sm: compileTable("cancel_broadcast_sm", [
    cstring("service_type", 6), cstring("message_id", 65), ...source(21), TLVS,
  ]),
  cancel_broadcast_sm_resp: EMPTY,
  param_retrieve: compileTable("param_retrieve", [cstring("param_name", 32), TLVS]),
  param_retrieve_resp: compileTable("param_retrieve_resp", [cstring("param_value", 101), TLVS]),
  query_last_msgs: compileTable("query_last_msgs", [...source(21), int1("num_of_messages"), TLVS]),
  query_last_msgs_resp: compileTable("query_last_msgs_resp", [
    countOf("no_msgs", 1, 0, FIELD_STATUS.no_msgs), repeat("messages", "no_msgs", [cstring("message_id", 9)]), TLVS,
  ]),
  // Here sm_length is a number of its own: how many octets of the text are wanted.
  query_msg_details: compileTable("query_msg_details", [cstring("message_id", 9), ...source(21), int1("sm_length"), TLVS]),
  query_msg_details_resp: compileTable("query_msg_details_resp", [
    cstring("service_type", 6), ...source(21), countOf("number_of_dests", 1, 0, FIELD_STATUS.number_of_dests), DEST_ADDRESSES,
    int1("protocol_id"), int1("priority_flag"), time("schedule_delivery_time"), time("validity_period"),
    int1("registered_delivery"), int1("data_coding"), ...SMALL_TEXT, cstring("message_id", 9), cstring("final_date", 17),
    int1("message_status"), int1("error_code"), TLVS,
  ]),
} as const satisfies Record<CommandName, object>;

/** The body of a command, by its name. */
export type BodyOf<N extends CommandName> = ReturnType<(typeof CODECS)[N]["blank"]>;

export type BindBody = BodyOf<"bind_transceiver">;
export type BindRespBody = BodyOf<"bind_transceiver_resp">;
export type Outbind = BodyOf<"outbind">;
export type EmptyBody = BodyOf<"enquire_link">;
export type SubmitSm = BodyOf<"submit_sm">;
export type SubmitSmResp = BodyOf<"submit_sm_resp">;
export type DeliverSm = BodyOf<"deliver_sm">;
export type DeliverSmResp = BodyOf<"deliver_sm_resp">;
export type DataSm = BodyOf<"data_sm">;
export type DataSmResp = BodyOf<"data_sm_resp">;
export type SubmitMulti = BodyOf<"submit_multi">;
export type SubmitMultiResp = BodyOf<"submit_multi_resp">;
export type QuerySm = BodyOf<"query_sm">;
export type QuerySmResp = BodyOf<"query_sm_resp">;
export type CancelSm = BodyOf<"cancel_sm">;
export type ReplaceSm = BodyOf<"replace_sm">;
export type AlertNotification = BodyOf<"alert_notification">;
export type BroadcastSm = BodyOf<"broadcast_sm">;
export type CancelBroadcastSm = BodyOf<"cancel_broadcast_sm">;
export type ParamRetrieve = BodyOf<"param_retrieve">;
export type ParamRetrieveResp = BodyOf<"param_retrieve_resp">;
export type QueryLastMsgs = BodyOf<"query_last_msgs">;
export type QueryLastMsgsResp = BodyOf<"query_last_msgs_resp">;
export type QueryMsgDetails = BodyOf<"query_msg_details">;
export type QueryMsgDetailsResp = BodyOf<"query_msg_details_resp">;
/** The body of some command. */
export type AnyBody = BodyOf<CommandName>;
