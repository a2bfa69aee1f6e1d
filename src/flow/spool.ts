/**
 * Spool: draws the id, finds the lane, reserves a link where that lane is idle, and hands the message to the store.
 */
import { MessageState } from "../../protocols/model/state.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Store } from "../store/store.js";
import type { Dispatcher } from "./dispatch.js";
import type { MessageIds } from "./ids.js";
import { Step, type Submission } from "./submission.js";

export interface SpoolContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: MessageIds;
}

/**
 * Hands an accepted message to the store. A message that may go at once is DISPATCHED in its very acceptance;
 * its slot and token were reserved first and return if the store refuses.
 */
export function spool(context: SpoolContext, dispatcher: Dispatcher, submission: Submission): void {
  const message = submission.message;
  message.id = context.ids.next(context.clock.wallMs);
  if (submission.state === MessageState.queued) {
    const link = dispatcher.reserveFor(submission.lane);
    if (link === null) {
      submission.lane.arriving++;
      submission.account.queued++;
    } else {
      submission.state = MessageState.dispatched;
      submission.link = link;
      submission.linkNo = link.no;
      submission.attempt = 1;
    }
  }
  submission.step = Step.accepting;
  context.store.accept(submission);
}
