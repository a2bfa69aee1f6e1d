/**
 * Charge: what a message costs, and the early no for an account that is known to be out of credit or beyond its quota.
 *
 * The store alone decides whether the money and the quota are there; here only the price is set and the negative hints are asked.
 */
import { Outcome } from "../../protocols/model/outcome.js";
import { chargeUnits, priceFor } from "../ledger/tariff.js";
import type { LiveAccount } from "./accounts.js";
import type { Submission } from "./submission.js";

/**
 * Sets the submission's charge in micro-units at the price of its acceptance.
 * @param destination in normal form, so that no spelling is cheaper than another
 */
export function charge(account: LiveAccount, submission: Submission, destination: string, wallMs: number): Outcome {
  const { terms } = account;
  const { segmentTotal, segmentNumber } = submission.message;
  submission.chargeMicros = terms.test ? 0 : priceFor(terms, destination, wallMs) * chargeUnits(terms, submission.segments, segmentTotal, segmentNumber);
  return knownRefusal(account, submission.chargeMicros, submission.segments, wallMs);
}

/** What the store would answer for certain to so much, as far as its latest refusals tell; ok: it has to be asked. */
export function knownRefusal(account: LiveAccount, chargeMicros: number, segments: number, wallMs: number): Outcome {
  if (chargeMicros >= account.refusedFromMicros) return Outcome.no_credit;
  return account.beyondQuota(segments, wallMs) ? Outcome.quota : Outcome.ok;
}

/** Which quota refused, as far as the account's terms tell. */
export function quotaRule({ terms }: LiveAccount): string {
  if (terms.quotaMonth === 0) return "quota:day";
  return terms.quotaDay === 0 ? "quota:month" : "quota";
}
