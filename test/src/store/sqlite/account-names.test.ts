/** Names of accounts read beside the store, or beside nothing at all. */
import { expect } from "chai";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAccountNames } from "../../../../src/store/sqlite/account-names.js";
import { openStore } from "./open-store.js";

describe("readAccountNames", () => {
  let dir = "";
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "tollgate-names-"))));
  afterEach(() => rmSync(dir, { recursive: true }));

  it("reads the ledger of a store that is closed, and of one that is open, which goes on", async () => {
    const store = openStore(dir);
    await store.open();
    const add = (name: string) => store.change({ kind: "account.add", actor: "test", name, settings: { priceMicros: 1 } });
    await add("demo");
    await store.close();
    const before = readdirSync(dir).sort();
    expect([...(readAccountNames(dir) ?? [])]).to.deep.equal(["demo"]);
    expect(readdirSync(dir).filter((name) => !/-(wal|shm)$/.test(name)).sort()).to.deep.equal(before.filter((name) => !/-(wal|shm)$/.test(name)));
    const again = openStore(dir);
    await again.open();
    expect((await again.change({ kind: "account.add", actor: "test", name: "other", settings: { priceMicros: 1 } })).ok).to.equal(true);
    expect([...(readAccountNames(dir) ?? [])].sort()).to.deep.equal(["demo", "other"]);
    expect((await again.change({ kind: "account.suspend", actor: "test", name: "other" })).ok).to.equal(true);
    await again.close();
  });

  it("makes nothing where there is nothing, and says so of what is no ledger", () => {
    expect(readAccountNames(join(dir, "none"))).to.equal(null);
    expect(readAccountNames(dir)).to.equal(null);
    expect(readdirSync(dir)).to.deep.equal([]);
    writeFileSync(join(dir, "ledger.db"), "no ledger at all, just words that go on for a while");
    expect(readAccountNames(dir)).to.equal(null);
  });
});
