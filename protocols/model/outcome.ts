/**
 * Outcome: the closed list of answers the business gives to a submit, in order of precedence.
 *
 * An outcome is data, never an exception. Each protocol's status.ts maps every outcome to its own
 * status; a test proves those tables total. Lower number wins when several apply (design: refusals).
 */
export const Outcome = {
  /** Accepted: on disk, credit held. */
  ok: 0,
  /** A field of the PDU is out of range; the protocol answers with that field's own status. */
  malformed: 1,
  /** The account's or the gateway's rate is exceeded: try again later. */
  throttled: 2,
  /** A queue, spool or disk limit is reached: try again later. */
  queue_full: 3,
  /** The store cannot commit now (disk full, store down): try again later. */
  store_unavailable: 4,
  account_suspended: 5,
  no_credit: 6,
  blocked_content: 7,
  signature: 8,
  template: 9,
  advert: 10,
  destination_blocked: 11,
  off_net: 12,
  international: 13,
  blasting: 14,
  hours: 15,
  frequency: 16,
  duplicate: 17,
  quota: 18,
  no_route: 19,
  not_supported: 20,
  segments_missing: 21,
  /** The destination is no number we can route (letters, wrong length). */
  invalid_destination: 22,
  /** The source address may not be used by this account. */
  invalid_source: 23,
  /** The text cannot be decoded in its declared encoding, or cannot be said in the operator's. */
  invalid_encoding: 24,
  /** The text takes more parts than one message may have (255). */
  too_long: 25,
} as const;

export type Outcome = (typeof Outcome)[keyof typeof Outcome];
export type OutcomeName = keyof typeof Outcome;

/** Every outcome's name by its number: `OUTCOME_NAMES[Outcome.no_credit] === "no_credit"`. */
export const OUTCOME_NAMES: readonly OutcomeName[] = (Object.keys(Outcome) as OutcomeName[]).sort(
  (a, b) => Outcome[a] - Outcome[b],
);
