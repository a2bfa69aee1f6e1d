/**
 * Prepare: a submit that may be taken becomes a submission, in the state and form it is to be stored in.
 *
 * ```
 *  passed ─ a part ─▶ HELD until its siblings are here      ─ goes out in parts ─▶ HELD until it is split
 *         ─ later ──▶ SCHEDULED                              ─ as it is, or written anew ─▶ QUEUED (or straight out)
 *  to be looked at ─▶ HELD until a person has               refused, but by receipt ─▶ HELD until its end is on disk
 * ```
 */
import type { Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { mostMessages } from "../../protocols/model/plan.js";
import { MessageState } from "../../protocols/model/state.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Judged } from "../contract/judged.js";
import type { Screen } from "../filter/screen.js";
import { MAX_PARTS, type Store } from "../store/store.js";
import type { Accepted } from "./accept.js";
import type { LiveAccount } from "./accounts.js";
import type { Dispatcher } from "./dispatch.js";
import { laneNumber } from "./lane.js";
import type { Outward } from "./outward.js";
import { Submission, type CommitSink } from "./submission.js";

export interface PrepareContext extends CommitSink {
  readonly store: Store;
  readonly clock: Clock;
  readonly outward: Outward;
  readonly screen: Screen;
  /** How long a held part may wait. */
  readonly gatherMs: number;
}

/** The submission, or why its text cannot go out. What was judged stands against it is to come by receipt. */
export function prepare(context: PrepareContext, account: LiveAccount, dispatcher: Dispatcher, message: Message, found: Accepted, judged: Judged): Submission | Outcome {
  const { clock, outward, screen, gatherMs } = context;
  const { wallMs } = clock;
  const { terms } = account;
  const { refused } = judged;
  if (message.expiresAtMs === 0) message.expiresAtMs = Math.max(wallMs, message.scheduledAtMs) + terms.validityMs;
  let goesOut = message;
  let parts: readonly Message[] | null = null;
  let partIds = 0;
  if (!refused && found.isSegment) {
    // What it goes out as is known when its siblings are: until then as many ids are kept for it as it can ever need.
    const { signature } = terms;
    if (signature !== "" || !dispatcher.port.fits(message)) partIds = Math.min(mostMessages(message, signature.length), MAX_PARTS);
  } else if (!refused && (found.prefix !== "" || !dispatcher.port.fits(message))) {
    const plan = outward.alone(dispatcher.port, message, found.prefix);
    if (!plan.possible) return plan.outcome;
    parts = plan.parts[0] ?? null;
    // What is one message still is stored as it goes out.
    if (parts?.length === 1) {
      goesOut = parts[0] as Message;
      goesOut.submitKey = message.submitKey;
      parts = null;
    }
  }
  const held = found.isSegment || refused || judged.hold || parts !== null;
  const scheduled = !held && message.scheduledAtMs > wallMs;
  const lane = dispatcher.lane(laneNumber(dispatcher.operatorNo, terms.no, message.priority));
  const submission = new Submission(context, account, lane, goesOut, held ? MessageState.held : scheduled ? MessageState.scheduled : MessageState.queued);
  submission.segments = found.segments;
  submission.flags = judged.evidence;
  submission.signatureNo = judged.signatureNo;
  submission.refuseAfter = refused ? judged.outcome : Outcome.ok;
  if (judged.hold) submission.review = { outcome: judged.outcome, rule: judged.evidence };
  // Parts will be judged by these lists, with their siblings; by newer ones that then stand in their rows. What an account wants
  // refused by receipt has not passed; a person decides for those that are looked at, as long as no newer lists refuse them.
  submission.wordsVersion = refused ? 0 : screen.version;
  if (held) submission.dueMs = wallMs + (judged.hold ? terms.reviewMs : gatherMs);
  else if (scheduled) submission.dueMs = message.scheduledAtMs;
  submission.partIds = parts === null ? partIds : parts.length;
  // Split once a person has let it go.
  submission.parts = judged.hold ? null : parts;
  return submission;
}
