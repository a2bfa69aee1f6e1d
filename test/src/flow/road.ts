/** A flow with a store in memory and an operator of one link: submits go in, what became of them is read off. */
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import { Outcome, OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { MessageState } from "../../../protocols/model/state.js";
import { readConcatenation } from "../../../protocols/model/udh.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { buildScreen, type Screen } from "../../../src/filter/screen.js";
import type { LiveAccount } from "../../../src/flow/accounts.js";
import { Flow } from "../../../src/flow/flow.js";
import { MessageIds } from "../../../src/flow/ids.js";
import type { FlowOptions } from "../../../src/flow/parts.js";
import type { PolicyGround } from "../../../src/flow/policy.js";
import type { Account } from "../../../src/ledger/account.js";
import type { StoredMessage } from "../../../src/store/store.js";
import { account, accounts, FakeOperator, FakeStore, NO_METRICS } from "./fixtures.js";

const OPTIONS: FlowOptions = {
  maxQueued: 1_000, gatherMs: 30_000, maxGathering: 100, gatheringShare: 1, incomplete: "send", fragmentMs: 3_600_000,
  retry: { delaysMs: [1_000], maxAttempts: 3 }, outbox: { retryMinMs: 1_000, retryMaxMs: 60_000 },
};

export function screenOf(version: number, ...words: string[]): Screen {
  const build = buildScreen([{ name: "words.txt", text: words.join("\n") }], { maxInserted: 3 }, version);
  if ("errors" in build) throw new Error(JSON.stringify(build.errors));
  return build.screen;
}

export function text(hex: string, encoding: Encoding = Encoding.ucs2): Message {
  const made = newMessage();
  made.source = "1069";
  made.destination = "13800138000";
  made.encoding = encoding;
  made.octets = Buffer.from(hex, "hex");
  return made;
}

export function part(hex: string, encoding: Encoding = Encoding.ucs2): Message {
  const made = text(hex, encoding);
  made.hasUdh = true;
  readConcatenation(made.octets, made);
  return made;
}

/** One bind of a customer: keeps what it is answered. */
export class Customer {
  ended = false;
  readonly protocolNo = 1;
  readonly answers: { readonly handle: number; readonly outcome: string; readonly messageId: number }[] = [];
  readonly cancels: string[] = [];
  readonly dropped: string[] = [];

  answerSubmit(handle: number, outcome: Outcome, messageId: number): void {
    this.answers.push({ handle, outcome: OUTCOME_NAMES[outcome] ?? "", messageId });
  }

  dropUnanswered(reason: string): void {
    this.dropped.push(reason);
  }

  answerCancel(_handle: number, answer: string): void {
    this.cancels.push(answer);
  }

  drop(reason: string): void {
    this.dropped.push(reason);
  }
}

export class Road {
  readonly clock = new ManualClock();
  readonly store = new FakeStore();
  readonly operator = new FakeOperator(100);
  readonly customer = new Customer();
  /** Whose parts were refused for want of room, and by which bound. */
  readonly full: string[] = [];
  /** How often siblings could not be looked up. */
  failed = 0;
  readonly owner: LiveAccount;
  readonly flow: Flow;

  /** What was held for a person, and how many messages. */
  readonly reviews: string[] = [];

  constructor(terms: Partial<Account> = {}, options: Partial<FlowOptions> = {}, ground?: PolicyGround) {
    const live = accounts(this.clock, account(1, terms));
    this.owner = live.byNo(1) as LiveAccount;
    this.flow = new Flow({
      store: this.store.store, clock: this.clock, ids: new MessageIds(0, 0), accounts: live, metrics: NO_METRICS,
      notify: { window: () => 0, deliver: () => false }, screen: screenOf(1, "发票"), options: { ...OPTIONS, ...options },
      chooseOperator: () => 1, accountOfService: () => 0,
      observe: { receipt: () => undefined, inboundUnroutable: () => undefined, numbersFailed: () => undefined, replyRefused: () => undefined, refusedFinally: () => undefined, heldForReview: (_accountNo, outcome, count) => void this.reviews.push(`${OUTCOME_NAMES[outcome] ?? ""} ${String(count)}`), gatheringFull: (accountNo, bound) => void this.full.push(`${String(accountNo)} ${bound}`), rejudgeFailed: () => void this.failed++, alarm: () => undefined },
      storeProgress: () => undefined, ...(ground === undefined ? {} : { policies: ground }),
    });
    this.flow.addOperator(this.operator);
  }

  get answers(): string[] {
    return this.customer.answers.map((answer) => answer.outcome);
  }

  submit(message: Message, customer = this.customer): Message {
    this.flow.submit(customer, this.owner, 1, message);
    return message;
  }

  /** One message to each destination, as one submit. */
  submitAll(destinations: readonly string[], message: Message, customer = this.customer): Message[] {
    const messages = destinations.map((destination) => ({ ...message, destination }));
    this.flow.submitAll(customer, this.owner, 1, messages);
    return messages;
  }

  /** Submits, and sees the commit and all that follows from it through. */
  send(message: Message): Message {
    this.submit(message);
    this.store.commit();
    return message;
  }

  /** As the store tells of a held message whose deadline has passed. */
  stored(message: Message): StoredMessage {
    const intent = this.store.accepted.find((one) => one.message.id === message.id);
    if (intent === undefined) throw new Error("never accepted");
    const { accountNo, laneNo, operatorNo, segments, dueMs, partIds, firstPartId, review } = intent;
    return { message, accountNo, laneNo, operatorNo, attempts: 0, segments, wordsVersion: 0, state: MessageState.held, dueMs, partIds, firstPartId, reviewFor: review?.outcome ?? Outcome.ok };
  }

  ended(...messages: Message[]): string[] {
    return messages.map((message) => this.store.ended.get(message.id) ?? "");
  }

  /** Whether held messages were let go: into the queue, or straight to a link. */
  released(...messages: Message[]): boolean[] {
    const { calls } = this.store;
    return messages.map(({ id }) => calls.includes(`release ${String(id)}`) || calls.includes(`dispatch ${String(id)}`));
  }
}
