/**
 * Screen: does the text pass the word lists? Whole messages only; parts of a longer one are gathered first.
 */
import type { Screen, Verdict } from "../filter/screen.js";
import { Outcome } from "../../protocols/model/outcome.js";

/** What screening one text came to; one object serves every message. */
export class Screened {
  outcome: Outcome = Outcome.ok;
  /** Evidence of the hit that decided, or of flags: "category:word@rule"; "" when clean. */
  evidence = "";
}

/** Screens `text` (null = binary, passed by policy) and fills `result`. */
export function screenText(screen: Screen, text: string | null, result: Screened): Outcome {
  result.evidence = "";
  result.outcome = Outcome.ok;
  if (text === null) return Outcome.ok;
  const verdict = screen.screen(text);
  if (verdict === null) return Outcome.ok;
  result.evidence = evidenceOf(verdict);
  if (verdict.action === "reject") result.outcome = Outcome.blocked_content;
  return result.outcome;
}

function evidenceOf(verdict: Verdict): string {
  return `${verdict.category}:${verdict.word}@${verdict.rule}`;
}
