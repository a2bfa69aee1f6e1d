/**
 * Bench: an engine in this very thread with a hand-moved clock, asked by plain calls: one call, one batch, its results read.
 */
import { expect } from "chai";
import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newMessage } from "../../../protocols/model/message.js";
import type { Message } from "../../../protocols/model/message.js";
import { MessageState } from "../../../protocols/model/state.js";
import type { Notice } from "../../../protocols/model/receipt.js";
import type { Account } from "../../../src/ledger/account.js";
import { messageId } from "../../../protocols/model/message-id.js";
import {
  packAccept, packCancel, packClaim, packClaimOutbox, packCountRefused, packDispatch, packEnd, packEvidence, packGroup, packInbound, packNotified, packReceipt, packRefusal, packRefused, packRelease,
  packRequeue, packReview, packSign, packSent, packSplit, packSweep, packUncertain,
} from "../../../src/store/intent.js";
import { OctetReader, Octets } from "../../../src/store/octets.js";
import { Commit } from "../../../src/store/store.js";
import type { AcceptIntent, ReviewMark, StoredMessage } from "../../../src/store/store.js";
import { REFUSED, Result, Told, unpackNotice, unpackStored } from "../../../src/store/results.js";
import type { Answer, Query } from "../../../src/store/query.js";
import { answerNow } from "../../../src/store/sqlite/answers.js";
import { DayKeys } from "../../../src/store/sqlite/day-keys.js";
import { Books } from "../../../src/store/sqlite/books.js";
import { Engine } from "../../../src/store/sqlite/engine.js";
import type { Found } from "../../../src/store/sqlite/recovery.js";
import type { Policy, WriterOptions } from "../../../src/store/sqlite/state.js";
import { verifyBooks } from "../../../src/store/sqlite/verify.js";
import { finish } from "./day-book.js";

/** 2025-11-24 12:00 in the business time zone. */
export const NOON = Date.UTC(2025, 10, 24, 4);
export const PRICE = 35_000;
export const LANE = 4;

export interface Answered {
  commit: Commit;
  notice: Notice | null;
}

export interface Submitted {
  id?: number;
  account?: number;
  lane?: number;
  state?: MessageState;
  charge?: number;
  segments?: number;
  wanted?: number;
  source?: string;
  destination?: string;
  octets?: Buffer;
  expiresMs?: number;
  dueMs?: number;
  flags?: string;
  signature?: number;
  operator?: number;
  service?: string;
  key?: number;
  extras?: Buffer;
  /** Whether the extras come again with receipts. */
  extrasWithReceipt?: boolean;
  /** Of a part: reference, total, number. */
  place?: readonly [number, number, number];
  /** Ids kept for parts, and the first of them. */
  partIds?: number;
  firstPartId?: number;
  review?: ReviewMark;
}

export interface SplitAs {
  parts: number;
  dueMs?: number;
  expiresMs?: number;
  /** Before the parts' ids, instead of the whole's own. */
  from?: number;
  /** Ids between the whole's own and the parts'. */
  between?: number;
}

export interface Cancelled {
  account?: number;
  source?: string;
  destination?: string;
  service?: string;
}

export interface Reported {
  operator?: number;
  state?: MessageState;
  final?: boolean;
  word?: string;
  error?: string;
  source?: string;
  destination?: string;
}

/** Called with an intent's result: commit, notice, what was claimed, and a number (remaining, order, candidate). */
type Ticket = (commit: Commit, notice: Notice | null, claimed: (StoredMessage | Notice)[], number: number) => void;

const NOTHING = (): void => undefined;

export class Bench {
  readonly dir: string;
  readonly options: { -readonly [K in keyof WriterOptions]: WriterOptions[K] };
  engine!: Engine;
  found!: Found;
  held: StoredMessage[] = [];
  wallMs = NOON;
  /** What the store told by itself. */
  readonly notices: Notice[] = [];
  readonly queued: [number, number][] = [];
  readonly unqueued: [number, number][] = [];
  readonly overdue: StoredMessage[] = [];
  /** Messages that wait elsewhere than in a lane, by account, as told last. */
  readonly waiting = new Map<number, number>();
  readonly credited: number[] = [];
  readonly resolved: [messageId: number, accepted: boolean][] = [];
  readonly parked: [account: number, before: number, count: number][] = [];
  readonly availability: [boolean, string][] = [];
  readonly logged: string[] = [];
  readonly finished: string[] = [];
  readonly erasures: [path: string, kinds: number][] = [];
  /** Accounts that time has changed. */
  readonly changed: string[] = [];
  policy: Policy = { uncertain: "resend", waitMs: 30_000, deadlineMs: 3_600_000 };
  #sequence = 0;
  readonly #into = new Octets(65_536);
  readonly #from = new OctetReader();
  #tickets: Ticket[] = [];
  #answer: Answered[] = [];

  constructor(options: Partial<WriterOptions> = {}) {
    this.dir = mkdtempSync(join(tmpdir(), "tollgate-engine-"));
    this.options = { dir: this.dir, zoneMinutes: 480, retentionDays: 150, receiptHorizonMs: 259_200_000, outboxRetentionMs: 604_800_000, minFreeDiskMb: 0, maxPages: 0, ...options };
    this.start();
  }

  start(): void {
    this.engine = new Engine(this.options, {
      log: (_level, event) => this.logged.push(event),
      availability: (available, reason) => this.availability.push([available, reason]),
      finishDay: (path, erase) => void (erase === 0 ? this.finished.push(path) : this.erasures.push([path, erase])),
      changed: ({ result }) => void this.changed.push(result.ok ? (result.account?.account.name ?? "") : result.code),
    }, () => 0);
    const { found, held } = this.engine.open(this.wallMs);
    this.found = found;
    this.held = [];
    const from = new OctetReader();
    from.use(Buffer.from(this.engine.state.out.buffer.subarray(0, this.engine.state.out.at)));
    for (let i = 0; i < held; i++) this.held.push(unpackStored(from));
    this.engine.registerOperators([{ name: "op", policy: this.policy }, { name: "other", policy: this.policy }], this.wallMs);
  }

  /** A clean end; the files are opened again. */
  restart(afterMs = 0): void {
    this.engine.close();
    this.wallMs += afterMs;
    this.start();
  }

  /** A kill at this moment: what stands in the files, WAL and all, is opened again; nothing of a clean end is in them. */
  crash(afterMs = 0): void {
    const image = `${this.dir}-image`;
    cpSync(this.dir, image, { recursive: true });
    this.engine.close();
    rmSync(this.dir, { recursive: true, force: true });
    renameSync(image, this.dir);
    this.wallMs += afterMs;
    this.start();
  }

  close(): void {
    this.engine.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  account(name: string, settings: Partial<Account> = {}, topUp = 1_000_000): number {
    const added = this.engine.change({ kind: "account.add", actor: "test", name, settings: { priceMicros: PRICE, ...settings } }, this.wallMs);
    if (!added.result.ok) throw new Error(added.result.message);
    if (topUp > 0) this.topUp(name, topUp);
    return added.result.account?.account.no ?? 0;
  }

  topUp(name: string, amount: number): number {
    return this.engine.change({ kind: "topup", actor: "test", name, amountMicros: BigInt(amount), reference: `R${++this.#sequence}` }, this.wallMs).credited;
  }

  /** A new id at the present second. */
  id(): number {
    return messageId(Math.floor(this.wallMs / 1_000), 0, ++this.#sequence);
  }

  /** Everything `work` packs is one batch; what was answered, in order. */
  batch(work: () => void): Answered[] {
    this.#into.at = 0;
    this.#tickets = [];
    this.#answer = [];
    work();
    this.engine.execute(Buffer.from(this.#into.buffer.subarray(0, this.#into.at)), this.wallMs);
    const { out } = this.engine.state;
    this.#from.use(Buffer.from(out.buffer.subarray(0, out.at)));
    for (const ticket of this.#tickets) this.#read(ticket);
    while (this.#from.at < out.at) this.#told();
    return this.#answer;
  }

  #read(ticket: Ticket): void {
    const from = this.#from;
    const kind = from.u8();
    if (kind === Result.claim || kind === Result.outbox) {
      const read: (StoredMessage | Notice)[] = [];
      const all = from.u32();
      if (all === REFUSED) throw new Error("the outbox could not be read");
      for (let count = all; count > 0; count--) read.push(kind === Result.claim ? unpackStored(from) : unpackNotice(from));
      ticket(Commit.ok, null, read, kind === Result.claim ? from.f64() : from.u8());
    } else if (kind === Result.inbound) {
      ticket(Commit.ok, null, [], from.f64());
    } else {
      const commit = from.u8() as Commit;
      const matched = kind === Result.receipt ? from.u8() - 1 : 0;
      const notice = kind === Result.notice || (kind === Result.receipt && from.u8() === 1) ? unpackNotice(from) : null;
      ticket(commit, notice, [], matched);
    }
  }

  #told(): void {
    const from = this.#from;
    switch (from.u8()) {
      case Told.queued: this.queued.push([from.f64(), from.u32()]); break;
      case Told.unqueued: this.unqueued.push([from.f64(), from.u32()]); break;
      case Told.notice: this.notices.push(unpackNotice(from)); break;
      case Told.heldOverdue: for (let count = from.u32(); count > 0; count--) this.overdue.push(unpackStored(from)); break;
      case Told.waiting: this.waiting.set(from.u32(), from.u32()); break;
      case Told.parked: this.parked.push([from.u32(), from.f64(), from.u32()]); break;
      case Told.resolved: this.resolved.push([from.f64(), from.u8() === 1]); break;
      case Told.credited: this.credited.push(from.u32()); break;
      default: throw new Error("results out of step");
    }
  }

  #added(ticket: Ticket): void {
    this.#tickets.push(ticket);
  }

  #ticket(): Ticket {
    const answer = this.#answer;
    const at = answer.push({ commit: Commit.failed, notice: null }) - 1;
    return (commit, notice) => (answer[at] = { commit, notice });
  }

  #one(pack: () => void): Answered {
    return this.batch(pack)[0] as Answered;
  }

  // ---- one intent, inside a batch

  #intent(submitted: Submitted): AcceptIntent {
    const message = newMessage();
    message.id = submitted.id ?? this.id();
    message.source = submitted.source ?? "1069";
    message.destination = submitted.destination ?? "13800138000";
    message.octets = submitted.octets ?? Buffer.from("hello");
    message.receiptWanted = submitted.wanted ?? 3;
    message.expiresAtMs = submitted.expiresMs ?? this.wallMs + 86_400_000;
    message.serviceType = submitted.service ?? "";
    message.submitKey = submitted.key ?? 0;
    message.extras = submitted.extras ?? null;
    message.extrasWithReceipt = submitted.extrasWithReceipt ?? false;
    [message.segmentReference, message.segmentTotal, message.segmentNumber] = submitted.place ?? [0, 0, 0];
    return {
      message, accountNo: submitted.account ?? 1, laneNo: submitted.lane ?? LANE, state: submitted.state ?? MessageState.dispatched,
      operatorNo: submitted.operator ?? 1, linkNo: 1, segments: submitted.segments ?? 1, chargeMicros: submitted.charge ?? PRICE, wordsVersion: 7,
      dueMs: submitted.dueMs ?? 0, flags: submitted.flags ?? "", signatureNo: submitted.signature ?? 0, partIds: submitted.partIds ?? 0,
      firstPartId: submitted.firstPartId ?? 0, review: submitted.review ?? null, committed: NOTHING,
    };
  }

  putAccept(submitted: Submitted = {}): number {
    const intent = this.#intent(submitted);
    packAccept(this.#into, intent);
    this.#added(this.#ticket());
    return intent.message.id;
  }

  /** As one submit to several: all or none. */
  putGroup(submitted: readonly Submitted[]): number[] {
    const intents = submitted.map((each) => this.#intent(each));
    packGroup(this.#into, intents);
    intents.forEach((intent, i) => {
      packAccept(this.#into, intent, i === 0 ? intent.message.submitKey : 0);
      this.#added(this.#ticket());
    });
    return intents.map((intent) => intent.message.id);
  }

  putSplit(id: number, { parts, dueMs = 0, expiresMs = 0, between = 0, from = id + between }: SplitAs): void {
    packSplit(this.#into, id, 9, dueMs, Array.from({ length: parts }, (_, i) => {
      const message = newMessage();
      message.id = from + 1 + i;
      message.source = "1069";
      message.destination = "13800138000";
      message.octets = Buffer.from(`part ${i + 1}`);
      // What the operator is asked for; nobody is told.
      message.receiptWanted = 7;
      message.expiresAtMs = expiresMs;
      return { message, laneNo: LANE, operatorNo: 1 };
    }));
    this.#added(this.#ticket());
  }

  putCancel(id: number, { account = 1, source = "", destination = "", service = "" }: Cancelled = {}): void {
    packCancel(this.#into, { accountNo: account, messageId: id, source, destination, serviceType: service, committed: NOTHING });
    this.#added(this.#ticket());
  }

  putSent(id: number, key: string, attempt = 1, operator = 1): void {
    packSent(this.#into, id, attempt, operator, key);
    this.#added(this.#ticket());
  }

  putReceipt(keys: readonly string[], reported: Reported = {}): { matched: number } {
    const { operator = 1, state = MessageState.delivered, final = true, word = "DELIVRD", error = "000", source = "1069", destination = "13800138000" } = reported;
    const intent = {
      operatorNo: operator, candidates: keys, matched: -9, committed: NOTHING,
      receipt: { operatorMessageId: keys[0] ?? "", alternateId: "", state, final, stateWord: word, error, source, destination, doneAtMs: 0, raw: Buffer.from("raw") },
    };
    packReceipt(this.#into, intent);
    const ticket = this.#ticket();
    this.#added((commit, notice, claimed, matched) => {
      intent.matched = matched;
      ticket(commit, notice, claimed, matched);
    });
    return intent;
  }

  putDispatch(id: number, attempt = 1, operator = 1): void {
    packDispatch(this.#into, id, operator, 1, attempt);
    this.#added(this.#ticket());
  }

  putRefused(id: number, status = 69, name = "ESME_RSUBMITFAIL", attempt = 1): void {
    packRefused(this.#into, id, attempt, status, name);
    this.#added(this.#ticket());
  }

  putRequeue(id: number, attempt: number, status: number, dueMs: number): void {
    packRequeue(this.#into, id, attempt, status, dueMs);
    this.#added(this.#ticket());
  }

  putSweep(): void {
    packSweep(this.#into, this.wallMs);
    this.#added(this.#ticket());
  }

  putInbound(account: number, destination: string, text: string, optOut = false): number {
    const message = newMessage();
    message.id = this.id();
    message.source = "13900139000";
    message.destination = destination;
    message.octets = Buffer.from(text);
    packInbound(this.#into, { message, optOut, accountNo: account, operatorNo: 1, committed: NOTHING });
    const ticket = this.#ticket();
    this.#added((commit, _notice, claimed, order) => {
      ticket(commit, { kind: "inbound", order, accountNo: account, messageId: message.id, message }, claimed, order);
    });
    return message.id;
  }

  // ---- one intent, a batch of its own

  accept(submitted: Submitted = {}): { id: number; commit: Commit } {
    let id = 0;
    const { commit } = this.#one(() => (id = this.putAccept(submitted)));
    return { id, commit };
  }

  /** Room behind an id for the ids of its parts. */
  reserve(parts: number): void {
    this.#sequence += parts;
  }

  /** A held message with room for its parts, and split at once; their ids. */
  split(parts: number, submitted: Submitted = {}, as: Omit<SplitAs, "parts"> = {}): { id: number; parts: number[] } {
    const { id } = this.accept({ state: MessageState.held, dueMs: this.wallMs + 30_000, ...submitted });
    const { between = 0 } = as;
    this.reserve(between + parts);
    const { commit } = this.#one(() => this.putSplit(id, { parts, ...as }));
    if (commit !== Commit.ok) throw new Error(`split: ${String(commit)}`);
    return { id, parts: Array.from({ length: parts }, (_, i) => id + between + 1 + i) };
  }

  cancel(id: number, cancelled: Cancelled = {}): Answered {
    return this.#one(() => this.putCancel(id, cancelled));
  }

  dispatch(id: number, attempt = 1, operator = 1): Commit {
    return this.#one(() => this.putDispatch(id, attempt, operator)).commit;
  }

  sent(id: number, key: string, attempt = 1, operator = 1): Commit {
    return this.#one(() => this.putSent(id, key, attempt, operator)).commit;
  }

  receipt(keys: readonly string[], reported: Reported = {}): Answered & { matched: number } {
    let intent = { matched: -9 };
    const answered = this.#one(() => (intent = this.putReceipt(keys, reported)));
    return { ...answered, matched: intent.matched };
  }

  refused(id: number, status: number, name: string, attempt = 1): Answered {
    return this.#one(() => this.putRefused(id, status, name, attempt));
  }

  requeue(id: number, attempt: number, status: number, dueMs: number): Commit {
    return this.#one(() => this.putRequeue(id, attempt, status, dueMs)).commit;
  }

  uncertain(id: number, attempt = 1): Commit {
    return this.#one(() => {
      packUncertain(this.#into, id, attempt);
      this.#added(this.#ticket());
    }).commit;
  }

  review(ids: readonly number[], mark: ReviewMark, dueMs: number): Commit {
    return this.#one(() => {
      packReview(this.#into, ids, mark, dueMs, ids[0] as number);
      this.#added(this.#ticket());
    }).commit;
  }

  release(id: number, words = 8, dueMs = 0, rewritten: Message | null = null): Commit {
    return this.#one(() => {
      packRelease(this.#into, id, words, dueMs, rewritten);
      this.#added(this.#ticket());
    }).commit;
  }

  evidence(id: number, flags: string): Commit {
    return this.#one(() => {
      packEvidence(this.#into, id, flags);
      this.#added(this.#ticket());
    }).commit;
  }

  sign(id: number, signature: number): Commit {
    return this.#one(() => {
      packSign(this.#into, id, signature);
      this.#added(this.#ticket());
    }).commit;
  }

  end(id: number, state: MessageState, outcome: number): Answered {
    return this.#one(() => {
      packEnd(this.#into, id, state, outcome);
      this.#added(this.#ticket());
    });
  }

  notified(notice: Notice, parked = false): Commit {
    return this.#one(() => {
      packNotified(this.#into, notice.accountNo, notice.order, notice.messageId, notice.kind === "inbound", parked);
      this.#added(this.#ticket());
    }).commit;
  }

  inbound(account: number, destination: string, text: string, optOut = false): Answered & { id: number } {
    let id = 0;
    const answered = this.#one(() => (id = this.putInbound(account, destination, text, optOut)));
    return { ...answered, id };
  }

  refusal(account: number, outcome: number, rule: string, more: Partial<Message> = {}): void {
    const message = Object.assign(newMessage(), more);
    message.id = this.id();
    this.#one(() => {
      packRefusal(this.#into, { accountNo: account, outcome: outcome as never, rule, message });
      this.#added(this.#ticket());
    });
  }

  /** Outcome: how many. The number of the batch. */
  countRefused(account: number, counted: Readonly<Record<number, number>>, no = ++this.#sequence, atMs = this.wallMs): number {
    const counts = Object.entries(counted).map(([outcome, count]) => ({ accountNo: account, outcome: Number(outcome) as never, count }));
    this.#one(() => {
      packCountRefused(this.#into, { no, atMs, counts, committed: NOTHING });
      this.#added(this.#ticket());
    });
    return no;
  }

  claim(lane: number, n: number): { messages: StoredMessage[]; remaining: number } {
    let claimed: { messages: StoredMessage[]; remaining: number } = { messages: [], remaining: -1 };
    this.batch(() => {
      packClaim(this.#into, lane, n);
      this.#added((_commit, _notice, messages, remaining) => (claimed = { messages: messages as StoredMessage[], remaining }));
    });
    return claimed;
  }

  outbox(account: number, after: number, n: number): Notice[] {
    let claimed: Notice[] = [];
    this.batch(() => {
      packClaimOutbox(this.#into, account, after, n);
      this.#added((_commit, _notice, notices) => (claimed = notices as Notice[]));
    });
    return claimed;
  }

  /** Moves the clock and sweeps. */
  sweep(afterMs = 0): void {
    this.wallMs += afterMs;
    this.#one(() => this.putSweep());
  }

  // ---- what stands on disk

  money(account: number): { available: number; held: number; spent: number } {
    let [available, held, spent] = [Number(this.books((books) => books.ledger.available(account))), 0, 0];
    for (const file of this.engine.state.days.open()) {
      const total = file.account(account);
      available += total.availableDelta;
      held += total.held;
      spent += total.settled;
    }
    return { available, held, spent };
  }

  row(id: number): Record<string, number> {
    return this.books((books) => {
      const row = books.fileOf(id)?.db.prepare("SELECT * FROM message_all WHERE id = ?").safeIntegers(false).get(id) as Record<string, number> | undefined;
      if (row === undefined) throw new Error(`no message ${id}`);
      return row;
    });
  }

  books<T>(read: (books: Books) => T): T {
    const books = Books.open(this.dir, this.options.zoneMinutes, undefined, new DayKeys(this.options.keys ?? []));
    try {
      return read(books);
    } finally {
      books.close();
    }
  }

  /** One question, answered at once. */
  ask<K extends Query["kind"]>(query: Extract<Query, { kind: K }>): Extract<Answer, { kind: K }> {
    return answerNow(this.dir, this.options.zoneMinutes, query, () => 0, new DayKeys(this.options.keys ?? [])) as Extract<Answer, { kind: K }>;
  }

  /** Problems found by the full check. */
  problems(): readonly string[] {
    return this.books((books) => finish(verifyBooks(books, true, () => 0)).problems);
  }
}

/** For each test of a suite a new bench with the account "a", whose books must be clean at the end. */
export function benchEach(take: (bench: Bench) => void, options: () => Partial<WriterOptions> = () => ({})): void {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(options());
    bench.account("a");
    take(bench);
  });
  afterEach(() => {
    expect(bench.problems(), "verify").to.deep.equal([]);
    bench.close();
  });
}
