/**
 * Dispatch: hands out what the free windows and pacers of one operator allow, fairly between lanes.
 *
 * One guarded run loop; every event (arrival, answer, free window, tick, claim) only calls `run()`. A message
 * is DISPATCHED on disk before its submit is written: straight in its acceptance when its lane is idle and a
 * slot was reserved first, else by an intent of its own. Lanes are served by weighted round-robin.
 */
import { MessageState } from "../../protocols/model/state.js";
import type { Clock } from "../../protocols/wire/clock.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { Commit, type Store, type StoredMessage } from "../store/store.js";
import type { Accounts } from "./accounts.js";
import { Lane } from "./lane.js";
import type { FlowMetrics, LinkPort, OperatorPort } from "./ports.js";
import type { Judgement } from "./rejudge.js";
import { Stage } from "./stages.js";
import { Step, Submission, type CommitSink } from "./submission.js";

export interface DispatchContext extends CommitSink {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly metrics: FlowMetrics;
  /** Judges again what passed older word lists. */
  readonly rejudge: Rejudging;
  /** So many messages wait for a person now. */
  heldForReview(accountNo: number, outcome: Outcome, count: number): void;
  /** Version of the word lists in force. */
  readonly wordsVersion: number;
  /** Wall time by which things expire. */
  readonly expiryMs: number;
}

/** See Rejudge. */
export interface Rejudging {
  ready(submission: Submission): boolean;
  /** An outcome other than ok ends the message, or holds it for a person. */
  judge(submission: Submission): Judgement;
  ask(submissions: Iterable<Submission>): Promise<boolean>;
}

export class Dispatcher {
  readonly operatorNo: number;
  readonly #context: DispatchContext;
  readonly port: OperatorPort;
  readonly #lanes = new Map<number, Lane>();
  /** Lanes with something on disk that is not in their head. */
  readonly #backlogged = new Set<Lane>();
  /** Lanes with something in their head, in the order they are served; but for those whose first waits to be judged again. */
  readonly #active: Lane[] = [];
  #cursor = 0;
  #running = false;
  #again = false;
  #stopped = false;
  #paused = false;

  constructor(context: DispatchContext, port: OperatorPort) {
    this.#context = context;
    this.port = port;
    this.operatorNo = port.operatorNo;
  }

  /** Messages waiting in lanes, on disk and in heads. */
  get depth(): number {
    let depth = 0;
    for (const lane of this.#lanes.values()) depth += lane.depth;
    return depth;
  }

  get lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  lane(no: number): Lane {
    let lane = this.#lanes.get(no);
    if (lane === undefined) {
      lane = new Lane(no);
      this.#lanes.set(no, lane);
    }
    return lane;
  }

  /** A reserved link for an arrival in an idle lane, or null: then it queues. */
  reserveFor(lane: Lane): LinkPort | null {
    if (!lane.idle || this.#stopped || this.#paused) return null;
    return this.port.reserveLink();
  }

  /** A held message goes straight to a link, past the queue, where its lane is idle and a slot is free. */
  leave(submission: Submission): boolean {
    const link = this.reserveFor(submission.lane);
    if (link === null) return false;
    submission.step = Step.leaving;
    this.#mark(submission, link);
    return true;
  }

  /** The DISPATCHED mark of a held message is on disk (or could not be made). */
  left(submission: Submission, result: Commit): void {
    if (result === Commit.notApplicable) {
      // Taken back or expired meanwhile: it was never in the queue.
      submission.link?.unreserve();
      submission.link = null;
      return;
    }
    if (result !== Commit.ok) submission.lane.known.add(submission.message.id);
    this.dispatched(submission, result);
  }

  /** A message accepted as QUEUED is on disk. */
  arrived(submission: Submission): void {
    const lane = submission.lane;
    lane.arriving--;
    if (lane.backlog === 0 && !lane.claiming && lane.roomy) {
      // The octets may be a view on a receive buffer that a waiting message must not pin.
      submission.message.octets = Buffer.from(submission.message.octets);
      this.#enter(lane, submission);
      this.run();
    } else {
      this.#setBacklog(lane, lane.backlog + 1);
    }
  }

  /** Messages became queued on disk by something other than an arrival. */
  queued(laneNo: number, count: number): void {
    const lane = this.lane(laneNo);
    this.#setBacklog(lane, lane.backlog + count);
    const account = this.#context.accounts.byNo(lane.accountNo);
    if (account !== undefined) account.queued += count;
    this.run();
  }

  /** Messages left the disk part of a lane without a claim. */
  unqueued(laneNo: number, count: number): void {
    const lane = this.lane(laneNo);
    // One of the head may have been meant; the next claim says exactly how many are left on disk.
    if (lane.known.size === 0) this.#setBacklog(lane, Math.max(0, lane.backlog - count));
    const account = this.#context.accounts.byNo(lane.accountNo);
    // For a moment less than none: what is on its way out of the head comes back when the store finds it gone.
    if (account !== undefined) account.queued -= count;
  }

  /** The DISPATCHED mark of a queued message is on disk (or could not be made). */
  dispatched(submission: Submission, result: Commit): void {
    if (result === Commit.ok) {
      submission.lane.known.delete(submission.message.id);
      this.write(submission);
      return;
    }
    submission.link?.unreserve();
    submission.link = null;
    submission.attempt--;
    submission.account.queued++;
    if (result === Commit.notApplicable) {
      // It ended meanwhile (expired, cancelled), and the store has said so.
      submission.lane.known.delete(submission.message.id);
      return;
    }
    this.#context.metrics.stage(Stage.dispatch, Outcome.store_unavailable);
    // Still QUEUED on disk: first in its lane again, tried at the next event.
    submission.step = Step.idle;
    if (submission.lane.head.length === 0) this.#active.push(submission.lane);
    submission.lane.head.unshift(submission);
  }

  /** Writes a message that is DISPATCHED on disk and whose slot is reserved. */
  write(submission: Submission): void {
    const link = submission.link;
    submission.step = Step.idle;
    submission.writtenMs = this.#context.clock.preciseMs();
    if (link?.submitReserved(submission.message, submission) === true) {
      this.#context.metrics.stage(Stage.dispatch, Outcome.ok);
      return;
    }
    // The link went first: certainly not written, so the message goes back by an intent of its own.
    link?.unreserve();
    submission.link = null;
    this.#context.store.requeue(null, submission.message.id, submission.attempt, 0, 0);
  }

  /** Takes nothing more out of the lanes (drain). */
  stop(): void {
    this.#stopped = true;
  }

  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused) this.run();
  }

  /** Hands out all that windows, pacers and lanes allow now; re-entrant calls only ask for another round. */
  run(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    do {
      this.#again = false;
      this.#refill();
      if (!this.#stopped && !this.#paused) this.#serve();
    } while (this.#again as boolean);
    this.#running = false;
  }

  #serve(): void {
    while (this.#active.length > 0) {
      const link = this.port.reserveLink();
      if (link === null) return;
      const submission = this.#next();
      if (submission === null) {
        link.unreserve();
        return;
      }
      submission.step = Step.dispatching;
      submission.account.queued--;
      this.#mark(submission, link);
    }
  }

  /** Has the message marked DISPATCHED over this link, whose slot is reserved. */
  #mark(submission: Submission, link: LinkPort): void {
    submission.link = link;
    submission.linkNo = link.no;
    submission.operatorNo = this.operatorNo;
    submission.attempt++;
    this.#context.store.dispatch(submission, submission.message.id, this.operatorNo, link.no, submission.attempt);
  }

  /** The next message by weighted round-robin that has not expired and still passes the word lists in force. */
  #next(): Submission | null {
    for (;;) {
      if (this.#active.length === 0) return null;
      if (this.#cursor >= this.#active.length) this.#cursor = 0;
      const lane = this.#active[this.#cursor] as Lane;
      if (lane.credit <= 0) lane.credit = lane.quantum(this.#context.accounts.byNo(lane.accountNo)?.terms.weight ?? 1);
      const first = lane.head.peek();
      if (first !== undefined && first.wordsVersion !== this.#context.wordsVersion && !this.#context.rejudge.ready(first)) {
        this.#active.splice(this.#cursor, 1);
        void this.#askAbout(lane);
        continue;
      }
      const submission = lane.head.shift();
      if (lane.low) this.#claim(lane);
      if (submission === undefined || lane.head.length === 0) this.#active.splice(this.#cursor, 1);
      else if (--lane.credit <= 0) this.#cursor++;
      if (submission === undefined) continue;
      const { expiresAtMs } = submission.message;
      if (expiresAtMs > 0 && expiresAtMs <= this.#context.expiryMs) {
        // The store's sweep may be far behind when very many expire at once.
        this.#end(submission, MessageState.expired, Outcome.ok);
        continue;
      }
      if (submission.wordsVersion !== this.#context.wordsVersion || (submission.message.scheduledAtMs > 0 && submission.account.policy !== null)) {
        const judgement = this.#context.rejudge.judge(submission);
        if (judgement.outcome !== Outcome.ok) {
          if (judgement.hold) this.#review(submission, judgement);
          else this.#end(submission, MessageState.rejected, judgement.outcome);
          continue;
        }
      }
      return submission;
    }
  }

  /** Has the texts looked up that the parts in a lane's head belong to; it is served again when they have been judged. */
  async #askAbout(lane: Lane): Promise<void> {
    const told = await this.#context.rejudge.ask(lane.head);
    this.#active.push(lane);
    // Where the books could not be asked, whatever comes next asks again.
    if (told) this.run();
  }

  /** A message out of a head comes to its end instead of going out. */
  #end(submission: Submission, state: MessageState, outcome: Outcome): void {
    submission.lane.known.delete(submission.message.id);
    submission.step = Step.dropping;
    this.#context.store.end(submission, submission.message.id, state, outcome);
  }

  /** A message out of a head waits for a person instead of going out. */
  #review(submission: Submission, { outcome, evidence, textId }: Judgement): void {
    const { store, clock, heldForReview } = this.#context;
    const { lane, message, account } = submission;
    lane.known.delete(message.id);
    submission.step = Step.dropping;
    heldForReview(account.terms.no, outcome, 1);
    store.review(submission, [message.id], { outcome, rule: evidence }, clock.wallMs + account.terms.reviewMs, textId);
  }

  #enter(lane: Lane, submission: Submission): void {
    if (lane.head.length === 0) this.#active.push(lane);
    submission.step = Step.idle;
    lane.known.add(submission.message.id);
    lane.head.push(submission);
  }

  #refill(): void {
    for (const lane of this.#backlogged) {
      if (lane.low) this.#claim(lane);
    }
  }

  #setBacklog(lane: Lane, backlog: number): void {
    lane.backlog = backlog;
    if (backlog > 0) this.#backlogged.add(lane);
    else this.#backlogged.delete(lane);
  }

  #claim(lane: Lane): void {
    // Without a link only the oldest is wanted, so that how long it has waited can be seen.
    const n = this.port.anyBound ? lane.headMax - lane.head.length : 1 - lane.head.length;
    // A store that is down would only say no: the tick asks again.
    if (this.#stopped || n <= 0 || !this.#context.store.available) return;
    lane.claiming = true;
    this.#context.store.claim(lane.no, n, (messages, remaining) => {
      lane.claiming = false;
      this.#setBacklog(lane, remaining);
      lane.fit();
      for (const stored of messages) this.#claimed(lane, stored);
      this.run();
    });
  }

  #claimed(lane: Lane, stored: StoredMessage): void {
    if (lane.known.has(stored.message.id)) return;
    const account = this.#context.accounts.byNo(stored.accountNo);
    if (account === undefined) return;
    const submission = new Submission(this.#context, account, lane, stored.message, MessageState.queued);
    submission.segments = stored.segments;
    submission.wordsVersion = stored.wordsVersion;
    submission.attempt = stored.attempts;
    this.#enter(lane, submission);
  }
}
