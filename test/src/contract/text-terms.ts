/**
 * Text terms: what of an account a text policy is made of, all off, for tests to change.
 */
import { Outcome, OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { Judged } from "../../../src/contract/judged.js";
import type { AdvertRules } from "../../../src/contract/adverts.js";
import { compileTextPolicy, type TextTerms } from "../../../src/contract/text-policy.js";
import type { RegisteredSignature } from "../../../src/ledger/account.js";

export const NO_TERMS: TextTerms = {
  signatureRule: "off", signaturePlace: "any", newSignatures: 0, signatures: [], frequency: [], templateRule: "off", templates: [],
  links: "allow", linkDomains: [], adverts: "allow", hoursFor: "all", hours: [],
};

export function signature(no: number, text: string, state: RegisteredSignature["state"] = "registered", source = ""): RegisteredSignature {
  return { no, text, state, source };
}

/** What the policy of these terms makes of a text; "ok" also where there is no policy. */
export function judge(terms: Partial<TextTerms>, text: string, source = "106900", adverts?: AdvertRules): Judged {
  const judged = new Judged();
  compileTextPolicy({ ...NO_TERMS, ...terms }, adverts)?.judge(text, source, judged);
  return judged;
}

/** The same in a word: an outcome's name, with "hold " in front where it is to be held. */
export function said(terms: Partial<TextTerms>, text: string, source?: string, adverts?: AdvertRules): string {
  const judged = judge(terms, text, source, adverts);
  return `${judged.hold ? "hold " : ""}${OUTCOME_NAMES[judged.outcome] ?? String(Outcome.ok)}`;
}
