/**
 * Text policy: what an account's contract says of a text itself: its signature, its template, its links, and whether it advertises.
 *
 * ```
 *  text ─ signature (8) ─ template (9) ─ links, adverts (10) ─▶ Judged
 * ```
 * Compiled once an account; a text that passes makes nothing. Word lists are judged apart (filter/screen.ts).
 */
import { Outcome } from "../../protocols/model/outcome.js";
import type { Account } from "../ledger/account.js";
import { NO_ADVERTS, type AdvertRules } from "./adverts.js";
import type { Judged } from "./judged.js";
import { LinkFinder, isBelow } from "./links.js";
import { FoundSignature, KnownSignatures, MAX_SIGNATURE, maySign } from "./signature.js";
import { parseTemplate, type Template } from "./template.js";
import { TemplateMatcher } from "./template-matcher.js";

/** What of an account a text policy is made of. */
export type TextTerms = Pick<Account,
  "signatureRule" | "signaturePlace" | "newSignatures" | "signatures" | "frequency" | "templateRule" | "templates" | "links" | "linkDomains" | "adverts" | "hoursFor" | "hours">;

/** The policy of an account; null when no term of it asks for one. */
export function compileTextPolicy(account: TextTerms, adverts: AdvertRules = NO_ADVERTS): TextPolicy | null {
  const bySignature = account.frequency.some((cap) => cap.endsWith("@sig"));
  const signature = account.signatureRule !== "off" || account.newSignatures > 0 || account.signatures.length > 0 || bySignature;
  const advertised = account.adverts !== "allow" || (account.hoursFor === "adverts" && account.hours.length > 0);
  const asks = signature || account.templateRule !== "off" || account.links !== "allow" || advertised;
  return asks ? new TextPolicy(account, signature, advertised ? adverts : null) : null;
}

export class TextPolicy {
  readonly #terms: TextTerms;
  readonly #looksForSignature: boolean;
  readonly #signatures: KnownSignatures;
  readonly #templates: TemplateMatcher | null;
  readonly #adverts: AdvertRules | null;
  readonly #domains: readonly string[];
  readonly #found = new FoundSignature();
  readonly #other = new FoundSignature();
  readonly #links = new LinkFinder();

  constructor(terms: TextTerms, looksForSignature: boolean, adverts: AdvertRules | null) {
    this.#terms = terms;
    this.#looksForSignature = looksForSignature;
    this.#signatures = new KnownSignatures(terms.signatures);
    this.#adverts = adverts;
    this.#domains = terms.linkDomains.map((domain) => domain.toLowerCase());
    this.#templates = terms.templateRule === "off" ? null : new TemplateMatcher(
      terms.templates.map(({ no, text }) => ({ no, template: parseTemplate(text) }))
        .filter((one): one is { no: number; template: Template } => typeof one.template !== "string"),
      this.#links,
    );
  }

  /**
   * Judges a whole text, with all that goes out in front of it.
   * @param source the number it is sent from, as submitted
   */
  judge(text: string, source: string, judged: Judged): void {
    const { links } = this.#terms;
    if (this.#looksForSignature) this.#judgeSignature(text, source, judged);
    if (this.#templates !== null || links !== "allow") this.#links.read(text);
    if (this.#templates !== null) this.#judgeTemplate(this.#templates, text, judged);
    if (links !== "allow" && this.#links.count > 0) this.#judgeLinks(judged);
    if (this.#adverts !== null) this.#judgeAdvert(this.#adverts, text, judged);
  }

  #judgeSignature(text: string, source: string, judged: Judged): void {
    const { signatureRule, signaturePlace } = this.#terms;
    const found = this.#found;
    if (!found.read(text, signaturePlace)) {
      if (signatureRule !== "off") judged.add(Outcome.signature, "reject", `signature:${nearSignature(text)}@missing`);
      return;
    }
    const known = this.#signatures.find(text, found.start, found.end);
    judged.signature = known === null ? text.slice(found.start, found.end) : known.text;
    judged.signatureNo = known === null ? 0 : known.no;
    if (signatureRule !== "registered") return;
    if (known?.state !== "registered") judged.add(Outcome.signature, "reject", `signature:${judged.signature}@unregistered`);
    else if (!maySign(known, source)) judged.add(Outcome.signature, "reject", `signature:${judged.signature}@source`);
    else if (signaturePlace === "any") this.#judgeOther(text, source, judged);
  }

  /** Operators read a signature at either end: with one at both, both must be the account's. */
  #judgeOther(text: string, source: string, judged: Judged): void {
    const other = this.#other;
    if (!other.read(text, "end") || other.start === this.#found.start) return;
    const known = this.#signatures.find(text, other.start, other.end);
    if (known !== null && maySign(known, source)) return;
    judged.add(Outcome.signature, "reject", `signature:${text.slice(other.start, other.end)}@unregistered`);
  }

  /** A template is the whole text, or what is left of it without its signature. */
  #judgeTemplate(templates: TemplateMatcher, text: string, judged: Judged): void {
    if (templates.find(text, 0, text.length) !== 0) return;
    const found = this.#found;
    if (found.read(text, "start") && templates.find(text, found.end + 1, text.length) !== 0) return;
    if (found.read(text, "end") && templates.find(text, 0, found.start - 1) !== 0) return;
    judged.add(Outcome.template, "reject", "template:none@templates");
  }

  #judgeLinks(judged: Judged): void {
    const { links } = this.#terms;
    for (let no = 0; no < this.#links.count; no++) {
      const domain = this.#links.domain(no);
      if (links === "listed" && !this.#links.isEvaded(no) && isBelow(domain, this.#domains)) continue;
      const action = links === "flag" || links === "hold" ? links : "reject";
      judged.add(Outcome.advert, action, `link:${domain}@${this.#links.isEvaded(no) ? "evaded" : links}`);
      return;
    }
  }

  #judgeAdvert(rules: AdvertRules, text: string, judged: Judged): void {
    const { adverts } = this.#terms;
    if (!rules.isAdvert(text)) return;
    judged.advert = true;
    if (adverts === "allow") return;
    judged.add(Outcome.advert, adverts === "refuse" ? "reject" : adverts, `advert:${rules.evidence}`);
  }
}

/** What stands at the start in brackets that are no signature's; "" when nothing does. */
function nearSignature(text: string): string {
  const match = /^\s*[[［〖〔「(（<《]([^\]］〗〕」)）>》]{1,18})[\]］〗〕」)）>》]/u.exec(text);
  return match?.[1] === undefined ? "" : match[1].slice(0, MAX_SIGNATURE);
}
