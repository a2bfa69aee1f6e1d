/**
 * Day keys: the key under which the texts of one day are encrypted, kept in ledger.db encrypted itself under the secret key.
 *
 * ```
 *  secret key (secret.key, [secrets]) ─ opens ─▶ day_key of ledger.db ─ opens ─▶ bodies of that day's file
 * ```
 * A day's key is on disk before anything is encrypted under it, never changes, and goes when its day is deleted. Only its cover does
 * change, when the secret key is rotated. Who reads has this beside its connection to ledger.db; one a thread.
 */
import { randomBytes } from "node:crypto";
import { KEY_OCTETS, dayKeyName, seal, sealedUnder, secretKey, unseal } from "../../ledger/secret.js";
import type { SecretKey } from "../../ledger/secret.js";
import { BodyCipher, BodyKind, isEncryptedLine } from "../body-cipher.js";
import { isEncryptedContent } from "../content.js";
import type { WrappedDayKey } from "../query.js";
import type { LedgerDb } from "./ledger-db.js";
import { dayName } from "./paths.js";
import { StoreCallError } from "./store-call-error.js";

/** What crosses to a thread: its own copy of the octets, the key that seals first. */
export type KeyOctets = readonly Uint8Array[];

export function keyOctets(keys: readonly SecretKey[]): KeyOctets {
  return keys.map(({ octets }) => Uint8Array.from(octets));
}

export function readDayKeys(ledger: LedgerDb): WrappedDayKey[] {
  const rows = ledger.prepare("SELECT day, wrapped FROM day_key ORDER BY day").all() as { readonly day: bigint; readonly wrapped: string }[];
  return rows.map(({ day, wrapped }) => ({ day: dayName(Number(day)), wrapped }));
}

export class DayKeys {
  #keys: readonly SecretKey[] = [];
  readonly #ciphers = new Map<number, BodyCipher>();

  constructor(keys: KeyOctets) {
    this.use(keys);
  }

  /** Other secret keys from now on; the first is the one that seals. Days whose key is open stay readable. */
  use(keys: KeyOctets): void {
    this.#keys = keys.map((octets) => secretKey(Buffer.from(octets)));
  }

  /** Throws StoreCallError `key_missing` when the key of any of these days cannot be read. */
  check(ledger: LedgerDb, days: readonly number[]): void {
    for (const day of days) if (wrappedOf(ledger, day) !== "") this.of(ledger, day);
  }

  /** The cipher of a day that has a key. Throws StoreCallError `key_missing` when it cannot be read. */
  of(ledger: LedgerDb, day: number): BodyCipher {
    let cipher = this.#ciphers.get(day);
    if (cipher === undefined) {
      cipher = new BodyCipher(this.#open(day, wrappedOf(ledger, day)));
      this.#ciphers.set(day, cipher);
    }
    return cipher;
  }

  /** As `of`; makes the day's key when it has none, in a transaction of its own: it is on disk when this returns. */
  make(ledger: LedgerDb, day: number, nowMs: number): BodyCipher {
    const cipher = this.#ciphers.get(day);
    if (cipher !== undefined) return cipher;
    const [key] = this.#keys;
    if (key === undefined) throw new StoreCallError("key_missing", "texts are to be encrypted, and there is no key for it");
    ledger.transaction(() => {
      if (wrappedOf(ledger, day) !== "") return;
      const name = dayName(day);
      ledger.prepare("INSERT INTO day_key (day, wrapped, made_at) VALUES (?, ?, ?)").run(day, seal(key, dayKeyName(name), randomBytes(KEY_OCTETS).toString("base64url")), nowMs);
      ledger.log({ actor: "gateway", reason: "", what: `a key for the texts of ${name} made, kept under key ${key.id}`, subject: "" }, nowMs);
    });
    return this.of(ledger, day);
  }

  /** Its day is deleted: nothing that was copied of it can be read any more. */
  forget(ledger: LedgerDb, day: number): void {
    this.#ciphers.delete(day);
    if (wrappedOf(ledger, day) !== "") ledger.transaction(() => ledger.prepare("DELETE FROM day_key WHERE day = ?").run(day));
  }

  #open(day: number, wrapped: string): Buffer {
    const name = dayName(day);
    if (wrapped === "") throw new StoreCallError("key_missing", `the texts of ${name} are encrypted, and ledger.db has no key for them: it is not the one they were written with`);
    for (const key of this.#keys) {
      const opened = unseal(key, dayKeyName(name), wrapped);
      if (opened !== null) return Buffer.from(opened.toString("latin1"), "base64url");
    }
    const there = this.#keys.length === 0 ? "there is none" : `what is there is ${this.#keys.map(({ id }) => id).join(" and ")}`;
    throw new StoreCallError("key_missing", `the texts of ${name} are encrypted under key ${sealedUnder(wrapped)}, but ${there}: put that key back to where [secrets] says; nothing is lost or changed meanwhile`);
  }
}

function wrappedOf(ledger: LedgerDb, day: number): string {
  return (ledger.prepare("SELECT wrapped FROM day_key WHERE day = ?").pluck().get(day) as string | undefined) ?? "";
}

/** What is encrypted in one day's file, for those who have the file open. */
export class DayBodies {
  readonly #day: number;
  readonly #keys: DayKeys;
  readonly #ledger: LedgerDb;
  /** Whether what is written from now on is encrypted. */
  readonly #encrypts: boolean;
  #cipher: BodyCipher | null = null;

  constructor(day: number, keys: DayKeys, ledger: LedgerDb, encrypts = false) {
    this.#day = day;
    this.#keys = keys;
    this.#ledger = ledger;
    this.#encrypts = encrypts;
  }

  /** A content in plain, whatever it is like on disk. Throws StoreCallError `key_missing`, and BodyUnreadable. */
  plain(kind: BodyKind, id: number | bigint, kept: Buffer): Buffer {
    return isEncryptedContent(kept) ? this.#reading().decrypt(kind, Number(id), kept) : kept;
  }

  plainLine(kind: BodyKind, id: number | bigint, kept: string, encoding?: BufferEncoding): string {
    return isEncryptedLine(kept) ? this.#reading().decryptLine(kind, Number(id), kept, encoding) : kept;
  }

  /** Octets of an operator's report, which are no content; as they stand when nothing is to be made of them. */
  plainOctets(id: number | bigint, kept: Buffer): Buffer {
    const line = kept.toString("latin1");
    if (!isEncryptedLine(line)) return kept;
    try {
      return Buffer.from(this.#reading().decryptLine(BodyKind.report, Number(id), line, "latin1"), "latin1");
    } catch {
      // An operator may write what looks like ours.
      return kept;
    }
  }

  #reading(): BodyCipher {
    return (this.#cipher ??= this.#keys.of(this.#ledger, this.#day));
  }

  /** A plain content as it is to be put on disk. The day's key is made with the first. */
  toKeep(kind: BodyKind, id: number, body: Buffer, nowMs: number): Buffer {
    return this.#encrypts ? this.#writing(nowMs).encrypt(kind, id, body) : body;
  }

  lineToKeep(kind: BodyKind, id: number, line: string, nowMs: number): string {
    return this.#encrypts ? this.#writing(nowMs).encryptLine(kind, id, line) : line;
  }

  octetsToKeep(id: number, octets: Buffer, nowMs: number): Buffer {
    return this.#encrypts ? Buffer.from(this.#writing(nowMs).encryptLine(BodyKind.report, id, octets.toString("latin1"), "latin1"), "latin1") : octets;
  }

  /** A content in the place of `before`, as that stands on disk: what was encrypted is encrypted again, whatever is set now. */
  instead(kind: BodyKind, id: number, body: Buffer, before: Buffer, nowMs: number): Buffer {
    return isEncryptedContent(before) ? this.#reading().encrypt(kind, id, body) : this.toKeep(kind, id, body, nowMs);
  }

  #writing(nowMs: number): BodyCipher {
    return (this.#cipher ??= this.#keys.make(this.#ledger, this.#day, nowMs));
  }
}
