/**
 * The PDU tables: the body of every command of CMPP 2.0, 2.1 and 3.0, field by field as it stands on the wire.
 *
 * 2.1 is laid out as 2.0. Both layouts of a command have one body: what only the other has is absent, and read as
 * empty. A 64-bit Msg_Id is two numbers, for no double holds it. [protocols sheet 1.3 to 1.11]
 */
import { absent, compileTable, countOf, end, int, lengthOf, octets, padded, paddedList, paddedTail, raw, recurring } from "../wire/fields.js";
import type { Codec } from "../wire/fields.js";
import { FIELD_STATUS, Result } from "./status.js";

/** A field of fixed width can only be wrong by not being there: then Total_Length is wrong, whatever the field. */
const SHORT = Result.CMPP_STRUCTURE;
const int1 = <N extends string>(name: N) => int(name, 1, SHORT);
const string = <N extends string>(name: N, size: number) => padded(name, size, SHORT);
/** The same in most PDUs of a peer. */
const same = <N extends string>(name: N, size: number) => recurring(name, size, SHORT);
const END = end("Total_Length", FIELD_STATUS.Total_Length);
const MSG_ID = [int("Msg_Id_high", 4, SHORT), int("Msg_Id_low", 4, SHORT)] as const;
const CONTENT = [
  lengthOf("Msg_Length", 1, FIELD_STATUS.Msg_Length), octets("Msg_Content", "Msg_Length", FIELD_STATUS.Msg_Content),
] as const;
/** More destinations than one SUBMIT may have are refused; the standard says "less than 100", many clients send 100. */
const DESTINATIONS = countOf("DestUsr_tl", 1, 1, FIELD_STATUS.DestUsr_tl, 100);

/** What 2.0 and 3.0 call the last field; only on-demand services fill it in. */
const RESERVE = [paddedTail("Reserve", 8, SHORT), absent("LinkID", ""), END] as const;
const LINK_ID = [absent("Reserve", ""), paddedTail("LinkID", 20, SHORT), END] as const;

const SUBMIT_FRONT = [
  ...MSG_ID, int1("Pk_total"), int1("Pk_number"), int1("Registered_Delivery"), int1("Msg_level"), same("Service_Id", 10),
  int1("Fee_UserType"),
] as const;
const SUBMIT_MIDDLE = [
  int1("TP_pId"), int1("TP_udhi"), int1("Msg_Fmt"), same("Msg_src", 6), same("FeeType", 2), same("FeeCode", 6),
  same("ValId_Time", 17), same("At_Time", 17), same("Src_Id", 21), DESTINATIONS,
] as const;
const DELIVER_FRONT = [
  ...MSG_ID, same("Dest_Id", 21), same("Service_Id", 10), int1("TP_pid"), int1("TP_udhi"), int1("Msg_Fmt"),
] as const;
const REPORT_FRONT = [...MSG_ID, same("Stat", 7), same("Submit_time", 10), same("Done_time", 10)] as const;
const SMSC_SEQUENCE = int("SMSC_sequence", 4, SHORT);
const QUERY_FRONT = [string("Time", 8), int1("Query_Type"), string("Query_Code", 10)] as const;

const FWD_FRONT = [
  string("Source_Id", 6), string("Destination_Id", 6), int1("NodesCount"), int1("Msg_Fwd_Type"), ...SUBMIT_FRONT,
  string("Fee_terminal_Id", 21),
] as const;
const FWD_MIDDLE = [
  int1("TP_pid"), int1("TP_udhi"), int1("Msg_Fmt"), string("Msg_src", 6), string("FeeType", 2), string("FeeCode", 6),
  string("Valid_Time", 17), string("At_Time", 17), string("Src_Id", 21),
] as const;
const FWD_DESTINATIONS = [DESTINATIONS, paddedList("Dest_Id", "DestUsr_tl", 21, SHORT)] as const;

const EMPTY = compileTable("empty", [END]);
const CONNECT = compileTable("CONNECT", [
  string("Source_Addr", 6), raw("AuthenticatorSource", 16, SHORT), int1("Version"), int("Timestamp", 4, SHORT), END,
]);
const connectResp = (width: 1 | 4) =>
  compileTable("CONNECT_RESP", [int("Status", width, SHORT), raw("AuthenticatorISMG", 16, SHORT), int1("Version"), END]);
/** SUBMIT_RESP and DELIVER_RESP. */
const resultResp = (width: 1 | 4) => compileTable("RESULT_RESP", [...MSG_ID, int("Result", width, SHORT), END]);
const cancelResp = (width: 1 | 4) => compileTable("CANCEL_RESP", [int("Success_Id", width, SHORT), END]);
const fwdResp = (width: 1 | 4) =>
  compileTable("FWD_RESP", [...MSG_ID, int1("Pk_total"), int1("Pk_number"), int("Result", width, SHORT), END]);

const CANCEL = compileTable("CANCEL", [...MSG_ID, END]);
const QUERY = compileTable("QUERY", [...QUERY_FRONT, string("Reserve", 8), END]);
const int4 = <N extends string>(name: N) => int(name, 4, SHORT);
const QUERY_RESP = compileTable("QUERY_RESP", [
  ...QUERY_FRONT, int4("MT_TLMsg"), int4("MT_Tlusr"), int4("MT_Scs"), int4("MT_WT"), int4("MT_FL"), int4("MO_Scs"),
  int4("MO_WT"), int4("MO_FL"), END,
]);
const ACTIVE_TEST_RESP = compileTable("ACTIVE_TEST_RESP", [int1("Reserved"), END]);

const RESULT_RESP_20 = resultResp(1);
const RESULT_RESP_30 = resultResp(4);

/** A layout for 2.0 and 2.1, and one for 3.0, of one body. */
export interface Layouts<B extends object> {
  readonly v20: Codec<B>;
  readonly v30: Codec<B>;
}
const both = <B extends object>(codec: Codec<B>): Layouts<B> => ({ v20: codec, v30: codec });
const layouts = <B extends object>(v20: Codec<B>, v30: Codec<B>): Layouts<B> => ({ v20, v30 });

/** The compiled tables of every command whose body is known. Commands of one shape share one. */
export const CODECS = {
  CONNECT: both(CONNECT),
  CONNECT_RESP: layouts(connectResp(1), connectResp(4)),
  TERMINATE: both(EMPTY),
  TERMINATE_RESP: both(EMPTY),
  SUBMIT: layouts(
    compileTable("SUBMIT_20", [
      ...SUBMIT_FRONT, string("Fee_terminal_Id", 21), absent("Fee_terminal_type", 0), ...SUBMIT_MIDDLE,
      paddedList("Dest_terminal_Id", "DestUsr_tl", 21, SHORT), absent("Dest_terminal_type", 0), ...CONTENT, ...RESERVE,
    ]),
    compileTable("SUBMIT_30", [
      ...SUBMIT_FRONT, string("Fee_terminal_Id", 32), int1("Fee_terminal_type"), ...SUBMIT_MIDDLE,
      paddedList("Dest_terminal_Id", "DestUsr_tl", 32, SHORT), int1("Dest_terminal_type"), ...CONTENT, ...LINK_ID,
    ]),
  ),
  SUBMIT_RESP: layouts(RESULT_RESP_20, RESULT_RESP_30),
  DELIVER: layouts(
    compileTable("DELIVER_20", [
      ...DELIVER_FRONT, string("Src_terminal_Id", 21), absent("Src_terminal_type", 0), int1("Registered_Delivery"), ...CONTENT, ...RESERVE,
    ]),
    compileTable("DELIVER_30", [
      ...DELIVER_FRONT, string("Src_terminal_Id", 32), int1("Src_terminal_type"), int1("Registered_Delivery"), ...CONTENT, ...LINK_ID,
    ]),
  ),
  DELIVER_RESP: layouts(RESULT_RESP_20, RESULT_RESP_30),
  QUERY: both(QUERY),
  QUERY_RESP: both(QUERY_RESP),
  CANCEL: both(CANCEL),
  CANCEL_RESP: layouts(cancelResp(1), cancelResp(4)),
  ACTIVE_TEST: both(EMPTY),
  ACTIVE_TEST_RESP: both(ACTIVE_TEST_RESP),
  FWD: layouts(
    compileTable("FWD_20", [
      ...FWD_FRONT, absent("Fee_terminal_Pseudo", ""), absent("Fee_terminal_UserType", 0), ...FWD_MIDDLE,
      absent("Src_Pseudo", ""), absent("Src_UserType", 0), absent("Src_type", 0), ...FWD_DESTINATIONS,
      absent("Dest_Pseudo", ""), absent("Dest_UserType", 0), ...CONTENT, ...RESERVE,
    ]),
    compileTable("FWD_30", [
      ...FWD_FRONT, string("Fee_terminal_Pseudo", 32), int1("Fee_terminal_UserType"), ...FWD_MIDDLE,
      string("Src_Pseudo", 32), int1("Src_UserType"), int1("Src_type"), ...FWD_DESTINATIONS,
      string("Dest_Pseudo", 32), int1("Dest_UserType"), ...CONTENT, ...LINK_ID,
    ]),
  ),
  FWD_RESP: layouts(fwdResp(1), fwdResp(4)),
} as const;
/** Commands whose body is known: all but those of the routing server. */
export type TableName = keyof typeof CODECS;

/** The status report inside a DELIVER's Msg_Content; which one it is follows from its length, not from the version. */
export const REPORT = layouts(
  compileTable("report_20", [...REPORT_FRONT, string("Dest_terminal_Id", 21), SMSC_SEQUENCE, END]),
  compileTable("report_30", [...REPORT_FRONT, string("Dest_terminal_Id", 32), SMSC_SEQUENCE, END]),
);

/** The body of a command, by its name. */
export type BodyOf<N extends TableName> = ReturnType<(typeof CODECS)[N]["v20"]["blank"]>;

export type ConnectBody = BodyOf<"CONNECT">;
export type ConnectRespBody = BodyOf<"CONNECT_RESP">;
export type EmptyBody = BodyOf<"TERMINATE">;
export type SubmitBody = BodyOf<"SUBMIT">;
export type ResultBody = BodyOf<"SUBMIT_RESP">;
export type DeliverBody = BodyOf<"DELIVER">;
export type QueryBody = BodyOf<"QUERY">;
export type QueryRespBody = BodyOf<"QUERY_RESP">;
export type CancelBody = BodyOf<"CANCEL">;
export type CancelRespBody = BodyOf<"CANCEL_RESP">;
export type ActiveTestRespBody = BodyOf<"ACTIVE_TEST_RESP">;
export type ReportBody = ReturnType<typeof REPORT.v20.blank>;
/** The body of some command. */
export type AnyBody = BodyOf<TableName>;
