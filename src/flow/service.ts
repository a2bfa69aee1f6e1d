/**
 * Service: what a customer asks the gateway itself, by a message to its own number, and what the gateway tells by itself.
 *
 * ```
 *  submit to the service number, text "YE" ─ books ─▶ an inbound message with the balance (on disk) ─▶ answered ok
 * ```
 * Such a message goes to no operator, costs nothing and needs no protocol of its own: it works over each, both ways.
 */
import { Encoding, newMessage, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { mostDeliveries } from "../../protocols/model/plan.js";
import type { Notice } from "../../protocols/model/receipt.js";
import { encodeText, messageText } from "../../protocols/model/text.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Account } from "../ledger/account.js";
import { Commit, type InboundIntent, type Store } from "../store/store.js";
import type { LiveAccount } from "./accounts.js";
import type { MessageIds } from "./ids.js";
import type { SubmitOrigin } from "./ports.js";

/** Longest text looked at: none of the words is longer. */
const MOST_UNITS = 40;

export interface ServiceParts {
  readonly store: Pick<Store, "inbound" | "query">;
  readonly clock: Clock;
  readonly ids: MessageIds;
  readonly notifier: { offer(notice: Notice): void };
  /** The gateway's own number; "": it has none, nobody can ask and nothing is told. */
  readonly number: string;
  /** Texts that ask for the balance; width and case do not count. */
  readonly words: readonly string[];
  /** An account's questions within so long of the one before are answered throttled. */
  readonly everyMs: number;
  /** Nothing new is taken. */
  stopping(): boolean;
  /** Amounts for people. */
  money(micros: bigint): string;
}

export class ServiceDesk {
  readonly #parts: ServiceParts;
  readonly #words: ReadonlySet<string>;
  /** When an account asked last, monotonic ms; as many as there are accounts. */
  readonly #askedAtMs = new Map<number, number>();
  readonly number: string;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.number = parts.number;
    this.#words = new Set(parts.words.map(folded));
  }

  /** A submit to the service number. @returns false when its text asks for nothing: it is then a message like any other */
  asked(origin: SubmitOrigin, account: LiveAccount, handle: number, message: Message): boolean {
    const text = messageText(message);
    if (text === null || text.length > MOST_UNITS || !this.#words.has(folded(text))) return false;
    const { clock, everyMs } = this.#parts;
    const { no } = account.terms;
    const lastMs = this.#askedAtMs.get(no) ?? -Infinity;
    if (this.#parts.stopping()) origin.answerSubmit(handle, Outcome.store_unavailable, 0);
    else if (clock.monotonicMs - lastMs < everyMs) origin.answerSubmit(handle, Outcome.throttled, 0);
    else {
      this.#askedAtMs.set(no, clock.monotonicMs);
      void this.#answerBalance(origin, account.terms, handle, message.source);
    }
    return true;
  }

  /**
   * An inbound message to the account from the service number; nothing when there is no such number.
   * @param to the customer's own number it is sent to
   */
  tell(account: Account, text: string, to = account.serviceCodes[0] ?? ""): void {
    if (this.number !== "") this.#inbound(account.no, text, to, null, 0);
  }

  async #answerBalance(origin: SubmitOrigin, account: Account, handle: number, to: string): Promise<void> {
    let text = "";
    try {
      const answer = await this.#parts.store.query({ kind: "account", name: account.name });
      if (answer.kind === "account" && answer.account !== null) {
        const { availableMicros, heldMicros } = answer.account;
        text = balanceText(account, this.#parts.money(availableMicros), this.#parts.money(heldMicros));
      }
    } catch {
      // The books cannot be read now: said below.
    }
    if (text === "") origin.answerSubmit(handle, Outcome.store_unavailable, 0);
    else this.#inbound(account.no, text, to === "" ? (account.serviceCodes[0] ?? "") : to, origin, handle);
  }

  #inbound(accountNo: number, text: string, to: string, origin: SubmitOrigin | null, handle: number): void {
    const { ids, clock, store, notifier } = this.#parts;
    const message = newMessage();
    message.source = this.number;
    message.destination = to;
    message.encoding = Encoding.ucs2;
    message.codingOctet = 8;
    message.octets = encodeText(text, Encoding.ucs2) as Buffer;
    const askedId = origin === null ? 0 : ids.next(clock.wallMs);
    message.id = ids.range(mostDeliveries(message), clock.wallMs);
    store.inbound(new Told(message, accountNo, (result, notice) => {
      if (notice !== null) notifier.offer(notice);
      if (result === Commit.unknown) origin?.dropUnanswered("commit_unknown");
      else origin?.answerSubmit(handle, result === Commit.ok ? Outcome.ok : Outcome.store_unavailable, result === Commit.ok ? askedId : 0);
    }));
  }
}

/** One word of ours on its way to disk; rare, so that a closure is no matter. */
class Told implements InboundIntent {
  readonly message: Message;
  readonly accountNo: number;
  readonly operatorNo = 0;
  readonly optOut = false;
  readonly #done: (result: Commit, notice: Notice | null) => void;

  constructor(message: Message, accountNo: number, done: (result: Commit, notice: Notice | null) => void) {
    this.message = message;
    this.accountNo = accountNo;
    this.#done = done;
  }

  committed(result: Commit, notice: Notice | null): void {
    this.#done(result, notice);
  }
}

function folded(text: string): string {
  return text.normalize("NFKC").trim().toUpperCase();
}

/** At most 70 characters: one message. */
export function balanceText(account: Pick<Account, "name" | "currency">, available: string, held: string): string {
  return `账户${account.name}可用余额${available}${account.currency}，预扣${held}。Balance ${available}`.slice(0, 70);
}

export function lowBalanceText(account: Pick<Account, "name" | "currency">, available: string): string {
  return `【余额提醒】账户${account.name}可用余额${available}${account.currency}，请及时充值。Low balance`.slice(0, 70);
}
