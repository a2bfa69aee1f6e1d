/**
 * What the answers to a client's submits and binds mean, in words, and whether they ask for another try.
 */
import type { WireProtocol } from "../../protocols/wire/protocol.js";
import { explain } from "./explanations.js";

const NAME = "smpp";

export class SendWords {
  readonly #protocols: readonly WireProtocol[];
  readonly #known = new Map<number, string>();

  constructor(protocols: readonly WireProtocol[]) {
    this.#protocols = protocols.filter((protocol) => protocol.name === NAME);
  }

  /** "no_credit (0x464): The prepaid balance does not cover the message." */
  status(status: number): string {
    let words = this.#known.get(status);
    if (words === undefined) {
      const [found] = explain(String(status), this.#protocols);
      const hex = `0x${status.toString(16).padStart(2, "0")}`;
      words = found === undefined ? hex : `${found.outcome === "" ? found.what : found.outcome} (${hex}): ${found.meaning}`;
      this.#known.set(status, words);
    }
    return words;
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
    return status === 0x58 || status === 0x14 || status === 0x08;
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
