/**
 * command_status: every value of SMPP 3.4 and 5.0 with its meaning and what it asks of us, the status of each field
 * that can be wrong, and the status that each Outcome is answered with. [SMPP 3.4 5.1.3; SMPP 5.0 4.7.6]
 */
import type { Outcome, OutcomeName } from "../model/outcome.js";
import { Answers } from "../wire/answers.js";
import type { Reaction } from "../wire/protocol.js";

/** Values under their 3.4 names; the five that 5.0 renamed are listed in STATUSES. */
export const Status = {
  ESME_ROK: 0x000,
  ESME_RINVMSGLEN: 0x001,
  ESME_RINVCMDLEN: 0x002,
  ESME_RINVCMDID: 0x003,
  ESME_RINVBNDSTS: 0x004,
  ESME_RALYBND: 0x005,
  ESME_RINVPRTFLG: 0x006,
  ESME_RINVREGDLVFLG: 0x007,
  ESME_RSYSERR: 0x008,
  ESME_RINVSRCADR: 0x00a,
  ESME_RINVDSTADR: 0x00b,
  ESME_RINVMSGID: 0x00c,
  ESME_RBINDFAIL: 0x00d,
  ESME_RINVPASWD: 0x00e,
  ESME_RINVSYSID: 0x00f,
  ESME_RCANCELFAIL: 0x011,
  ESME_RREPLACEFAIL: 0x013,
  ESME_RMSGQFUL: 0x014,
  ESME_RINVSERTYP: 0x015,
  ESME_RINVNUMDESTS: 0x033,
  ESME_RINVDLNAME: 0x034,
  ESME_RINVDESTFLAG: 0x040,
  ESME_RINVSUBREP: 0x042,
  ESME_RINVESMCLASS: 0x043,
  ESME_RCNTSUBDL: 0x044,
  ESME_RSUBMITFAIL: 0x045,
  ESME_RINVSRCTON: 0x048,
  ESME_RINVSRCNPI: 0x049,
  ESME_RINVDSTTON: 0x050,
  ESME_RINVDSTNPI: 0x051,
  ESME_RINVSYSTYP: 0x053,
  ESME_RINVREPFLAG: 0x054,
  ESME_RINVNUMMSGS: 0x055,
  ESME_RTHROTTLED: 0x058,
  ESME_RINVSCHED: 0x061,
  ESME_RINVEXPIRY: 0x062,
  ESME_RINVDFTMSGID: 0x063,
  ESME_RX_T_APPN: 0x064,
  ESME_RX_P_APPN: 0x065,
  ESME_RX_R_APPN: 0x066,
  ESME_RQUERYFAIL: 0x067,
  ESME_RINVOPTPARSTREAM: 0x0c0,
  ESME_ROPTPARNOTALLWD: 0x0c1,
  ESME_RINVPARLEN: 0x0c2,
  ESME_RMISSINGOPTPARAM: 0x0c3,
  ESME_RINVOPTPARAMVAL: 0x0c4,
  ESME_RDELIVERYFAILURE: 0x0fe,
  ESME_RUNKNOWNERR: 0x0ff,
  ESME_RSERTYPUNAUTH: 0x100,
  ESME_RPROHIBITED: 0x101,
  ESME_RSERTYPUNAVAIL: 0x102,
  ESME_RSERTYPDENIED: 0x103,
  ESME_RINVDCS: 0x104,
  ESME_RINVSRCADDRSUBUNIT: 0x105,
  ESME_RINVDSTADDRSUBUNIT: 0x106,
  ESME_RINVBCASTFREQINT: 0x107,
  ESME_RINVBCASTALIAS_NAME: 0x108,
  ESME_RINVBCASTAREAFMT: 0x109,
  ESME_RINVNUMBCAST_AREAS: 0x10a,
  ESME_RINVBCASTCNTTYPE: 0x10b,
  ESME_RINVBCASTMSGCLASS: 0x10c,
  ESME_RBCASTFAIL: 0x10d,
  ESME_RBCASTQUERYFAIL: 0x10e,
  ESME_RBCASTCANCELFAIL: 0x10f,
  ESME_RINVBCAST_REP: 0x110,
  ESME_RINVBCASTSRVGRP: 0x111,
  ESME_RINVBCASTCHANIND: 0x112,
} as const;
export type StatusName = keyof typeof Status;

export interface StatusDescription {
  readonly code: number;
  readonly name: string;
  /** The name 5.0 gave it, when that is another. */
  readonly name50?: string;
  readonly meaning: string;
  /** What an operator's answer with it asks of us. */
  readonly reaction: Reaction;
}

type Entry = readonly [reaction: Reaction, meaning: string, name50?: string];
const ENTRIES: Readonly<Record<StatusName, Entry>> = {
  ESME_ROK: ["ok", "no error"],
  ESME_RINVMSGLEN: ["refuse_alarm", "the length of the text or its user data is wrong"],
  ESME_RINVCMDLEN: ["refuse_alarm", "the PDU's length is wrong"],
  ESME_RINVCMDID: ["refuse_alarm", "the command is unknown or not supported"],
  ESME_RINVBNDSTS: ["rebind", "the command is not allowed in this bind state"],
  ESME_RALYBND: ["rebind", "already bound, or too many binds"],
  ESME_RINVPRTFLG: ["refuse_alarm", "priority_flag is wrong"],
  ESME_RINVREGDLVFLG: ["refuse_alarm", "registered_delivery is wrong"],
  ESME_RSYSERR: ["retry", "trouble inside the message centre"],
  ESME_RINVSRCADR: ["refuse_alarm", "the source address is wrong or not allowed"],
  ESME_RINVDSTADR: ["refuse", "the destination address is wrong"],
  ESME_RINVMSGID: ["refuse", "no message has this message_id"],
  ESME_RBINDFAIL: ["rebind", "the bind was refused"],
  ESME_RINVPASWD: ["rebind", "the password is wrong"],
  ESME_RINVSYSID: ["rebind", "the system_id is wrong"],
  ESME_RCANCELFAIL: ["refuse", "there is nothing to cancel"],
  ESME_RREPLACEFAIL: ["refuse", "there is nothing to replace"],
  ESME_RMSGQFUL: ["slow_down", "the message queue is full"],
  ESME_RINVSERTYP: ["refuse_alarm", "service_type is wrong"],
  ESME_RINVNUMDESTS: ["refuse_alarm", "number_of_dests is wrong"],
  ESME_RINVDLNAME: ["refuse_alarm", "the distribution list's name is wrong"],
  ESME_RINVDESTFLAG: ["refuse_alarm", "dest_flag is wrong"],
  ESME_RINVSUBREP: ["refuse_alarm", "submitting with replace_if_present_flag is refused"],
  ESME_RINVESMCLASS: ["refuse_alarm", "esm_class is wrong"],
  ESME_RCNTSUBDL: ["refuse_alarm", "cannot submit to a distribution list"],
  ESME_RSUBMITFAIL: ["retry", "the submit failed"],
  ESME_RINVSRCTON: ["refuse_alarm", "source_addr_ton is wrong"],
  ESME_RINVSRCNPI: ["refuse_alarm", "source_addr_npi is wrong"],
  ESME_RINVDSTTON: ["refuse_alarm", "dest_addr_ton is wrong"],
  ESME_RINVDSTNPI: ["refuse_alarm", "dest_addr_npi is wrong"],
  ESME_RINVSYSTYP: ["rebind", "system_type is wrong"],
  ESME_RINVREPFLAG: ["refuse_alarm", "replace_if_present_flag is wrong"],
  ESME_RINVNUMMSGS: ["refuse_alarm", "the number of messages is wrong"],
  ESME_RTHROTTLED: ["slow_down", "the allowed rate is exceeded"],
  ESME_RINVSCHED: ["refuse_alarm", "schedule_delivery_time is wrong"],
  ESME_RINVEXPIRY: ["refuse_alarm", "validity_period is wrong"],
  ESME_RINVDFTMSGID: ["refuse_alarm", "sm_default_msg_id is wrong"],
  ESME_RX_T_APPN: ["retry", "the receiver cannot take it now"],
  ESME_RX_P_APPN: ["refuse", "the receiver will never take it"],
  ESME_RX_R_APPN: ["refuse", "the receiver refuses this message"],
  ESME_RQUERYFAIL: ["refuse", "the query failed"],
  ESME_RINVOPTPARSTREAM: ["refuse_alarm", "the TLVs cannot be told apart", "ESME_RINVTLVSTREAM"],
  ESME_ROPTPARNOTALLWD: ["refuse_alarm", "a TLV is not allowed here", "ESME_RTLVNOTALLWD"],
  ESME_RINVPARLEN: ["refuse_alarm", "a TLV's length is wrong", "ESME_RINVTLVLEN"],
  ESME_RMISSINGOPTPARAM: ["refuse_alarm", "a TLV is missing", "ESME_RMISSINGTLV"],
  ESME_RINVOPTPARAMVAL: ["refuse_alarm", "a TLV's value is wrong", "ESME_RINVTLVVAL"],
  ESME_RDELIVERYFAILURE: ["refuse", "delivery failed (transaction mode)"],
  ESME_RUNKNOWNERR: ["retry", "unknown error"],
  ESME_RSERTYPUNAUTH: ["refuse_alarm", "not authorised for this service_type"],
  ESME_RPROHIBITED: ["refuse_alarm", "not authorised for this operation"],
  ESME_RSERTYPUNAVAIL: ["retry", "the service is out of order"],
  ESME_RSERTYPDENIED: ["refuse", "the content is not allowed for this service_type"],
  ESME_RINVDCS: ["refuse_alarm", "data_coding is wrong"],
  ESME_RINVSRCADDRSUBUNIT: ["refuse_alarm", "source_addr_subunit is wrong"],
  ESME_RINVDSTADDRSUBUNIT: ["refuse_alarm", "dest_addr_subunit is wrong"],
  ESME_RINVBCASTFREQINT: ["refuse_alarm", "broadcast_frequency_interval is wrong"],
  ESME_RINVBCASTALIAS_NAME: ["refuse_alarm", "the broadcast area's alias is unknown"],
  ESME_RINVBCASTAREAFMT: ["refuse_alarm", "the broadcast area's format is wrong"],
  ESME_RINVNUMBCAST_AREAS: ["refuse_alarm", "the number of broadcast areas is wrong"],
  ESME_RINVBCASTCNTTYPE: ["refuse_alarm", "broadcast_content_type is wrong"],
  ESME_RINVBCASTMSGCLASS: ["refuse_alarm", "broadcast_message_class is wrong"],
  ESME_RBCASTFAIL: ["refuse", "broadcast_sm failed"],
  ESME_RBCASTQUERYFAIL: ["refuse", "query_broadcast_sm failed"],
  ESME_RBCASTCANCELFAIL: ["refuse", "cancel_broadcast_sm failed"],
  ESME_RINVBCAST_REP: ["refuse_alarm", "broadcast_rep_num is wrong"],
  ESME_RINVBCASTSRVGRP: ["refuse_alarm", "broadcast_service_group is wrong"],
  ESME_RINVBCASTCHANIND: ["refuse_alarm", "broadcast_channel_indicator is wrong"],
};

/** Every status of the standards, in order of value. */
export const STATUSES: readonly StatusDescription[] = (Object.keys(Status) as StatusName[]).map((name) => {
  const [reaction, meaning, name50] = ENTRIES[name];
  const code = Status[name];
  return name50 === undefined ? { code, name, meaning, reaction } : { code, name, name50, meaning, reaction };
});

/** The first of the values that 3.4 and 5.0 leave to vendors; ours is this and the number of REFUSALS (0x464 = 100 = no credit). */
const VENDOR_FIRST = 0x400;
const VENDOR_LAST = 0x4ff;

/** The outcomes that the standard has a status of its own for. */
const STANDARD: Readonly<Partial<Record<OutcomeName, StatusName>>> = {
  ok: "ESME_ROK",
  // A malformed PDU is answered with its field's own status; this one is for what no field explains.
  malformed: "ESME_RSUBMITFAIL",
  throttled: "ESME_RTHROTTLED",
  queue_full: "ESME_RMSGQFUL",
  store_unavailable: "ESME_RSYSERR",
  invalid_destination: "ESME_RINVDSTADR",
  invalid_source: "ESME_RINVSRCADR",
  invalid_encoding: "ESME_RINVDCS",
  too_long: "ESME_RINVMSGLEN",
};

const ANSWERS = new Answers(STANDARD, Status, VENDOR_FIRST, "ESME_RSYSERR");

/** The command_status that an outcome is answered with. */
export function outcomeStatus(outcome: Outcome): number {
  return ANSWERS.statusOf(outcome);
}

/** Status and name of an outcome's answer. */
export function explainOutcome(outcome: Outcome): { readonly status: number; readonly name: string } {
  return ANSWERS.explain(outcome);
}

const BY_CODE = new Map<number, StatusDescription>(STATUSES.map((each) => [each.code, each]));
for (const refusal of ANSWERS.refusals) if (!BY_CODE.has(refusal.code)) BY_CODE.set(refusal.code, refusal);

/** Every status that has a name, by number: the standard's and our own. */
export const STATUS_NAMES: ReadonlyMap<number, string> = new Map([...BY_CODE].map(([code, { name }]) => [code, name]));

/**
 * What a status says and asks of us, for every number there is. Vendor values (0x400..0x4FF) are final and raise an
 * alarm unless a link's own table says otherwise; a value nobody defined counts as an unknown error.
 */
export function explainStatus(status: number): StatusDescription {
  const known = BY_CODE.get(status);
  if (known !== undefined) return known;
  const hex = `0x${(status >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
  const vendor = status >= VENDOR_FIRST && status <= VENDOR_LAST;
  return {
    code: status,
    name: `${vendor ? "VENDOR" : "RESERVED"}_${hex}`,
    meaning: vendor ? "a vendor's own status" : "a reserved status",
    reaction: vendor ? "refuse_alarm" : "retry",
  };
}

/** The reaction alone, without allocating for what is known. */
export function reactionTo(status: number): Reaction {
  return status === 0 ? "ok" : explainStatus(status).reaction;
}

/**
 * The status that a wrong field is answered with. [SMPP 5.0 4.7.6]
 * Fields without one of their own (protocol_id, addr_ton, ...) can only be missing: then the PDU is too short.
 */
export const FIELD_STATUS = {
  system_id: Status.ESME_RINVSYSID,
  password: Status.ESME_RINVPASWD,
  system_type: Status.ESME_RINVSYSTYP,
  interface_version: Status.ESME_RBINDFAIL,
  addr_ton: Status.ESME_RINVCMDLEN,
  addr_npi: Status.ESME_RINVCMDLEN,
  address_range: Status.ESME_RINVCMDLEN,
  service_type: Status.ESME_RINVSERTYP,
  source_addr_ton: Status.ESME_RINVSRCTON,
  source_addr_npi: Status.ESME_RINVSRCNPI,
  source_addr: Status.ESME_RINVSRCADR,
  dest_addr_ton: Status.ESME_RINVDSTTON,
  dest_addr_npi: Status.ESME_RINVDSTNPI,
  destination_addr: Status.ESME_RINVDSTADR,
  esme_addr_ton: Status.ESME_RINVDSTTON,
  esme_addr_npi: Status.ESME_RINVDSTNPI,
  esme_addr: Status.ESME_RINVDSTADR,
  number_of_dests: Status.ESME_RINVNUMDESTS,
  dest_flag: Status.ESME_RINVDESTFLAG,
  dl_name: Status.ESME_RINVDLNAME,
  esm_class: Status.ESME_RINVESMCLASS,
  protocol_id: Status.ESME_RINVCMDLEN,
  priority_flag: Status.ESME_RINVPRTFLG,
  schedule_delivery_time: Status.ESME_RINVSCHED,
  validity_period: Status.ESME_RINVEXPIRY,
  registered_delivery: Status.ESME_RINVREGDLVFLG,
  replace_if_present_flag: Status.ESME_RINVREPFLAG,
  data_coding: Status.ESME_RINVDCS,
  sm_default_msg_id: Status.ESME_RINVDFTMSGID,
  sm_length: Status.ESME_RINVMSGLEN,
  short_message: Status.ESME_RINVMSGLEN,
  message_id: Status.ESME_RINVMSGID,
  final_date: Status.ESME_RINVCMDLEN,
  message_state: Status.ESME_RINVCMDLEN,
  message_status: Status.ESME_RINVCMDLEN,
  error_code: Status.ESME_RINVCMDLEN,
  no_unsuccess: Status.ESME_RINVCMDLEN,
  error_status_code: Status.ESME_RINVCMDLEN,
  num_of_messages: Status.ESME_RINVNUMMSGS,
  no_msgs: Status.ESME_RINVNUMMSGS,
  param_name: Status.ESME_RINVCMDLEN,
  param_value: Status.ESME_RINVCMDLEN,
  tlvs: Status.ESME_RINVOPTPARSTREAM,
} as const;
export type FieldName = keyof typeof FIELD_STATUS;
