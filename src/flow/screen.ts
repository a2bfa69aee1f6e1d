/**
 * Screen: does a message pass the word lists, and the rules of its account's contract?
 *
 * ```
 *  judgeText       whole texts: words, then what the contract says of texts
 *  judgeRecipient  each destination of each submit, parts too
 *  judgeTraffic    each destination of each whole text, once it is neither refused nor a part
 *  judgeRelease    a message that was scheduled or held: what may have changed since
 * ```
 * Whole messages only; parts of a longer one are gathered first. Each adds to what was found before: the first refusal in the order of
 * Outcome counts, a person is asked only where nothing refuses.
 */
import { Judged } from "../contract/judged.js";
import type { AccountView } from "../filter/account-view.js";
import type { Screen, Verdict } from "../filter/screen.js";
import { Encoding, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { udhEnd } from "../../protocols/model/udh.js";
import type { LiveAccount } from "./accounts.js";

/** Adds what the word lists find in `text` of `message`, or of the parts that it begins. */
export function screenText(screen: Screen, view: AccountView | null, text: string, message: Message, judged: Judged): void {
  let verdict = screen.screen(text, view);
  if (verdict?.action !== "reject" && saysLittleEndian(message)) verdict = screen.screen(swapped(text), view) ?? verdict;
  if (verdict !== null) judged.add(Outcome.blocked_content, verdict.action, evidenceOf(verdict));
}

/** Words and text rules; `text` null is binary, passed by policy. */
export function judgeText(account: LiveAccount, screen: Screen, text: string | null, message: Message, judged: Judged): void {
  if (text === null) return;
  const { policy } = account;
  screenText(screen, policy === null ? null : policy.words, text, message, judged);
  judgeTextRules(account, text, message.source, judged);
}

/** What the contract says of a whole text; a signature that is not among the account's is noted. */
export function judgeTextRules({ terms, policy }: LiveAccount, text: string, source: string, judged: Judged): void {
  if (policy === null || policy.text === null) return;
  policy.text.judge(text, source, judged);
  if (judged.signature !== "" && judged.signatureNo === 0) policy.signatures.see(terms, judged.signature, source);
}

const readAgain = new Judged();

/** Reads a text that was judged at its acceptance again, for whose signature it bears and whether it advertises; what it was judged by then stands. */
export function knowText({ policy }: LiveAccount, text: string, source: string, judged: Judged): void {
  if (policy === null || policy.text === null) return;
  readAgain.clear();
  policy.text.judge(text, source, readAgain);
  judged.signature = readAgain.signature;
  judged.signatureNo = readAgain.signatureNo;
  judged.advert = readAgain.advert;
}

/** @param destination in normal form; the signature's lists count once judgeText has found it */
export function judgeRecipient(account: LiveAccount, destination: string, judged: Judged, wallMs: number, signatureKnown = true): void {
  const { policy } = account;
  if (policy !== null && policy.destination !== null) policy.destination.judge(destination, judged, wallMs, signatureKnown);
}

/** How often, and when. @param scheduledAtMs when it is to go, 0 = now */
export function judgeTraffic(account: LiveAccount, destination: string, text: string | null, judged: Judged, wallMs: number, scheduledAtMs: number): void {
  const { policy } = account;
  if (policy !== null && policy.traffic !== null) policy.traffic.judge(policy.trackers, account.terms, destination, text, judged, wallMs, scheduledAtMs);
}

/** Whether a message accepted earlier may go now: to whom, and at this hour. */
export function judgeRelease(account: LiveAccount, destination: string, judged: Judged, wallMs: number): void {
  judgeRecipient(account, destination, judged, wallMs);
  const { policy } = account;
  if (policy !== null && policy.traffic !== null) policy.traffic.judgeHours(policy.trackers, judged, wallMs);
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
