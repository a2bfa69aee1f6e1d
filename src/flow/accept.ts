/**
 * Accept: the first look at a submit: may this account send this, to this number, now, at this rate?
 */
import { messageText } from "../../protocols/model/text.js";
import { countOctetSegments, countPartSegments, countSegments } from "../../protocols/model/segment.js";
import { classifyDestination } from "../../protocols/model/address.js";
import { Encoding, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import type { LiveAccount } from "./accounts.js";

/** What accept found out on the way, for the stages after it. One object serves every submit. */
export class Accepted {
  /** The text, or null for binary and for what cannot be decoded. */
  text: string | null = null;
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
  /** As many parts of longer texts are being gathered as there may be. */
  gatheringFull = false;
  /** Messages queued for all accounts, and the most there may be. */
  queued = 0;
  readonly maxQueued: number;

  constructor(maxQueued: number) {
    this.maxQueued = maxQueued;
  }
}

/**
 * Checks a submit in the order of precedence of Outcome, filling `found`.
 * @param nowMs monotonic
 */
export function accept(account: LiveAccount, message: Message, limits: Readonly<AcceptLimits>, nowMs: number, found: Accepted): Outcome {
  const terms = account.terms;
  const destination = classifyDestination(message.destination, message.destinationTon);
  if (destination.kind === "invalid" || destination.kind === "short") return Outcome.invalid_destination;
  found.destination = destination.normal;
  found.isSegment = message.segmentTotal > 1;
  const text = message.encoding === Encoding.binary ? null : messageText(message);
  found.text = text;
  if (text === null && message.encoding !== Encoding.binary && !found.isSegment) return Outcome.invalid_encoding;
  if (found.isSegment) found.segments = countPartSegments(message.octets.length, message.encoding, text, terms.segmentRule);
  else if (text === null) found.segments = countOctetSegments(message.octets.length);
  else found.segments = countSegments(text, terms.segmentRule);
  if (!account.bucket.take(found.segments, nowMs)) return Outcome.throttled;
  if (account.queued >= terms.maxQueued || limits.queued >= limits.maxQueued) return Outcome.queue_full;
  if (found.isSegment && limits.gatheringFull) return Outcome.queue_full;
  if (!limits.storeAvailable) return Outcome.store_unavailable;
  if (terms.state !== "active") return Outcome.account_suspended;
  if (terms.checkSource && !ownSource(terms.serviceCodes, message.source)) return Outcome.invalid_source;
  return Outcome.ok;
}

function ownSource(serviceCodes: readonly string[], source: string): boolean {
  for (const code of serviceCodes) if (source.startsWith(code)) return true;
  return false;
}
