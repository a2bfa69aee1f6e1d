/**
 * Transitions: which event in which state leads to which state; whatever is not in the table does not apply.
 *
 * ```
 *  HELD --schedule--> SCHEDULED
 *  HELD | SCHEDULED --release--> QUEUED --dispatch--> DISPATCHED --sent--> SENT --report--> final
 *                                  ^ '--expire, end--> final  |  '-- unanswered --> UNCERTAIN --resend--> QUEUED
 *  HELD <------ review ------------'-- due -- RETRY <- later -'
 *  HELD --split--> SPLIT --its parts are all sent--> SENT --they end--> final
 *                    '-- the first of them fails, cancel --> final
 * ```
 * The parts of a split message are messages with lives of their own; theirs decide its.
 * A message that waits again after an UNCERTAIN dispatch, in its lane or for a person, can still turn out to have been taken: `sent`
 * and `report` apply to it too, and it is then not sent a second time.
 */
import { MessageState } from "../../protocols/model/state.js";

/** What can happen to a message after its acceptance. */
export const Happening = {
  dispatch: 0,
  sent: 1,
  refused: 2,
  requeue: 3,
  later: 4,
  unanswered: 5,
  release: 6,
  /** Retry or schedule due. */
  due: 7,
  resend: 8,
  /** Ended by us: cancelled, refused after acceptance. */
  end: 9,
  expire: 10,
  /** A final report of the operator. */
  report: 11,
  /** UNCERTAIN past its deadline, or SENT past the horizon: given up. */
  giveUp: 12,
  /** Released before its time. */
  schedule: 13,
  /** Goes out in parts. */
  split: 14,
  /** Every part of a split message has been sent. */
  partsSent: 15,
  /** The parts of a split message have decided how it ends. */
  partsEnded: 16,
  /** Taken back by its customer. */
  cancel: 17,
  /** A person is to look at it before it goes out. */
  review: 18,
} as const;
export type Happening = (typeof Happening)[keyof typeof Happening];

/** "The final state that the event names". */
const NAMED = 255;

const { held, scheduled, queued, retry, dispatched, uncertain, split, sent } = MessageState;

const TABLE: readonly (readonly [Happening, readonly MessageState[], number])[] = [
  [Happening.dispatch, [held, scheduled, queued, retry], dispatched],
  [Happening.sent, [dispatched, uncertain, queued, retry, held], sent],
  [Happening.refused, [dispatched, uncertain], MessageState.rejected],
  [Happening.requeue, [dispatched, uncertain], queued],
  [Happening.later, [dispatched, uncertain], retry],
  [Happening.unanswered, [dispatched], uncertain],
  [Happening.release, [held, scheduled], queued],
  [Happening.due, [scheduled, retry], queued],
  [Happening.resend, [uncertain], queued],
  [Happening.end, [held, scheduled, queued, retry], NAMED],
  [Happening.expire, [held, scheduled, queued, retry], MessageState.expired],
  [Happening.report, [dispatched, uncertain, sent, queued, retry, held], NAMED],
  [Happening.giveUp, [uncertain, sent], MessageState.unknown],
  [Happening.schedule, [held], scheduled],
  [Happening.split, [held], split],
  [Happening.partsSent, [split], sent],
  [Happening.partsEnded, [split, sent], NAMED],
  [Happening.review, [held, queued], held],
  [Happening.cancel, [held, scheduled, queued, retry, split], MessageState.deleted],
];

const STATES = 32;
const NEXT = new Uint8Array(STATES * TABLE.length);
for (const [happening, states, to] of TABLE) {
  for (const state of states) NEXT[happening * STATES + state] = to;
}

/** The state after `happening` in `state`, or 0 when it does not apply. `named`: the final state the event names. */
export function nextState(state: number, happening: Happening, named = 0): MessageState | 0 {
  const to = NEXT[happening * STATES + state] ?? 0;
  return (to === NAMED ? named : to) as MessageState | 0;
}
