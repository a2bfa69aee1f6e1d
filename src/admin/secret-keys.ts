/**
 * Secret keys: seals the accounts' shared secrets, keeps them opened for binds, and brings in a new key, for the keys of days' texts too.
 *
 * Secrets are opened when accounts change, never at a bind. What seals and what rotates go one after the other, so that
 * nothing is sealed under a key that is just given up.
 */
import { createHmac } from "node:crypto";
import type { SecretSettings } from "../config/settings.js";
import type { Account } from "../ledger/account.js";
import { checkSecret, dayKeyName, newSecretKey, seal, sealedUnder, unseal } from "../ledger/secret.js";
import type { SecretKey } from "../ledger/secret.js";
import type { Resealed } from "../ledger/commands.js";
import type { WrappedDayKey } from "../store/query.js";
import type { Store } from "../store/store.js";
import { AdminError } from "./errors.js";
import type { AskedBy, KeyCheck, KeyHost, KeyRotation } from "./host.js";
import { KeyFiles } from "./key-files.js";

/** A rotation looks again so often for secrets that were changed while it was at work. */
const MOST_ROUNDS = 5;
/** 72 bits: no two numbers meet by chance. */
const TAG_OCTETS = 9;

export interface SecretKeysOptions {
  readonly settings: SecretSettings;
  readonly dataDir: string;
  /** Asked anew at each call. */
  store(): Pick<Store, "change" | "query" | "useKeys">;
  /** Told before each step of a rotation: "pending", "reseal", "place", "forget", "done". */
  step?(name: string): void;
}

interface Opened {
  readonly sealed: string;
  readonly secret: Buffer | null;
}

export class SecretKeys implements KeyHost {
  readonly #options: SecretKeysOptions;
  readonly #files: KeyFiles;
  readonly #opened = new Map<number, Opened>();
  /** Secrets that were replaced and are still kept. */
  readonly #former = new Map<number, Opened>();
  #loaded = false;
  #current: SecretKey | null = null;
  /** The key of a rotation that has not come to its end: what is sealed now is sealed under it. */
  #pending: SecretKey | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SecretKeysOptions) {
    this.#options = options;
    this.#files = new KeyFiles(options.settings, options.dataDir);
  }

  /** Reads the keys. Throws AdminError `config_invalid` that says what is wrong with a file. */
  load(): void {
    this.#current = this.#files.current();
    this.#pending = this.#files.pending();
    this.#loaded = true;
    // The new key has come to its place since.
    if (this.#pending !== null && this.#pending.id === this.#current?.id) {
      this.#files.dropPending();
      this.#pending = null;
    }
  }

  /** The keys there are, the one that seals first; none before they are read. */
  get keys(): readonly SecretKey[] {
    return [this.#pending, this.#current].filter((key) => key !== null);
  }

  /** For a start that is to encrypt texts: makes the key when there is none yet. Rejects with AdminError when it is lost, or cannot be made. */
  async ready(): Promise<void> {
    await this.#inTurn(() => this.#sealingKey());
  }

  // ---------------------------------------------------------------- binds

  /** The shared secret of an account; null when it has none, or none that can be read. */
  secretOf(accountNo: number): Buffer | null {
    return this.#opened.get(accountNo)?.secret ?? null;
  }

  /** The one it had before, while that is kept; until when it is good is the caller's to see. */
  formerSecretOf(accountNo: number): Buffer | null {
    return this.#former.get(accountNo)?.secret ?? null;
  }

  /** Opens what is new in the accounts; the names of those whose secret cannot be read, each told once. */
  update(accounts: readonly Account[]): { readonly account: string; readonly keyId: string }[] {
    const unreadable: { account: string; keyId: string }[] = [];
    for (const { no, name, cmppSecret, credentials } of accounts) {
      for (const [opened, sealed] of [[this.#opened, cmppSecret], [this.#former, credentials.formerSecret]] as const) {
        const before = opened.get(no);
        if (sealed === "") opened.delete(no);
        if (sealed === "" || (before?.sealed === sealed && before.secret !== null)) continue;
        const secret = this.#open(name, sealed);
        opened.set(no, { sealed, secret });
        if (secret === null && before?.sealed !== sealed) unreadable.push({ account: name, keyId: sealedUnder(sealed) });
      }
    }
    return unreadable;
  }

  // ---------------------------------------------------------------- people

  sealed<T>(account: string, secret: string, use: (sealed: string) => Promise<T>): Promise<T> {
    return this.sealedAll([{ account, secret }], ([one]) => use(one as string));
  }

  sealedAll<T>(secrets: readonly { readonly account: string; readonly secret: string }[], use: (sealed: readonly string[]) => Promise<T>): Promise<T> {
    for (const { secret } of secrets) {
      const fault = checkSecret(secret);
      if (fault !== null) return Promise.reject(new AdminError("invalid_value", `cmpp-secret: ${fault}`));
    }
    return this.#inTurn(async () => {
      const key = secrets.length === 0 ? null : await this.#sealingKey();
      return use(key === null ? [] : secrets.map(({ account, secret }) => seal(key, account, secret)));
    });
  }

  rotate(by: AskedBy, given: SecretKey | null): Promise<KeyRotation> {
    return this.#inTurn(() => this.#rotate(by, given));
  }

  /** Ends a rotation that was cut short; null when there is none. For the daemon's start. */
  async finish(by: AskedBy): Promise<KeyRotation | null> {
    return this.#pending === null ? null : this.rotate(by, null);
  }

  check(): Promise<KeyCheck> {
    return this.#inTurn(async () => {
      this.load();
      const sealed = await this.#sealed();
      const days = await this.#dayKeys();
      return {
        from: this.#files.from,
        path: this.#files.path,
        keyId: this.#current?.id ?? "",
        pendingKeyId: this.#pending?.id ?? "",
        secrets: sealed.length,
        unreadable: sealed.filter((one) => this.#open(one.name, one.sealed) === null).map((one) => ({ account: one.name, keyId: sealedUnder(one.sealed) })),
        days: days.length,
        unreadableDays: days.filter(({ day, wrapped }) => this.#open(dayKeyName(day), wrapped) === null).map(({ day, wrapped }) => ({ day, keyId: sealedUnder(wrapped) })),
      };
    });
  }

  tag(number: string): Promise<string> {
    return this.#inTurn(async () => {
      const key = await this.#sealingKey();
      return `${key.id}.${createHmac("sha256", key.octets).update(`tollgate number tag ${number}`).digest().subarray(0, TAG_OCTETS).toString("base64url")}`;
    });
  }

  // ---------------------------------------------------------------- within

  async #rotate(by: AskedBy, given: SecretKey | null): Promise<KeyRotation> {
    this.load();
    const old = this.#current;
    const resumed = this.#pending;
    if (given !== null && given.id === old?.id) throw new AdminError("invalid_value", `key ${given.id} is the one in use already`);
    if (resumed !== null && given !== null && given.id !== resumed.id) {
      throw new AdminError("invalid_value", `a rotation to key ${resumed.id} has not come to its end`, "rotate without --to first: it goes on with that one");
    }
    if (old === null && resumed === null) await this.#refuseLost();
    await this.#refuseUnreadableDays();
    const key = resumed ?? given ?? newSecretKey();
    if (resumed === null) {
      this.#step("pending");
      this.#files.putPending(key);
      this.#pending = key;
    }
    // Days that begin from now on are sealed under it.
    await this.#options.store().useKeys(this.keys);
    const { sealedAnew, days, unreadable } = await this.#reseal(by, old?.id ?? "none", key, resumed === null);
    this.#step("place");
    const reason = this.#files.put(key);
    if (reason === "") {
      this.#step("forget");
      this.#current = key;
      this.#pending = null;
      this.#files.dropPending();
      await this.#options.store().useKeys(this.keys);
    }
    this.#step("done");
    return {
      keyId: key.id, oldKeyId: old?.id ?? "", secrets: sealedAnew, days, unreadable, path: this.#files.path,
      pendingPath: reason === "" ? "" : this.#files.pendingPath, reason,
    };
  }

  /** Seals everything under `key` that is not yet; again when accounts have changed meanwhile. */
  async #reseal(by: AskedBy, oldId: string, key: SecretKey, record: boolean): Promise<{ sealedAnew: number; days: number; unreadable: string[] }> {
    let sealedAnew = 0;
    let days = 0;
    for (let round = 0; ; round++) {
      const unreadable: string[] = [];
      const secrets: Resealed[] = [];
      for (const { name, sealed: from } of await this.#sealed()) {
        if (sealedUnder(from) === key.id) continue;
        const secret = this.#open(name, from);
        if (secret === null) unreadable.push(name);
        else secrets.push({ name, from, to: seal(key, name, secret.toString("utf8")) });
      }
      const dayKeys: Resealed[] = [];
      for (const { day, wrapped: from } of await this.#dayKeys()) {
        const name = dayKeyName(day);
        const opened = sealedUnder(from) === key.id ? null : this.#open(name, from);
        if (opened !== null) dayKeys.push({ name: day, from, to: seal(key, name, opened.toString("utf8")) });
      }
      if (secrets.length + dayKeys.length === 0 && (round > 0 || !record)) return { sealedAnew, days, unreadable };
      if (round >= MOST_ROUNDS) throw new AdminError("unavailable", "the accounts' secrets change faster than they can be sealed anew", "run it again: it goes on where it was");
      this.#step("reseal");
      const what = `secret key rotated: ${oldId} -> ${key.id}, ${secrets.length} secrets sealed anew${dayKeys.length === 0 ? "" : `, and the keys of ${dayKeys.length} days' texts`}`;
      const result = await this.#options.store().change({ kind: "secrets.reseal", secrets, dayKeys, what, ...by });
      if (!result.ok) throw new AdminError(result.code, result.message, "nothing is lost: run it again");
      sealedAnew += secrets.length;
      days += dayKeys.length;
    }
  }

  /** The key to seal with; made on first need, but never where secrets are sealed under one that is gone. */
  async #sealingKey(): Promise<SecretKey> {
    if (!this.#loaded) this.load();
    const key = this.#pending ?? this.#current;
    if (key !== null) return key;
    await this.#refuseLost();
    const made = newSecretKey();
    const reason = this.#files.put(made);
    if (reason !== "") throw new AdminError("unavailable", `cannot make the key ${this.#files.path}: ${reason}`);
    this.#current = made;
    await this.#options.store().useKeys(this.keys);
    return made;
  }

  async #refuseLost(): Promise<void> {
    const lost = (await this.#sealed()).length;
    if (lost === 0) return;
    throw new AdminError("unavailable", `${this.#files.path} is not there, but ${lost} ${lost === 1 ? "secret is" : "secrets are"} sealed under its key`,
      "put it back; a secret that cannot be read any more is taken away with: tollgate account set NAME --cmpp-secret ''");
  }

  /** A key that is given up must not be the only one that reads something. */
  async #refuseUnreadableDays(): Promise<void> {
    const lost = (await this.#dayKeys()).find(({ day, wrapped }) => this.#open(dayKeyName(day), wrapped) === null);
    if (lost === undefined) return;
    throw new AdminError("unavailable", `the texts of ${lost.day} are encrypted under key ${sealedUnder(lost.wrapped)}, which is not there`, `put that key back into ${this.#files.path} first`);
  }

  async #dayKeys(): Promise<readonly WrappedDayKey[]> {
    const answer = await this.#options.store().query({ kind: "day_keys" });
    return answer.kind === "day_keys" ? answer.keys : [];
  }

  #open(account: string, sealed: string): Buffer | null {
    for (const key of [this.#pending, this.#current]) {
      const secret = key === null ? null : unseal(key, account, sealed);
      if (secret !== null) return secret;
    }
    return null;
  }

  /** All secrets there are, the former ones that are kept among them. */
  async #sealed(): Promise<readonly { readonly name: string; readonly sealed: string }[]> {
    const answer = await this.#options.store().query({ kind: "accounts" });
    if (answer.kind !== "accounts") return [];
    return answer.accounts.flatMap(({ account: { name, cmppSecret, credentials } }) => [cmppSecret, credentials.formerSecret].filter((sealed) => sealed !== "").map((sealed) => ({ name, sealed })));
  }

  #step(name: string): void {
    this.#options.step?.(name);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
