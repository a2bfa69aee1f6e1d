/**
 * Settings: what an operator may set for one CMPP link or listener, as tables for the configuration and as checked terms for us.
 */
import type { LongForm } from "../model/say.js";
import { MessageState } from "../model/state.js";
import type { WordState } from "../model/state-words.js";
import type { ProtocolSettings, SettingDescription, SettingFault } from "../wire/protocol.js";
import { SettingReader } from "../wire/settings.js";
import { CmppLinkText } from "./link-text.js";
import type { EncodeAs } from "./link-text.js";
import { BEIJING_MINUTES } from "./msgid.js";
import { MAX_GATEWAY_CODE } from "./msgid.js";

export const LINK_SETTINGS: readonly SettingDescription[] = [
  {
    name: "version", type: "string", default: "3.0", choices: ["2.0", "2.1", "3.0"],
    help: "CMPP version the link announces; a gateway that answers as an older one is spoken to as such",
  },
  {
    name: "strict_authenticator", type: "boolean", default: false,
    help: "part from a gateway whose AuthenticatorISMG is wrong; false only warns, since many gateways compute it wrongly",
  },
  { name: "msg_src", type: "string", default: "", max: 6, help: "Msg_src of every submit; empty = the link's SP_Id" },
  { name: "service_id", type: "string", default: "", max: 10, help: "Service_Id of every submit; empty keeps the submitter's" },
  {
    name: "fees", type: "string", default: "keep", choices: ["keep", "link"],
    help: "fee fields of a message that came by CMPP: keep = the submitter's own, link = as this link's settings say",
  },
  { name: "fee_user_type", type: "number", default: 2, min: 0, max: 3, help: "Fee_UserType: who pays; 2 = the SP" },
  { name: "fee_type", type: "string", default: "01", max: 2, help: "FeeType; 01 = free to the recipient" },
  { name: "fee_code", type: "string", default: "000000", max: 6, help: "FeeCode: price in fen" },
  { name: "fee_terminal_id", type: "string", default: "", max: 21, help: "Fee_terminal_Id; counts only with Fee_UserType 3" },
  {
    name: "destination_86", type: "string", default: "strip", choices: ["strip", "keep", "add"],
    help: "Chinese mobiles as 11 digits, as the submitter gave them, or with 86 in front",
  },
  {
    name: "long_messages", type: "string", default: "udh", choices: ["udh", "udh16", "pk"],
    help:
      "how parts of a long text are marked: a header with an 8- or 16-bit reference, or Pk_total and Pk_number alone; a submitter's own " +
      "header, of either width, stays as it is except for pk",
  },
  { name: "udhi", type: "number", default: 1, choices: [1, 64], help: "TP_udhi of a text behind a header; gateways fed from SMPP want 64" },
  {
    name: "encode_as", type: "string", default: "keep", choices: ["keep", "ucs2", "gb18030"],
    help: "coding of every text: keep = the submitter's where CMPP has it, else ASCII or UCS-2",
  },
  {
    name: "operator_signature", type: "number", default: 0, min: 0, max: 60,
    help: "characters of the signature that this operator puts in front of every text itself: the first part leaves them room",
  },
  {
    name: "times", type: "string", default: "absolute", choices: ["absolute", "relative", "off"],
    help: "how ValId_Time is written, off = never",
  },
  {
    name: "receipts", type: "string", default: "always", choices: ["always", "wanted"],
    help: "ask for a status report with every submit, or only where the submitter did",
  },
  {
    name: "retry_results", type: "string", default: "8",
    help: "Results after which a message is tried again, separated by commas; every other is final",
  },
  {
    name: "stat_classes", type: "string", default: "",
    help:
      "what the operator's own Stat words mean: WORD=state pairs separated by commas, * at the end of a word for any rest, state one of " +
      "delivered, undeliverable, expired, rejected, deleted, unknown, interim; other words that are not the standard's are undeliverable",
  },
  { name: "zone_minutes", type: "number", default: BEIJING_MINUTES, min: -720, max: 840, help: "time zone of the dates in reports, minutes ahead of UTC" },
  { name: "active_test_tries", type: "number", default: 3, min: 1, max: 10, help: "ACTIVE_TESTs without an answer that end the connection" },
  { name: "deliver_window", type: "number", default: 1_000, min: 1, max: 100_000, help: "deliveries of the operator we hold unanswered before we stop reading" },
];

/** What an operator may set for one CMPP listener. */
export const LISTEN_SETTINGS: readonly SettingDescription[] = [
  {
    name: "gateway_code", type: "number", default: 1, min: 0, max: MAX_GATEWAY_CODE,
    help: "the gateway's number in every Msg_Id it gives; the node's number comes on top. Never change it while customers wait for reports",
  },
];

/** The `gateway_code` of a listener. */
export function gatewayCodeOf(settings: ProtocolSettings): number {
  return new SettingReader(LISTEN_SETTINGS, settings).number("gateway_code", 0, MAX_GATEWAY_CODE);
}

/** What an operator's own word means: the whole word, or its beginning. */
export interface StatClass {
  readonly word: string;
  readonly beginning: boolean;
  readonly state: WordState;
}

/** The settings of one link, checked and in the form that is used. */
export interface LinkTerms {
  /** 0x20, 0x21 or 0x30. */
  readonly version: number;
  readonly strictAuthenticator: boolean;
  /** "" = the link's SP_Id. */
  readonly msgSrc: string;
  readonly serviceId: string;
  readonly keepsFees: boolean;
  readonly feeUserType: number;
  readonly feeType: string;
  readonly feeCode: string;
  readonly feeTerminalId: string;
  readonly destination86: "strip" | "keep" | "add";
  readonly text: CmppLinkText;
  readonly udhi: number;
  readonly times: "absolute" | "relative" | "off";
  readonly receiptsAlways: boolean;
  readonly retryResults: ReadonlySet<number>;
  readonly statClasses: readonly StatClass[];
  readonly zoneMinutes: number;
  readonly activeTestTries: number;
  readonly deliverWindow: number;
  /** What of the settings makes no sense and was left out. */
  readonly faults: readonly SettingFault[];
}

const FORMS: Readonly<Record<string, LongForm>> = { udh: "udh8", udh16: "udh16", pk: "pk" };
const VERSIONS: Readonly<Record<string, number>> = { "2.0": 0x20, "2.1": 0x21, "3.0": 0x30 };

const wordState = (state: MessageState, final: boolean): WordState => Object.freeze({ state, final });
const CLASSES: ReadonlyMap<string, WordState> = new Map([
  ["delivered", wordState(MessageState.delivered, true)],
  ["undeliverable", wordState(MessageState.undeliverable, true)],
  ["expired", wordState(MessageState.expired, true)],
  ["rejected", wordState(MessageState.rejected, true)],
  ["deleted", wordState(MessageState.deleted, true)],
  // As the standard's UNKNOWN, an end.
  ["unknown", wordState(MessageState.unknown, true)],
  ["interim", wordState(MessageState.sent, false)],
]);

const ASCII = /^[\x20-\x7e]*$/;

/** A value that the configuration's own check let through although it makes no sense here falls back to its default. */
export function linkTerms(settings: ProtocolSettings): LinkTerms {
  const read = new SettingReader(LINK_SETTINGS, settings);
  const { faults } = read;
  const version = read.word("version");
  const plain = (name: string, most: number): string => read.carried(name, most, ASCII, "ASCII");
  return {
    version: VERSIONS[version] ?? 0x30,
    strictAuthenticator: read.flag("strict_authenticator"),
    msgSrc: plain("msg_src", 6),
    serviceId: plain("service_id", 10),
    keepsFees: read.word("fees") === "keep",
    feeUserType: read.number("fee_user_type", 0, 3),
    feeType: plain("fee_type", 2),
    feeCode: plain("fee_code", 6),
    feeTerminalId: plain("fee_terminal_id", 21),
    destination86: read.word("destination_86") as "strip" | "keep" | "add",
    text: new CmppLinkText(
      FORMS[read.word("long_messages")] ?? "udh8", read.word("encode_as") as EncodeAs, read.number("operator_signature", 0, 60),
    ),
    udhi: read.number("udhi", 1, 64) === 64 ? 64 : 1,
    times: read.word("times") as "absolute" | "relative" | "off",
    receiptsAlways: read.word("receipts") === "always",
    retryResults: resultsOf(read.word("retry_results"), version, (fault) => faults.push({ name: "retry_results", fault })),
    statClasses: statClassesOf(read.word("stat_classes"), (fault) => faults.push({ name: "stat_classes", fault })),
    zoneMinutes: read.number("zone_minutes", -720, 840),
    activeTestTries: read.number("active_test_tries", 1, 10),
    deliverWindow: read.number("deliver_window", 1, 100_000),
    faults,
  };
}

/** By the settings of links, which live as long as a configuration does: they are asked about with every message. */
const texts = new WeakMap<ProtocolSettings, CmppLinkText>();

export function linkText(settings: ProtocolSettings): CmppLinkText {
  let text = texts.get(settings);
  if (text === undefined) {
    text = linkTerms(settings).text;
    texts.set(settings, text);
  }
  return text;
}

function listed(text: string): string[] {
  return text.split(",").map((each) => each.trim()).filter((each) => each !== "");
}

type Tell = (fault: string) => void;

/** Results that SUBMIT_RESP has room for: one octet in 2.x, four in 3.0; 0 is no refusal. */
function resultsOf(text: string, version: string, tell: Tell): ReadonlySet<number> {
  const most = version === "3.0" ? 0xffff_ffff : 0xff;
  const results = new Set<number>();
  for (const each of listed(text)) {
    const result = /^[1-9][0-9]{0,9}$/.test(each) ? Number(each) : 0;
    if (result === 0 || result > 0xffff_ffff) tell(`${each} is no Result`);
    else if (result > most) tell(`${each} is no Result: ${version} has one octet for it`);
    else if (results.has(result)) tell(`${each} is given twice`);
    else results.add(result);
  }
  return results;
}

/** Octets of Stat in a report. [protocols sheet 1.10] */
const STAT_OCTETS = 7;

/** The first that fits a word counts. */
function statClassesOf(text: string, tell: Tell): readonly StatClass[] {
  const classes: StatClass[] = [];
  for (const pair of listed(text)) {
    const [whole, given = "", star = "", name = ""] = /^([^=*]*)(\*?)\s*=\s*(\w+)$/.exec(pair) ?? [];
    const state = CLASSES.get(name);
    const word = given.trim().toUpperCase();
    const before = classes.find((one) => (one.beginning ? word.startsWith(one.word) : one.word === word && star === ""));
    if (whole === undefined || (word === "" && star === "")) tell(`${pair} is no WORD=state`);
    else if (state === undefined) tell(`${name} is no state: it is one of ${[...CLASSES.keys()].join(", ")}`);
    else if (!/^[\x20-\x7e]*$/.test(word)) tell(`${word} is not written in ASCII`);
    else if (word.length > STAT_OCTETS) tell(`${word} has more than the ${STAT_OCTETS} characters of a Stat`);
    else if (before !== undefined) tell(before.word === word && before.beginning === (star !== "") ? `${word}${star} is given twice` : `${word}${star} comes after ${before.word}*, which takes it already: put it in front`);
    else classes.push({ word, beginning: star !== "", state });
  }
  return classes;
}
