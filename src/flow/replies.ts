/**
 * Replies: a phone that answers to be written to no more, or again: put on record before its message is told to be taken.
 *
 * ```
 *  MO ─ a lone word of the list, of an account with opt-outs ─▶ on record (durable, in force) ─▶ stored, answered, forwarded as any other
 *                                                                └ anything new: the account's confirmation goes back, free of charge
 * ```
 */
import { classifyDestination } from "../../protocols/model/address.js";
import { Encoding, newMessage, ownOctets, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { messageText } from "../../protocols/model/text.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { ListName } from "../contract/number-lists.js";
import type { Reply } from "../filter/reply-words.js";
import type { Account } from "../ledger/account.js";
import type { NumberChange, NumberStore } from "../store/numbers.js";
import type { Accounts, LiveAccount } from "./accounts.js";
import type { ContractData } from "./contract-data.js";
import type { FlowParts } from "./parts.js";

/** Octets above which no message is a lone word. */
const MOST_OCTETS = 280;
const MAX_SOURCE = 100;

export interface RepliesContext {
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly contract: ContractData;
  readonly numbers: Pick<NumberStore, "change">;
  /** Sends a message of the gateway itself for an account, free of charge. */
  sendFree(account: LiveAccount, message: Message): Outcome;
  /** The confirmation could not be sent. */
  refused(accountNo: number, outcome: Outcome): void;
  /** It could not be put on record; the operator keeps the message and tries again. */
  failed(reason: string): void;
}

/** What an inbound message asks for. */
export interface Asked {
  readonly account: LiveAccount;
  readonly change: NumberChange;
}

export class Replies {
  readonly #context: RepliesContext;

  constructor(context: RepliesContext) {
    this.#context = context;
  }

  /** What an inbound message, its id drawn, asks of the account it was sent to; null for nearly all. */
  read(accountNo: number, message: Message): Asked | null {
    const account = this.#context.accounts.byNo(accountNo);
    if (account?.terms.optOuts !== true || message.segmentTotal > 1 || message.encoding === Encoding.binary || message.octets.length > MOST_OCTETS) return null;
    const text = messageText(message);
    const reply = text === null ? null : this.#context.contract.replyWords.read(text);
    if (reply === null) return null;
    const { kind, normal } = classifyDestination(message.source, message.sourceTon);
    if (kind !== "mobile" && kind !== "international") return null;
    return { account, change: this.#change(account.terms, message, reply, normal, text ?? "") };
  }

  #change(terms: Account, message: Message, reply: Reply, number: string, text: string): NumberChange {
    const word = text.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
    return {
      list: listFor(terms, message.destination), number, off: reply === "in", value: 0,
      atMs: this.#context.clock.wallMs, source: `MO ${word}`.slice(0, MAX_SOURCE), messageId: message.id,
    };
  }

  /** Puts it on record; then tells whether that was done. What was asked for anew is confirmed to the phone. */
  keep({ account, change }: Asked, message: Message, done: (kept: boolean) => void): void {
    // It outlives the read that it came in.
    message.octets = ownOctets(message.octets);
    if (message.extras !== null) message.extras = ownOctets(message.extras);
    this.#context.numbers.change(change).then(
      (changed) => {
        if (changed && !change.off) this.#confirm(account, message);
        done(true);
      },
      (error: unknown) => {
        this.#context.failed(error instanceof Error ? error.message : String(error));
        done(false);
      },
    );
  }

  #confirm(account: LiveAccount, asked: Message): void {
    const { optOutReply } = account.terms;
    if (optOutReply === "") return;
    const message = newMessage();
    message.source = asked.destination;
    message.sourceTon = asked.destinationTon;
    message.sourceNpi = asked.destinationNpi;
    message.destination = asked.source;
    message.destinationTon = asked.sourceTon;
    message.destinationNpi = asked.sourceNpi;
    message.encoding = Encoding.ucs2;
    message.codingOctet = UCS2_CODING;
    message.octets = Buffer.from(optOutReply, "utf16le").swap16();
    message.priority = CONFIRMATION_PRIORITY;
    const outcome = this.#context.sendFree(account, message);
    if (outcome !== Outcome.ok) this.#context.refused(account.terms.no, outcome);
  }
}

/** The coding octet of UCS-2, the same in every protocol. */
const UCS2_CODING = 8;
/** As verification codes go: the phone waits for it. */
const CONFIRMATION_PRIORITY = 3;

/** Null where nothing is kept of what phones ask for. */
export function repliesOf(parts: FlowParts, sendFree: RepliesContext["sendFree"]): Replies | null {
  if (parts.contract === undefined) return null;
  const { data: contract, numbers } = parts.contract;
  const { clock, accounts, observe } = parts;
  return new Replies({
    clock, accounts, contract, numbers, sendFree, failed: (reason) => observe.numbersFailed(reason), refused: (accountNo, outcome) => observe.replyRefused(accountNo, outcome),
  });
}

/** The list of the signature whose own number was written to, else of the whole account. */
function listFor({ no, signatures }: Account, serviceNumber: string): ListName {
  const signature = signatures.find(({ state, source }) => state === "registered" && source !== "" && source === serviceNumber);
  return { kind: "optout", accountNo: no, signatureNo: signature?.no ?? 0 };
}
