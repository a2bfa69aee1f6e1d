/**
 * Audit: the hash chain that makes the log of changes tamper-evident.
 *
 * Each record's hash covers the hash before it and the record's canonical JSON. A record also carries the digest of
 * the rows it left behind (its subject), so that a row changed behind the ledger's back no longer fits the log.
 */
import { createHash } from "node:crypto";

/** The hash "before" the first record. */
export const FIRST_HASH = "0".repeat(64);

export interface AuditRecord {
  /** From 1, without a gap. */
  readonly no: number;
  readonly atMs: number;
  /** "cli:root", "config", "gateway". */
  readonly actor: string;
  readonly reason: string;
  /** One line for people; never a password nor its hash. */
  readonly what: string;
  /** What was changed, such as "account:1" or "topup:1:BANK-1"; "" when no row is behind it. */
  readonly subject: string;
  /** digestOf the subject's rows after the change; "" without subject. */
  readonly digest: string;
}

type Canonical = string | number | bigint | boolean | null | readonly Canonical[] | { readonly [key: string]: Canonical };
export type CanonicalObject = Readonly<Record<string, Canonical>>;

/** JSON with sorted keys and no blanks; a bigint is written as its digits. Equal values give equal text. */
export function canonicalJson(value: Canonical): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map((each: Canonical) => canonicalJson(each)).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value as CanonicalObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`).join(",")}}`;
}

/** SHA-256 (hex) of a value's canonical JSON. */
export function digestOf(value: Canonical): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** The hash of a record that follows one with `previousHash`. */
export function auditHash(previousHash: string, record: AuditRecord): string {
  const { no, atMs, actor, reason, what, subject, digest } = record;
  return createHash("sha256").update(previousHash).update(canonicalJson({ no, atMs, actor, reason, what, subject, digest })).digest("hex");
}

/** Walks a log from its first record and says what is wrong with it. */
export class ChainCheck {
  #no = 0;
  #atMs = 0;
  #hash = FIRST_HASH;

  /** The hash of the last record seen. */
  get hash(): string {
    return this.#hash;
  }

  /** Records seen. */
  get count(): number {
    return this.#no;
  }

  /** Takes the next record and its stored hash; the fault in words, or null. After a fault it goes on from what is stored. */
  next(record: AuditRecord, hash: string): string | null {
    const expected = this.#no + 1;
    const right = auditHash(this.#hash, record);
    const backwards = record.atMs < this.#atMs;
    this.#no = record.no;
    this.#atMs = record.atMs;
    this.#hash = hash;
    if (record.no !== expected) return `audit record ${expected} is missing (${record.no} follows)`;
    if (hash !== right) return `audit record ${record.no} does not fit its hash: it or the one before it was changed`;
    return backwards ? `audit record ${record.no} is older than the one before it` : null;
  }
}
