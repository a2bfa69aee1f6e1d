/**
 * Spool: draws the id, finds the lane, reserves a link where that lane is idle, and hands the message to the store.
 */
import { MessageState } from "../../protocols/model/state.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Store } from "../store/store.js";
import type { Dispatcher } from "./dispatch.js";
import type { MessageIds } from "./ids.js";
import { Step, SubmitGroup, type Submission } from "./submission.js";

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
  const { ids, clock } = context;
  const { message, partIds } = submission;
  message.id = partIds > 0 ? ids.range(1 + partIds, clock.wallMs) : ids.next(clock.wallMs);
  if (partIds > 0) submission.firstPartId = message.id + 1;
  place(dispatcher, submission);
  context.store.accept(submission);
}

/**
 * Hands all messages of one submit to the store, to be accepted together. Their ids stand in a row, so that the first one's
 * names them all; those kept for the parts of each follow behind.
 */
export function spoolAll(context: SpoolContext, dispatchers: readonly Dispatcher[], submissions: readonly Submission[]): void {
  let chargeMicros = 0;
  let segments = 0;
  let partIds = 0;
  for (const submission of submissions) {
    chargeMicros += submission.chargeMicros;
    segments += submission.segments;
    partIds += submission.partIds;
  }
  const first = context.ids.range(submissions.length + partIds, context.clock.wallMs);
  let firstPartId = first + submissions.length;
  const group = new SubmitGroup(first, submissions.length, chargeMicros, segments, submissions[0]?.message.submitKey ?? 0);
  submissions.forEach((submission, at) => {
    submission.group = group;
    // The key is the submit's and names its first message alone.
    if (at > 0) submission.message.submitKey = 0;
    submission.message.id = first + at;
    if (submission.partIds > 0) submission.firstPartId = firstPartId;
    firstPartId += submission.partIds;
    place(dispatchers[at] as Dispatcher, submission);
  });
  context.store.acceptAll(submissions);
}

/** Reserves a link where the lane is idle, else a place in the queue. */
function place(dispatcher: Dispatcher, submission: Submission): void {
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
  } else {
    submission.account.arriving++;
  }
  submission.step = Step.accepting;
}
