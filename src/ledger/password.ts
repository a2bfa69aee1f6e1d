/**
 * Password: scrypt hashes of the form "scrypt$N$r$p$salt$hash", and a checker that never lets binds starve the process.
 *
 * A check costs some 50 ms of a pool thread and 16 MB, so at most two run at a time and a success is remembered for a
 * minute (by a keyed digest, never the password): twenty binds of one customer after a restart cost one check.
 */
import { createHmac, randomBytes, scrypt, scryptSync, timingSafeEqual } from "node:crypto";

const COST = 16_384;
const BLOCK = 8;
const PARALLEL = 1;
const KEY_OCTETS = 32;
const SALT_OCTETS = 16;

/** Checks that run at the same time. */
const MAX_RUNNING = 2;
/** Checks that may wait for their turn; beyond it the answer is "busy". */
const MAX_WAITING = 256;
const REMEMBER_MS = 60_000;
/** Successes remembered; beyond it the oldest goes. */
const MAX_REMEMBERED = 10_000;

interface Hash {
  readonly cost: number;
  readonly block: number;
  readonly parallel: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** "busy": too many checks are waiting; the bind may be tried again later. */
export type PasswordVerdict = "ok" | "wrong" | "busy";

/** Hashes a password for an account's settings. Takes some 50 ms: for the command line and start-up, never a live bind. */
export function hashPasswordSync(password: string): string {
  const salt = randomBytes(SALT_OCTETS);
  const key = scryptSync(password, salt, KEY_OCTETS, { N: COST, r: BLOCK, p: PARALLEL });
  return `scrypt$${COST}$${BLOCK}$${PARALLEL}$${salt.toString("base64url")}$${key.toString("base64url")}`;
}

/** Whether the text is a hash this file can check (its cost bounded, so that no stored hash can exhaust memory). */
export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== null;
}

function parseHash(text: string): Hash | null {
  const match = /^scrypt\$([0-9]{1,6})\$([0-9]{1,2})\$([0-9]{1,2})\$([\w-]{16,86})\$([\w-]{43,86})$/.exec(text);
  if (match === null) return null;
  const [cost, block, parallel] = [Number(match[1]), Number(match[2]), Number(match[3])];
  // N must be a power of two; 128 * N * r octets of memory, at most 64 MB.
  if (cost < 1024 || (cost & (cost - 1)) !== 0 || block < 1 || parallel < 1 || 128 * cost * block > 1 << 26) return null;
  return { cost, block, parallel, salt: Buffer.from(match[4] ?? "", "base64url"), key: Buffer.from(match[5] ?? "", "base64url") };
}

/** Checks one password off the calling thread, in constant time. A text that is no hash is never matched. */
export function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parsed = parseHash(hash);
  // Work as long for an account that is not there or cannot bind, so that time tells no one which names exist.
  const used = parsed ?? { cost: COST, block: BLOCK, parallel: PARALLEL, salt: Buffer.alloc(SALT_OCTETS), key: Buffer.alloc(KEY_OCTETS) };
  return new Promise((resolve, reject) => {
    const options = { N: used.cost, r: used.block, p: used.parallel, maxmem: 1 << 27 };
    scrypt(password, used.salt, used.key.length, options, (error, key) => {
      if (error !== null) reject(error);
      else resolve(timingSafeEqual(key, used.key) && parsed !== null);
    });
  });
}

/** Bounded, remembering password checks; the clock is handed in (`monotonicMs` never goes back). */
export class PasswordChecker {
  readonly #clock: { readonly monotonicMs: number };
  readonly #key = randomBytes(32);
  /** Digest of (hash, password) -> monotonic ms until which it is known to be right; oldest first. */
  readonly #known = new Map<string, number>();
  readonly #underway = new Map<string, Promise<PasswordVerdict>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(clock: { readonly monotonicMs: number }) {
    this.#clock = clock;
  }

  /** Whether `password` fits the account's hash ("" = no such account or cannot bind: as slow as any, always "wrong"). */
  check(password: string, hash: string): Promise<PasswordVerdict> {
    const digest = createHmac("sha256", this.#key).update(`${hash.length}:${hash}${password}`).digest("base64");
    const untilMs = this.#known.get(digest);
    if (untilMs !== undefined) {
      if (untilMs > this.#clock.monotonicMs) return Promise.resolve("ok");
      this.#known.delete(digest);
    }
    const same = this.#underway.get(digest);
    if (same !== undefined) return same;
    if (this.#running >= MAX_RUNNING && this.#waiting.length >= MAX_WAITING) return Promise.resolve("busy");
    const verdict = this.#run(password, hash, digest).finally(() => this.#underway.delete(digest));
    this.#underway.set(digest, verdict);
    return verdict;
  }

  async #run(password: string, hash: string, digest: string): Promise<PasswordVerdict> {
    if (this.#running >= MAX_RUNNING) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      const right = await verifyPassword(password, hash);
      if (right) this.#remember(digest);
      return right ? "ok" : "wrong";
    } finally {
      // The place passes straight to the next in line, so that never more than MAX_RUNNING are at work.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #remember(digest: string): void {
    if (this.#known.size >= MAX_REMEMBERED) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(digest, this.#clock.monotonicMs + REMEMBER_MS);
  }
}
