/** What every vector says, field by field: fields not named are blank. */

export interface Expectation {
  readonly command: string;
  readonly sequence: number;
  readonly version: number;
  /** Texts and numbers as they are, octets as hexadecimal text. */
  readonly body?: Readonly<Record<string, unknown>>;
}

const V20 = 0x20;
const V30 = 0x30;
const TEXT_A = "30106d4b8bd5301160a876849a8c8bc17801662f003100320033003400350036";
const SHORT = "77ed";
const MSG_ID = { Msg_Id_high: 0x57a5eb80, Msg_Id_low: 0x03e91234 };
const REPORT_ID = { Msg_Id_high: 0x57a5f080, Msg_Id_low: 0x03e91235 };
const MO_ID = { Msg_Id_high: 0x57a63280, Msg_Id_low: 0x03e91236 };
const CONNECT = { Source_Addr: "901234", AuthenticatorSource: "6bcfc92cbe6ae603c1fd8ee20088d80e", Timestamp: 515_093_045 };
const SUBMIT = {
  Pk_total: 1, Pk_number: 1, Registered_Delivery: 1, Service_Id: "TEST", Fee_UserType: 2, Msg_Fmt: 8, Msg_src: "901234", FeeType: "01",
  FeeCode: "000000", Src_Id: "1069012345678", Dest_terminal_Id: ["13800138000"],
};
const DELIVER = { Dest_Id: "1069012345678", Service_Id: "TEST", Src_terminal_Id: "13800138000" };
const REPORT = { ...DELIVER, ...REPORT_ID, Registered_Delivery: 1 };
const QUERY = { Time: "20240515" };
const NO_PROOF = "00".repeat(16);

export const REPORT_BODY = {
  ...MSG_ID, Stat: "DELIVRD", Submit_time: "2405150930", Done_time: "2405150931", Dest_terminal_Id: "13800138000", SMSC_sequence: 0x12345678,
};
const REPORT_20 = "57a5eb8003e9123444454c49565244323430353135303933303234303531353039333131333830303133383030300000000000000000000012345678";
const REPORT_30 = REPORT_20.replace(/12345678$/, `${"00".repeat(11)}12345678`);

export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  CONNECT_20: { command: "CONNECT", sequence: 1, version: V20, body: { ...CONNECT, Version: 0x20 } },
  CONNECT_30: { command: "CONNECT", sequence: 1, version: V30, body: { ...CONNECT, Version: 0x30 } },
  CONNECT_RESP_20: {
    command: "CONNECT_RESP", sequence: 1, version: V20, body: { AuthenticatorISMG: "e34cd9196cc22cce0d3169ab1baa5f48", Version: 0x20 },
  },
  CONNECT_RESP_30: {
    command: "CONNECT_RESP", sequence: 1, version: V30, body: { AuthenticatorISMG: "e3ee88b8ac750564ea6afb8740635c84", Version: 0x30 },
  },
  CONNECT_RESP_20_authfail: { command: "CONNECT_RESP", sequence: 1, version: V20, body: { Status: 3, AuthenticatorISMG: NO_PROOF, Version: 0x20 } },
  CONNECT_RESP_30_vertoohigh: { command: "CONNECT_RESP", sequence: 1, version: V30, body: { Status: 4, AuthenticatorISMG: NO_PROOF, Version: 0x30 } },
  SUBMIT_20: { command: "SUBMIT", sequence: 2, version: V20, body: { ...SUBMIT, Msg_Content: TEXT_A } },
  SUBMIT_30: { command: "SUBMIT", sequence: 2, version: V30, body: { ...SUBMIT, Msg_Content: TEXT_A } },
  SUBMIT_20_2dest: {
    command: "SUBMIT", sequence: 5, version: V20,
    body: { ...SUBMIT, Msg_Fmt: 0, Dest_terminal_Id: ["13800138000", "8613900139000"], Msg_Content: "68656c6c6f" },
  },
  SUBMIT_20_long1: {
    command: "SUBMIT", sequence: 3, version: V20,
    body: { ...SUBMIT, Pk_total: 2, TP_udhi: 1, Msg_Content: `05000339020130106d4b8bd53011${SHORT.repeat(63)}` },
  },
  SUBMIT_20_long2: {
    command: "SUBMIT", sequence: 4, version: V20,
    body: { ...SUBMIT, Pk_total: 2, Pk_number: 2, TP_udhi: 1, Msg_Content: `050003390202${SHORT.repeat(7)}` },
  },
  SUBMIT_RESP_20: { command: "SUBMIT_RESP", sequence: 2, version: V20, body: MSG_ID },
  SUBMIT_RESP_30: { command: "SUBMIT_RESP", sequence: 2, version: V30, body: MSG_ID },
  SUBMIT_RESP_20_flow: { command: "SUBMIT_RESP", sequence: 2, version: V20, body: { Result: 8 } },
  SUBMIT_RESP_30_flow: { command: "SUBMIT_RESP", sequence: 2, version: V30, body: { Result: 8 } },
  DELIVER_20_report: { command: "DELIVER", sequence: 7, version: V20, body: { ...REPORT, Msg_Content: REPORT_20 } },
  DELIVER_30_report: { command: "DELIVER", sequence: 7, version: V30, body: { ...REPORT, Msg_Content: REPORT_30 } },
  DELIVER_20_mo: { command: "DELIVER", sequence: 8, version: V20, body: { ...DELIVER, ...MO_ID, Msg_Fmt: 15, Msg_Content: "cdcbb6a9" } },
  DELIVER_30_mo: { command: "DELIVER", sequence: 8, version: V30, body: { ...DELIVER, ...MO_ID, Msg_Content: "5444" } },
  DELIVER_RESP_20: { command: "DELIVER_RESP", sequence: 7, version: V20, body: REPORT_ID },
  DELIVER_RESP_30: { command: "DELIVER_RESP", sequence: 7, version: V30, body: REPORT_ID },
  ACTIVE_TEST: { command: "ACTIVE_TEST", sequence: 9, version: V20 },
  ACTIVE_TEST_RESP: { command: "ACTIVE_TEST_RESP", sequence: 9, version: V20 },
  TERMINATE: { command: "TERMINATE", sequence: 10, version: V20 },
  TERMINATE_RESP: { command: "TERMINATE_RESP", sequence: 10, version: V20 },
  CANCEL: { command: "CANCEL", sequence: 11, version: V20, body: MSG_ID },
  CANCEL_RESP_20: { command: "CANCEL_RESP", sequence: 11, version: V20 },
  CANCEL_RESP_30: { command: "CANCEL_RESP", sequence: 11, version: V30, body: { Success_Id: 1 } },
  QUERY: { command: "QUERY", sequence: 12, version: V20, body: QUERY },
  QUERY_RESP: {
    command: "QUERY_RESP", sequence: 12, version: V20,
    body: { ...QUERY, MT_TLMsg: 100, MT_Tlusr: 120, MT_Scs: 110, MT_WT: 4, MT_FL: 6, MO_Scs: 7, MO_WT: 0, MO_FL: 1 },
  },
};
