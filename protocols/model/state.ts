/**
 * MessageState: where a message stands in its life, one closed list used by store, flow, trace and metrics.
 *
 * ```
 *  HELD / SCHEDULED -> QUEUED -> DISPATCHED -> SENT -> one final state
 *                        ^  RETRY <-|  '-> UNCERTAIN -'
 * ```
 * Numbers are what stands on disk. They are at least 2 so that SQLite stores each in exactly one octet
 * (0 and 1 take none) and a row never changes size when its state does. Below 10: something is still
 * to be sent. 10: the operator has it. From 20: final.
 */
export const MessageState = {
  held: 2,
  scheduled: 3,
  queued: 4,
  retry: 5,
  dispatched: 6,
  uncertain: 7,
  /** It goes out in parts, each a message of its own, and ends with them. */
  split: 8,
  sent: 10,
  delivered: 20,
  undeliverable: 21,
  expired: 22,
  deleted: 23,
  rejected: 24,
  unknown: 25,
} as const;
export type MessageState = (typeof MessageState)[keyof typeof MessageState];
export type MessageStateName = keyof typeof MessageState;

const NAMES = new Map<number, MessageStateName>(
  (Object.entries(MessageState) as [MessageStateName, number][]).map(([name, code]) => [code, name]),
);

/** The name of a state's number, "unknown" for a number that is none. */
export function stateName(code: number): MessageStateName {
  return NAMES.get(code) ?? "unknown";
}

export function isFinal(state: number): boolean {
  return state >= 20;
}
