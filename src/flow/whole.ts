/**
 * Whole: the parts of a longer text screened as one, together with parts under the same reference that went out before.
 *
 * ```
 *  gone before   1 "发"      1 "x"          every way in which a phone may put them together is screened:
 *  here                2 "票"    3 "！"     发票！ and x票！
 * ```
 */
import type { Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import type { Screen } from "../filter/screen.js";
import { apartText, joinedText, saysTheSame } from "./gathering.js";
import { screenText, type Screened } from "./screen.js";

/** Texts that the same parts may make; more of them are not looked at, and none of their parts goes out. */
const READINGS_MAX = 64;

/**
 * Screens parts as one text, and as what each says by itself where that comes to something else.
 * @param parts in order of their numbers, each once; not empty
 * @param text what they say together
 * @param prefix what goes out in front of them
 */
export function screenParts(screen: Screen, parts: readonly Message[], text: string, prefix: string, result: Screened): Outcome {
  const first = parts[0] as Message;
  const outcome = screenText(screen, prefix + text, first, result);
  if (outcome !== Outcome.ok || parts.length === 1) return outcome;
  const apart = apartText(parts);
  if (apart === text) return outcome;
  const flagged = result.evidence;
  const again = screenText(screen, prefix + apart, first, result);
  // Flagged in one reading is flagged.
  if (result.evidence === "") result.evidence = flagged;
  return again;
}

/**
 * Screens parts together with those of the same text that have gone out already. What `result` was flagged for before stays.
 * @returns segments_missing when they can be put together in too many ways to look at
 */
export function screenWithGone(screen: Screen, parts: readonly Message[], gone: readonly Message[], result: Screened): Outcome {
  const byNumber = new Map<number, Message[]>();
  let readings = 1;
  for (const part of [...gone, ...parts]) {
    const there = byNumber.get(part.segmentNumber);
    if (there === undefined) {
      byNumber.set(part.segmentNumber, [part]);
    } else if (!there.some((one) => saysTheSame(one, part))) {
      readings = (readings / there.length) * (there.length + 1);
      there.push(part);
    }
  }
  if (readings > READINGS_MAX) return Outcome.segments_missing;
  const numbers = [...byNumber].sort(([one], [other]) => one - other).map(([, choices]) => choices);
  for (let reading = 0; reading < readings; reading++) {
    let rest = reading;
    const chosen = numbers.map((choices) => {
      const choice = choices[rest % choices.length] as Message;
      rest = Math.floor(rest / choices.length);
      return choice;
    });
    const flagged = result.evidence;
    const outcome = screenParts(screen, chosen, joinedText(chosen) ?? "", "", result);
    if (outcome !== Outcome.ok) return outcome;
    if (result.evidence === "") result.evidence = flagged;
  }
  return Outcome.ok;
}
