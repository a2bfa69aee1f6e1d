/**
 * Resubmissions: submits that a customer sends again over a new connection, because the old one died before it had the answer.
 *
 * ```
 *  session ends ─▶ its answered keys, for a while ─┐
 *  its submits still at the store ─(committed)────▶├─▶ key known: the old id is the answer, no message, no charge
 *  start ─▶ keys of the last minutes on disk ──────┘
 *  a commit of which nobody knows ─▶ key in doubt: refused for now ─(the store has read its files again)─▶ known, or new
 * ```
 * Live connections never match each other. While submits of an ended connection are at the store, keyed submits of
 * that account wait for them: a few milliseconds in which nobody could say whether they are the same.
 */
import type { Message } from "../../protocols/model/message.js";
import type { KnownSubmit } from "../store/store.js";
import type { LiveAccount } from "./accounts.js";
import type { SubmitOrigin } from "./ports.js";

/** How long a customer may take to send again: three tries, a minute apart. */
export const RESUBMIT_WITHIN_MS = 180_000;
/** Keys remembered for one account and for all; beyond, the oldest of the account and then new ones are not kept. */
const KEYS_OF_ACCOUNT = 16_384;
const KEYS = 262_144;
/** Submits of one account that may wait. */
const WAITING_MAX = 1_024;

/** In the place of an id: whether the first submit was accepted is not known yet. */
export const IN_DOUBT = -1;

export interface WaitingSubmit {
  readonly origin: SubmitOrigin;
  readonly account: LiveAccount;
  readonly handle: number;
  readonly messages: readonly Message[];
}

interface Known {
  readonly messageId: number;
  readonly atMs: number;
}

class Inherited {
  /** Oldest first. */
  readonly keys = new Map<number, Known>();
  /** Keys of submits whose commit is in doubt, with the id each would have. As many as were at the store when it failed. */
  readonly doubts = new Map<number, number>();
  /** Submits of ended connections at the store. */
  open = 0;
  waiting: WaitingSubmit[] = [];

  get idle(): boolean {
    return this.keys.size === 0 && this.doubts.size === 0 && this.open === 0;
  }
}

export class Resubmissions {
  readonly #accounts = new Map<number, Inherited>();
  /** By the id they would have: account and key of the submits in doubt. */
  readonly #doubts = new Map<number, { readonly accountNo: number; readonly key: number }>();
  readonly #again: (submit: WaitingSubmit) => void;
  #size = 0;
  /** Submits answered with the id of an earlier one, since start. */
  answered = 0;

  /** @param again takes a submit that has waited */
  constructor(again: (submit: WaitingSubmit) => void) {
    this.#again = again;
  }

  /** Keys remembered. */
  get size(): number {
    return this.#size;
  }

  /** What stood on disk at start. Times in ms. */
  restore(known: readonly KnownSubmit[], wallMs: number, nowMs: number): void {
    for (const { accountNo, key, messageId, acceptedAtMs } of known) {
      const ageMs = Math.max(0, wallMs - acceptedAtMs);
      if (ageMs < RESUBMIT_WITHIN_MS) this.#keep(this.#of(accountNo), key, messageId, nowMs - ageMs);
    }
  }

  /** A connection has ended: its answered keys are inherited, and `open` of its submits are at the store. */
  ended(origin: SubmitOrigin, accountNo: number, keys: ReadonlyMap<number, number>, open: number, nowMs: number): void {
    const known = this.#accounts.get(accountNo);
    // What it had waiting was never taken: its customer sends that again, too.
    const waited = known?.waiting.length ?? 0;
    if (known !== undefined) known.waiting = known.waiting.filter((submit) => submit.origin !== origin);
    const atStore = open - (waited - (known?.waiting.length ?? 0));
    if (keys.size === 0 && atStore <= 0) return;
    const inherited = this.#of(accountNo);
    for (const [key, messageId] of keys) if (messageId > 0) this.#keep(inherited, key, messageId, nowMs);
    inherited.open += Math.max(0, atStore);
    this.#drop(accountNo, inherited);
  }

  /** A submit of an ended connection has come back from the store; `messageId` 0: it was not accepted. */
  settled(accountNo: number, key: number, messageId: number, nowMs: number): void {
    const inherited = this.#of(accountNo);
    if (key > 0 && messageId > 0) this.#keep(inherited, key, messageId, nowMs);
    if (inherited.open > 0) inherited.open--;
    if (inherited.open === 0) {
      const { waiting } = inherited;
      inherited.waiting = [];
      for (const submit of waiting) this.#again(submit);
    }
    this.#drop(accountNo, inherited);
  }

  /** Nobody knows whether a submit is on disk, the store neither until it has read its files again. */
  doubt(accountNo: number, key: number, messageId: number): void {
    if (key === 0) return;
    this.#of(accountNo).doubts.set(key, messageId);
    this.#doubts.set(messageId, { accountNo, key });
  }

  /** The store has found out. */
  resolved(messageId: number, accepted: boolean, nowMs: number): void {
    const doubt = this.#doubts.get(messageId);
    if (doubt === undefined) return;
    const { accountNo, key } = doubt;
    this.#doubts.delete(messageId);
    const inherited = this.#of(accountNo);
    // Two live connections may have sent the same.
    if (inherited.doubts.get(key) === messageId) inherited.doubts.delete(key);
    if (accepted) this.#keep(inherited, key, messageId, nowMs);
    this.#drop(accountNo, inherited);
  }

  /** The id a submit with this key was answered with, 0 when it is new, or IN_DOUBT. */
  find(accountNo: number, key: number, nowMs: number): number {
    const inherited = this.#accounts.get(accountNo);
    if (inherited?.doubts.has(key) === true) return IN_DOUBT;
    const known = inherited?.keys.get(key);
    if (known === undefined || nowMs - known.atMs >= RESUBMIT_WITHIN_MS) return 0;
    this.answered++;
    return known.messageId;
  }

  /** Whether a keyed submit of the account has to wait for what is at the store. */
  mustWait(accountNo: number): boolean {
    const inherited = this.#accounts.get(accountNo);
    return inherited !== undefined && inherited.open > 0;
  }

  /** Keeps a submit until then; false when too many wait. */
  wait(submit: WaitingSubmit): boolean {
    const inherited = this.#of(submit.account.terms.no);
    if (inherited.waiting.length >= WAITING_MAX) return false;
    // The octets may be a view on a receive buffer that a waiting message must not pin.
    for (const message of submit.messages) message.octets = Buffer.from(message.octets);
    inherited.waiting.push(submit);
    return true;
  }

  /** Forgets what is too old. */
  tick(nowMs: number): void {
    for (const [accountNo, inherited] of this.#accounts) {
      for (const [key, { atMs }] of inherited.keys) {
        if (nowMs - atMs < RESUBMIT_WITHIN_MS) break;
        inherited.keys.delete(key);
        this.#size--;
      }
      this.#drop(accountNo, inherited);
    }
  }

  #of(accountNo: number): Inherited {
    let inherited = this.#accounts.get(accountNo);
    if (inherited === undefined) {
      inherited = new Inherited();
      this.#accounts.set(accountNo, inherited);
    }
    return inherited;
  }

  #keep(inherited: Inherited, key: number, messageId: number, atMs: number): void {
    if (inherited.keys.delete(key)) this.#size--;
    if (inherited.keys.size >= KEYS_OF_ACCOUNT) {
      const [oldest] = inherited.keys.keys();
      if (oldest !== undefined && inherited.keys.delete(oldest)) this.#size--;
    }
    if (this.#size >= KEYS) return;
    inherited.keys.set(key, { messageId, atMs });
    this.#size++;
  }

  #drop(accountNo: number, inherited: Inherited): void {
    if (inherited.idle && inherited.waiting.length === 0 && this.#accounts.get(accountNo) === inherited) this.#accounts.delete(accountNo);
  }
}
