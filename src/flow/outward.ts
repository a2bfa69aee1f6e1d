/**
 * Outward: the form in which a screened text goes out over its operator's links: as it is, written anew, or in parts.
 *
 * ```
 *  fits, signed ─▶ as it is        plan: one message ─▶ written anew        plan: more ─▶ split, ids of its own for each
 * ```
 */
import type { Message } from "../../protocols/model/message.js";
import type { Plan } from "../../protocols/wire/protocol.js";
import { lackingSignature } from "./accept.js";
import { onceEach } from "./gathering.js";
import type { OperatorPort } from "./ports.js";
import type { Submission } from "./submission.js";

/** Counters that numbers share: those that meet in one only use its values up faster. A power of two. */
const REFERENCES = 4_096;

export class Outward {
  readonly #references = new Uint16Array(REFERENCES);

  /** @param seed where references begin, so that a restart does not repeat the last ones */
  constructor(seed: number) {
    this.#references.fill(seed & 0xffff);
  }

  /** How a lone text, or one part by itself, goes out. */
  alone(port: OperatorPort, message: Message, prefix: string): Plan {
    return port.plan([message], this.#reference(message.destination), prefix);
  }

  /**
   * How the parts of one text go out, in the order given; null: all as they are.
   * @param parts in order of their numbers, then those that came again
   * @param text the whole text as the customer wrote it, null when all is binary
   */
  together(port: OperatorPort, parts: readonly Submission[], text: string | null): Plan | null {
    const prefix = prefixOf(parts, text);
    if (prefix === "" && parts.every((part) => port.fits(part.message))) return null;
    const { message: first } = parts[0] as Submission;
    const once = onceEach(parts);
    const plan = port.plan(once.map((part) => part.message), this.#reference(first.destination), prefix);
    if (!plan.possible || once.length === parts.length) return plan;
    const byNumber = new Map(once.map((part, at) => [part.message.segmentNumber, plan.parts[at] ?? null]));
    return {
      possible: true,
      parts: parts.map((part, at) => {
        const planned = byNumber.get(part.message.segmentNumber) ?? null;
        // One that came again goes out again: the same, under ids of its own and with the receipts and the validity it asks for itself.
        const { receiptWanted, expiresAtMs } = part.message;
        return planned === null || part === once[at] ? planned : planned.map((message) => ({ ...message, receiptWanted, expiresAtMs }));
      }),
    };
  }

  /** A concatenation reference that the texts before to this number did not have. */
  #reference(destination: string): number {
    let hash = 0;
    for (let at = 0; at < destination.length; at++) hash = (Math.imul(hash, 31) + destination.charCodeAt(at)) | 0;
    const slot = hash & (REFERENCES - 1);
    const reference = ((this.#references[slot] as number) + 1) & 0xffff;
    this.#references[slot] = reference;
    return reference;
  }
}

/** The account's signature where the text of these parts lacks it; a later part alone is no beginning of a text. */
export function prefixOf(parts: readonly Submission[], text: string | null): string {
  const { account, message } = parts[0] as Submission;
  if (text === null || message.segmentNumber > 1) return "";
  return lackingSignature(account.terms.signature, text);
}
