/** A store in memory that commits when told to, and the small parts a flow needs around it. */
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import { messageText } from "../../../protocols/model/text.js";
import { MessageState, stateName } from "../../../protocols/model/state.js";
import { Outcome, OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import type { Notice, ReceiptNotice } from "../../../protocols/model/receipt.js";
import type { ManualClock } from "../../../protocols/wire/clock.js";
import type { Plan } from "../../../protocols/wire/protocol.js";
import type { Account } from "../../../src/ledger/account.js";
import { makeAccount } from "../../../src/ledger/account-settings.js";
import type { Answer, Query, ReviewEntry } from "../../../src/store/query.js";
import { Accounts } from "../../../src/flow/accounts.js";
import type { FlowMetrics, LinkPort, OperatorPort } from "../../../src/flow/ports.js";
import { Commit, type AcceptIntent, type CancelIntent, type Intent, type PartIntent, type RefusalRecord, type RefusedIntent, type ReviewMark, type Store, type StoredMessage } from "../../../src/store/store.js";

export function account(no: number, settings: Partial<Account> = {}): Account {
  const identity = { no, name: `account${no}`, state: "active", stateReason: "", currency: "CNY", tariffs: [] } as const;
  return { ...makeAccount(identity, { priceMicros: 35_000, rate: 1_000_000, burst: 1_000_000, maxQueued: 1_000_000 }), ...settings };
}

export function accounts(clock: ManualClock, ...list: Account[]): Accounts {
  const made = new Accounts();
  made.update(list, clock.monotonicMs);
  return made;
}

export function message(id: number, priority = 0): Message {
  const made = newMessage();
  made.id = id;
  made.priority = priority;
  made.source = "1069";
  made.destination = "13800138000";
  made.octets = Buffer.from(`text ${id}`, "latin1");
  return made;
}

export const NO_METRICS: FlowMetrics = {
  stage: () => undefined,
  observeAnswer: () => undefined,
  observeToOperator: () => undefined,
  observeToReceipt: () => undefined,
};

interface Queued {
  readonly message: Message;
  readonly accountNo: number;
  readonly laneNo: number;
  readonly order: number;
  claimed: boolean;
}

/** Intents wait in `waiting` until commit(); claims are answered in order with them, as the real store does. */
export class FakeStore {
  readonly calls: string[] = [];
  readonly accepted: AcceptIntent[] = [];
  readonly onDisk = new Map<number, Queued>();
  /** State and outcome of what was ended, by message. */
  readonly ended = new Map<number, string>();
  readonly splits: { readonly messageId: number; readonly wordsVersion: number; readonly dueMs: number; readonly parts: readonly PartIntent[] }[] = [];
  /** What held messages were released with instead of their own. */
  readonly rewritten = new Map<number, Message>();
  /** What was found in a text after its acceptance. */
  readonly evidenceOf = new Map<number, string>();
  /** What waits for a person, as the books say. */
  inReview: readonly ReviewEntry[] = [];
  /** Notices that one claim gives at most, and after which order number claims asked. */
  claimAtMost = Infinity;
  readonly claimedAfter: number[] = [];
  /** Results of the next splits; ok when there are none. */
  readonly splitResults: Commit[] = [];
  cancelResult: Commit = Commit.ok;
  /** Results of the next cancels; cancelResult when there are none. */
  readonly cancelResults: Commit[] = [];
  /** What waits by addresses; null: the books cannot be asked. */
  waiting: readonly number[] | null = [];
  readonly asked: Query[] = [];
  /** Siblings cannot be looked up; there are too many of them. */
  siblingsFail = false;
  siblingsCut = false;
  notices: Notice[] = [];
  available = true;
  #order = 1;
  readonly #waiting: (() => void)[] = [];
  result: Commit = Commit.ok;

  get pending(): number {
    return this.#waiting.length;
  }

  /** As the store the flow asks for; what is not used here is not there. */
  get store(): Store {
    return this as unknown as Store;
  }

  commit(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
  }

  /** The oldest intent alone. */
  commitOne(): void {
    this.#waiting.shift()?.();
  }

  accept(intent: AcceptIntent): void {
    this.calls.push(`accept ${intent.message.id} ${stateName(intent.state)}`);
    this.accepted.push(intent);
    const copy = { ...intent.message, octets: Buffer.from(intent.message.octets) };
    this.#waiting.push(() => {
      if (this.result === Commit.ok && intent.state === MessageState.queued) {
        this.onDisk.set(copy.id, { message: copy, accountNo: intent.accountNo, laneNo: intent.laneNo, order: this.#order++, claimed: false });
      }
      intent.committed(this.result, null);
    });
  }

  acceptAll(intents: readonly AcceptIntent[]): void {
    for (const intent of intents) this.accept(intent);
  }

  split(intent: Intent, messageId: number, wordsVersion: number, dueMs: number, parts: readonly PartIntent[]): void {
    this.calls.push(`split ${messageId}`);
    this.splits.push({ messageId, wordsVersion, dueMs, parts });
    const result = this.splitResults.shift() ?? Commit.ok;
    this.#waiting.push(() => intent.committed(result, null));
  }

  evidence(messageId: number, flags: string): void {
    this.evidenceOf.set(messageId, flags);
    this.#waiting.push(() => undefined);
  }

  sign(messageId: number, signatureNo: number): void {
    this.calls.push(`sign ${messageId} ${signatureNo}`);
    this.#waiting.push(() => undefined);
  }

  review(intent: Intent, messageIds: readonly number[], mark: ReviewMark, dueMs: number, textId: number): void {
    this.calls.push(`review ${messageIds.join(",")} as ${textId} until ${dueMs}: ${OUTCOME_NAMES[mark.outcome] ?? ""} ${mark.rule}`);
    this.#waiting.push(() => {
      for (const id of messageIds) this.onDisk.delete(id);
      intent.committed(this.result, null);
    });
  }

  cancel(intent: CancelIntent): void {
    this.calls.push(`cancel ${intent.messageId}`);
    const result = this.cancelResults.shift() ?? this.cancelResult;
    this.#waiting.push(() => intent.committed(result, null));
  }

  query(query: Query): Promise<Answer> {
    this.asked.push(query);
    if (query.kind === "review") return Promise.resolve({ kind: "review", entries: this.inReview.filter(({ messages }) => messages.some(({ message }) => query.ids.includes(message.id))), more: false });
    if (query.kind === "siblings") return this.#siblings(query.messageIds, query.withinMs);
    return this.waiting === null ? Promise.reject(new Error("busy")) : Promise.resolve({ kind: "waiting", messageIds: this.waiting });
  }

  /** All that was accepted, near (the two before and behind) or anywhere; whatever has become of it. */
  #siblings(messageIds: readonly number[], withinMs: number): Promise<Answer> {
    if (this.siblingsFail) return Promise.reject(new Error("busy"));
    const all = [...this.accepted.map(({ message }) => this.onDisk.get(message.id)?.message ?? message), ...this.splits.flatMap((split) => split.parts.map((each) => each.message))]
      .sort((a, b) => a.id - b.id);
    const key = (one: Message): string => `${one.source} ${one.destination} ${one.segmentReference} ${one.segmentTotal}`;
    const texts = new Map<string, { messageIds: number[]; parts: Message[]; cut: boolean }>();
    for (const id of messageIds) {
      const at = all.findIndex((one) => one.id === id);
      const own = all[at];
      if (own === undefined || own.segmentTotal <= 1) continue;
      const text = texts.get(key(own)) ?? { messageIds: [], parts: [], cut: this.siblingsCut };
      texts.set(key(own), text);
      text.messageIds.push(id);
      const found = all.filter((one, where) => key(one) === key(own) && (withinMs > 0 || Math.abs(where - at) <= 2) && !text.parts.includes(one));
      text.parts.push(...found);
      text.parts.sort((a, b) => a.id - b.id);
    }
    return Promise.resolve({ kind: "siblings", texts: [...texts.values()] });
  }

  dispatch(intent: Intent, messageId: number): void {
    this.calls.push(`dispatch ${messageId}`);
    this.#waiting.push(() => {
      if (this.result === Commit.ok) this.onDisk.delete(messageId);
      intent.committed(this.result, null);
    });
  }

  requeue(_intent: null, messageId: number): void {
    this.calls.push(`requeue ${messageId}`);
  }

  end(intent: Intent, messageId: number, state: MessageState = MessageState.rejected, outcome: Outcome = Outcome.ok): void {
    this.calls.push(`end ${messageId}`);
    this.ended.set(messageId, `${stateName(state)} ${OUTCOME_NAMES[outcome] ?? ""}`);
    this.#waiting.push(() => {
      this.onDisk.delete(messageId);
      intent.committed(Commit.ok, null);
    });
  }

  /** "account:outcome": how many. */
  readonly refused = new Map<string, number>();

  countRefused(intent: RefusedIntent): void {
    const { counts } = intent;
    this.#waiting.push(() => {
      for (const { accountNo, outcome, count } of this.result === Commit.ok ? counts : []) {
        const key = `${accountNo}:${OUTCOME_NAMES[outcome] ?? ""}`;
        this.refused.set(key, (this.refused.get(key) ?? 0) + count);
      }
      intent.committed(this.result, null);
    });
  }

  refusal(record: RefusalRecord): void {
    this.calls.push(`refusal ${record.rule}`);
  }

  release(intent: Intent, messageId: number, _wordsVersion: number, dueMs: number, rewritten: Message | null = null): void {
    if (rewritten !== null) this.rewritten.set(messageId, rewritten);
    this.calls.push(dueMs === 0 ? `release ${messageId}` : `release ${messageId} at ${dueMs}`);
    const held = this.accepted.find((one) => one.message.id === messageId);
    this.#waiting.push(() => {
      const { accountNo = 0, laneNo = 0 } = held ?? {};
      if (held !== undefined) this.onDisk.set(messageId, { message: { ...held.message, ...rewritten, id: messageId }, accountNo, laneNo, order: this.#order++, claimed: false });
      intent.committed(Commit.ok, null);
    });
  }

  claim(laneNo: number, n: number, claimed: (messages: StoredMessage[], remaining: number) => void): void {
    this.#waiting.push(() => {
      const mine = [...this.onDisk.values()].filter((one) => one.laneNo === laneNo && !one.claimed).sort((a, b) => a.order - b.order);
      const taken = mine.slice(0, n);
      for (const one of taken) one.claimed = true;
      claimed(
        taken.map((one) => ({ message: one.message, accountNo: one.accountNo, laneNo, operatorNo: 1, attempts: 0, segments: 1, wordsVersion: 1, state: MessageState.queued, dueMs: 0, partIds: 0, firstPartId: 0, reviewFor: Outcome.ok })),
        mine.length - taken.length,
      );
    });
  }

  claimOutbox(_accountNo: number, after: number, n: number, claimed: (notices: Notice[] | null, more: boolean) => void): void {
    this.#waiting.push(() => {
      const left = this.notices.filter((notice) => notice.order > after);
      const most = Math.min(n, this.claimAtMost);
      this.claimedAfter.push(after);
      if (this.available) claimed(left.slice(0, most), left.length >= most);
      else claimed(null, true);
    });
  }

  notified(_accountNo: number, order: number, _messageId: number, _inbound: boolean, result: string, intent?: Intent): void {
    this.calls.push(`notified ${order} ${result}`);
    if (intent !== undefined) this.#waiting.push(() => intent.committed(Commit.ok, null));
  }
}

/** An operator with one link and a window. */
export class FakeOperator implements OperatorPort, LinkPort {
  readonly operatorNo = 1;
  readonly no = 1;
  anyBound = true;
  window: number;
  used = 0;
  readonly written: number[] = [];
  readonly tickets: object[] = [];
  signatureUnits = 0;
  /** Texts longer than this do not go out as they are. */
  mostUnits = Infinity;

  constructor(window: number) {
    this.window = window;
  }

  fits(asked: Message): boolean {
    return (messageText(asked)?.length ?? 0) + (asked.segmentNumber <= 1 ? this.signatureUnits : 0) <= this.mostUnits;
  }

  /** Cuts each part by itself, in UCS-2, as long as `mostUnits` has it; numbers all pieces together. */
  plan(parts: readonly Message[], reference: number, prefix: string): Plan {
    const pieces = parts.map((part, at) => {
      const body = (at === 0 ? prefix : "") + (messageText(part) ?? "");
      const cut: string[] = [];
      let room = this.mostUnits - (at === 0 ? this.signatureUnits : 0);
      for (let from = 0; from < body.length; from += room, room = this.mostUnits) cut.push(body.slice(from, from + room));
      return cut;
    });
    const total = pieces.reduce((sum, cut) => sum + cut.length, 0);
    if (total > 255) return { possible: false, outcome: Outcome.too_long };
    let number = 0;
    return {
      possible: true,
      parts: pieces.map((cut, at) => cut.map((text) => ({
        ...(parts[at] as Message), id: 0, encoding: Encoding.ucs2, octets: Buffer.from(text, "utf16le").swap16(), hasUdh: false,
        segmentReference: reference, segmentTotal: total > 1 ? total : 0, segmentNumber: total > 1 ? ++number : 0,
      }))),
    };
  }

  reserveLink(): LinkPort | null {
    return this.reserve() ? this : null;
  }

  reserve(): boolean {
    if (!this.anyBound || this.used >= this.window) return false;
    this.used++;
    return true;
  }

  unreserve(): void {
    this.used--;
  }

  submitReserved(written: Message, ticket: object): boolean {
    if (!this.anyBound) return false;
    this.written.push(written.id);
    this.tickets.push(ticket);
    return true;
  }
}

export function notice(order: number, accountNo = 1): ReceiptNotice {
  return {
    kind: "receipt", order, accountNo, messageId: 1_000 + order, source: "1069", sourceTon: 0, sourceNpi: 0,
    destination: "13800138000", destinationTon: 1, destinationNpi: 1, serviceType: "", protocolNo: 0,
    state: MessageState.delivered, error: "000", stateWord: "",
    submittedAtMs: 0, doneAtMs: 0, extras: null,
  };
}
