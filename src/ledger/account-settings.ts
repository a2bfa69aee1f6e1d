/**
 * Account settings: every term of an account once, with type, default, limits and help; the command line's flags and
 * all checks are made from this table.
 */
import { isIP } from "node:net";
import { NO_CREDENTIALS } from "./account.js";
import type { Account, AccountState, Standing, Tariff } from "./account.js";
import { MAX_CALL_ADDRESSES, parseCallAddress } from "./call-address.js";
import type { AccountSettings } from "./commands.js";
import { checkValue, type AccountSetting, type SettingValue } from "./account-setting.js";
import { CONTRACT_SETTINGS } from "./contract-settings.js";
import { contractTerms } from "./contract-terms.js";
import { MAX_AMOUNT_MICROS } from "./money.js";

const HOUR_MS = 3_600_000;
/** Bucket size that lets any single message through (a text has at most 255 segments). */
const LEAST_BURST = 255;
const CMPP_VERSIONS: readonly string[] = ["2.0", "2.1", "3.0"];
const MAX_PRICE_MICROS = 1_000_000_000_000;

export const ACCOUNT_SETTINGS: readonly AccountSetting[] = [
  {
    name: "passwordHash", flag: "password", kind: "password", default: "",
    help: "Password of the account's binds (SMPP: at most 8 characters); none: it cannot bind",
  },
  {
    name: "spId", flag: "sp-id", kind: "text", default: "",
    // How long it may be is the protocols' to say, see checkBindTerms; the longest name that one of them could carry has 16.
    shape: { test: (text) => /^[\x21-\x7e]{0,16}$/.test(text), words: "printable characters without blanks, such as 901234" },
    help: "Name the account binds with over CMPP (SP_Id, 1 to 6 characters), its own among all accounts; none: no CMPP",
  },
  {
    name: "protocolNames", flag: "protocol-name", kind: "list", default: [],
    shape: { test: (text) => /^[a-z][a-z0-9]{0,15}=[\x21-\x2b\x2d-\x7e]{1,16}$/.test(text), words: "a protocol and a name without blanks such as cmpp=901234" },
    help: "The same for binds over one protocol that prove a shared secret, such as cmpp=901234; goes before sp-id",
  },
  {
    name: "cmppSecret", flag: "cmpp-secret", kind: "secret", default: "",
    help: "Shared secret of its CMPP binds, kept encrypted; none: it cannot bind over CMPP",
  },
  {
    name: "cmppVersions", flag: "cmpp-versions", kind: "list", default: [...CMPP_VERSIONS],
    shape: { test: (text) => CMPP_VERSIONS.includes(text), words: `one of ${CMPP_VERSIONS.join(", ")}` },
    help: "CMPP versions its binds may speak",
  },
  {
    name: "protocolVersions", flag: "protocol-version", kind: "list", default: [],
    shape: { test: (text) => /^[a-z][a-z0-9]{0,15}=[0-9]{1,3}(\.[0-9]{1,3})?$/.test(text), words: "a protocol and a version such as smpp=3.4" },
    help: "Versions that binds over a protocol may speak, such as smpp=3.4,smpp=5.0; goes before cmpp-versions; a protocol not named: any",
  },
  {
    name: "priceMicros", flag: "price", kind: "money", default: null, required: true, min: 0, max: MAX_PRICE_MICROS, unit: "a segment",
    help: "Price of one segment, such as 0.035",
  },
  {
    name: "creditLimitMicros", flag: "credit-limit", kind: "money", default: 0, min: 0, max: Number(MAX_AMOUNT_MICROS),
    help: "How far below zero the available balance may go",
  },
  {
    name: "settle", flag: "settle", kind: "choice", default: "sent", choices: ["accepted", "sent", "delivered"],
    help: "When held money becomes ours",
  },
  {
    name: "refundOnFailure", flag: "refund-on-failure", kind: "boolean", default: false,
    help: "Give settled money back when the message fails after all",
  },
  {
    name: "onUnknown", flag: "on-unknown", kind: "choice", default: "settle", choices: ["settle", "release"],
    help: "What becomes of money still held when no receipt came within the horizon",
  },
  {
    name: "segmentRule", flag: "segment-rule", kind: "choice", default: "domestic", choices: ["domestic", "gsm"],
    help: "How segments are counted: 70/67 UTF-16 units for every text, or GSM 160/153 where the text allows",
  },
  {
    name: "rate", flag: "rate", kind: "integer", default: 100, min: 1, max: 1_000_000, unit: "segments a second",
    help: "Most segments a second; more is throttled",
  },
  {
    name: "burst", flag: "burst", kind: "integer", default: null, derived: `the larger of rate and ${LEAST_BURST}`, min: 1, max: 10_000_000, unit: "segments",
    help: "Segments that may come at once after a pause",
  },
  {
    name: "maxBinds", flag: "binds", kind: "integer", default: 4, min: 1, max: 100, unit: "binds",
    help: "Most binds at the same time",
  },
  {
    name: "window", flag: "window", kind: "integer", default: 100, min: 1, max: 10_000, unit: "submits",
    help: "Submits a bind may have unanswered",
  },
  {
    name: "cmppWindow", flag: "cmpp-window", kind: "integer", default: 16, min: 1, max: 10_000, unit: "submits",
    help: "The same for a CMPP bind; its deliveries are held to it too",
  },
  {
    name: "protocolWindows", flag: "protocol-window", kind: "list", default: [],
    shape: { test: (text) => /^[a-z][a-z0-9]{0,15}=([1-9][0-9]{0,3}|10000)$/.test(text), words: "a protocol and a number from 1 to 10000 such as smpp=50" },
    help: "The same for binds over a protocol, such as smpp=50; goes before window and cmpp-window, and holds for deliveries too",
  },
  {
    name: "deliverWindow", flag: "deliver-window", kind: "integer", default: null, derived: "window", min: 1, max: 10_000, unit: "deliveries",
    help: "Receipts and inbound messages a bind may leave unanswered",
  },
  {
    name: "allow", flag: "allow", kind: "list", default: [],
    shape: { test: isCidr, words: "an address or a CIDR block such as 192.0.2.0/24" },
    help: "Addresses binds may come from; none: anywhere",
  },
  {
    name: "callAt", flag: "call-at", kind: "list", default: [],
    shape: { test: (text) => parseCallAddress(text) !== null, words: "a protocol, host and port such as smpp=192.0.2.7:2775 or smpp=[2001:db8::7]:2775" },
    help: `Where we connect to the customer when something is to be delivered and no bind of it takes any, at most ${MAX_CALL_ADDRESSES}; none: it comes itself`,
  },
  {
    name: "serviceCodes", flag: "service-code", kind: "list", default: [],
    shape: { test: (text) => /^[0-9]{1,21}$/.test(text), words: "1 to 21 digits" },
    help: "Numbers (or prefixes) of this account; messages sent to them from phones come to it",
  },
  {
    name: "checkSource", flag: "check-source", kind: "boolean", default: null, derived: "true with both sp-id and service-code, else false",
    help: "Refuse submits whose source does not start with one of the service codes",
  },
  {
    name: "checkContentSource", flag: "check-content-source", kind: "boolean", default: true,
    help: "Refuse CMPP submits whose Msg_src is not the account's SP_Id",
  },
  {
    name: "signature", flag: "signature", kind: "text", default: "",
    shape: { test: (text) => text === "" || /^【[^【】\p{C}\p{Zl}\p{Zp}]{2,20}】$/u.test(text), words: "2 to 20 characters between 【 and 】" },
    help: "Signature put in front of every text, such as 【测试】; none: the customer writes its own",
  },
  {
    name: "alphabet0", flag: "alphabet0", kind: "choice", default: "gsm7", choices: ["gsm7", "ascii", "latin1", "utf8"],
    help: "How the default alphabet of this account (coding 0) is read",
  },
  {
    name: "binary", flag: "binary", kind: "choice", default: "pass", choices: ["pass", "refuse"],
    help: "Binary messages, which no word list can read",
  },
  {
    name: "refuseBy", flag: "refuse-by", kind: "choice", default: "answer", choices: ["answer", "receipt"],
    help: "How content refusals are told: as the answer to the submit, or accepted and then a REJECTD receipt",
  },
  {
    name: "operator", flag: "operator", kind: "text", default: "",
    shape: { test: (text) => text === "" || /^[A-Za-z0-9][\w.-]{0,62}$/.test(text), words: "the name of an [[operator]]" },
    help: "Operator to route to; none: the first configured",
  },
  {
    name: "weight", flag: "weight", kind: "integer", default: 1, min: 1, max: 100,
    help: "Share among accounts when links are scarce",
  },
  {
    name: "maxQueued", flag: "max-queued", kind: "integer", default: 10_000_000, min: 1, max: 1_000_000_000, unit: "messages",
    help: "Most messages waiting on disk, scheduled and held ones too; more is answered queue_full",
  },
  {
    name: "validityMs", flag: "validity", kind: "duration", default: 48 * HOUR_MS, min: 60_000, max: 30 * 24 * HOUR_MS,
    help: "How long a message without a validity of its own may wait, such as 48h",
  },
  ...CONTRACT_SETTINGS,
];

const BY_NAME = new Map<string, AccountSetting>(ACCOUNT_SETTINGS.map((setting) => [setting.name, setting]));

/** The first fault in a set of settings, in words that name the setting; null when all may stand. Unknown names are faults. */
export function checkSettings(settings: AccountSettings): string | null {
  for (const [name, value] of Object.entries(settings) as [string, unknown][]) {
    const setting = BY_NAME.get(name);
    if (setting === undefined) return `${name}: there is no such setting`;
    if (value === undefined) continue;
    const problem = checkValue(setting, value);
    if (problem !== null) return `${setting.flag}: ${problem}`;
  }
  return null;
}

/** As checkSettings, for a new account: what must be given is missing. */
export function checkRequired(settings: AccountSettings): string | null {
  const missing = ACCOUNT_SETTINGS.find((setting) => setting.required === true && settings[setting.name] === undefined);
  return missing === undefined ? null : `${missing.flag}: must be given for a new account`;
}

/** [SMPP 3.4 5.2.1] system_id has at most 15 characters. */
export function checkName(name: string): string | null {
  return /^[a-z0-9][a-z0-9_-]{0,14}$/.test(name) ? null : "name: 1 to 15 of a-z, 0-9, _ and -, starting with a letter or digit";
}

export function checkCurrency(currency: string): string | null {
  return /^[A-Z]{3}$/.test(currency) ? null : "currency: three capital letters, such as CNY";
}

/** The settings to keep for a new account: every fixed default is written down, so that a later version's defaults change no one's terms. */
export function withDefaults(given: AccountSettings): AccountSettings {
  const kept: Record<string, SettingValue> = {};
  for (const setting of ACCOUNT_SETTINGS) {
    const value = given[setting.name] ?? setting.default;
    if (value !== null) kept[setting.name] = value;
  }
  return kept as AccountSettings;
}

export interface AccountIdentity extends Partial<Standing> {
  readonly no: number;
  readonly name: string;
  readonly state: AccountState;
  readonly stateReason: string;
  readonly currency: string;
  readonly tariffs: readonly Tariff[];
}

/** The account as the gateway reads it; whatever `kept` does not say is the default. Field by field: one hidden class for all. */
export function makeAccount(identity: AccountIdentity, kept: AccountSettings): Account {
  const settings = withDefaults(kept) as Required<AccountSettings>;
  return {
    no: identity.no,
    name: identity.name,
    state: identity.state,
    stateReason: identity.stateReason,
    passwordHash: settings.passwordHash,
    spId: settings.spId,
    protocolNames: settings.protocolNames,
    cmppSecret: settings.cmppSecret,
    cmppVersions: settings.cmppVersions,
    protocolVersions: settings.protocolVersions,
    currency: identity.currency,
    priceMicros: settings.priceMicros,
    tariffs: identity.tariffs,
    creditLimitMicros: settings.creditLimitMicros,
    settle: settings.settle,
    refundOnFailure: settings.refundOnFailure,
    onUnknown: settings.onUnknown,
    segmentRule: settings.segmentRule,
    rate: settings.rate,
    burst: kept.burst ?? Math.max(settings.rate, LEAST_BURST),
    maxBinds: settings.maxBinds,
    window: settings.window,
    cmppWindow: settings.cmppWindow,
    protocolWindows: settings.protocolWindows,
    deliverWindow: kept.deliverWindow ?? settings.window,
    allow: settings.allow,
    callAt: settings.callAt,
    serviceCodes: settings.serviceCodes,
    checkSource: kept.checkSource ?? ((settings.spId !== "" || settings.protocolNames.length > 0) && settings.serviceCodes.length > 0),
    checkContentSource: settings.checkContentSource,
    signature: settings.signature,
    alphabet0: settings.alphabet0,
    binary: settings.binary,
    refuseBy: settings.refuseBy,
    operator: settings.operator,
    weight: settings.weight,
    maxQueued: settings.maxQueued,
    validityMs: settings.validityMs,
    cureByMs: identity.cureByMs ?? 0,
    signatures: identity.signatures ?? [],
    templates: identity.templates ?? [],
    openedAtMs: identity.openedAtMs ?? 0,
    unpaidDueMs: identity.unpaidDueMs ?? 0,
    credentials: identity.credentials ?? NO_CREDENTIALS,
    dated: identity.dated ?? [],
    ...contractTerms(settings),
  };
}

function isCidr(text: string): boolean {
  const slash = text.indexOf("/");
  const version = isIP(slash < 0 ? text : text.slice(0, slash));
  if (version === 0) return false;
  if (slash < 0) return true;
  const bits = text.slice(slash + 1);
  return /^[0-9]{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
