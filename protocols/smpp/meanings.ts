/**
 * Meanings: what the values of SMPP's fields and TLVs say, in words, for whoever reads a PDU. [SMPP 3.4 5.2, 5.3]
 */
import { ENCODING_NAMES } from "../model/message.js";
import { contentMeaning } from "../wire/meaning.js";
import { encodingOf } from "./coding.js";
import { explainStatus } from "./status.js";

const TON: Readonly<Record<number, string>> = {
  0: "unknown", 1: "international", 2: "national", 3: "network specific", 4: "subscriber number", 5: "alphanumeric", 6: "abbreviated",
};
const NPI: Readonly<Record<number, string>> = {
  0: "unknown", 1: "E.164", 3: "X.121", 4: "telex", 6: "E.212", 8: "national", 9: "private", 10: "ERMES", 14: "internet", 18: "WAP client id",
};
const STATES: Readonly<Record<number, string>> = {
  0: "scheduled", 1: "en route", 2: "delivered", 3: "expired", 4: "deleted", 5: "undeliverable", 6: "accepted", 7: "unknown", 8: "rejected", 9: "skipped",
};
const MODES: Readonly<Record<number, string>> = { 1: "datagram", 2: "transaction", 3: "store and forward" };
/** Bits 2 to 5 of esm_class. */
const TYPES: Readonly<Record<number, string>> = {
  1: "receipt", 2: "delivery acknowledgement", 4: "user acknowledgement", 6: "conversation abort", 8: "interim notification",
};
const RECEIPTS: Readonly<Record<number, string>> = { 1: "receipt wanted", 2: "receipt of failure wanted", 3: "receipt of success wanted" };
const NETWORKS: Readonly<Record<number, string>> = { 1: "ANSI 136", 2: "IS-95", 3: "GSM" };
const UDHI = 0x40;

/** The fields of a body that others' meanings hang on. */
export interface Context {
  readonly data_coding: number;
  readonly esm_class: number;
}

/** What a field's value means, "" when there is nothing to add. */
export function meaningOf(name: string, value: string | number | Buffer, context: Context): string {
  if (typeof value === "string") return "";
  return typeof value === "number" ? numberMeaning(name, value) : octetsMeaning(name, value, context);
}

function numberMeaning(name: string, value: number): string {
  if (name.endsWith("_ton")) return TON[value] ?? "";
  if (name.endsWith("_npi")) return NPI[value] ?? "";
  switch (name) {
    case "esm_class":
      return esmClass(value);
    case "registered_delivery":
      return [RECEIPTS[value & 3], (value & 0x10) === 0 ? undefined : "interim notification wanted"].filter((each) => each !== undefined).join(", ");
    case "data_coding":
      return ENCODING_NAMES[encodingOf(value, "gsm7")] ?? "";
    case "interface_version":
    case "sc_interface_version":
      return `${value >> 4}.${value & 15}`;
    case "message_state":
    case "message_status":
      return STATES[value] ?? "";
    case "error_status_code":
      return described(value);
    default:
      return "";
  }
}

function esmClass(value: number): string {
  const said = [MODES[value & 3], TYPES[(value >> 2) & 15], (value & UDHI) === 0 ? undefined : "a header stands in front of the text", (value & 0x80) === 0 ? undefined : "reply path"];
  return said.filter((each) => each !== undefined).join(", ");
}

function octetsMeaning(name: string, value: Buffer, context: Context): string {
  if (name === "short_message" || name === "message_payload") {
    return contentMeaning(value, encodingOf(context.data_coding, "gsm7"), (context.esm_class & UDHI) !== 0);
  }
  if (name !== "network_error_code" || value.length !== 3) return "";
  return `${NETWORKS[value.readUInt8(0)] ?? `network ${value.readUInt8(0)}`}, error ${value.readUInt16BE(1)}`;
}

function described(status: number): string {
  const { name, meaning } = explainStatus(status);
  return `${name}, ${meaning}`;
}
