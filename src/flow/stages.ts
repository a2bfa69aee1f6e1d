/**
 * Stages: the eight steps of a message's way, in order; the same words in metrics, log, trace and console.
 */
export const Stage = {
  accept: 0,
  screen: 1,
  charge: 2,
  spool: 3,
  dispatch: 4,
  receipt: 5,
  settle: 6,
  notify: 7,
} as const;
export type Stage = (typeof Stage)[keyof typeof Stage];
export const STAGE_NAMES = ["accept", "screen", "charge", "spool", "dispatch", "receipt", "settle", "notify"] as const;
