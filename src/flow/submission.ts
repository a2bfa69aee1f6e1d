/**
 * Submission: one message while the network thread holds it, from its submit to the operator's answer.
 *
 * It is the intent handed to the store at each step and the ticket handed to the link, so the whole way
 * costs one object. `step` says which intent is out; there is never more than one.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Notice } from "../../protocols/model/receipt.js";
import type { MessageState } from "../../protocols/model/state.js";
import { Outcome } from "../../protocols/model/outcome.js";
import type { AcceptIntent, Commit, ReviewMark } from "../store/store.js";
import type { LiveAccount } from "./accounts.js";
import type { Counted } from "./counted.js";
import type { Lane } from "./lane.js";
import type { LinkPort, SubmitOrigin } from "./ports.js";

/** What a submission is waiting for. */
export const Step = {
  /** Nothing: in a lane's head, or on the wire. */
  idle: 0,
  /** The acceptance to be on disk. */
  accepting: 1,
  /** DISPATCHED to be on disk; the link's slot is reserved. */
  dispatching: 2,
  /** The operator's refusal, or our own, to be on disk. */
  ending: 3,
  /** A held or scheduled message to become queued. */
  releasing: 4,
  /** Its end to be on disk: it was queued and does not go out any more. */
  dropping: 5,
  /** A held message to become its parts. */
  splitting: 6,
  /** A held message to be DISPATCHED straight away; the link's slot is reserved. */
  leaving: 7,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/** The part of the flow that hears of commits. */
export interface CommitSink {
  submissionCommitted(submission: Submission, result: Commit, notice: Notice | null): void;
}

/** A submit to several destinations: answered once, when the last of its messages is on disk. */
export class SubmitGroup {
  readonly firstId: number;
  readonly chargeMicros: number;
  readonly segments: number;
  readonly submitKey: number;
  left: number;

  constructor(firstId: number, size: number, chargeMicros: number, segments: number, submitKey: number) {
    this.firstId = firstId;
    this.left = size;
    this.chargeMicros = chargeMicros;
    this.segments = segments;
    this.submitKey = submitKey;
  }
}

export class Submission implements AcceptIntent {
  readonly message: Message;
  readonly account: LiveAccount;
  readonly accountNo: number;
  readonly lane: Lane;
  readonly laneNo: number;
  /** Whose links it goes over; chosen again at dispatch. */
  operatorNo: number;
  step: Step = Step.idle;
  state: MessageState;
  linkNo = 0;
  segments = 1;
  chargeMicros = 0;
  wordsVersion = 0;
  dueMs = 0;
  flags = "";
  /** Number of its signature among the account's, 0 = none that is known. */
  signatureNo = 0;
  /** Tries made, the present one included. */
  attempt = 0;
  link: LinkPort | null = null;
  /** Whether a try of this submission has timed out and stands as UNCERTAIN on disk. */
  uncertain = false;
  /** Refused for content, but accepted first because the account wants refusals by receipt; ok = not so. */
  refuseAfter: Outcome = Outcome.ok;
  /** Where the answer goes; null once given, and for messages read back from disk. */
  origin: SubmitOrigin | null = null;
  handle = 0;
  /** The others of the same submit; null: it has one destination. */
  group: SubmitGroup | null = null;
  /** What it goes out as when that is more than one message; null while that is not known or not so. */
  parts: readonly Message[] | null = null;
  /** Ids kept for its parts, and the first of them: right behind its own, or behind those of all messages of its submit. */
  partIds = 0;
  firstPartId = 0;
  /** What a person is to decide about before it goes; null = nothing. */
  review: ReviewMark | null = null;
  /** That it counts among what its account has sent, until the store has it. */
  counted: Counted | null = null;
  /** Read back from disk: what its account sent is known to hold it already. */
  restored = false;
  /** Precise monotonic ms of its submit, and of its writing to the operator. */
  receivedMs = 0;
  writtenMs = 0;
  readonly #sink: CommitSink;

  constructor(sink: CommitSink, account: LiveAccount, lane: Lane, message: Message, state: MessageState) {
    this.#sink = sink;
    this.message = message;
    this.account = account;
    this.accountNo = account.terms.no;
    this.lane = lane;
    this.laneNo = lane.no;
    this.operatorNo = lane.operatorNo;
    this.state = state;
  }

  committed(result: Commit, notice: Notice | null): void {
    this.#sink.submissionCommitted(this, result, notice);
  }
}
