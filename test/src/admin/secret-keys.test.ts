/** The key of the accounts' secrets: made, checked, rotated, and never lost on the way. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AdminError } from "../../../src/admin/errors.js";
import { readKeyFile } from "../../../src/admin/key-files.js";
import { SecretKeys } from "../../../src/admin/secret-keys.js";
import type { SecretSettings } from "../../../src/config/settings.js";
import { newSecretKey, seal, secretKeyText, sealedUnder } from "../../../src/ledger/secret.js";
import { DayKeys, keyOctets, readDayKeys } from "../../../src/store/sqlite/day-keys.js";
import { newFolder } from "./fixtures.js";
import { LedgerStore } from "./ledger-store.js";

/** Two days, as day files number them. */
const DAYS = [20_000, 20_001] as const;
const BY = { actor: "cli:test" };
const SECRETS: Readonly<Record<string, string>> = { demo: "tollgate1", other: "密钥", closed: "gone" };

describe("SecretKeys", () => {
  let dir: string;
  let store: LedgerStore;
  let path: string;

  beforeEach(() => {
    dir = newFolder();
    store = new LedgerStore(dir);
    path = join(dir, "secret.key");
  });
  afterEach(() => {
    store.ledger.close();
    chmodSync(dir, 0o700);
    rmSync(dir, { recursive: true });
  });

  const made = (settings: SecretSettings = { from: "data", path: "" }): SecretKeys => new SecretKeys({ settings, dataDir: dir, store: () => store });
  const add = async (keys: SecretKeys, name: string): Promise<void> => {
    const result = await keys.sealed(name, SECRETS[name]!, (cmppSecret) => store.change({ ...BY, kind: "account.add", name, settings: { priceMicros: 1, cmppSecret } }));
    expect(result.ok).to.equal(true);
  };
  const accounts = () => store.ledger.accountRows().map((row) => row.account);
  /** Every account's secret as a daemon that starts now reads it. */
  const readable = (settings?: SecretSettings): Record<string, string | undefined> => {
    const keys = made(settings);
    keys.load();
    keys.update(accounts());
    return Object.fromEntries(accounts().map((one) => [one.name, keys.secretOf(one.no)?.toString()]));
  };
  const fill = async (settings?: SecretSettings): Promise<SecretKeys> => {
    const keys = made(settings);
    for (const name of Object.keys(SECRETS)) await add(keys, name);
    await store.change({ ...BY, kind: "account.close", name: "closed", rest: "forfeit" });
    return keys;
  };
  const audit = () => store.ledger.db.prepare("SELECT what FROM audit ORDER BY no").pluck().all() as string[];
  const refusal = async (work: Promise<unknown>): Promise<AdminError> => {
    const error: unknown = await work.then(() => null, (thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AdminError);
    return error as AdminError;
  };

  it("keeps a former secret open beside the new one, and brings both under another key", async () => {
    const keys = made();
    await add(keys, "demo");
    const result = await keys.sealed("demo", "tollgate2", (cmppSecret) => store.change({ ...BY, kind: "account.set", name: "demo", settings: { cmppSecret }, keepOldMs: 60_000 }));
    expect(result.ok).to.equal(true);
    const opened = (): (string | undefined)[] => {
      const again = made();
      again.load();
      expect(again.update(accounts())).to.deep.equal([]);
      return [again.secretOf(accounts()[0]!.no)?.toString(), again.formerSecretOf(accounts()[0]!.no)?.toString()];
    };
    expect(opened()).to.deep.equal(["tollgate2", "tollgate1"]);
    expect(await keys.rotate(BY, null)).to.include({ secrets: 2, reason: "" });
    expect(opened()).to.deep.equal(["tollgate2", "tollgate1"]);
    expect(await keys.check()).to.deep.include({ secrets: 2, unreadable: [] });
  });

  it("makes the key on first need, for its owner alone, and reads it again", async () => {
    const keys = made();
    keys.load();
    expect(existsSync(path)).to.equal(false);
    await fill();
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(readable()).to.deep.equal(SECRETS);
  });

  it("opens a secret once, when the account changes, not at every bind", async () => {
    const keys = await fill();
    keys.update(accounts());
    const demo = accounts()[0]!;
    const before = keys.secretOf(demo.no);
    keys.update(accounts());
    expect(keys.secretOf(demo.no)).to.equal(before);
    keys.update([{ ...demo, cmppSecret: "" }]);
    expect(keys.secretOf(demo.no)).to.equal(null);
  });

  it("does not read a secret that was moved to another account, and tells of it once", async () => {
    const keys = await fill();
    const [demo, other] = accounts();
    const moved = [{ ...demo!, cmppSecret: other!.cmppSecret }];
    expect(keys.update(moved)).to.deep.equal([{ account: "demo", keyId: readKeyFile(path).id }]);
    expect(keys.update(moved)).to.deep.equal([]);
    expect(keys.secretOf(demo!.no)).to.equal(null);
  });

  it("refuses what can be no secret without repeating it", async () => {
    const error = await refusal(made().sealed("demo", "sesame\n", () => Promise.resolve()));
    expect(error.message).to.match(/^cmpp-secret: /).and.not.contain("sesame");
  });

  it("makes no new key where secrets are sealed under one that is gone", async () => {
    await fill();
    rmSync(path);
    const keys = made();
    expect((await refusal(keys.sealed("demo", "x", () => Promise.resolve()))).message).to.match(/is not there, but 3 secrets are sealed under its key/);
    expect((await refusal(keys.rotate(BY, null))).message).to.match(/is not there, but 3 secrets/);
    expect(existsSync(path)).to.equal(false);
    expect((await keys.check()).unreadable).to.have.length(3);
  });

  const files: [string, (file: string) => void, RegExp][] = [
    ["a key that all may read", (file) => {
      writeFileSync(file, secretKeyText(newSecretKey()));
      chmodSync(file, 0o644);
    }, /is not safe from others \(mode 0644\)/],
    ["a key that the group may write", (file) => {
      writeFileSync(file, secretKeyText(newSecretKey()));
      chmodSync(file, 0o620);
    }, /is not safe from others \(mode 0620\)/],
    ["a file without a key", (file) => writeFileSync(file, "hunter2\n", { mode: 0o600 }), /holds no key$/],
    ["a folder", (file) => mkdirSync(file, { mode: 0o700 }), /is no file/],
    ["a file that is not there", () => undefined, /cannot read the key in .*: ENOENT/],
  ];
  for (const [name, make, message] of files) {
    it(`refuses ${name}, as an error of the configuration`, () => {
      const file = join(dir, "my.key");
      make(file);
      expect(() => made({ from: "file", path: file }).load()).to.throw(AdminError, message).with.property("code", "config_invalid");
    });
  }

  it("takes a credential, which its access list lets the service's group read, and says when there is none", () => {
    const file = join(dir, "credential");
    writeFileSync(file, secretKeyText(newSecretKey()), { mode: 0o600 });
    chmodSync(file, 0o440);
    made({ from: "credential", path: file }).load();
    expect(() => made({ from: "credential", path: "" }).load()).to.throw(AdminError, /CREDENTIALS_DIRECTORY is not set/);
  });

  it("rotates: every secret under the new key, closed accounts' too, the old key gone, an audit record", async () => {
    const keys = await fill();
    const old = readKeyFile(path);
    const rotation = await keys.rotate({ ...BY, reason: "yearly" }, null);
    const key = readKeyFile(path);
    expect(rotation).to.deep.equal({ keyId: key.id, oldKeyId: old.id, secrets: 3, days: 0, unreadable: [], path, pendingPath: "", reason: "" });
    expect(key.id).to.not.equal(old.id);
    expect(accounts().map((one) => sealedUnder(one.cmppSecret))).to.deep.equal([key.id, key.id, key.id]);
    expect(existsSync(join(dir, "secret.key.pending"))).to.equal(false);
    expect(readable()).to.deep.equal(SECRETS);
    expect(audit().at(-1)).to.equal(`secret key rotated: ${old.id} -> ${key.id}, 3 secrets sealed anew`);
    expect(keys.update(accounts())).to.deep.equal([]);
    expect(keys.secretOf(accounts()[0]!.no)?.toString()).to.equal("tollgate1");
  });

  it("rotates to a given key, but not to the one in use", async () => {
    const keys = await fill();
    expect((await refusal(keys.rotate(BY, readKeyFile(path)))).message).to.match(/is the one in use already/);
    const key = newSecretKey();
    await keys.rotate(BY, key);
    expect(readKeyFile(path)).to.deep.equal(key);
  });

  it("leaves what it cannot read as it was, and says whose it is", async () => {
    const keys = await fill();
    const foreign = seal(newSecretKey(), "lost", "x");
    await store.change({ ...BY, kind: "account.add", name: "lost", settings: { priceMicros: 1, cmppSecret: foreign } });
    expect(await keys.rotate(BY, null)).to.deep.include({ secrets: 3, unreadable: ["lost"] });
    expect(accounts()[3]!.cmppSecret).to.equal(foreign);
    expect((await keys.check()).unreadable).to.deep.equal([{ account: "lost", keyId: sealedUnder(foreign) }]);
  });

  it("does not leave a secret behind that is given while it rotates", async () => {
    const keys = await fill();
    const changed = keys.sealed("demo", "newer", (cmppSecret) => store.change({ ...BY, kind: "account.set", name: "demo", settings: { cmppSecret } }));
    await Promise.all([changed, keys.rotate(BY, null), keys.sealed("other", "newest", (cmppSecret) => store.change({ ...BY, kind: "account.set", name: "other", settings: { cmppSecret } }))]);
    expect(readable()).to.deep.equal({ ...SECRETS, demo: "newer", other: "newest" });
    expect(new Set(accounts().map((one) => sealedUnder(one.cmppSecret))).size).to.equal(1);
  });

  /** A key for the texts of a day, as the daemon makes it. */
  const encrypt = (keys: SecretKeys, day: number): void => {
    new DayKeys(keyOctets(keys.keys)).make(store.ledger, day, 1);
  };
  /** Under which keys those of the days are; throws when one cannot be read with what the files have. */
  const daysUnder = (): string[] => {
    const keys = made();
    keys.load();
    new DayKeys(keyOctets(keys.keys)).check(store.ledger, DAYS);
    return readDayKeys(store.ledger).map(({ wrapped }) => sealedUnder(wrapped));
  };

  it("brings the keys of days' texts under another key with the secrets, in one transaction, and tells how many", async () => {
    const keys = await fill();
    for (const day of DAYS) encrypt(keys, day);
    const before = readDayKeys(store.ledger);
    const rotation = await keys.rotate(BY, null);
    expect(rotation).to.include({ secrets: 3, days: 2 });
    expect(daysUnder()).to.deep.equal([rotation.keyId, rotation.keyId]);
    expect(audit().at(-1)).to.equal(`secret key rotated: ${rotation.oldKeyId} -> ${rotation.keyId}, 3 secrets sealed anew, and the keys of 2 days' texts`);
    expect(await keys.check()).to.deep.include({ days: 2, unreadableDays: [] });
    for (const { wrapped } of [...before, ...readDayKeys(store.ledger)]) expect(audit().join("\n")).to.not.contain(wrapped);
  });

  it("is not given up while it alone reads the texts of a day", async () => {
    const keys = await fill();
    encrypt(keys, DAYS[0]);
    const old = readKeyFile(path);
    writeFileSync(path, secretKeyText(newSecretKey()));
    const refused = await refusal(made().rotate(BY, null));
    expect([refused.code, refused.message]).to.deep.equal(["unavailable", `the texts of 2024-10-04 are encrypted under key ${old.id}, which is not there`]);
    expect((await made().check()).unreadableDays).to.deep.equal([{ day: "2024-10-04", keyId: old.id }]);
    expect(existsSync(join(dir, "secret.key.pending"))).to.equal(false);
    writeFileSync(path, secretKeyText(old));
    expect(daysUnder()).to.deep.equal([old.id]);
  });

  it("is made for a start that encrypts, but not in the place of one that is lost", async () => {
    const keys = made();
    keys.load();
    expect(keys.keys).to.deep.equal([]);
    await keys.ready();
    expect(keys.keys.map(({ id }) => id)).to.deep.equal([readKeyFile(path).id]);
    await add(keys, "demo");
    rmSync(path);
    const lost = made();
    lost.load();
    expect((await refusal(lost.ready())).message).to.match(/is not there, but 1 secret is sealed under its key/);
  });

  for (const step of ["pending", "reseal", "place", "forget", "done"]) {
    it(`loses nothing when the process is killed before "${step}", and ends the rotation afterwards`, async () => {
      const filled = await fill();
      for (const day of DAYS) encrypt(filled, day);
      const old = readKeyFile(path);
      store.ledger.close();
      const child = import.meta.url.endsWith(".ts") ? ["--import=tsx", "./rotate-child.ts"] : ["./rotate-child.js"];
      const script = fileURLToPath(new URL(child.at(-1)!, import.meta.url));
      const ended = spawnSync(process.execPath, [...child.slice(0, -1), script, dir, step]);
      expect(ended.signal, ended.stderr.toString()).to.equal("SIGKILL");
      store = new LedgerStore(dir);
      expect(readable()).to.deep.equal(SECRETS);
      expect(daysUnder()).to.have.length(2);
      const keys = made();
      keys.load();
      await keys.finish(BY);
      expect(await keys.finish(BY)).to.equal(null);
      expect(readable()).to.deep.equal(SECRETS);
      const now = readKeyFile(path);
      expect(now.id === old.id).to.equal(step === "pending");
      expect(new Set(accounts().map((one) => sealedUnder(one.cmppSecret)))).to.deep.equal(new Set([now.id]));
      expect(new Set(daysUnder())).to.deep.equal(new Set([now.id]));
      expect(existsSync(join(dir, "secret.key.pending"))).to.equal(false);
    });
  }

  it("keeps a new key that cannot be put in place beside the old one until a person has done so", async () => {
    const folder = join(dir, "etc");
    mkdirSync(folder);
    const file = join(folder, "credential");
    writeFileSync(file, secretKeyText(newSecretKey()), { mode: 0o600 });
    const settings: SecretSettings = { from: "credential", path: file };
    const keys = await fill(settings);
    const rotation = await keys.rotate(BY, null);
    expect(rotation).to.deep.include({ reason: "it is a credential", pendingPath: join(dir, "secret.key.pending"), secrets: 3 });
    expect(statSync(rotation.pendingPath).mode & 0o777).to.equal(0o600);
    expect(readable(settings)).to.deep.equal(SECRETS);
    expect(await made(settings).check()).to.deep.include({ pendingKeyId: rotation.keyId, unreadable: [] });
    // A start in between changes nothing and writes no further record.
    const records = audit().length;
    const between = made(settings);
    between.load();
    await between.finish(BY);
    expect(audit()).to.have.length(records);
    expect((await refusal(between.rotate(BY, newSecretKey()))).message).to.match(/has not come to its end/);
    writeFileSync(file, readFileSync(rotation.pendingPath));
    expect(readable(settings)).to.deep.equal(SECRETS);
    expect(existsSync(rotation.pendingPath)).to.equal(false);
  });

  it("writes neither key nor secret into the audit log", async () => {
    const keys = await fill();
    await keys.rotate(BY, null);
    const rows = JSON.stringify(store.ledger.db.prepare("SELECT actor, reason, what, subject FROM audit").all());
    for (const said of [...Object.values(SECRETS).slice(0, 2), readKeyFile(path).octets.toString("hex"), "v1:"]) expect(rows).to.not.contain(said);
  });
});
