/** What every vector says, field by field: fields not named are blank. */

export interface Expectation {
  readonly command: string;
  readonly sequence: number;
  readonly status?: number;
  /** Texts and numbers as they are, octets as hexadecimal text. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Tag, then value in hexadecimal, in order. */
  readonly tlvs?: readonly (readonly [tag: number, hex: string])[];
}

const TEXT_A = "30106d4b8bd5301160a876849a8c8bc17801662f003100320033003400350036";
const SHORT = "77ed";
const FIRST_67 = `30106d4b8bd53011${SHORT.repeat(63)}`;
const HELLO = "68656c6c6f";
const SENDER = { source_addr: "1069012345678" };
const PHONE = { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "13800138000" };
const ROUTE = { ...SENDER, ...PHONE };
const UCS2 = { ...ROUTE, registered_delivery: 1, data_coding: 8 };
const ASCII = { ...ROUTE, registered_delivery: 1, data_coding: 1 };
/** From the phone to the service. */
const BACK = { source_addr_ton: 1, source_addr_npi: 1, source_addr: "13800138000", destination_addr: "1069012345678" };
const ID = "0123456789abcdef";
const DEMO = { system_id: "demo", password: "demo1234" };
const hex = (text: string): string => Buffer.from(text, "latin1").toString("hex");
const dest = (flag: number, ton: number, address: string, list = ""): object => ({
  dest_flag: flag, dest_addr_ton: ton, dest_addr_npi: ton, destination_addr: address, dl_name: list,
});
const area = ["004861696469616e"] as const;

export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  BIND_TRX_34: { command: "bind_transceiver", sequence: 1, body: { ...DEMO, interface_version: 0x34 } },
  BIND_TRX_RESP: { command: "bind_transceiver_resp", sequence: 1, body: { system_id: "tollgate" }, tlvs: [[0x210, "34"]] },
  BIND_TRX_RESP_FAIL: { command: "bind_transceiver_resp", sequence: 1, status: 0x0d },
  BIND_TX_34: { command: "bind_transmitter", sequence: 1, body: { ...DEMO, system_type: "SUBMIT1", interface_version: 0x34, addr_ton: 1, addr_npi: 1 } },
  BIND_TX_RESP: { command: "bind_transmitter_resp", sequence: 1, body: { system_id: "tollgate" }, tlvs: [[0x210, "34"]] },
  BIND_RX_34: { command: "bind_receiver", sequence: 1, body: { ...DEMO, system_type: "VMA", interface_version: 0x34, addr_ton: 1, addr_npi: 1, address_range: "^1069" } },
  BIND_RX_RESP: { command: "bind_receiver_resp", sequence: 1, body: { system_id: "tollgate" }, tlvs: [[0x210, "34"]] },
  BIND_TX_33: { command: "bind_transmitter", sequence: 1, body: { ...DEMO, interface_version: 0x33 } },
  BIND_TX_RESP_33: { command: "bind_transmitter_resp", sequence: 1, body: { system_id: "tollgate" } },
  BIND_TRX_50: { command: "bind_transceiver", sequence: 1, body: { ...DEMO, interface_version: 0x50 } },
  BIND_TRX_RESP_50: { command: "bind_transceiver_resp", sequence: 1, body: { system_id: "tollgate" }, tlvs: [[0x210, "50"], [0x428, "55"]] },
  BIND_TX_50_SPEC: {
    command: "bind_transmitter", sequence: 1,
    body: { system_id: "SMPP3TEST", password: "secret08", system_type: "SUBMIT1", interface_version: 0x50, addr_ton: 1, addr_npi: 1 },
  },
  OUTBIND: { command: "outbind", sequence: 1, body: { system_id: "tollgate", password: "out12345" } },
  UNBIND: { command: "unbind", sequence: 20 },
  UNBIND_RESP: { command: "unbind_resp", sequence: 20 },
  ENQUIRE_LINK: { command: "enquire_link", sequence: 21 },
  ENQUIRE_LINK_RESP: { command: "enquire_link_resp", sequence: 21 },
  GENERIC_NACK_CMDID: { command: "generic_nack", sequence: 22, status: 3 },
  GENERIC_NACK_CMDLEN: { command: "generic_nack", sequence: 0, status: 2 },
  SUBMIT_UCS2: { command: "submit_sm", sequence: 2, body: { ...UCS2, short_message: TEXT_A } },
  SUBMIT_RESP: { command: "submit_sm_resp", sequence: 2, body: { message_id: ID } },
  SUBMIT_RESP_THROTTLED: { command: "submit_sm_resp", sequence: 2, status: 0x58 },
  SUBMIT_RESP_FAIL_BODY: { command: "submit_sm_resp", sequence: 2, status: 0x0b },
  SUBMIT_RESP_33: { command: "submit_sm_resp", sequence: 2, body: { message_id: "0A1B2C3D" } },
  SUBMIT_RESP_50: { command: "submit_sm_resp", sequence: 2, body: { message_id: ID }, tlvs: [[0x428, "5c"]] },
  SUBMIT_GSM: {
    command: "submit_sm", sequence: 3,
    body: { source_addr_ton: 5, source_addr: "TOLLGATE", ...PHONE, registered_delivery: 1, short_message: `000102201b281b3c1b651b3e1b2920${hex("Hello")}` },
  },
  SUBMIT_TIMES: {
    command: "submit_sm", sequence: 4,
    body: {
      service_type: "CMT", ...ASCII, priority_flag: 1, schedule_delivery_time: "261124180000032+",
      validity_period: "000001000000000R", short_message: HELLO,
    },
  },
  SUBMIT_UDH8_1: { command: "submit_sm", sequence: 5, body: { ...UCS2, esm_class: 0x40, short_message: `050003390201${FIRST_67}` } },
  SUBMIT_UDH8_2: { command: "submit_sm", sequence: 6, body: { ...UCS2, esm_class: 0x40, short_message: `050003390202${SHORT.repeat(7)}` } },
  SUBMIT_UDH16_2: { command: "submit_sm", sequence: 7, body: { ...UCS2, esm_class: 0x40, short_message: `06080412340202${SHORT.repeat(7)}` } },
  SUBMIT_SAR_1: { command: "submit_sm", sequence: 8, body: { ...UCS2, short_message: FIRST_67 }, tlvs: [[0x20c, "1234"], [0x20e, "02"], [0x20f, "01"]] },
  SUBMIT_SAR_2: {
    command: "submit_sm", sequence: 9, body: { ...UCS2, short_message: SHORT.repeat(7) }, tlvs: [[0x20c, "1234"], [0x20e, "02"], [0x20f, "02"]],
  },
  SUBMIT_PAYLOAD: { command: "submit_sm", sequence: 10, body: UCS2, tlvs: [[0x424, `30106d4b8bd53011${SHORT.repeat(70)}`]] },
  SUBMIT_VENDOR_TLV: { command: "submit_sm", sequence: 11, body: { ...UCS2, short_message: TEXT_A }, tlvs: [[0x1400, "0102030405"]] },
  SUBMIT_TLVS: {
    command: "submit_sm", sequence: 12, body: { ...ASCII, short_message: HELLO },
    tlvs: [[0x204, "0102"], [0x17, "00000e10"], [0x426, "01"], [0x130c, ""], [0x20a, "23f0"], [0x20b, "0b84"], [0x5, "01"]],
  },
  SUBMIT_MULTI: {
    command: "submit_multi", sequence: 13,
    body: {
      ...SENDER, dest_address: [dest(1, 1, "13800138000"), dest(1, 1, "13900139000"), dest(2, 0, "", "VIPS")],
      registered_delivery: 1, data_coding: 1, short_message: HELLO,
    },
  },
  SUBMIT_MULTI_RESP: {
    command: "submit_multi_resp", sequence: 13,
    body: {
      message_id: "0123456789abcdf0",
      unsuccess_sme: [{ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "13900139000", error_status_code: 0x0b }],
    },
  },
  SUBMIT_MULTI_RESP_OK: { command: "submit_multi_resp", sequence: 13, body: { message_id: "0123456789abcdf0" } },
  DELIVER_MO: { command: "deliver_sm", sequence: 1, body: { ...BACK, data_coding: 8, short_message: "90008ba2" } },
  DELIVER_RECEIPT_TEXT: {
    command: "deliver_sm", sequence: 2,
    body: {
      ...BACK, esm_class: 4,
      short_message: hex(`id:${ID} sub:001 dlvrd:001 submit date:2611241800 done date:2611241801 stat:DELIVRD err:000 text:test`),
    },
  },
  DELIVER_RECEIPT_TLV: {
    command: "deliver_sm", sequence: 3, body: { ...BACK, esm_class: 4 }, tlvs: [[0x1e, `${hex(ID)}00`], [0x427, "02"], [0x423, "030000"]],
  },
  DELIVER_RECEIPT_BOTH: {
    command: "deliver_sm", sequence: 4,
    body: {
      ...BACK, esm_class: 4,
      short_message: hex(`id:${ID} sub:001 dlvrd:000 submit date:2611241800 done date:2611241801 stat:UNDELIV err:027 text:test`),
    },
    tlvs: [[0x1e, hex(ID)], [0x427, "05"], [0x423, "03001b"]],
  },
  DELIVER_RESP: { command: "deliver_sm_resp", sequence: 2 },
  DELIVER_RESP_TEMP: { command: "deliver_sm_resp", sequence: 2, status: 0x64 },
  DATA_SM: { command: "data_sm", sequence: 14, body: UCS2, tlvs: [[0x424, TEXT_A]] },
  DATA_SM_RESP: { command: "data_sm_resp", sequence: 14, body: { message_id: "0123456789abcdf1" } },
  DATA_SM_RESP_FAIL: {
    command: "data_sm_resp", sequence: 14, status: 0xfe, body: { message_id: "0123456789abcdf1" },
    tlvs: [[0x425, "00"], [0x423, "03001b"], [0x1d, `${hex("absent")}00`], [0x420, "01"]],
  },
  DATA_SM_RECEIPT: {
    command: "data_sm", sequence: 5, body: { ...BACK, esm_class: 4 }, tlvs: [[0x1e, `${hex("0123456789abcdf1")}00`], [0x427, "02"]],
  },
  QUERY_SM: { command: "query_sm", sequence: 15, body: { message_id: ID, ...SENDER } },
  QUERY_SM_RESP: { command: "query_sm_resp", sequence: 15, body: { message_id: ID, final_date: "261124180100032+", message_state: 2 } },
  QUERY_SM_RESP_ENROUTE: { command: "query_sm_resp", sequence: 15, body: { message_id: ID, message_state: 1 } },
  CANCEL_SM: { command: "cancel_sm", sequence: 16, body: { message_id: ID, ...SENDER } },
  CANCEL_SM_RESP: { command: "cancel_sm_resp", sequence: 16 },
  CANCEL_SM_GROUP: { command: "cancel_sm", sequence: 17, body: { service_type: "CMT", ...ROUTE } },
  REPLACE_SM: {
    command: "replace_sm", sequence: 18,
    body: { message_id: ID, ...SENDER, validity_period: "000001000000000R", registered_delivery: 1, short_message: hex("bye") },
  },
  REPLACE_SM_RESP: { command: "replace_sm_resp", sequence: 18, status: 0x13 },
  ALERT_NOTIFICATION: {
    command: "alert_notification", sequence: 6,
    body: { source_addr_ton: 1, source_addr_npi: 1, source_addr: "13800138000", esme_addr: "1069012345678" }, tlvs: [[0x422, "00"]],
  },
  BROADCAST_SM: {
    command: "broadcast_sm", sequence: 30,
    body: { service_type: "CBS", ...SENDER, validity_period: "000001000000000R", data_coding: 1 },
    tlvs: [[0x606, ...area], [0x601, "000001"], [0x604, "0003"], [0x605, "09001f"], [0x424, hex("storm warning")]],
  },
  BROADCAST_SM_RESP: { command: "broadcast_sm_resp", sequence: 30, body: { message_id: "b000000000000001" } },
  BROADCAST_SM_RESP_PART: {
    command: "broadcast_sm_resp", sequence: 30, body: { message_id: "b000000000000001" }, tlvs: [[0x607, "00000109"], [0x606, ...area]],
  },
  QUERY_BROADCAST_SM: { command: "query_broadcast_sm", sequence: 31, body: { message_id: "b000000000000001", ...SENDER } },
  QUERY_BROADCAST_SM_RESP: {
    command: "query_broadcast_sm_resp", sequence: 31, body: { message_id: "b000000000000001" },
    tlvs: [[0x427, "02"], [0x606, ...area], [0x608, "64"]],
  },
  CANCEL_BROADCAST_SM: { command: "cancel_broadcast_sm", sequence: 32, body: { message_id: "b000000000000001", ...SENDER } },
  CANCEL_BROADCAST_SM_RESP: { command: "cancel_broadcast_sm_resp", sequence: 32 },
  PARAM_RETRIEVE_33x: { command: "param_retrieve", sequence: 40, body: { param_name: "version" } },
  PARAM_RETRIEVE_RESP_33x: { command: "param_retrieve_resp", sequence: 40, body: { param_value: "3.3" } },
  QUERY_LAST_MSGS_33x: { command: "query_last_msgs", sequence: 41, body: { ...SENDER, num_of_messages: 2 } },
  QUERY_LAST_MSGS_RESP_33x: {
    command: "query_last_msgs_resp", sequence: 41, body: { messages: [{ message_id: "0A1B2C3D" }, { message_id: "0A1B2C3E" }] },
  },
  QUERY_MSG_DETAILS_33x: { command: "query_msg_details", sequence: 42, body: { message_id: "0A1B2C3D", ...SENDER, sm_length: 160 } },
  QUERY_MSG_DETAILS_RESP_33x: {
    command: "query_msg_details_resp", sequence: 42,
    body: {
      ...SENDER, dest_address: [dest(1, 1, "13800138000")], registered_delivery: 1, short_message: HELLO, message_id: "0A1B2C3D",
      final_date: "261124180100032+", message_status: 2,
    },
  },
};
