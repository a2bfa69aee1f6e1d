/**
 * Explanations: what each outcome and receipt word means to the customer, and what he should do.
 */
import { Outcome } from "../../protocols/model/outcome.js";
import type { OutcomeName } from "../../protocols/model/outcome.js";
import { REFUSALS } from "../../protocols/model/refusals.js";
import type { WireProtocol } from "../../protocols/wire/protocol.js";

export interface Advice {
  readonly meaning: string;
  readonly action: string;
}

const OUTCOMES: Readonly<Record<OutcomeName, Advice>> = {
  ok: { meaning: "Accepted: the message is on disk and its price is held.", action: "Wait for the receipt." },
  malformed: { meaning: "A field of the message is out of its range.", action: "Correct the field that the status names; sending the same again is refused again." },
  throttled: { meaning: "The account's rate is exceeded.", action: "Send slower and try this message again after a second; ask for a higher rate if this is usual." },
  queue_full: { meaning: "The account's queue, the gateway's queue or the window is full.", action: "Try again after some seconds; wait for answers before sending more." },
  store_unavailable: { meaning: "The gateway cannot write to disk now; nothing was accepted or charged.", action: "Try again after some seconds; tell the gateway's operators if it lasts." },
  account_suspended: { meaning: "The account is suspended or closed, its contract has not begun or has ended, or it has not made its first payment.", action: "Ask the provider why; nothing is sent or charged until it is resumed." },
  no_credit: { meaning: "The prepaid balance does not cover the message.", action: "Top the account up, then send it again." },
  blocked_content: { meaning: "The text holds a blocked word.", action: "Change the text; ask the provider for the category if it is a mistake." },
  signature: { meaning: "The signature is missing from the text, or is not registered for the account.", action: "Put the registered signature in front, in 【】, or register it." },
  template: { meaning: "The text fits none of the account's registered templates.", action: "Use a registered template, or register this one." },
  advert: { meaning: "The text is an advertisement and breaks the account's terms for them.", action: "Use an account for advertisements and add the way to unsubscribe." },
  destination_blocked: { meaning: "The number is blocked, or its owner has unsubscribed.", action: "Take the number off the list." },
  off_net: { meaning: "The number belongs to a network this account may not send to.", action: "Send it through another account, or have the network opened." },
  international: { meaning: "The number is abroad, and the account may not send abroad.", action: "Have international destinations opened, or take the number off the list." },
  blasting: { meaning: "Too many numbers of one range in a short time.", action: "Check where the list of numbers came from." },
  hours: { meaning: "Outside the hours in which the account may send.", action: "Send it again within the allowed hours." },
  frequency: { meaning: "Too many messages to this number in a short time.", action: "Wait before sending to this number again." },
  duplicate: { meaning: "The same text was sent to the same number just before.", action: "Do not repeat it; check for a loop in the sending program." },
  quota: { meaning: "The account's quota of messages for the day or month is used up.", action: "Wait for the next period, or have the quota raised." },
  no_route: { meaning: "No operator is configured for this destination.", action: "Check the number; ask the provider if it should be reachable." },
  not_supported: { meaning: "This kind of message is not supported.", action: "Send it as a plain text message." },
  segments_missing: { meaning: "Parts of a long message did not come in time, so that it was never whole.", action: "Send all parts of the text again, with one reference." },
  invalid_destination: { meaning: "The destination is no number that can be routed: letters, or a wrong length.", action: "Correct the number." },
  invalid_source: { meaning: "The account may not send from this source address.", action: "Send from one of the account's service codes." },
  invalid_encoding: { meaning: "The text cannot be read in the coding it declares, or not be said in the operator's.", action: "Declare the coding the text is written in; UCS-2 says everything." },
  too_long: { meaning: "The text takes more than the 255 parts that one message may have.", action: "Send a shorter text." },
};

/** What an outcome means, and what the customer should do. */
export function adviceOf(name: OutcomeName): Advice {
  return OUTCOMES[name];
}

/** The words of receipts. [SMPP 3.4 appendix B] */
const RECEIPT_WORDS: Readonly<Record<string, Advice>> = {
  DELIVRD: { meaning: "The phone has the message.", action: "Nothing." },
  EXPIRED: { meaning: "Its validity ended before it could be delivered.", action: "The phone was off or out of reach: try again later if it still matters." },
  DELETED: { meaning: "It was cancelled before it was delivered.", action: "Nothing, if the cancelling was meant." },
  UNDELIV: { meaning: "The operator could not deliver it: an unknown number, a full phone, or barred.", action: "Check the number; the error code of the receipt is the operator's own." },
  ACCEPTD: { meaning: "It was taken on behalf of the phone's owner; not the last word.", action: "Wait for the final receipt." },
  ENROUTE: { meaning: "It is on its way; not the last word.", action: "Wait for the final receipt." },
  REJECTD: { meaning: "The operator, or this gateway, refused it.", action: "See the error code of the receipt." },
  UNKNOWN: { meaning: "Nobody can tell what became of it: no receipt came in time.", action: "Treat it as perhaps delivered; do not resend what must not come twice." },
};

export interface Explanation extends Advice {
  /** What was recognised: "outcome no_credit", "receipt TG:0100", "ESME_RTHROTTLED". */
  readonly what: string;
  /** The outcomes it stands for, "" when it is an operator's own. */
  readonly outcome: string;
  readonly status: string;
  readonly receipt: string;
}

/**
 * Everything a code can mean: an outcome's name, a status in decimal (1124), hexadecimal (0x464) or by name
 * (ESME_RTHROTTLED), a receipt's word (TG:0100, UNDELIV). Empty when nothing fits.
 */
export function explain(code: string, protocols: readonly WireProtocol[]): Explanation[] {
  const text = code.trim();
  const name = text.toLowerCase();
  if (Object.hasOwn(OUTCOMES, name)) return protocols.map((protocol) => ofOutcome(name as OutcomeName, protocol));
  const word = RECEIPT_WORDS[text.toUpperCase()];
  if (word !== undefined) return [{ what: `receipt ${text.toUpperCase()}`, outcome: "", status: "", receipt: text.toUpperCase(), ...word }];
  if (/^TG:\d{4}$/i.test(text)) return protocols.flatMap((protocol) => outcomesWhere((name) => receiptOf(name) === text.toUpperCase(), protocol));
  if (/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)) return known(protocols.flatMap((protocol) => [ofStatus(Number(text), protocol), ...ofOthers(Number(text), protocol)]));
  return protocols.flatMap((protocol) => ofStatusName(text.toUpperCase(), protocol));
}

/** The word of a receipt that says an outcome; "" where there is none. */
function receiptOf(name: OutcomeName): string {
  const refusal = REFUSALS[name];
  return refusal === undefined ? "" : `TG:${String(refusal.number).padStart(4, "0")}`;
}

function outcomesWhere(fits: (name: OutcomeName) => boolean, protocol: WireProtocol): Explanation[] {
  return (Object.keys(OUTCOMES) as OutcomeName[]).filter(fits).map((name) => ofOutcome(name, protocol));
}

function ofOutcome(name: OutcomeName, protocol: WireProtocol): Explanation {
  const { status, name: statusName } = protocol.explainOutcome(Outcome[name]);
  return { what: `outcome ${name}`, outcome: name, status: `${statusName} ${hex(status)} (${status}) in ${protocol.name}`, receipt: receiptOf(name), ...OUTCOMES[name] };
}

/** What one protocol makes of a number, and whether it has a name there. */
interface Told {
  readonly known: boolean;
  readonly explanations: readonly Explanation[];
}

/** What the number says in other answers than a submit's, where they have a name for it. */
function ofOthers(status: number, { name: protocol, otherStatuses = [] }: WireProtocol): Told[] {
  return otherStatuses.filter(({ names }) => names.has(status)).map((table) => {
    const { name, meaning, action } = table.explain(status);
    return { known: true, explanations: [{ what: name, outcome: "", status: `${name} ${hex(status)} (${status}), ${table.of} in ${protocol}`, receipt: "", meaning: sentence(meaning), action }] };
  });
}

function ofStatus(status: number, protocol: WireProtocol): Told {
  const outcomes = outcomesWhere((name) => protocol.explainOutcome(Outcome[name]).status === status, protocol);
  if (outcomes.length > 0) return { known: true, explanations: outcomes };
  const told = protocol.explainStatus(status);
  const explanation = {
    what: told.name, outcome: "", status: `${told.name} ${hex(status)} (${status}) in ${protocol.name}`, receipt: "",
    meaning: sentence(told.meaning), action: `From an operator it asks us to: ${told.reaction.replace("_", " ")}.`,
  };
  return { known: protocol.statusNames.has(status), explanations: [explanation] };
}

/** A number that some protocols have a name for is not explained as unknown to the others; one that none has, by all. */
function known(told: readonly Told[]): Explanation[] {
  const named = told.filter((one) => one.known);
  return (named.length > 0 ? named : told).flatMap(({ explanations }) => explanations);
}

function ofStatusName(name: string, protocol: WireProtocol): Explanation[] {
  for (const [status, own] of protocol.statusNames) if (own === name) return [...ofStatus(status, protocol).explanations];
  for (const { names } of protocol.otherStatuses ?? []) {
    for (const [status, own] of names) if (own === name) return ofOthers(status, protocol).flatMap(({ explanations }) => explanations).filter(({ what }) => what === name);
  }
  return [];
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** A status in hexadecimal: "0x464", "0x00B". */
export function hex(status: number): string {
  return `0x${status.toString(16).toUpperCase().padStart(3, "0")}`;
}
