/**
 * Settings: what an operator may set for one SMPP link, as a table for the configuration and as checked terms for us.
 */
import type { LongForm } from "../model/say.js";
import type { Alphabet0, ProtocolSettings, SettingDescription, SettingFault } from "../wire/protocol.js";
import { SettingReader } from "../wire/settings.js";
import { CommandId } from "./commands.js";
import { SmppLinkText } from "./link-text.js";

const KEEP = -1;

export const LINK_SETTINGS: readonly SettingDescription[] = [
  {
    name: "bind_mode", type: "string", default: "transceiver", choices: ["transceiver", "transmitter", "receiver"],
    help: "which bind the link makes; receipts and inbound messages need transceiver or receiver",
  },
  { name: "system_type", type: "string", default: "", max: 12, help: "system_type of the bind" },
  {
    name: "interface_version", type: "string", default: "3.4", choices: ["3.3", "3.4", "5.0"],
    help: "SMPP version the bind announces",
  },
  { name: "source_ton", type: "number", default: KEEP, min: KEEP, max: 255, help: "TON of every source address; -1 keeps the submitter's" },
  { name: "source_npi", type: "number", default: KEEP, min: KEEP, max: 255, help: "NPI of every source address; -1 keeps the submitter's" },
  { name: "dest_ton", type: "number", default: KEEP, min: KEEP, max: 255, help: "TON of every destination; -1 keeps the submitter's" },
  { name: "dest_npi", type: "number", default: KEEP, min: KEEP, max: 255, help: "NPI of every destination; -1 keeps the submitter's" },
  {
    name: "alphabet0", type: "string", default: "gsm7", choices: ["gsm7", "ascii", "latin1", "utf8"],
    help: "what data_coding 0 means to this operator",
  },
  { name: "service_type", type: "string", default: "", max: 5, help: "service_type of every submit; empty keeps the submitter's" },
  {
    name: "long_messages", type: "string", default: "udh", choices: ["udh", "udh16", "sar", "payload"],
    help: "how texts longer than one short message go out: in parts with a header (8- or 16-bit reference) or SAR parameters, or whole in message_payload",
  },
  {
    name: "encode_as", type: "string", default: "keep", choices: ["keep", "ucs2"],
    help: "keep leaves every text in the submitter's encoding where this operator can read it; ucs2 says all of them in UCS-2",
  },
  {
    name: "gb18030", type: "boolean", default: false,
    help: "this operator reads data_coding 15 as GB18030; otherwise such texts are said in UCS-2",
  },
  {
    name: "operator_signature", type: "number", default: 0, min: 0, max: 60,
    help: "characters of the signature that this operator puts in front of every text itself: the first part leaves them room",
  },
  {
    name: "receipts", type: "string", default: "always", choices: ["always", "wanted"],
    help: "ask for a receipt with every submit, or only where the submitter did",
  },
  {
    name: "receipts_by_shape", type: "boolean", default: false,
    help: "take a delivery that looks like a receipt for one although esm_class does not say so",
  },
  { name: "receipts_as_csv", type: "boolean", default: false, help: "read receipts written as status,done,submit,error,to,from,id" },
  {
    name: "tlvs", type: "string", default: "auto", choices: ["auto", "on", "off"],
    help: "send optional parameters: auto = only when the bind answer states version 3.4 or later",
  },
  { name: "zone_minutes", type: "number", default: 480, min: -720, max: 840, help: "time zone of the dates in receipts, minutes ahead of UTC" },
  { name: "deliver_window", type: "number", default: 1_000, min: 1, max: 100_000, help: "deliveries of the operator we hold unanswered before we stop reading" },
];

/** The settings of one link, checked and in the form that is used. */
export interface LinkTerms {
  readonly bindCommand: number;
  readonly canSubmit: boolean;
  readonly systemType: string;
  readonly interfaceVersion: number;
  readonly sourceTon: number;
  readonly sourceNpi: number;
  readonly destTon: number;
  readonly destNpi: number;
  readonly alphabet0: Alphabet0;
  readonly serviceType: string;
  readonly receiptsAlways: boolean;
  readonly receiptsByShape: boolean;
  readonly receiptsAsCsv: boolean;
  readonly tlvs: "auto" | "on" | "off";
  readonly zoneMinutes: number;
  readonly deliverWindow: number;
  readonly text: SmppLinkText;
  /** What of the settings makes no sense and was left out. */
  readonly faults: readonly SettingFault[];
}

/** What a C-Octet String of the bind can say: Latin-1 without control characters. */
const SAYABLE = /^[\x20-\x7e\xa0-\xff]*$/;
const FORMS: Readonly<Record<string, LongForm>> = { udh: "udh8", udh16: "udh16", sar: "sar", payload: "payload" };
const VERSIONS: Readonly<Record<string, number>> = { "3.3": 0x33, "3.4": 0x34, "5.0": 0x50 };

/** A value that the configuration's own check let through although it makes no sense here falls back to its default. */
export function linkTerms(settings: ProtocolSettings): LinkTerms {
  const read = new SettingReader(LINK_SETTINGS, settings);
  const mode = read.word("bind_mode");
  const alphabet0 = read.word("alphabet0") as Alphabet0;
  const tlvs = read.word("tlvs") as "auto" | "on" | "off";
  const form = FORMS[read.word("long_messages")] ?? "udh8";
  return {
    bindCommand:
      mode === "transmitter" ? CommandId.bind_transmitter
      : mode === "receiver" ? CommandId.bind_receiver
      : CommandId.bind_transceiver,
    canSubmit: mode !== "receiver",
    systemType: read.carried("system_type", 12, SAYABLE, "Latin-1"),
    interfaceVersion: VERSIONS[read.word("interface_version")] ?? 0x34,
    sourceTon: read.number("source_ton", KEEP, 255),
    sourceNpi: read.number("source_npi", KEEP, 255),
    destTon: read.number("dest_ton", KEEP, 255),
    destNpi: read.number("dest_npi", KEEP, 255),
    alphabet0,
    serviceType: read.carried("service_type", 5, SAYABLE, "Latin-1"),
    receiptsAlways: read.word("receipts") === "always",
    receiptsByShape: read.flag("receipts_by_shape"),
    receiptsAsCsv: read.flag("receipts_as_csv"),
    tlvs,
    zoneMinutes: read.number("zone_minutes", -720, 840),
    deliverWindow: read.number("deliver_window", 1, 100_000),
    text: new SmppLinkText({
      alphabet0,
      // Both are optional parameters: a link that may send none marks its parts by a header.
      form: tlvs === "off" && (form === "sar" || form === "payload") ? "udh8" : form,
      allUcs2: read.word("encode_as") === "ucs2",
      takesGb18030: read.flag("gb18030"),
      operatorUnits: read.number("operator_signature", 0, 60),
    }),
    faults: read.faults,
  };
}

/** By the settings of links, which live as long as a configuration does: they are asked about with every message. */
const texts = new WeakMap<ProtocolSettings, SmppLinkText>();

export function linkText(settings: ProtocolSettings): SmppLinkText {
  let text = texts.get(settings);
  if (text === undefined) {
    text = linkTerms(settings).text;
    texts.set(settings, text);
  }
  return text;
}
