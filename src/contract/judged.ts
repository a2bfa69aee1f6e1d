/**
 * Judged: what the rules of an account's contract say of one message; one object serves every message, nothing is made for a pass.
 */
import { Outcome } from "../../protocols/model/outcome.js";

export class Judged {
  /** Why it is refused, or what it is held for; ok: it may go. The first in the order of Outcome counts. */
  outcome: Outcome = Outcome.ok;
  /** Not refused but to be held for a person (outcome says what for). */
  hold = false;
  /** Evidence of what decided, or of flags: "category:word@rule"; "" when there is none. */
  evidence = "";
  /** Number of the signature it bears among the account's (RegisteredSignature.no); 0: none, or none that is known. */
  signatureNo = 0;
  /** The signature as it stands in the text, without brackets; "" = none, or not looked for. */
  signature = "";
  /** It reads like an advertisement (only looked for where a term asks). */
  advert = false;

  /** Whether it may neither go nor wait for a person. */
  get refused(): boolean {
    return this.outcome !== Outcome.ok && !this.hold;
  }

  clear(): void {
    this.outcome = Outcome.ok;
    this.hold = false;
    this.evidence = "";
    this.signatureNo = 0;
    this.signature = "";
    this.advert = false;
  }

  /** Takes a finding over: a refusal goes before a hold, a hold before a flag, the lower outcome before the higher, and the first evidence stays. */
  add(outcome: Outcome, action: "reject" | "hold" | "flag", evidence: string): void {
    if (action === "flag") {
      if (this.evidence === "") this.evidence = evidence;
      return;
    }
    const hold = action === "hold";
    const decided = this.outcome !== Outcome.ok;
    if (decided && (hold !== this.hold ? hold : outcome >= this.outcome)) return;
    this.outcome = outcome;
    this.hold = hold;
    this.evidence = evidence;
  }
}
