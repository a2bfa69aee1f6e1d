/**
 * Screen rules: every rule of an account's contract asked about one text, each by itself, in the order in which a submit meets them.
 *
 * ```
 *  account ─ words ─ signature ─ template ─ links ─ adverts ─ lists ─ network ─ abroad ─ blasting ─ hours ─ frequency ─ duplicate ─ credit ─ quota
 *                    the first that refuses decides; a person is asked only where none does
 * ```
 * Nothing is counted by it: it is asked, not sent.
 */
import { Outcome, OUTCOME_NAMES, type OutcomeName } from "../../protocols/model/outcome.js";
import type { AdvertRules } from "../contract/adverts.js";
import { compileDestinationPolicy } from "../contract/destination-policy.js";
import { FrequencyCaps } from "../contract/frequency.js";
import { Hours, minuteAt } from "../contract/hours.js";
import { Judged } from "../contract/judged.js";
import type { NetworkTable } from "../contract/network.js";
import { NumberLists } from "../contract/number-lists.js";
import { mayNow } from "../contract/term.js";
import { compileTextPolicy } from "../contract/text-policy.js";
import type { Trackers } from "../contract/traffic-policy.js";
import { maySend, type Account } from "../ledger/account.js";
import type { AccountView } from "../ledger/commands.js";
import { formatMoney } from "../ledger/money.js";
import { chargeUnits, priceFor } from "../ledger/tariff.js";

/** What rules are asked with, beside the account's own terms. */
export interface RuleGround {
  readonly lists: NumberLists;
  readonly networks: NetworkTable;
  readonly adverts: AdvertRules;
  readonly zoneMinutes: number;
  /** What was sent of late; null: no gateway runs that would know. */
  readonly trackers: Trackers | null;
}

export interface RuleReport {
  readonly rule: string;
  /** `off`: the account has no such term; `unknown`: it cannot be told. */
  readonly says: "passes" | "refuses" | "holds" | "off" | "unknown";
  /** What it refuses or holds for, "ok" else. */
  readonly outcome: OutcomeName;
  /** What it found, or what is left. */
  readonly detail: string;
  /** It is the one that decides. */
  readonly decides: boolean;
}

/** What is asked about. */
export interface RuleQuestion {
  /** As it goes out, signature and all. */
  readonly text: string;
  /** In normal form; "" = none was given. */
  readonly destination: string;
  readonly segments: number;
  readonly wallMs: number;
  /** What the word lists say. */
  readonly words: { readonly action: string; readonly detail: string } | null;
  /** Segments accepted today and this month. */
  readonly used: { readonly day: number; readonly month: number };
}

type Rule = Omit<RuleReport, "decides">;

const NO_NUMBER = "give the number with --to";
const NO_GATEWAY = "only a running gateway knows what was sent of late";

/** Every rule in its order, and the price of the text in micro-units. */
export function explainRules(view: AccountView, asked: RuleQuestion, ground: RuleGround): { readonly rules: readonly RuleReport[]; readonly chargeMicros: bigint } {
  const { account } = view;
  const price = priceFor(account, asked.destination, asked.wallMs);
  const chargeMicros = account.test ? 0n : BigInt(price) * BigInt(chargeUnits(account, asked.segments, 1, 1));
  const whole = new Judged();
  compileTextPolicy(account, ground.adverts)?.judge(asked.text, account.serviceCodes[0] ?? "", whole);
  const rules: Rule[] = [
    accountRule(account, asked.wallMs, ground.zoneMinutes),
    wordsRule(asked.words),
    ...textRules(account, asked.text, ground.adverts),
    ...destinationRules(account, asked, whole.signatureNo, ground),
    ...trafficRules(account, asked, whole, ground),
    creditRule(view, chargeMicros),
    quotaRule(account, asked),
  ];
  const first = rules.find(({ says }) => says === "refuses") ?? rules.find(({ says }) => says === "holds");
  return { rules: rules.map((rule) => ({ ...rule, decides: rule === first })), chargeMicros };
}

function passes(rule: string, detail = ""): Rule {
  return { rule, says: "passes", outcome: "ok", detail };
}

function off(rule: string): Rule {
  return { rule, says: "off", outcome: "ok", detail: "" };
}

function refuses(rule: string, outcome: Outcome, detail: string): Rule {
  return { rule, says: "refuses", outcome: OUTCOME_NAMES[outcome] ?? "ok", detail };
}

function ofJudged(rule: string, judged: Judged): Rule {
  if (judged.outcome === Outcome.ok) return passes(rule, judged.evidence);
  return { rule, says: judged.hold ? "holds" : "refuses", outcome: OUTCOME_NAMES[judged.outcome] ?? "ok", detail: judged.evidence };
}

function accountRule(account: Account, wallMs: number, zoneMinutes: number): Rule {
  if (!maySend(account.state)) return refuses("account", Outcome.account_suspended, account.state);
  return mayNow(account, wallMs, zoneMinutes) ? passes("account", account.state) : refuses("account", Outcome.account_suspended, "outside the contract's term, or before its first payment");
}

function wordsRule(words: RuleQuestion["words"]): Rule {
  if (words === null) return passes("words");
  if (words.action === "flag") return passes("words", words.detail);
  return { rule: "words", says: words.action === "hold" ? "holds" : "refuses", outcome: "blocked_content", detail: words.detail };
}

const NO_TEXT_TERMS = { signatureRule: "off", newSignatures: 0, signatures: [], frequency: [], templateRule: "off", links: "allow", adverts: "allow", hoursFor: "all" } as const;

/** Each with the terms of the others taken out. */
function textRules(account: Account, text: string, adverts: AdvertRules): Rule[] {
  const { signatureRule, signatures, templateRule, links } = account;
  const asks: readonly (readonly [string, boolean, Partial<Account>])[] = [
    ["signature", signatureRule !== "off", { signatureRule, signatures }],
    ["template", templateRule !== "off", { templateRule }],
    ["links", links !== "allow", { links }],
    ["adverts", account.adverts !== "allow", { adverts: account.adverts }],
  ];
  return asks.map(([rule, asked, terms]) => {
    if (!asked) return off(rule);
    const judged = new Judged();
    compileTextPolicy({ ...account, ...NO_TEXT_TERMS, ...terms }, adverts)?.judge(text, account.serviceCodes[0] ?? "", judged);
    return ofJudged(rule, judged);
  });
}

function destinationRules(account: Account, { destination, wallMs }: RuleQuestion, signatureNo: number, { networks, lists }: RuleGround): Rule[] {
  const asks: readonly (readonly [string, boolean, Partial<Account>])[] = [
    ["lists", true, { networks: [], abroad: "allow" }],
    ["network", account.networks.length > 0, { recipients: "any", abroad: "allow" }],
    ["abroad", account.abroad === "refuse", { recipients: "any", networks: [] }],
  ];
  const own = lists.account(account.no);
  const { optOutHits } = own;
  // What a list refuses is told there alone.
  const none = new NumberLists(lists.zoneMinutes);
  const rules = asks.map(([rule, asked, terms]): Rule => {
    if (!asked) return off(rule);
    if (destination === "") return { rule, says: "unknown", outcome: "ok", detail: NO_NUMBER };
    const judged = new Judged();
    judged.signatureNo = signatureNo;
    compileDestinationPolicy({ ...account, ...terms }, networks, rule === "lists" ? lists : none)?.judge(destination, judged, wallMs);
    return ofJudged(rule, judged);
  });
  own.optOutHits = optOutHits;
  return rules;
}

function trafficRules(account: Account, asked: RuleQuestion, whole: Judged, { trackers, zoneMinutes }: RuleGround): Rule[] {
  const { no, frequency, duplicateWindowMs } = account;
  const { destination, wallMs, text } = asked;
  const minute = minuteAt(wallMs, zoneMinutes);
  const remembered = (rule: string, has: boolean, outcome: Outcome, ask: (known: Trackers) => string): Rule => {
    if (!has) return off(rule);
    if (destination === "" || trackers === null) return { rule, says: "unknown", outcome: "ok", detail: destination === "" ? NO_NUMBER : NO_GATEWAY };
    const found = ask(trackers);
    return found === "" ? passes(rule) : refuses(rule, outcome, found);
  };
  return [
    remembered("blasting", account.blastRun > 0 || account.blastDense > 0, Outcome.blasting, ({ blasting }) => (blasting.refuses(no, destination, wallMs) ? "blasting" : "")),
    hoursRule(account, minute, whole.advert),
    remembered("frequency", frequency.length > 0, Outcome.frequency, ({ frequencies }) =>
      new FrequencyCaps(frequency).broken(frequencies, no, destination, whole.signatureNo, wallMs, minute)),
    remembered("duplicate", duplicateWindowMs > 0, Outcome.duplicate, ({ duplicates }) => (duplicates.seen(no, destination, text, wallMs, duplicateWindowMs) ? "duplicate" : "")),
  ];
}

function hoursRule({ hours, hoursFor }: Account, minute: number, advert: boolean): Rule {
  if (hours.length === 0) return off("hours");
  if (hoursFor === "adverts" && !advert) return passes("hours", "for adverts only");
  return new Hours(hours).open(minute) ? passes("hours", hours.join(", ")) : refuses("hours", Outcome.hours, hours.join(", "));
}

function creditRule({ account, availableMicros }: AccountView, chargeMicros: bigint): Rule {
  const left = availableMicros + BigInt(account.creditLimitMicros);
  const detail = `${formatMoney(chargeMicros)} of ${formatMoney(left)}`;
  return chargeMicros <= left ? passes("credit", detail) : refuses("credit", Outcome.no_credit, detail);
}

function quotaRule({ quotaDay, quotaMonth }: Account, { used, segments }: RuleQuestion): Rule {
  if (quotaDay === 0 && quotaMonth === 0) return off("quota");
  const left: string[] = [];
  let broken = false;
  for (const [span, quota, count] of [["day", quotaDay, used.day], ["month", quotaMonth, used.month]] as const) {
    if (quota === 0) continue;
    left.push(`${String(Math.max(0, quota - count))} of ${String(quota)} segments left of the ${span}`);
    broken ||= count + segments > quota;
  }
  return broken ? refuses("quota", Outcome.quota, left.join(", ")) : passes("quota", left.join(", "));
}
