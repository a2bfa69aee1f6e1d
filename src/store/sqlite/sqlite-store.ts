/**
 * SqliteStore: the Store on SQLite, as the network thread sees it: packs intents, reads results, calls tickets back.
 *
 * ```
 *  network thread: this file ─ batches ─▶ writer thread (writer.ts, engine.ts): the only one that writes
 *                            ─ queries ─▶ reader thread (reader.ts): read-only
 * ```
 */
import { Worker } from "node:worker_threads";
import type { Clock } from "../../../protocols/wire/clock.js";
import type { Message } from "../../../protocols/model/message.js";
import type { SecretKey } from "../../ledger/secret.js";
import type { LedgerCommand, LedgerResult } from "../../ledger/commands.js";
import { GroupCommit, type Ticket } from "../group-commit.js";
import {
  packAccept, packCancel, packClaim, packClaimOutbox, packCountRefused, packDispatch, packEnd, packEvidence, packGroup, packInbound, packNotified, packReceipt, packRefusal, packRefused,
  packRelease, packRequeue, packReview, packSent, packSign, packSplit, packSweep, packUncertain,
} from "../intent.js";
import { OctetReader } from "../octets.js";
import type { Answer, Query } from "../query.js";
import { unpackStored } from "../results.js";
import {
  Commit, type AcceptIntent, type CancelIntent, type InboundIntent, type Intent, type OperatorPolicy, type PartIntent, type ReceiptIntent, type RefusalRecord, type RefusedIntent, type ReviewMark,
  type Snapshot, type Store, type StoredMessage, type StoreEvents, type StoreStats,
} from "../store.js";
import { callBack, tell } from "./read-results.js";
import type { Claimed, ClaimedOutbox } from "./read-results.js";
import { keyOctets } from "./day-keys.js";
import { Reader } from "./reader.js";
import type { Found } from "./recovery.js";
import type { Changed } from "./change-books.js";
import type { WriterOptions } from "./state.js";
import { StoreCallError } from "./store-call-error.js";
import type { FromWriter, ToWriter, WriterFigures } from "./writer-messages.js";

export interface SqliteStoreOptions extends Omit<WriterOptions, "maxPages" | "keys">, Partial<Pick<WriterOptions, "maxPages">> {
  readonly clock: Clock;
  readonly events: StoreEvents;
  /** The secret keys there are, asked when the store is opened. */
  readonly keys?: () => readonly SecretKey[];
}

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Results' memory larger than this (a claim of long texts) is let go. */
const SPARE_OCTETS_MAX = 1_048_576;

export class SqliteStore implements Store {
  readonly stats: StoreStats = {
    commits: 0, intents: 0, lastBatch: 0, commitMsTotal: 0, commitMsMax: 0, walOctets: 0, checkpoints: 0, checkpointMsMax: 0,
    orphans: 0, uncertain: 0, reviews: 0, openDays: 0,
  };
  readonly #options: SqliteStoreOptions;
  readonly #events: StoreEvents;
  readonly #reader: Reader;
  readonly #group: GroupCommit;
  readonly #from = new OctetReader();
  /** Memory of results that have been read, for the writer to use again; as many as batches can be out. */
  readonly #spare: ArrayBuffer[] = [];
  readonly #calls = new Map<number, Call>();
  #worker: Worker | null = null;
  #callNo = 0;
  #available = false;
  #closing = false;
  /** Called when nothing is pending any more. */
  #idle: (() => void) | null = null;

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
    this.#events = options.events;
    this.#reader = new Reader({ dir: options.dir, zoneMinutes: options.zoneMinutes });
    this.#group = new GroupCommit((memory, octets, intents) => {
      const spare = this.#spare.pop() ?? null;
      this.#post({ kind: "batch", memory, octets, intents, spare }, spare === null ? [memory] : [memory, spare]);
    }, options.clock);
  }

  get pending(): number {
    return this.#group.pending;
  }

  get available(): boolean {
    return this.#available;
  }

  async open(): Promise<Snapshot> {
    const { dir, zoneMinutes, retentionDays, receiptHorizonMs, outboxRetentionMs, minFreeDiskMb, maxPages = 0, encryptBodies = false } = this.#options;
    const keys = keyOctets(this.#options.keys?.() ?? []);
    this.#reader.useKeys(keys);
    const worker = new Worker(new URL("./writer.js", import.meta.url), {
      workerData: { dir, zoneMinutes, retentionDays, keep: this.#options.keep, receiptHorizonMs, outboxRetentionMs, minFreeDiskMb, maxPages, encryptBodies, keys } satisfies WriterOptions,
    });
    this.#worker = worker;
    worker.on("message", (message: FromWriter) => this.#heard(message));
    worker.on("error", (error: Error) => this.#died(`${error.name}: ${error.message}`));
    worker.on("exit", (code: number) => this.#died(`exit code ${String(code)}`));
    try {
      const opened = (await this.#call((no) => ({ kind: "open", no }))) as { readonly found: Found; readonly held: readonly StoredMessage[] };
      this.#available = true;
      return { ...opened.found, held: opened.held };
    } catch (error) {
      this.#worker = null;
      await worker.terminate();
      throw error;
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null || this.#closing) return;
    if (this.pending > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    this.#closing = true;
    this.#available = false;
    await this.#reader.close();
    if (this.#worker === null) return;
    await this.#call((no) => ({ kind: "close", no }));
    this.#worker = null;
    await worker.terminate();
  }

  // ---------------------------------------------------------------- hot intents

  accept(intent: AcceptIntent): void {
    packAccept(this.#group.into, intent);
    this.#group.added(intent);
  }

  acceptAll(intents: readonly AcceptIntent[]): void {
    const last = intents.length - 1;
    if (last < 0) return;
    packGroup(this.#group.into, intents);
    intents.forEach((intent, i) => {
      packAccept(this.#group.into, intent, i === 0 ? intent.message.submitKey : 0);
      this.#group.added(intent, i < last);
    });
  }

  split(intent: Intent, messageId: number, wordsVersion: number, dueMs: number, parts: readonly PartIntent[]): void {
    packSplit(this.#group.into, messageId, wordsVersion, dueMs, parts);
    this.#group.added(intent);
  }

  cancel(intent: CancelIntent): void {
    packCancel(this.#group.into, intent);
    this.#group.added(intent);
  }

  dispatch(intent: Intent, messageId: number, operatorNo: number, linkNo: number, attempt: number): void {
    packDispatch(this.#group.into, messageId, operatorNo, linkNo, attempt);
    this.#group.added(intent);
  }

  sent(intent: Intent | null, messageId: number, attempt: number, operatorNo: number, operatorMessageId: string): void {
    packSent(this.#group.into, messageId, attempt, operatorNo, operatorMessageId);
    this.#group.added(intent);
  }

  refused(intent: Intent, messageId: number, attempt: number, status: number, statusName: string): void {
    packRefused(this.#group.into, messageId, attempt, status, statusName);
    this.#group.added(intent);
  }

  requeue(intent: Intent | null, messageId: number, attempt: number, status: number, dueMs: number): void {
    packRequeue(this.#group.into, messageId, attempt, status, dueMs);
    this.#group.added(intent);
  }

  uncertain(messageId: number, attempt: number): void {
    packUncertain(this.#group.into, messageId, attempt);
    this.#group.added(null);
  }

  receipt(intent: ReceiptIntent): void {
    packReceipt(this.#group.into, intent);
    this.#group.added(intent);
  }

  inbound(intent: InboundIntent): void {
    packInbound(this.#group.into, intent);
    this.#group.added(intent);
  }

  release(intent: Intent, messageId: number, wordsVersion: number, dueMs: number, rewritten: Message | null = null): void {
    packRelease(this.#group.into, messageId, wordsVersion, dueMs, rewritten);
    this.#group.added(intent);
  }

  evidence(messageId: number, flags: string): void {
    packEvidence(this.#group.into, messageId, flags);
    this.#group.added(null);
  }

  sign(messageId: number, signatureNo: number): void {
    packSign(this.#group.into, messageId, signatureNo);
    this.#group.added(null);
  }

  review(intent: Intent, messageIds: readonly number[], mark: ReviewMark, dueMs: number, textId: number): void {
    packReview(this.#group.into, messageIds, mark, dueMs, textId);
    this.#group.added(intent);
  }

  end(intent: Intent, messageId: number, state: number, outcome: number): void {
    packEnd(this.#group.into, messageId, state, outcome);
    this.#group.added(intent);
  }

  notified(accountNo: number, order: number, messageId: number, inbound: boolean, result: "ok" | "parked", intent: Intent | null = null): void {
    packNotified(this.#group.into, accountNo, order, messageId, inbound, result === "parked");
    this.#group.added(intent);
  }

  refusal(record: RefusalRecord): void {
    packRefusal(this.#group.into, record);
    this.#group.added(null);
  }

  countRefused(intent: RefusedIntent): void {
    packCountRefused(this.#group.into, intent);
    this.#group.added(intent);
  }

  claim(laneNo: number, n: number, claimed: Claimed): void {
    packClaim(this.#group.into, laneNo, n);
    this.#group.added(claimed);
  }

  claimOutbox(accountNo: number, after: number, n: number, claimed: ClaimedOutbox): void {
    packClaimOutbox(this.#group.into, accountNo, after, n);
    this.#group.added(claimed);
  }

  sweep(wallMs: number): void {
    packSweep(this.#group.into, wallMs);
    this.#group.added(null);
    this.#post({ kind: "rest", wallMs });
  }

  // ---------------------------------------------------------------- rare calls

  async registerOperators(operators: readonly { readonly name: string; readonly policy: Omit<OperatorPolicy, "operatorNo"> }[]): Promise<ReadonlyMap<string, number>> {
    const list = operators.map(({ name, policy }) => ({
      name,
      policy: { uncertain: policy.uncertain, waitMs: policy.uncertainWaitMs, deadlineMs: policy.uncertainDeadlineMs },
    }));
    return (await this.#call((no) => ({ kind: "operators", no, operators: list }))) as ReadonlyMap<string, number>;
  }

  async change(command: LedgerCommand): Promise<LedgerResult> {
    const changed = (await this.#call((no) => ({ kind: "change", no, command }))) as Changed;
    this.#tellChanged(changed);
    return changed.result;
  }

  #tellChanged({ accounts, credited }: Changed): void {
    if (accounts !== null) this.#events.accountsChanged(accounts);
    if (credited !== 0) this.#events.credited(credited);
  }

  async useKeys(keys: readonly SecretKey[]): Promise<void> {
    const octets = keyOctets(keys);
    this.#reader.useKeys(octets);
    await this.#call((no) => ({ kind: "keys", no, keys: octets }));
  }

  query(query: Query): Promise<Answer> {
    return this.#reader.query(query);
  }

  // ---------------------------------------------------------------- the writer's side

  #post(message: ToWriter, transfer: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  #call(make: (no: number) => ToWriter): Promise<unknown> {
    if (this.#worker === null) return Promise.reject(new StoreCallError("closed", "the store is not open"));
    const no = ++this.#callNo;
    return new Promise((resolve, reject) => {
      this.#calls.set(no, { resolve, reject });
      this.#post(make(no));
    });
  }

  #heard(message: FromWriter): void {
    switch (message.kind) {
      case "results":
        this.#figures(message.figures);
        this.#results(this.#group.answered(message.used), message.memory, message.octets);
        if (message.memory.byteLength <= SPARE_OCTETS_MAX) this.#spare.push(message.memory);
        if (this.#idle !== null && this.pending === 0) this.#idle();
        break;
      case "opened": {
        this.#figures(message.figures);
        this.#from.use(Buffer.from(message.memory));
        const held: StoredMessage[] = [];
        for (let i = 0; i < message.held; i++) held.push(unpackStored(this.#from));
        this.#settle(message.no, (call) => call.resolve({ found: message.found, held }));
        break;
      }
      case "done":
        this.#settle(message.no, (call) => call.resolve(message.value));
        break;
      case "changed":
        this.#tellChanged(message.changed);
        break;
      case "failed":
        this.#settle(message.no, (call) => call.reject(new StoreCallError(message.code, message.message)));
        break;
      case "log":
        this.#events.log(message.level, message.event, message.fields);
        break;
      case "availability":
        this.#available = message.available && !this.#closing;
        this.#events.availability(message.available, message.reason);
        break;
    }
  }

  #settle(no: number, how: (call: Call) => void): void {
    const call = this.#calls.get(no);
    this.#calls.delete(no);
    if (call !== undefined) how(call);
  }

  #figures(figures: WriterFigures): void {
    const { stats } = this;
    if (figures.intents > 0) {
      stats.commits++;
      stats.intents += figures.intents;
      stats.lastBatch = figures.intents;
      stats.commitMsTotal += figures.tookMs;
      if (figures.tookMs > stats.commitMsMax) stats.commitMsMax = figures.tookMs;
    }
    stats.walOctets = figures.walOctets;
    stats.checkpoints = figures.checkpoints;
    stats.checkpointMsMax = figures.checkpointMsMax;
    stats.orphans = figures.orphans;
    stats.uncertain = figures.uncertain;
    stats.reviews = figures.reviews;
    stats.openDays = figures.openDays;
  }

  /** Calls the batch's tickets back in order, then tells what the store did by itself. */
  #results(tickets: readonly Ticket[], memory: ArrayBuffer, octets: number): void {
    const from = this.#from;
    from.use(Buffer.from(memory, 0, octets));
    for (const ticket of tickets) callBack(from, ticket);
    while (from.at < octets) tell(from, this.#events);
  }

  /** The writer has ended though nobody closed it: a fault of our own. Nothing more can be promised. */
  #died(why: string): void {
    if (this.#worker === null || this.#closing) return;
    this.#worker = null;
    this.#available = false;
    for (const call of this.#calls.values()) call.reject(new StoreCallError("failed", `the writer thread ended: ${why}`));
    this.#calls.clear();
    for (const ticket of this.#group.abandon()) {
      if (ticket !== null && "committed" in ticket) (ticket as Intent).committed(Commit.unknown, null);
    }
    this.#idle?.();
    this.#events.failed(`the writer thread ended: ${why}`);
  }
}
