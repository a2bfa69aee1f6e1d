/**
 * Refusals: the numbers that policy refusals have on every protocol, 100..199, and what they mean.
 *
 * CMPP's Result is the number itself, SMPP's command_status is 0x400 + it, a receipt's code TG:0 and it.
 */
import type { OutcomeName } from "./outcome.js";

export interface Refusal {
  readonly number: number;
  readonly meaning: string;
}

const refusal = (number: number, meaning: string): Refusal => ({ number, meaning });

/** Outcomes that no standard has a status of its own for. */
export const REFUSALS: Readonly<Partial<Record<OutcomeName, Refusal>>> = {
  no_credit: refusal(100, "the prepaid balance does not cover the message"),
  blocked_content: refusal(101, "the text holds a blocked word"),
  advert: refusal(101, "the text is an advertisement that breaks the account's rules"),
  signature: refusal(102, "the text's signature is missing or not registered"),
  template: refusal(103, "the text fits none of the account's templates"),
  destination_blocked: refusal(104, "the destination is blocked or has unsubscribed"),
  off_net: refusal(105, "the destination belongs to another network"),
  international: refusal(106, "the destination is abroad"),
  blasting: refusal(107, "too many destinations of one number range"),
  hours: refusal(108, "outside the allowed hours"),
  frequency: refusal(109, "too many messages to this destination"),
  duplicate: refusal(110, "the same text to the same destination again"),
  account_suspended: refusal(111, "the account is suspended or closed"),
  quota: refusal(112, "the account's quota is used up"),
  not_supported: refusal(113, "this kind of message is not supported"),
  no_route: refusal(114, "no operator serves this destination"),
  segments_missing: refusal(115, "parts of a long message did not come in time"),
};
