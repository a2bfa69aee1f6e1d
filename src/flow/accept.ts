/**
 * Accept: the first look at a submit: may this account send this, to this number, now, at this rate?
 *
 * What a text counts (for the rate and for the price) includes the signature that goes out with it, whether we put it
 * in front (the account's) or the operator does by itself:
 * - a lone text counts as its account's rule says, signature and text together;
 * - a part that the customer made counts 1, and the first part, with the signature, as many segments as both take at 67
 *   characters (153 septets of a text of the GSM alphabet, by the GSM rule) each: what no longer fits goes out as one more.
 */
import { gsmSeptets, messageText } from "../../protocols/model/text.js";
import { countOctetSegments, countPartSegments, countSegments } from "../../protocols/model/segment.js";
import { classifyDestination } from "../../protocols/model/address.js";
import { Encoding, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { destinationPort } from "../../protocols/model/udh.js";
import { maySend } from "../ledger/account.js";
import type { LiveAccount } from "./accounts.js";

const PART_UNITS = 67;
const PART_SEPTETS = 153;
/** Stands for a character of a signature that is not known to us: of every alphabet. */
const SIGNATURE_UNIT = "x";

/** What accept found out on the way, for the stages after it. One object serves every submit. */
export class Accepted {
  /** The text as it goes out, signature and all; null for binary and for what cannot be decoded. */
  text: string | null = null;
  /** The account's signature where the text lacks it, "" = nothing to be put in front. */
  prefix = "";
  /** The destination in normal form: prices, routes and lists know no other spelling. */
  destination = "";
  /** Units of charge and of rate. */
  segments = 0;
  /** One part of a longer message. */
  isSegment = false;
}

/** What the gateway as a whole has room for now; kept up to date by the flow. */
export class AcceptLimits {
  /** The store takes work. */
  storeAvailable = true;
  /** As many parts of longer texts are being gathered as there may be, for all accounts or for this one. */
  gatheringFull = false;
  /** Messages of all accounts that are not out, and the most there may be. */
  kept = 0;
  readonly maxQueued: number;

  constructor(maxQueued: number) {
    this.maxQueued = maxQueued;
  }
}

/** Finds the destination's normal form. */
export function findDestination(message: Message, found: Accepted): Outcome {
  const destination = classifyDestination(message.destination, message.destinationTon);
  if (destination.kind === "invalid" || destination.kind === "short") return Outcome.invalid_destination;
  found.destination = destination.normal;
  return Outcome.ok;
}

/**
 * Reads the text, once for all destinations of one submit, and counts what it costs to one.
 * @param signatureUnits characters that the operator puts in front by itself
 */
export function readText(account: LiveAccount, message: Message, signatureUnits: number, found: Accepted): Outcome {
  if (isWap(message.applicationPort) || (message.hasUdh && isWap(destinationPort(message.octets)))) return Outcome.not_supported;
  const text = message.encoding === Encoding.binary ? null : messageText(message);
  found.isSegment = message.segmentTotal > 1;
  found.prefix = text === null || (found.isSegment && message.segmentNumber !== 1) ? "" : lackingSignature(account.terms.signature, text);
  found.text = found.prefix === "" ? text : found.prefix + (text as string);
  if (text === null && message.encoding !== Encoding.binary && !found.isSegment) return Outcome.invalid_encoding;
  found.segments = countedSegments(account, message, signatureUnits, found);
  return Outcome.ok;
}

/** Units of charge of what readText() has read, to one destination. */
export function countedSegments(account: LiveAccount, message: Message, signatureUnits: number, found: Accepted): number {
  const { text } = found;
  const rule = account.terms.segmentRule;
  if (text === null) return found.isSegment ? countPartSegments(message.octets.length, message.encoding, null, rule) : countOctetSegments(message.octets.length);
  const whole = signatureUnits === 0 ? text : SIGNATURE_UNIT.repeat(signatureUnits) + text;
  if (!found.isSegment) return countSegments(whole, rule);
  const alone = countPartSegments(message.octets.length, message.encoding, text, rule);
  if (message.segmentNumber !== 1 || (found.prefix === "" && signatureUnits === 0)) return alone;
  const septets = rule === "gsm" ? gsmSeptets(whole) : -1;
  return Math.max(alone, septets < 0 ? Math.ceil(whole.length / PART_UNITS) : Math.ceil(septets / PART_SEPTETS));
}

/**
 * Checks rate, room and rights in the order of precedence of Outcome. The rate's tokens are taken all or none.
 * @param messages how many are to be queued
 * @param segments of all of them
 * @param nowMs monotonic
 * @param wallMs by which the contract's days go
 */
export function admit(
  account: LiveAccount, message: Message, messages: number, segments: number, limits: Readonly<AcceptLimits>, nowMs: number, found: Readonly<Accepted>,
  wallMs: number,
): Outcome {
  const terms = account.terms;
  if (account.recalling || !account.bucket.take(segments, nowMs)) return Outcome.throttled;
  if (account.kept + messages > terms.maxQueued || limits.kept + messages > limits.maxQueued) return Outcome.queue_full;
  if (found.isSegment && limits.gatheringFull) return Outcome.queue_full;
  if (!limits.storeAvailable) return Outcome.store_unavailable;
  if (!maySend(terms.state) || wallMs < account.sendsFromMs || wallMs >= account.sendsUntilMs) return Outcome.account_suspended;
  if (terms.checkSource && !ownSource(terms.serviceCodes, message.source)) return Outcome.invalid_source;
  return Outcome.ok;
}

/** The signature, when it is to be put in front of the text: "" where none is set or the text begins with it. */
export function lackingSignature(signature: string, text: string): string {
  return signature === "" || text.startsWith(signature) ? "" : signature;
}

/** Ports of WAP push, by which MMS are announced, and of WAP itself [IANA; WAP-259-WDP annex B]: there is no way for them here. */
function isWap(port: number): boolean {
  return port === 2_948 || port === 2_949 || (port >= 9_200 && port <= 9_203);
}

function ownSource(serviceCodes: readonly string[], source: string): boolean {
  for (const code of serviceCodes) if (source.startsWith(code)) return true;
  return false;
}
