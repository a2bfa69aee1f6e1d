/**
 * Meanings: what the values of CMPP's fields say, in words, for whoever reads a PDU. [protocols sheet 1.3 to 1.15]
 */
import { ENCODING_NAMES } from "../model/message.js";
import { contentMeaning } from "../wire/meaning.js";
import { versionName } from "./bind.js";
import { MsgFmt, encodingOf, hasUdh } from "./coding.js";
import { partsOf } from "./msgid.js";
import { explainConnectStatus, explainStatus } from "./status.js";

/** Values whose meaning does not depend on anything else. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Fee_UserType: { 0: "the destination pays", 1: "the source pays", 2: "the SP pays", 3: "Fee_terminal_Id pays" },
  Fee_terminal_type: { 0: "a number", 1: "a pseudo code" },
  Dest_terminal_type: { 0: "numbers", 1: "pseudo codes" },
  Src_terminal_type: { 0: "a number", 1: "a pseudo code" },
  FeeType: { "01": "free", "02": "by the message", "03": "by the month", "04": "capped", "05": "the SP pays" },
  Query_Type: { 0: "totals", 1: "of the Service_Id in Query_Code" },
  Success_Id: { 0: "cancelled", 1: "not cancelled" },
  Msg_Fwd_Type: { 0: "MT", 1: "MO", 2: "report of an MT", 3: "report of an MO" },
  Stat: {
    DELIVRD: "delivered", EXPIRED: "expired", DELETED: "deleted", UNDELIV: "undeliverable", ACCEPTD: "accepted, not final",
    UNKNOWN: "unknown", REJECTD: "rejected",
  },
};

const COUNTERS: Readonly<Record<string, string>> = {
  MT_TLMsg: "messages taken from the SP", MT_Tlusr: "destinations of them", MT_Scs: "passed on", MT_WT: "waiting", MT_FL: "failed",
  MO_Scs: "delivered to the SP", MO_WT: "waiting for the SP", MO_FL: "failed to the SP",
};

const FORMATS: Readonly<Record<number, string>> = {
  [MsgFmt.ascii]: "ASCII", [MsgFmt.simCard]: "write to the SIM card", [MsgFmt.binary]: "binary", [MsgFmt.ucs2]: "UCS-2",
  [MsgFmt.gb18030]: "GB18030", [MsgFmt.ucs2Flash]: "UCS-2, class 0 (flash)",
};

/** Who answered with the two letters of a Stat like "MB:0001". */
const STAT_SOURCES: Readonly<Record<string, string>> = {
  MA: "no answer from the message centre", MB: "the message centre's error", MC: "no report from the message centre",
  CA: "no answer from the SCP", CB: "the SCP's error", DA: "no answer from the DSMP", DB: "the DSMP's error",
  SA: "no answer from the SP", SB: "the SP's error", IA: "no answer from the next gateway", IB: "the next gateway's error",
  IC: "no report from the next gateway",
};

/** The fields of a body that others' meanings hang on. */
export interface Context {
  readonly command: string;
  readonly Msg_Fmt: number;
  readonly TP_udhi: number;
}

/** "05-15 09:30:46, gateway 1001, sequence 4660"; "" for 0. */
export function meaningOfMsgId(high: number, low: number): string {
  if (high === 0 && low === 0) return "";
  const { month, day, hour, minute, second, gateway, sequence } = partsOf(high, low);
  return `${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}, gateway ${gateway}, sequence ${sequence}`;
}

/** What a field's value means, "" when there is nothing to add. */
export function meaningOf(name: string, value: string | number | Buffer, context: Context): string {
  if (Buffer.isBuffer(value)) {
    return name === "Msg_Content" ? contentMeaning(value, encodingOf(context.Msg_Fmt), hasUdh(context.TP_udhi)) : "";
  }
  const words = WORDS[name];
  const word = words !== undefined && Object.hasOwn(words, value) ? words[value] : COUNTERS[name];
  if (word !== undefined) return word;
  return typeof value === "number" ? numberMeaning(name, value, context) : textMeaning(name, value);
}

function numberMeaning(name: string, value: number, context: Context): string {
  switch (name) {
    case "Msg_Fmt":
      return FORMATS[value] ?? ENCODING_NAMES[encodingOf(value)] ?? "";
    case "TP_udhi":
      return hasUdh(value) ? "a header stands in front of the text" : "";
    case "Registered_Delivery":
      if (context.command === "DELIVER") return value === 1 ? "a status report" : "a message from a phone";
      return value === 0 ? "no report" : value === 1 ? "report wanted" : "a billing ticket, delivered to nobody";
    case "Status":
      return described(explainConnectStatus(value));
    case "Result":
      return described(explainStatus(value));
    case "Version":
      return versionName(value);
    case "Timestamp":
      return dated(String(value).padStart(10, "0"));
    default:
      return "";
  }
}

function textMeaning(name: string, value: string): string {
  if (name === "Stat") {
    const source = STAT_SOURCES[value.slice(0, 2)];
    return value.charAt(2) === ":" && source !== undefined ? source : "";
  }
  if (name !== "Submit_time" && name !== "Done_time") return "";
  return /^\d{10}$/.test(value) ? `20${value.slice(0, 2)}-${dated(`${value.slice(2)}00`).slice(0, 11)}` : "";
}

/** "05-15 09:30:45" of MMDDHHMMSS. */
function dated(digits: string): string {
  const [month, day, hour, minute, second] = digits.match(/../g) ?? [];
  return `${month}-${day} ${hour}:${minute}:${second}`;
}

function described(status: { readonly name: string; readonly meaning: string }): string {
  return `${status.name}, ${status.meaning}`;
}

const two = (value: number): string => String(value).padStart(2, "0");
