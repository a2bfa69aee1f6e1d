/**
 * Uncertain: what becomes of a dispatch without an answer once its grace is over.
 */

export const UncertainStep = {
  /** Nothing yet: look again at the deadline. */
  wait: 0,
  /** Send it again (paced, through its lane). */
  resend: 1,
  /** Given up as UNDELIVERABLE. */
  fail: 2,
  /** Past the deadline: UNKNOWN. */
  unknown: 3,
} as const;
export type UncertainStep = (typeof UncertainStep)[keyof typeof UncertainStep];

/**
 * @param policy the operator's policy
 * @param resent an UNCERTAIN dispatch of this message was sent again before (at most once a message)
 * @param sinceMs age of the dispatch, ms
 */
export function uncertainStep(policy: "resend" | "hold" | "fail", resent: boolean, sinceMs: number, waitMs: number, deadlineMs: number): UncertainStep {
  if (sinceMs >= deadlineMs) return UncertainStep.unknown;
  if (sinceMs < waitMs) return UncertainStep.wait;
  if (policy === "fail") return UncertainStep.fail;
  return policy === "resend" && !resent ? UncertainStep.resend : UncertainStep.wait;
}
