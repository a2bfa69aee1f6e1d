/**
 * Body cipher: encrypts what a message says as it is put on disk, under the key of its day, and reads it again.
 *
 * ```
 *  a content   head as it is (version 2) | nonce 12 | AES-256-GCM of the rest | tag 16      head: content.ts
 *  a line      U+0001 and base64url of: nonce 12 | AES-256-GCM | tag 16
 * ```
 * Authenticated with it: what it is, the id it belongs to, and the head. So nothing of it can be moved to another row, and
 * counts, parts and service types are read without any key. Both forms, this one and the plain one, are known by themselves.
 */
import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { contentHead, isEncryptedContent, markContent } from "./content.js";

/** What is encrypted; authenticated with it. On disk. */
export const BodyKind = { content: 1, inbound: 2, refusal: 3, refusalRule: 4, reviewRule: 5, report: 6 } as const;
export type BodyKind = (typeof BodyKind)[keyof typeof BodyKind];

const CIPHER = "aes-256-gcm";
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
const TAG = { authTagLength: TAG_OCTETS } as const;
/** Kind and id before the head. */
const NAMED_OCTETS = 9;
/** A head and its service type at most. */
const MOST_HEAD = 512;
/** Nonces are drawn so many at once. */
const NONCES = 512;
/** Before an encrypted line, and what follows it. */
const LINE_MARK = "\u0001";
const LINE = /^[\w-]{38,}$/;
const NOTHING = Buffer.alloc(0);

/** What was encrypted cannot be read: of another key or another row, or changed. */
export class BodyUnreadable extends RangeError {
  constructor(id: number) {
    super(`what message ${id} says does not fit the key of its day`);
    this.name = "BodyUnreadable";
  }
}

export function isEncryptedLine(text: string): boolean {
  return text.startsWith(LINE_MARK) && LINE.test(text.slice(1));
}

/** Of one day; not to be shared by threads. */
export class BodyCipher {
  readonly #key: KeyObject;
  readonly #named = Buffer.alloc(NAMED_OCTETS + MOST_HEAD);
  readonly #nonces = Buffer.alloc(NONCE_OCTETS * NONCES);
  #nonceAt = NONCE_OCTETS * NONCES;

  /** @param key 32 octets */
  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  /** A plain content as it is put on disk; one of no octets stays so. */
  encrypt(kind: BodyKind, id: number, body: Buffer): Buffer {
    if (body.length === 0) return body;
    const head = contentHead(body);
    const kept = Buffer.allocUnsafe(body.length + NONCE_OCTETS + TAG_OCTETS);
    body.copy(kept, 0, 0, head);
    markContent(kept, true);
    this.#encrypt(kept, head, kind, id, body.subarray(head));
    return kept;
  }

  /** The plain content again. Throws BodyUnreadable. */
  decrypt(kind: BodyKind, id: number, kept: Buffer): Buffer {
    if (!isEncryptedContent(kept)) return kept;
    const head = contentHead(kept);
    const text = this.#decrypt(kept, head, kind, id);
    const body = Buffer.allocUnsafe(head + text.length);
    kept.copy(body, 0, 0, head);
    markContent(body, false);
    body.set(text, head);
    return body;
  }

  /** A line of text as it is put on disk; an empty one stays so. */
  encryptLine(kind: BodyKind, id: number, line: string, encoding: BufferEncoding = "utf8"): string {
    if (line === "") return line;
    const plain = Buffer.from(line, encoding);
    const kept = Buffer.allocUnsafe(plain.length + NONCE_OCTETS + TAG_OCTETS);
    this.#encrypt(kept, 0, kind, id, plain);
    return LINE_MARK + kept.toString("base64url");
  }

  /** The line again. Throws BodyUnreadable. */
  decryptLine(kind: BodyKind, id: number, kept: string, encoding: BufferEncoding = "utf8"): string {
    return isEncryptedLine(kept) ? this.#decrypt(Buffer.from(kept.slice(1), "base64url"), 0, kind, id).toString(encoding) : kept;
  }

  /** Fills `kept` behind its head. */
  #encrypt(kept: Buffer, head: number, kind: BodyKind, id: number, plain: Buffer): void {
    const nonce = this.#nonce();
    kept.set(nonce, head);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, TAG);
    cipher.setAAD(this.#name(kind, id, kept, head));
    kept.set(cipher.update(plain), head + NONCE_OCTETS);
    cipher.final();
    kept.set(cipher.getAuthTag(), kept.length - TAG_OCTETS);
  }

  #decrypt(kept: Buffer, head: number, kind: BodyKind, id: number): Buffer {
    const from = head + NONCE_OCTETS;
    const to = kept.length - TAG_OCTETS;
    if (to < from) throw new BodyUnreadable(id);
    const decipher = createDecipheriv(CIPHER, this.#key, kept.subarray(head, from), TAG);
    decipher.setAAD(this.#name(kind, id, kept, head));
    decipher.setAuthTag(kept.subarray(to));
    const plain = decipher.update(kept.subarray(from, to));
    try {
      decipher.final();
    } catch {
      throw new BodyUnreadable(id);
    }
    return plain.length === 0 ? NOTHING : plain;
  }

  /** What it belongs to, until the next call. */
  #name(kind: BodyKind, id: number, kept: Buffer, head: number): Buffer {
    const named = this.#named;
    named[0] = kind;
    named.writeDoubleLE(id, 1);
    kept.copy(named, NAMED_OCTETS, 0, head);
    return named.subarray(0, NAMED_OCTETS + head);
  }

  /** Twelve octets by chance, new each time: of a thousand million values under one key no two are likely to have the same. */
  #nonce(): Buffer {
    if (this.#nonceAt === this.#nonces.length) {
      randomFillSync(this.#nonces);
      this.#nonceAt = 0;
    }
    const at = this.#nonceAt;
    this.#nonceAt = at + NONCE_OCTETS;
    return this.#nonces.subarray(at, at + NONCE_OCTETS);
  }
}
