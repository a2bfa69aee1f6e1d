/**
 * Store: THE interface between deciding and remembering. Everything durable goes through here.
 *
 * Hot intents are handed over as plain objects and packed into one buffer a batch; each is called back
 * exactly once, in order, through its own `committed` method: no promise, no closure. Money is checked
 * and moved by the store in the same transaction as the message's state. No SQL, file or day leaks out.
 */
import type { Message } from "../../protocols/model/message.js";
import type { MessageState } from "../../protocols/model/state.js";
import type { Notice, Receipt } from "../../protocols/model/receipt.js";
import type { Outcome } from "../../protocols/model/outcome.js";
import type { SecretKey } from "../ledger/secret.js";
import type { LedgerCommand, LedgerResult } from "../ledger/commands.js";
import type { Answer, Query } from "./query.js";
import type { Account } from "../ledger/account.js";

/** What the store did with an intent. */
export const Commit = {
  /** Done and on disk. */
  ok: 0,
  /** Not enough credit; nothing was written. (accept) */
  noCredit: 1,
  /** The account may not send; nothing was written. (accept) */
  suspended: 2,
  /** The message (or the operator's id) is not known, or not in a state where the intent applies; nothing changed. */
  notApplicable: 3,
  /** A receipt whose id is not known: kept as a durable orphan. (receipt) */
  orphan: 4,
  /** The same final report again: nothing changed. (receipt) */
  repeated: 5,
  /** A final report that contradicts the final state already settled: counted, nothing changed. (receipt) */
  contradictory: 6,
  /** An interim report: kept; a notice only where asked for. (receipt) */
  interim: 7,
  /** The store refuses work now (disk full, read-only, stopping); nothing was written. */
  unavailable: 8,
  /** An I/O error at COMMIT: it may or may not be on disk. Give no answer; drop the bind. */
  unknown: 9,
  /** This one intent failed by our own fault (logged); nothing was written for it. */
  failed: 10,
  /** A receipt without an id or an end: kept with its octets for people to see. (receipt) */
  unreadable: 11,
  /** There is no such message of that account. (cancel) */
  notFound: 12,
  /** The account's quota of the day or month does not hold so many segments more; nothing was written. (accept) */
  quota: 13,
} as const;
export type Commit = (typeof Commit)[keyof typeof Commit];

/** Called back once an intent's batch is on disk (or was refused). `notice` is what the customer is now to be told. */
export interface Intent {
  committed(result: Commit, notice: Notice | null): void;
}

export interface AcceptIntent extends Intent {
  /** `message.id` is already drawn. Its octets are copied before accept() returns. */
  readonly message: Message;
  readonly accountNo: number;
  readonly laneNo: number;
  /** held | scheduled | queued | dispatched. */
  readonly state: MessageState;
  /** The operator chosen by the route; the link only when state is dispatched (else 0). */
  readonly operatorNo: number;
  readonly linkNo: number;
  /** Units of charge. */
  readonly segments: number;
  readonly chargeMicros: number;
  /** Version of the word lists it passed, of a held part: by which it will be judged unless newer ones come; 0 when it has not passed. */
  readonly wordsVersion: number;
  /** Wall ms: release time when scheduled, gathering deadline when held, else 0. */
  readonly dueMs: number;
  /** Hits to keep as evidence (flagged), "" when none: "category:rule". */
  readonly flags: string;
  /** Number of its signature among the account's, 0 = none that is known (yet: see Store.sign). */
  readonly signatureNo: number;
  /** Held only: how many ids are kept for its parts (0..MAX_PARTS), in a row and of its own id's second, and the first of them (0 when none). */
  readonly partIds: number;
  readonly firstPartId: number;
  /** Held only: what a person is to decide about; null else. */
  readonly review: ReviewMark | null;
}

/** Why a message is held for a person. */
export interface ReviewMark {
  /** What it would be refused for. */
  readonly outcome: Outcome;
  /** Evidence, as in AcceptIntent's `flags`. */
  readonly rule: string;
}

/**
 * A part that a message is split into: a message of its own (ids in a row, somewhere behind the whole's in its second), free of charge and told to nobody.
 * Its `receiptWanted` is what the operator is asked for; its validity is the whole's where it has none.
 */
export interface PartIntent {
  readonly message: Message;
  readonly laneNo: number;
  readonly operatorNo: number;
}

/** Most parts of one message, as in every protocol's header. */
export const MAX_PARTS = 255;

/** A customer's wish to take back its own message. */
export interface CancelIntent extends Intent {
  readonly accountNo: number;
  readonly messageId: number;
  /** "" = not compared. */
  readonly source: string;
  readonly destination: string;
  readonly serviceType: string;
}

/** A submit that may come again: its key, and the id of its (first) message. */
export interface KnownSubmit {
  readonly accountNo: number;
  readonly key: number;
  readonly messageId: number;
  readonly acceptedAtMs: number;
}

export interface ReceiptIntent extends Intent {
  readonly operatorNo: number;
  readonly receipt: Receipt;
  /** Normalised ids to look up, best first, at most 4 (see operator/correlator.ts). */
  readonly candidates: readonly string[];
  /** Set by the store before committed(): which candidate matched (-1 none), and what it was. */
  matched: number;
}

export interface InboundIntent extends Intent {
  /** By it its sender wants no more messages: counted in the account's statement. */
  readonly optOut: boolean;
  /** `message.id` is already drawn. 0 as account: no customer for it; kept, never delivered. */
  readonly message: Message;
  readonly accountNo: number;
  readonly operatorNo: number;
}

export interface RefusedCount {
  readonly accountNo: number;
  readonly outcome: Outcome;
  readonly count: number;
}

/** How many submits were refused, of accounts and by outcome, since this was told last. */
export interface RefusedIntent extends Intent {
  /** Names these counts: they are added once, however often they are told. */
  readonly no: number;
  /** Wall ms: to whose day they belong. */
  readonly atMs: number;
  /** At most 65,535. */
  readonly counts: readonly RefusedCount[];
}

/** A refusal worth keeping with its reason (bounded per account and hour by the caller). */
export interface RefusalRecord {
  readonly accountNo: number;
  readonly outcome: Outcome;
  readonly rule: string;
  readonly message: Message;
}

/** A message as it comes back from disk for dispatch. */
export interface StoredMessage {
  readonly message: Message;
  readonly accountNo: number;
  readonly laneNo: number;
  readonly operatorNo: number;
  readonly attempts: number;
  readonly segments: number;
  readonly wordsVersion: number;
  readonly state: MessageState;
  readonly dueMs: number;
  /** As it was accepted with, while it is held. */
  readonly partIds: number;
  readonly firstPartId: number;
  /** What it is held for a person for; ok when it is not. */
  readonly reviewFor: Outcome;
}

export interface Snapshot {
  readonly accounts: readonly Account[];
  /** Names of operators ever seen, with the stable number each has on disk. */
  readonly operators: ReadonlyMap<string, number>;
  /** Queued messages on disk by lane. */
  readonly lanes: ReadonlyMap<number, number>;
  /** Messages that wait elsewhere than in a lane, by account: HELD, SCHEDULED or RETRY. */
  readonly waiting: ReadonlyMap<number, number>;
  /** Notices waiting by account. */
  readonly outbox: ReadonlyMap<number, number>;
  /** Highest message id ever issued. */
  readonly highestId: number;
  /** Segments still being gathered, oldest first; none of those that wait for a person. */
  readonly held: readonly StoredMessage[];
  readonly uncertain: number;
  /** Submits of the last minutes that bear a key, oldest first, bounded. */
  readonly knownSubmits: readonly KnownSubmit[];
}

export interface StoreEvents {
  /** Final states the store reached by itself (expiry, deadline, horizon): tell the customer. */
  notice(notice: Notice): void;
  /** `count` more messages are queued in a lane (retry due, uncertain resend, schedule due). */
  queued(laneNo: number, count: number): void;
  /** `count` messages left a lane without being claimed (expired, cancelled). */
  unqueued(laneNo: number, count: number): void;
  /** So many messages of the account wait on disk now elsewhere than in a lane: HELD, SCHEDULED or RETRY. */
  waiting(accountNo: number, count: number): void;
  /** Held segments whose gathering deadline has passed, and messages that no person looked at in time; flow decides what becomes of them. */
  heldOverdue(messages: StoredMessage[]): void;
  /** `count` notices of the account, all with order numbers below `before`, have waited too long and are no longer to be delivered. */
  parked(accountNo: number, before: number, count: number): void;
  /** The account got credit after it had been refused for lack of it. */
  credited(accountNo: number): void;
  /** An acceptance answered `unknown` is on disk after all, or is not: told once the files have been read again. */
  resolved(messageId: number, accepted: boolean): void;
  accountsChanged(accounts: readonly Account[]): void;
  /** The store stopped or resumed taking work. */
  availability(available: boolean, reason: string): void;
  /** The store has ended by a fault of its own: the process should end too, and be started again. */
  failed(reason: string): void;
  log(level: "error" | "warn" | "info", event: string, fields: Record<string, string | number | boolean>): void;
}

/** What happens to messages whose dispatch has no answer (design: UNCERTAIN). */
export type UncertainPolicy = "resend" | "hold" | "fail";

export interface OperatorPolicy {
  readonly operatorNo: number;
  readonly uncertain: UncertainPolicy;
  /** Grace for a late answer or receipt. */
  readonly uncertainWaitMs: number;
  /** An UNCERTAIN older than this is UNKNOWN. */
  readonly uncertainDeadlineMs: number;
}

export interface Store {
  /** Takes the lock, opens or makes the files, recovers, and says what was found. */
  open(): Promise<Snapshot>;
  /** Finishes all intents handed over, checkpoints and closes. */
  close(): Promise<void>;

  // ---- hot intents: one call, one later `committed`
  accept(intent: AcceptIntent): void;
  /**
   * Accepts all or none, in one transaction: messages of one submit, ids in a row without a gap. Each is called back in order, all with
   * the same result; the account must afford them together.
   */
  acceptAll(intents: readonly AcceptIntent[]): void;
  /**
   * held -> split: the message goes out as these parts, which are queued (or scheduled for `dueMs` when that is to come). Their answers and
   * reports fold into it: SENT when all are, its end the first part's that fails, DELIVERED when all are. StoreEvents.queued tells their lanes,
   * StoreEvents.notice its end. At most MAX_PARTS.
   */
  split(intent: Intent, messageId: number, wordsVersion: number, dueMs: number, parts: readonly PartIntent[]): void;
  /**
   * Takes back one message that is not out, its parts with it: DELETED, released, notice where wanted. ok | notApplicable (too
   * late: out, ended, or a try of it may have been taken) | notFound.
   */
  cancel(intent: CancelIntent): void;
  /** queued | retry | held | scheduled -> dispatched, before the wire. */
  dispatch(intent: Intent, messageId: number, operatorNo: number, linkNo: number, attempt: number): void;
  /** The operator took it. Settles where the account's policy says so. */
  sent(intent: Intent | null, messageId: number, attempt: number, operatorNo: number, operatorMessageId: string): void;
  /** The operator refused it for good: rejected, money released, notice where wanted. */
  refused(intent: Intent, messageId: number, attempt: number, status: number, statusName: string): void;
  /** Known not to be taken: back to queued (dueMs 0) or retry until dueMs. */
  requeue(intent: Intent | null, messageId: number, attempt: number, status: number, dueMs: number): void;
  /** Written (or perhaps written) and unanswered. The store applies the operator's policy when the grace is over. */
  uncertain(messageId: number, attempt: number): void;
  receipt(intent: ReceiptIntent): void;
  inbound(intent: InboundIntent): void;
  /**
   * held -> queued (screened now), or scheduled for `dueMs` when that is to come. `rewritten`: goes out with this content instead of its own
   * (numbered anew among its siblings, say); address, validity and receipt stay as they are.
   */
  release(intent: Intent, messageId: number, wordsVersion: number, dueMs: number, rewritten?: Message | null): void;
  /** What a message's text was refused or flagged for after its acceptance, as in AcceptIntent's `flags`; goes ahead of its release, split or end. */
  evidence(messageId: number, flags: string): void;
  /** Under which of its account's signatures a message counts, known only after its acceptance (a part's, once its text is whole). */
  sign(messageId: number, signatureNo: number): void;
  /**
   * held | queued -> held until `dueMs` for a person to look at, all of these as one text that is named by `textId`, a message of it; evidence
   * goes ahead of it.
   * What is no longer in such a state is left out. A queued one must have been handed out.
   */
  review(intent: Intent, messageIds: readonly number[], mark: ReviewMark, dueMs: number, textId: number): void;
  /** Ends a message that is not out (held, scheduled, queued, retry): final state, release, notice where wanted. */
  end(intent: Intent, messageId: number, state: MessageState, outcome: Outcome): void;
  /** The customer has the notice ("ok"), or refused it for good ("parked"). `order` names it. */
  notified(accountNo: number, order: number, messageId: number, inbound: boolean, result: "ok" | "parked", intent?: Intent): void;
  refusal(record: RefusalRecord): void;
  /** All refusals by number, with those that no reason is kept of. */
  countRefused(intent: RefusedIntent): void;

  // ---- claims: answered in order with the intents; callbacks, few and large
  /** The next `n` queued messages of a lane, in order, not handed out before. `remaining` stay on disk. */
  claim(laneNo: number, n: number, claimed: (messages: StoredMessage[], remaining: number) => void): void;
  /** The next `n` waiting notices of an account with order > `after`; null when the store cannot look now. */
  claimOutbox(accountNo: number, after: number, n: number, claimed: (notices: Notice[] | null, more: boolean) => void): void;
  /** Looks for what is due (expiry, retry, schedule, uncertain, horizon) up to `wallMs`; call about once a second. */
  sweep(wallMs: number): void;

  // ---- rare, awaited
  /** Gives each operator its stable number and its policy. */
  registerOperators(operators: readonly { readonly name: string; readonly policy: Omit<OperatorPolicy, "operatorNo"> }[]): Promise<ReadonlyMap<string, number>>;
  /** One change to accounts or money (see ledger/commands.ts). Resolves with its result, or a refusal as data. */
  change(command: LedgerCommand): Promise<LedgerResult>;
  /** The secret keys to read encrypted texts with from now on, and to seal the keys of new days under: the first. */
  useKeys(keys: readonly SecretKey[]): Promise<void>;
  /** One read-only question, answered off the writer thread (see store/query.ts). */
  query(query: Query): Promise<Answer>;

  /** Intents handed over and not yet committed. */
  readonly pending: number;
  readonly available: boolean;
  readonly stats: StoreStats;
}

/** Running figures for the metrics; plain numbers overwritten in place. */
export interface StoreStats {
  commits: number;
  intents: number;
  lastBatch: number;
  commitMsTotal: number;
  commitMsMax: number;
  walOctets: number;
  checkpoints: number;
  checkpointMsMax: number;
  orphans: number;
  /** Messages UNCERTAIN now. */
  uncertain: number;
  /** Messages held for a person now. */
  reviews: number;
  openDays: number;
}
