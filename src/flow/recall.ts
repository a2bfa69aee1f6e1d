/**
 * Recall: after a start, reads back what accounts with caps on their traffic had sent before, so that a restart forgets nothing.
 *
 * ```
 *  start ─ accounts with such terms: throttled ─ their last hours, the latest first, page by page ─▶ trackers ─ they may send again
 * ```
 * Until then such an account is answered `throttled` (to be tried again), for a bounded time, and only such an account: its caps never let more through. What
 * takes longer is let be, the earliest with it, and is told. Parts of long texts are brought together as they were when they came.
 */
import { classifyDestination } from "../../protocols/model/address.js";
import { Encoding, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { messageText } from "../../protocols/model/text.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { TrafficPolicy, Trackers } from "../contract/traffic-policy.js";
import type { LatelyAccepted, Query } from "../store/query.js";
import type { Store } from "../store/store.js";
import { lackingSignature } from "./accept.js";
import type { LiveAccount } from "./accounts.js";
import { Gathering, type Gatherable } from "./gathering.js";

/** Longest time accounts are kept waiting. */
const LONGEST_MS = 120_000;
/** When the books cannot be asked just now. */
const AGAIN_MS = 250;
/** Parts of texts held while their siblings are looked for. */
const MAX_PARTS = 100_000;

export interface RecallContext {
  readonly store: Pick<Store, "query">;
  readonly clock: Pick<Clock, "wallMs" | "monotonicMs" | "after">;
  readonly trackers: Trackers;
  /** Told at the end. @param failure why not all was read, "" when it was */
  recalled(accounts: number, messages: number, tookMs: number, failure: string): void;
}

/** An account whose traffic is remembered. */
export interface Remembered {
  readonly account: LiveAccount;
  readonly traffic: TrafficPolicy;
}

/** Those of them all. */
export function remembered(accounts: Iterable<LiveAccount>): Remembered[] {
  const found: Remembered[] = [];
  for (const account of accounts) {
    const traffic = account.policy?.traffic;
    if (traffic?.remembers === true) found.push({ account, traffic });
  }
  return found;
}

interface Part extends Gatherable {
  readonly acceptedAtMs: number;
  readonly signatureNo: number;
}

export class Recall {
  readonly #context: RecallContext;
  /** By number, those that still have room for what is earlier. */
  readonly #accounts = new Map<number, Remembered>();
  readonly #gathering = new Gathering<Part>(MAX_PARTS);
  #messages = 0;

  constructor(context: RecallContext) {
    this.#context = context;
  }

  /** Begins at once; resolves when the accounts may send. Never rejects. */
  async run(remembered: readonly Remembered[]): Promise<void> {
    if (remembered.length === 0) return;
    const { clock, recalled } = this.#context;
    const beganMs = clock.monotonicMs;
    for (const each of remembered) {
      each.account.recalling = true;
      this.#accounts.set(each.account.terms.no, each);
    }
    let failure = "";
    try {
      await this.#blasting(remembered, beganMs);
      await this.#accepted(remembered, beganMs);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    for (const { account } of remembered) account.recalling = false;
    recalled(remembered.length, this.#messages, clock.monotonicMs - beganMs, failure);
  }

  /** Numbers that were refused for blasting: their blocks stay refused, and the account slowed. */
  async #blasting(remembered: readonly Remembered[], beganMs: number): Promise<void> {
    const { clock, trackers } = this.#context;
    const blasting = remembered.filter(({ traffic }) => traffic.looksForBlasting);
    if (blasting.length === 0) return;
    const longestMs = Math.max(...blasting.map(({ account }) => Math.max(account.terms.blastLimitMs, account.terms.blastWindowMs)));
    const answer = await this.#ask({ kind: "refused_lately", accounts: blasting.map(({ account }) => account.terms.no), outcome: Outcome.blasting, sinceMs: clock.wallMs - longestMs }, beganMs);
    for (const { accountNo, destination, atMs } of answer.kind === "refused_lately" ? answer.refused : []) {
      const { account, traffic } = this.#accounts.get(accountNo) as Remembered;
      traffic.restoreBlasting(trackers, account.terms, classifyDestination(destination, 0).normal, atMs, clock.wallMs);
    }
  }

  async #accepted(remembered: readonly Remembered[], beganMs: number): Promise<void> {
    const { clock } = this.#context;
    const sinceMs = clock.wallMs - Math.max(...remembered.map(({ traffic }) => traffic.memoryMs));
    let beforeId = 0;
    do {
      if (clock.monotonicMs - beganMs > LONGEST_MS) throw new Error("there is more of it than there is time");
      const answer = await this.#ask({ kind: "lately", accounts: [...this.#accounts.keys()], sinceMs, beforeId }, beganMs);
      if (answer.kind !== "lately") return;
      for (const message of answer.messages) this.#take(message);
      ({ beforeId } = answer);
    } while (beforeId !== 0 && this.#accounts.size > 0);
    if (this.#accounts.size < remembered.length) throw new Error("there is more of it than may be remembered");
  }

  async #ask(query: Query, beganMs: number): ReturnType<Store["query"]> {
    const { store, clock } = this.#context;
    for (;;) {
      try {
        return await store.query(query);
      } catch (error) {
        if (clock.monotonicMs - beganMs > LONGEST_MS) throw error;
        await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
      }
    }
  }

  #take(lately: LatelyAccepted): void {
    const remembered = this.#accounts.get(lately.accountNo);
    if (remembered === undefined || this.#context.clock.wallMs - lately.acceptedAtMs >= remembered.traffic.memoryMs) return;
    const { message } = lately;
    if (message.segmentTotal <= 1) {
      this.#restore(remembered, message, message.encoding === Encoding.binary ? null : messageText(message), lately.signatureNo, lately.acceptedAtMs);
      return;
    }
    const gathered = this.#gathering.add(lately);
    if (gathered === null) return;
    // It counted when its last part had come.
    const { parts } = gathered;
    const atMs = Math.max(...parts.map(({ acceptedAtMs }) => acceptedAtMs));
    const signatureNo = Math.max(...parts.map((part) => part.signatureNo));
    this.#restore(remembered, (parts[0] as Part).message, gathered.text, signatureNo, atMs);
  }

  #restore({ account, traffic }: Remembered, message: Message, text: string | null, signatureNo: number, atMs: number): void {
    const { clock, trackers } = this.#context;
    const { terms } = account;
    this.#messages++;
    const said = text === null ? null : lackingSignature(terms.signature, text) + text;
    const { normal } = classifyDestination(message.destination, message.destinationTon);
    if (!traffic.restore(trackers, terms, normal, said, signatureNo, atMs, clock.wallMs)) this.#accounts.delete(terms.no);
  }
}
