/**
 * What the answers to a client's submits and binds mean, in words, and whether they ask for another try.
 */
import type { WireProtocol } from "../../protocols/wire/protocol.js";
import { explain } from "./explanations.js";
import type { SendProtocol } from "./send-text.js";

/** [protocols sheet 1.4] */
const CONNECT_WORDS: Readonly<Record<number, string>> = {
  1: "the message's structure is wrong", 2: "the source address is not allowed", 3: "authentication failed", 4: "the version is too high",
  5: "too many connections, or the account is suspended",
};

export class SendWords {
  readonly #name: SendProtocol;
  readonly #protocols: readonly WireProtocol[];
  readonly #known = new Map<number, string>();

  constructor(protocols: readonly WireProtocol[], name: SendProtocol) {
    this.#name = name;
    this.#protocols = protocols.filter((protocol) => protocol.name === name);
  }

  /** "no_credit (0x464): The prepaid balance does not cover the message." CMPP's numbers are decimal. */
  status(status: number): string {
    let words = this.#known.get(status);
    if (words === undefined) {
      const [found] = explain(String(status), this.#protocols);
      const number = this.#name === "cmpp" ? String(status) : `0x${status.toString(16).padStart(2, "0")}`;
      words = found === undefined ? number : `${found.outcome === "" ? found.what : found.outcome} (${number}): ${found.meaning}`;
      this.#known.set(status, words);
    }
    return words;
  }

  /** Why a bind was refused, and what to do about it. */
  bind(status: number): { readonly words: string; readonly remedy: string } {
    if (this.#name === "smpp") return { words: this.status(status), remedy: this.remedy(status) };
    const words = CONNECT_WORDS[status] ?? "refused";
    return { words: `Status ${status}: ${words}`, remedy: status === 2 || status === 3 ? "check the SP_Id, its secret and the addresses the account may connect from" : "" };
  }

  /** What to do about it; "" when nobody knows. */
  remedy(status: number): string {
    return explain(String(status), this.#protocols)[0]?.action ?? "";
  }

  /** "TG:0101: The text holds a blocked word." for receipts of ours, else the state alone. */
  receipt(state: string): string {
    if (!isOwnRefusal(state)) return state;
    const [found] = explain(state, this.#protocols);
    return found === undefined ? state : `${state}: ${found.meaning}`;
  }

  /** Throttled, queue full or store unavailable: the same message may be taken a moment later. */
  passing(status: number): boolean {
    return this.#name === "cmpp" ? status === 8 : status === 0x58 || status === 0x14 || status === 0x08;
  }
}

/** A receipt's word of our own refusals, `TG:nnnn`. */
export function isOwnRefusal(state: string): boolean {
  return state.startsWith("TG:");
}

/** Delivered, or refused with a reason: the message has ended as it should. */
export function endedWell(state: string): boolean {
  return state === "DELIVRD" || state === "REJECTD" || isOwnRefusal(state);
}
