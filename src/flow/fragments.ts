/**
 * Fragments: parts of texts that never became whole and went out all the same, remembered for a while: a phone keeps
 * them too, and joins to them what comes later under the same reference.
 *
 * ```
 *  deadline ─▶ sent alone ─▶ remembered ──── a sibling comes late: judged together with them
 *                               └ forgotten after its time, and at a restart
 * ```
 * What finds no room here may not go out: nobody could judge its siblings. Bounded in parts and octets, for all
 * accounts and for each.
 */
import { octetsHeld, ownOctets, type Message } from "../../protocols/model/message.js";
import { saysTheSame, textKey } from "./gathering.js";
import { Shares } from "./shares.js";

const MAX_OCTETS = 32 * 1_048_576;
const NONE: readonly Message[] = [];

interface Remembered {
  readonly accountNo: number;
  readonly parts: Message[];
  untilMs: number;
}

export interface FragmentOptions {
  /** How long a part is remembered after it, or a sibling, went out; ms. */
  readonly keepMs: number;
  /** Parts remembered. */
  readonly maxParts: number;
  /** How much of that, and of the octets, one account may have: above 0, up to 1. */
  readonly share: number;
}

export class Fragments {
  readonly #options: FragmentOptions;
  /** By what the parts of a text have in common; what is forgotten next stands first. */
  readonly #texts = new Map<string, Remembered>();
  readonly #shares: Shares;

  constructor(options: FragmentOptions) {
    this.#options = options;
    this.#shares = new Shares(options.maxParts, MAX_OCTETS, options.share);
  }

  /** Parts remembered. */
  get size(): number {
    return this.#shares.messages;
  }

  /** What has gone out of the text that this is a part of. */
  goneOf(accountNo: number, message: Message): readonly Message[] {
    return this.size === 0 ? NONE : (this.#texts.get(textKey(accountNo, message))?.parts ?? NONE);
  }

  /** Remembers what a part says that is about to go out. @returns false: there is no room */
  add(accountNo: number, message: Message, nowMs: number): boolean {
    const key = textKey(accountNo, message);
    const text = this.#texts.get(key) ?? { accountNo, parts: [], untilMs: 0 };
    const known = text.parts.some((part) => part.segmentNumber === message.segmentNumber && saysTheSame(part, message));
    if (!known) {
      // Only to be read: what its protocol alone understands is not kept.
      const part = { ...message, octets: ownOctets(message.octets), extras: null };
      if (this.#shares.full(accountNo, octetsHeld(part)) !== null) return false;
      this.#shares.take(accountNo, part);
      text.parts.push(part);
    }
    text.untilMs = nowMs + this.#options.keepMs;
    this.#texts.delete(key);
    this.#texts.set(key, text);
    return true;
  }

  /** Forgets what is older than it need be. */
  tick(nowMs: number): void {
    for (const [key, text] of this.#texts) {
      if (text.untilMs > nowMs) return;
      this.#texts.delete(key);
      for (const part of text.parts) this.#shares.giveBack(text.accountNo, part);
    }
  }
}
