/**
 * Shares: how much of what is kept in memory there is of all accounts and of each, and the bounds of both.
 */
import { octetsHeld, type Message } from "../../protocols/model/message.js";

/** Whose bound keeps a further message out. */
export type ShareBound = "account" | "all";

interface Share {
  messages: number;
  octets: number;
}

export class Shares {
  readonly #most: Readonly<Share>;
  readonly #mostOfOne: Readonly<Share>;
  readonly #all: Share = { messages: 0, octets: 0 };
  readonly #byAccount = new Map<number, Share>();

  /** @param share how much of both one account may have: above 0, up to 1 */
  constructor(messages: number, octets: number, share: number) {
    this.#most = { messages, octets };
    this.#mostOfOne = { messages: Math.max(1, Math.floor(messages * share)), octets: octets * share };
  }

  /** Messages of all accounts. */
  get messages(): number {
    return this.#all.messages;
  }

  messagesOf(accountNo: number): number {
    return this.#byAccount.get(accountNo)?.messages ?? 0;
  }

  /** The bound that keeps a further message of this account out, of so many octets at least; null: there is room. */
  full(accountNo: number, octets = 1): ShareBound | null {
    if (!fits(this.#all, octets, this.#most)) return "all";
    return fits(this.#byAccount.get(accountNo) ?? NOTHING, octets, this.#mostOfOne) ? null : "account";
  }

  take(accountNo: number, message: Message): void {
    let mine = this.#byAccount.get(accountNo);
    if (mine === undefined) {
      mine = { messages: 0, octets: 0 };
      this.#byAccount.set(accountNo, mine);
    }
    for (const share of [this.#all, mine]) {
      share.messages++;
      share.octets += octetsHeld(message);
    }
  }

  /** Gives back what was taken for this message. */
  giveBack(accountNo: number, message: Message): void {
    const mine = this.#byAccount.get(accountNo);
    if (mine === undefined) return;
    for (const share of [this.#all, mine]) {
      share.messages--;
      share.octets -= octetsHeld(message);
    }
    if (mine.messages === 0) this.#byAccount.delete(accountNo);
  }
}

const NOTHING: Readonly<Share> = { messages: 0, octets: 0 };

function fits(share: Readonly<Share>, octets: number, most: Readonly<Share>): boolean {
  return share.messages < most.messages && share.octets + octets <= most.octets;
}
