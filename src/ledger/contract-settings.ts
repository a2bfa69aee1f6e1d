/**
 * Contract settings: the terms of an account's contract, one row each, as account-settings.ts takes them in.
 */
import type { AccountSetting } from "./account-setting.js";
import type { AccountSettings } from "./commands.js";
import { MAX_AMOUNT_MICROS } from "./money.js";

const HOUR_MS = 3_600_000;
const NETWORKS: readonly string[] = ["mobile", "unicom", "telecom", "broadcast"];
const LINE = { test: (text: string): boolean => /^[^\p{C}\p{Zl}\p{Zp}]{0,200}$/u.test(text), words: "at most 200 printable characters" };
const DATE = { test: (text: string): boolean => text === "" || isDate(text), words: "a day such as 2025-12-01" };
const NAME_SHAPE = { test: (text: string): boolean => /^[A-Za-z0-9][\w.-]{0,62}$/.test(text), words: "the name of an [[operator]]" };
const DOMAIN = { test: (text: string): boolean => /^[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?(\.[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?)+$/u.test(text) && text.length <= 253, words: "a domain such as example.cn" };
const HOURS = { test: (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text), words: "a stretch of the day such as 08:00-22:00" };
const FREQUENCY = { test: (text: string): boolean => /^[1-9][0-9]{0,5}\/[mhd](@sig)?$/.test(text), words: "a cap such as 1/m, 5/h or 10/d@sig" };
const CATEGORY = { test: (text: string): boolean => /^[\p{L}\p{N}_-]{1,32}=(reject|hold|flag|pass)$/u.test(text), words: "a category and what it does, such as loan=hold" };
const PHRASE = { test: (text: string): boolean => /^[^\p{C}\p{Zl}\p{Zp},]{2,64}$/u.test(text), words: "2 to 64 printable characters" };

export const CONTRACT_SETTINGS: readonly AccountSetting[] = [
  {
    name: "party", flag: "party", kind: "text", default: "", shape: LINE,
    help: "The customer as it stands in the contract",
  },
  {
    name: "partyContact", flag: "party-contact", kind: "text", default: "", shape: LINE,
    help: "Whom to call there, and how",
  },
  {
    name: "contractNo", flag: "contract-no", kind: "text", default: "", shape: LINE,
    help: "Reference of the contract",
  },
  {
    name: "validFrom", flag: "valid-from", kind: "text", default: "", shape: DATE,
    help: "First day of the contract, such as 2025-12-01; before it submits are refused; none: at once",
  },
  {
    name: "validTo", flag: "valid-to", kind: "text", default: "", shape: DATE,
    help: "Last day of the contract; after it, unless renewed, submits are refused; none: without end",
  },
  {
    name: "renewMonths", flag: "renew-months", kind: "integer", default: 0, min: 0, max: 120, unit: "months",
    help: "The contract goes on by itself for so long each time it ends, unless it was given notice; 0: it ends",
  },
  {
    name: "noticeDays", flag: "notice-days", kind: "integer", default: 30, min: 0, max: 365, unit: "days",
    help: "How long before its end the contract may still be given notice, and an alarm tells that it ends",
  },
  {
    name: "noticeGiven", flag: "notice-given", kind: "text", default: "", shape: DATE,
    help: "Day on which the contract was given notice: it is not renewed any more",
  },
  {
    name: "opensWith", flag: "opens-with", kind: "choice", default: "at-once", choices: ["at-once", "topup"],
    help: "When submits are first taken: at once, or with the first top-up",
  },
  {
    name: "chargeUnit", flag: "charge-unit", kind: "choice", default: "segment", choices: ["segment", "message"],
    help: "What the price is for: each segment, or each message however long (of a text that comes in parts the first bears it, and none goes out without it)",
  },
  {
    name: "quotaDay", flag: "quota-day", kind: "integer", default: 0, min: 0, max: 1_000_000_000_000, unit: "segments a day",
    help: "Most segments a business day; 0: no quota",
  },
  {
    name: "quotaMonth", flag: "quota-month", kind: "integer", default: 0, min: 0, max: 1_000_000_000_000, unit: "segments a month",
    help: "Most segments a calendar month; 0: no quota",
  },
  {
    name: "permittedOperators", flag: "permitted-operator", kind: "list", default: [], shape: NAME_SHAPE,
    help: "The only [[operator]]s its messages may go out by; none: any",
  },
  {
    name: "networks", flag: "network", kind: "list", default: [], shape: { test: (text) => NETWORKS.includes(text), words: `one of ${NETWORKS.join(", ")}` },
    help: "The only networks its messages may go to (mobile, unicom, telecom, broadcast); none: any",
  },
  {
    name: "unknownNetwork", flag: "unknown-network", kind: "choice", default: "allow", choices: ["allow", "refuse"],
    help: "With networks given: numbers of which nobody knows the network",
  },
  {
    name: "abroad", flag: "abroad", kind: "choice", default: "allow", choices: ["allow", "refuse"],
    help: "Destinations abroad, Hong Kong, Macau and Taiwan among them",
  },
  {
    name: "recipients", flag: "recipients", kind: "choice", default: "any", choices: ["any", "listed", "consented"],
    help: "Who may be written to: anybody who is not blocked, the numbers of its allowlist, or those whose consent is on record",
  },
  {
    name: "consentDays", flag: "consent-days", kind: "integer", default: 0, min: 0, max: 36_500, unit: "days",
    help: "How long a consent holds; 0: until it is taken back",
  },
  {
    name: "optOuts", flag: "opt-outs", kind: "boolean", default: false,
    help: "Whether a reply such as TD from a phone to one of its numbers blocks that phone for the account",
  },
  {
    name: "optOutReply", flag: "opt-out-reply", kind: "text", default: "", shape: LINE,
    help: "What a phone that opted out is answered; none: nothing is sent",
  },
  {
    name: "optOutAlarm", flag: "opt-out-alarm", kind: "integer", default: 10, min: 0, max: 1_000_000, unit: "messages a day",
    help: "Alarm when the account tries to write to numbers that opted out so often in a day; 0: none",
  },
  {
    name: "signatureRule", flag: "signature-rule", kind: "choice", default: "off", choices: ["off", "required", "registered"],
    help: "Whether a text must bear a 【signature】, any or a registered one",
  },
  {
    name: "signaturePlace", flag: "signature-place", kind: "choice", default: "any", choices: ["any", "start", "end"],
    help: "Where it must stand",
  },
  {
    name: "newSignatures", flag: "new-signatures", kind: "integer", default: 0, min: 0, max: 1_000, unit: "signatures a day",
    help: "Alarm when more new signatures than this are seen in a day; 0: none",
  },
  {
    name: "templateRule", flag: "template-rule", kind: "choice", default: "off", choices: ["off", "only"],
    help: "Whether a text must be one of the account's templates",
  },
  {
    name: "links", flag: "links", kind: "choice", default: "allow", choices: ["allow", "refuse", "flag", "hold", "listed"],
    help: "Links in texts; listed: only those to link-domains",
  },
  {
    name: "linkDomains", flag: "link-domain", kind: "list", default: [], shape: DOMAIN,
    help: "Domains that links may lead to, those below them too",
  },
  {
    name: "adverts", flag: "adverts", kind: "choice", default: "allow", choices: ["allow", "refuse", "flag", "hold"],
    help: "Texts that read like advertisements",
  },
  {
    name: "hours", flag: "hours", kind: "list", default: [], shape: HOURS,
    help: "Times of the business day at which messages may go, such as 08:00-22:00; none: always",
  },
  {
    name: "hoursFor", flag: "hours-for", kind: "choice", default: "all", choices: ["all", "adverts"],
    help: "Which messages the hours hold for",
  },
  {
    name: "frequency", flag: "frequency", kind: "list", default: [], shape: FREQUENCY,
    help: "Most messages to one number: 1/m a minute, 5/h an hour (both by the clock), 10/d in 24 hours; with @sig for each signature apart, such as 1/m@sig",
  },
  {
    name: "duplicateWindowMs", flag: "duplicate-window", kind: "duration", default: 0, min: 0, max: 24 * HOUR_MS,
    help: "The same text to the same number within this time is refused; 0s: not",
  },
  {
    name: "blastRun", flag: "blast-run", kind: "integer", default: 0, min: 0, max: 10_000, unit: "numbers",
    help: "Segment blasting: so many consecutive numbers within the window; 0: not looked for",
  },
  {
    name: "blastDense", flag: "blast-dense", kind: "integer", default: 0, min: 0, max: 10_000, unit: "numbers",
    help: "Segment blasting: so many numbers of one block of 10,000 within the window; 0: not looked for",
  },
  {
    name: "blastWindowMs", flag: "blast-window", kind: "duration", default: 10 * 60_000, min: 10_000, max: 24 * HOUR_MS,
    help: "The time in which numbers of a block are counted",
  },
  {
    name: "blastRate", flag: "blast-rate", kind: "integer", default: 1, min: 1, max: 1_000_000, unit: "segments a second",
    help: "What the account is slowed to once it was found blasting",
  },
  {
    name: "blastLimitMs", flag: "blast-limit", kind: "duration", default: 60 * 60_000, min: 60_000, max: 30 * 24 * HOUR_MS,
    help: "How long it stays slowed, and the block refused, after the last find",
  },
  {
    name: "categories", flag: "category", kind: "list", default: [], shape: CATEGORY,
    help: "What a category of the word lists does for this account, such as loan=hold or gambling=reject; pass takes it out",
  },
  {
    name: "allowPhrases", flag: "allow-phrase", kind: "list", default: [], shape: PHRASE,
    help: "Phrases inside which listed words do not count for this account",
  },
  {
    name: "reviewMs", flag: "review-deadline", kind: "duration", default: 4 * HOUR_MS, min: 60_000, max: 7 * 24 * HOUR_MS,
    help: "How long a held message waits for a person",
  },
  {
    name: "reviewEnd", flag: "review-end", kind: "choice", default: "reject", choices: ["reject", "release"],
    help: "What becomes of a held message that nobody looked at in time",
  },
  {
    name: "test", flag: "test", kind: "boolean", default: false,
    help: "A test account: its messages go to the simulator and cost nothing",
  },
  {
    name: "lowBalanceMicros", flag: "low-balance", kind: "money", default: 0, min: 0, max: Number(MAX_AMOUNT_MICROS),
    help: "Notice and alarm when the available balance falls below this; 0: none",
  },
  {
    name: "lowestBalanceMicros", flag: "lowest-balance", kind: "money", default: 0, min: 0, max: Number(MAX_AMOUNT_MICROS),
    help: "A second, urgent one",
  },
  {
    name: "dailyReport", flag: "daily-report", kind: "boolean", default: false,
    help: "Whether a file with the day's figures is written for it each night",
  },
  {
    name: "overdue", flag: "overdue", kind: "choice", default: "ignore", choices: ["ignore", "warn", "suspend"],
    help: "What an invoice that is not paid in time does to the account",
  },
  {
    name: "cureDays", flag: "cure-days", kind: "integer", default: 10, min: 1, max: 365, unit: "days",
    help: "How long a warned account has to mend a breach",
  },
  {
    name: "credentialDays", flag: "credential-days", kind: "integer", default: 0, min: 0, max: 3_650, unit: "days",
    help: "Alarm when a password or secret is older than this; 0: never",
  },
];

/** Whether it is a day that there is, written YYYY-MM-DD. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** What is wrong between the terms of a whole contract, in words that name a flag; null when they may stand together. */
export function checkTogether({ validFrom = "", validTo = "", renewMonths = 0, noticeGiven = "", lowBalanceMicros = 0, lowestBalanceMicros = 0 }: AccountSettings): string | null {
  if (validFrom !== "" && validTo !== "" && validTo < validFrom) return "valid-to: it is before valid-from";
  if (renewMonths > 0 && validTo === "") return "renew-months: a contract without valid-to has no end to be renewed at";
  if (noticeGiven !== "" && validTo === "") return "notice-given: a contract without valid-to has no end; set valid-to";
  return lowBalanceMicros > 0 && lowestBalanceMicros > lowBalanceMicros ? "lowest-balance: the second threshold is below the first, low-balance" : null;
}
