/**
 * Secret: shared secrets of accounts as they are kept on disk: encrypted, and bound to the account they belong to. So are the keys of
 * days' texts, each bound to its day.
 *
 * ```
 *  v1:<key id>:<nonce>:<cipher text and tag>      each but the first base64url
 *     |        |       '- AES-256-GCM over the secret; the account's name is authenticated with it
 *     |        '- 12 octets, new for every sealing
 *     '- 6 octets derived from the key: which key opens it
 * ```
 * A digest protocol needs the secret itself at every bind, so that a hash will not do. Pure: keys come from the caller.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

export const KEY_OCTETS = 32;
/** Longest secret, in octets of UTF-8. */
export const MAX_SECRET_OCTETS = 64;

const CIPHER = "aes-256-gcm";
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
const ID_OCTETS = 6;
const FORM = /^v1:([\w-]{8}):([\w-]{16}):([\w-]{23,107})$/;

/** A key and the name by which sealed secrets call it. */
export interface SecretKey {
  readonly id: string;
  readonly octets: Buffer;
}

/** Takes 32 octets as a key. Its id tells nothing of it, and is the same wherever the key is. */
export function secretKey(octets: Buffer): SecretKey {
  if (octets.length !== KEY_OCTETS) throw new RangeError(`a key has ${KEY_OCTETS} octets`);
  const id = createHmac("sha256", octets).update("tollgate secret key id").digest().subarray(0, ID_OCTETS).toString("base64url");
  return { id, octets: Buffer.from(octets) };
}

export function newSecretKey(): SecretKey {
  return secretKey(randomBytes(KEY_OCTETS));
}

/** A key from what a file holds: just 32 octets, or 64 hex digits or base64 of 32 octets in the first line. Null for anything else. */
export function parseSecretKey(content: Buffer): SecretKey | null {
  if (content.length === KEY_OCTETS) return secretKey(content);
  const line = content.toString("latin1").split(/\r?\n/, 1)[0]?.trim() ?? "";
  if (/^[0-9A-Fa-f]{64}$/.test(line)) return secretKey(Buffer.from(line, "hex"));
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(line)) return null;
  const octets = Buffer.from(line, "base64");
  return octets.length === KEY_OCTETS ? secretKey(octets) : null;
}

/** The key as a file's line. */
export function secretKeyText(key: SecretKey): string {
  return `${key.octets.toString("hex")}\n`;
}

/** Whether the text has the form of a sealed secret; says nothing of whether it can be opened. */
export function isSealed(text: string): boolean {
  return FORM.test(text);
}

/** The id of the key that sealed it, "" when the text is no sealed secret. */
export function sealedUnder(text: string): string {
  return FORM.exec(text)?.[1] ?? "";
}

/** The name for which the key of a day's texts (YYYY-MM-DD) is sealed: no account has a blank in its own. */
export function dayKeyName(day: string): string {
  return `texts of ${day}`;
}

/** Encrypts a secret for the account of that name (names never change). */
export function seal(key: SecretKey, account: string, secret: string): string {
  const nonce = randomBytes(NONCE_OCTETS);
  const cipher = createCipheriv(CIPHER, key.octets, nonce, { authTagLength: TAG_OCTETS });
  cipher.setAAD(Buffer.from(account));
  const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${key.id}:${nonce.toString("base64url")}:${body.toString("base64url")}`;
}

/** The secret, or null: of another key, of another account, or changed. */
export function unseal(key: SecretKey, account: string, text: string): Buffer | null {
  const [, id = "", nonce = "", body = ""] = FORM.exec(text) ?? [];
  if (id !== key.id) return null;
  const octets = Buffer.from(body, "base64url");
  const end = octets.length - TAG_OCTETS;
  try {
    const decipher = createDecipheriv(CIPHER, key.octets, Buffer.from(nonce, "base64url"), { authTagLength: TAG_OCTETS });
    decipher.setAAD(Buffer.from(account));
    decipher.setAuthTag(octets.subarray(end));
    return Buffer.concat([decipher.update(octets.subarray(0, end)), decipher.final()]);
  } catch {
    // The tag does not fit.
    return null;
  }
}

/** The fault in a secret that a person gave, in words that do not repeat it; null when it may stand. */
export function checkSecret(secret: string): string | null {
  if (secret === "" || Buffer.byteLength(secret) > MAX_SECRET_OCTETS) return `must have 1 to ${MAX_SECRET_OCTETS} octets`;
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(secret) ? "must have no control characters" : null;
}
