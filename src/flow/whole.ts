/**
 * Whole: the parts of a longer text screened as one, together with parts under the same reference that went out before.
 *
 * ```
 *  gone before   1 "发"      1 "x"          every way in which a phone may put them together is screened:
 *  here                2 "票"    3 "！"     发票！ and x票！
 * ```
 */
import type { Judged } from "../contract/judged.js";
import type { Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import type { AccountView } from "../filter/account-view.js";
import type { Screen } from "../filter/screen.js";
import type { LiveAccount } from "./accounts.js";
import { apartText, joinedText, saysTheSame } from "./gathering.js";
import { screenText } from "./screen.js";

/** Texts that the same parts may make; more of them are not looked at, and none of their parts goes out. */
const READINGS_MAX = 64;

/**
 * Whether parts of a text that never became whole would go out unpaid: where the price is for a message however long the first part bears
 * it, and it is neither among them nor did it go before them. A number that has gone already is of another text.
 */
export function goesFree({ terms }: LiveAccount, parts: readonly { readonly message: Message }[], gone: readonly Message[]): boolean {
  if (terms.chargeUnit === "segment" || parts.some(({ message }) => message.segmentNumber === 1)) return false;
  return !gone.some((part) => part.segmentNumber === 1) || parts.some(({ message }) => gone.some((part) => part.segmentNumber === message.segmentNumber));
}

/** By which words parts are screened. */
export interface Words {
  readonly screen: Screen;
  readonly view: AccountView | null;
}

/**
 * Screens parts as one text, and as what each says by itself where that comes to something else.
 * @param parts in order of their numbers, each once; not empty
 * @param text what they say together
 * @param prefix what goes out in front of them
 */
export function screenParts({ screen, view }: Words, parts: readonly Message[], text: string, prefix: string, judged: Judged): void {
  const first = parts[0] as Message;
  screenText(screen, view, prefix + text, first, judged);
  if (judged.refused || parts.length === 1) return;
  const apart = apartText(parts);
  if (apart !== text) screenText(screen, view, prefix + apart, first, judged);
}

/**
 * Screens parts together with those of the same text that have gone out already. They are refused as segments_missing when they can be
 * put together in too many ways to look at.
 */
export function screenWithGone(words: Words, parts: readonly Message[], gone: readonly Message[], judged: Judged): void {
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
  if (readings > READINGS_MAX) {
    judged.add(Outcome.segments_missing, "reject", "");
    return;
  }
  const numbers = [...byNumber].sort(([one], [other]) => one - other).map(([, choices]) => choices);
  for (let reading = 0; reading < readings && !judged.refused; reading++) {
    let rest = reading;
    const chosen = numbers.map((choices) => {
      const choice = choices[rest % choices.length] as Message;
      rest = Math.floor(rest / choices.length);
      return choice;
    });
    screenParts(words, chosen, joinedText(chosen) ?? "", "", judged);
  }
}
