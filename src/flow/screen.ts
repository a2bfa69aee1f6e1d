/**
 * Screen: does the text pass the word lists? Whole messages only; parts of a longer one are gathered first.
 */
import type { Screen, Verdict } from "../filter/screen.js";
import { Encoding, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { udhEnd } from "../../protocols/model/udh.js";

/** What screening one text came to; one object serves every message. */
export class Screened {
  outcome: Outcome = Outcome.ok;
  /** Evidence of the hit that decided, or of flags: "category:word@rule"; "" when clean. */
  evidence = "";
}

/** Screens `text` (null = binary, passed by policy) of `message` or of the parts it begins, and fills `result`. */
export function screenText(screen: Screen, text: string | null, message: Message, result: Screened): Outcome {
  result.evidence = "";
  result.outcome = Outcome.ok;
  if (text === null) return Outcome.ok;
  let verdict = screen.screen(text);
  if (verdict?.action !== "reject" && saysLittleEndian(message)) verdict = screen.screen(swapped(text)) ?? verdict;
  if (verdict === null) return Outcome.ok;
  result.evidence = evidenceOf(verdict);
  if (verdict.action === "reject") result.outcome = Outcome.blocked_content;
  return result.outcome;
}

/** UCS-2 behind the mark FFFE is read the other way round; a handset that does not mind the mark shows it as it stands. */
function saysLittleEndian(message: Message): boolean {
  const { encoding, octets, hasUdh } = message;
  if (encoding !== Encoding.ucs2) return false;
  const start = hasUdh ? udhEnd(octets) : 0;
  return octets[start] === 0xff && octets[start + 1] === 0xfe;
}

function swapped(text: string): string {
  return Buffer.from(text, "utf16le").swap16().toString("utf16le");
}

function evidenceOf(verdict: Verdict): string {
  return `${verdict.category}:${verdict.word}@${verdict.rule}`;
}
