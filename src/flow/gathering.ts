/**
 * Gathering: brings the parts of a longer text together, across binds, so that it is screened as one.
 *
 * Key: account, source, destination, reference and total. A second part with the same number that says the same
 * is the same again and shares the fate of its text; another one belongs to another text that reuses the
 * reference, and starts a new group. Bounded in parts and octets, for all accounts and for each; the deadline of a part
 * stands on disk, and the store tells when it has passed.
 */
import { Encoding, type Message } from "../../protocols/model/message.js";
import { decodeText, messageText, shownText, userData } from "../../protocols/model/text.js";
import { Shares, type ShareBound } from "./shares.js";
import type { Submission } from "./submission.js";

/** Octets of parts held in memory: many short messages, few of what claims to be a part and is a payload of thousands. */
const MAX_OCTETS = 64 * 1_048_576;

/** What is gathered: a message of somebody's. */
export interface Gatherable {
  readonly accountNo: number;
  readonly message: Message;
}

export interface Gathered<P extends Gatherable = Submission> {
  readonly parts: readonly P[];
  /** The whole text as far as it is no binary, null when it cannot be read. */
  readonly text: string | null;
}

class Group<P extends Gatherable> {
  readonly key: string;
  readonly parts: (P | undefined)[];
  /** Parts that came again. */
  again: P[] = [];
  missing: number;

  constructor(key: string, total: number) {
    this.key = key;
    this.parts = new Array<P | undefined>(total).fill(undefined);
    this.missing = total;
  }
}

/** What the parts of one text have in common. */
export function textKey(accountNo: number, { source, destination, segmentReference, segmentTotal }: Message): string {
  return `${String(accountNo)}\n${source}\n${destination}\n${String(segmentReference)}\n${String(segmentTotal)}`;
}

export class Gathering<P extends Gatherable = Submission> {
  readonly #groups = new Map<string, Group<P>>();
  readonly #byMessage = new Map<number, Group<P>>();
  readonly #shares: Shares;
  /** Texts whose reference another one uses now: they will not become whole, and are here until their deadline. */
  readonly #left = new Set<Group<P>>();
  /** Before this wall time none of them expires. */
  #noneExpiresBefore = Infinity;

  /**
   * @param maxParts parts held in memory; those beyond wait on disk for their deadline and are judged then
   * @param share how much of that, and of the octets, one account may have: above 0, up to 1
   */
  constructor(maxParts: number, share = 1) {
    this.#shares = new Shares(maxParts, MAX_OCTETS, share);
  }

  get groups(): number {
    return this.#groups.size;
  }

  /** The bound that keeps further parts of this account out; null: there is room. */
  full(accountNo: number): ShareBound | null {
    return this.#shares.full(accountNo);
  }

  /** Whether this part is the only one missing of a text that is here: it makes room, so it is welcome however full it is. */
  completes(accountNo: number, message: Message): boolean {
    const group = this.#groups.get(textKey(accountNo, message));
    return group?.missing === 1 && group.parts[message.segmentNumber - 1] === undefined;
  }

  get parts(): number {
    return this.#shares.messages;
  }

  /** Parts of one account. */
  partsOf(accountNo: number): number {
    return this.#shares.messagesOf(accountNo);
  }

  /** Adds a part; returns what is to be judged now: a whole text, or parts that can never become one, alone. */
  add(part: P): Gathered<P> | null {
    const { message } = part;
    const total = message.segmentTotal;
    const at = message.segmentNumber - 1;
    if (at < 0 || at >= total) return alone(part);
    const key = textKey(part.accountNo, message);
    let group = this.#groups.get(key);
    const there = group?.parts[at];
    if (there !== undefined && group !== undefined) {
      // The same part sent again: both are the customer's messages, each is charged; alone it would pass unread.
      if (saysTheSame(there.message, message)) {
        if (this.full(part.accountNo) !== null) return null;
        group.again.push(part);
        this.#keep(part, group);
        return null;
      }
      // Another text under the same reference: the old one waits for its deadline, when what is here of it is judged together.
      this.#left.add(group);
      this.#groups.delete(key);
      group = undefined;
    }
    if (group === undefined) {
      if (this.full(part.accountNo) !== null) return null;
      group = new Group<P>(key, total);
      this.#groups.set(key, group);
    }
    group.parts[at] = part;
    group.missing--;
    this.#keep(part, group);
    if (group.missing > 0) return null;
    this.#forget(group);
    const parts = group.parts as P[];
    return { parts: [...parts, ...group.again], text: joinedText(parts.map((one) => one.message)) };
  }

  /** A part that is held in memory, or null. */
  get(messageId: number): P | null {
    const group = this.#byMessage.get(messageId);
    const named = (part: P | undefined): boolean => part?.message.id === messageId;
    return group === undefined ? null : (group.parts.find(named) ?? group.again.find(named) ?? null);
  }

  /** Takes one part out; null when it is not held in memory. */
  take(messageId: number): P | null {
    const group = this.#byMessage.get(messageId);
    if (group === undefined) return null;
    const part = this.get(messageId);
    this.#drop(group, (one) => one === part);
    return part;
  }

  /** Takes out all of a text that is here, in order of numbers, then what came again; empty when the part is not held in memory. */
  takeText(messageId: number): readonly P[] {
    const group = this.#byMessage.get(messageId);
    if (group === undefined) return [];
    this.#forget(group);
    return [...group.parts.filter((part) => part !== undefined), ...group.again];
  }

  /** Parts that have expired have ended in the store, which tells nobody but their customer. */
  forgetExpired(wallMs: number): void {
    if (wallMs < this.#noneExpiresBefore) return;
    this.#noneExpiresBefore = Infinity;
    for (const group of [...this.#groups.values(), ...this.#left]) {
      this.#drop(group, ({ message }) => {
        if (message.expiresAtMs > 0 && message.expiresAtMs <= wallMs) return true;
        this.#willExpire(message);
        return false;
      });
    }
  }

  /** Takes parts out of a text; one that came again stands in for the same that goes. */
  #drop(group: Group<P>, goes: (part: P) => boolean): void {
    const { parts, again } = group;
    parts.forEach((part, at) => {
      if (part === undefined || !goes(part)) return;
      this.#gone(part);
      parts[at] = undefined;
      group.missing++;
    });
    group.again = [];
    for (const part of again) {
      const at = part.message.segmentNumber - 1;
      if (goes(part)) {
        this.#gone(part);
      } else if (parts[at] === undefined) {
        parts[at] = part;
        group.missing--;
      } else {
        group.again.push(part);
      }
    }
    if (group.missing === parts.length) this.#close(group);
  }

  #gone({ message, accountNo }: P): void {
    if (this.#byMessage.delete(message.id)) this.#shares.giveBack(accountNo, message);
  }

  #close(group: Group<P>): void {
    if (!this.#left.delete(group)) this.#groups.delete(group.key);
  }

  #willExpire({ expiresAtMs }: Message): void {
    if (expiresAtMs > 0 && expiresAtMs < this.#noneExpiresBefore) this.#noneExpiresBefore = expiresAtMs;
  }

  #keep({ accountNo, message }: P, group: Group<P>): void {
    this.#byMessage.set(message.id, group);
    this.#shares.take(accountNo, message);
    this.#willExpire(message);
  }

  #forget(group: Group<P>): void {
    this.#close(group);
    for (const part of group.parts) if (part !== undefined) this.#gone(part);
    for (const part of group.again) this.#gone(part);
  }
}

/** The same octets read the same way: in another encoding, or behind another kind of mark, they say something else. */
export function saysTheSame(one: Message, other: Message): boolean {
  return one.encoding === other.encoding && one.codingOctet === other.codingOctet && one.hasUdh === other.hasUdh && one.segmentForm === other.segmentForm
    && one.octets.equals(other.octets);
}

function alone<P extends Gatherable>(part: P): Gathered<P> {
  return { parts: [part], text: joinedText([part.message]) };
}

/**
 * The text of all parts; null when one that is not binary cannot be read. Binary parts say nothing and hide nothing.
 *
 * Neighbours in one encoding are read together, so that a character cut in two by the sender is whole again; GSM
 * parts each with the national tables of its own header.
 */
export function joinedText(parts: readonly Message[]): string | null {
  let text = "";
  for (let from = 0; from < parts.length; ) {
    const first = parts[from] as Message;
    const { encoding } = first;
    let end = from + 1;
    if (encoding !== Encoding.gsm7) while (end < parts.length && parts[end]?.encoding === encoding) end++;
    const octets = end === from + 1 ? null : Buffer.concat(parts.slice(from, end).map(userData));
    from = end;
    if (encoding === Encoding.binary) continue;
    const piece = octets === null ? messageText(first) : decodeText(octets, encoding);
    if (piece === null) return null;
    text += piece;
  }
  return text;
}

/** The text of parts each of which is read by itself, as phones and operators may do: marks of byte order and halves of characters count anew. */
export function apartText(parts: readonly Message[]): string {
  return parts.map(shownText).join("");
}

/** The parts without those that came again: the first of each number. */
export function onceEach<P extends Gatherable>(parts: readonly P[]): readonly P[] {
  const seen = new Set<number>();
  return parts.filter(({ message: { segmentNumber } }) => !seen.has(segmentNumber) && seen.add(segmentNumber));
}
