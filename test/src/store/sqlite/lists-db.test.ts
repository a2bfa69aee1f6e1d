/** What a list forgets is in none of its file's octets any more. */
import { expect } from "chai";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numberOf } from "../../../../src/contract/packed-numbers.js";
import { ListsDb } from "../../../../src/store/sqlite/lists-db.js";

const NUMBER = numberOf("13912345678");

describe("lists.db", () => {
  it("clause 4.1: a number that is forgotten is in no octet of the lists it served, among thousands of others", () => {
    const dir = mkdtempSync(join(tmpdir(), "tollgate-lists-"));
    const db = ListsDb.open(dir);
    const octets = Buffer.alloc(6);
    octets.writeUIntBE(NUMBER, 0, 6);
    const holding = (): string[] => readdirSync(dir).filter((name) => readFileSync(join(dir, name)).includes(octets));
    db.transaction(() => {
      const source = db.source("a file");
      for (const kind of ["allow", "consent"] as const) {
        const list = db.list({ kind, accountNo: 1, signatureNo: 0 });
        for (let near = -2_000; near <= 2_000; near++) db.put(list, NUMBER + near, 0, 1_764_000_000_000, source, 0, 1_764_000_000_000);
      }
    });
    db.transaction(() => db.remove(db.list({ kind: "consent", accountNo: 1, signatureNo: 0 }), NUMBER, db.source("a person"), 1_764_000_000_001));
    expect(holding()).to.not.deep.equal([]);
    const gone = db.transaction(() => db.forget(NUMBER, ["allow", "consent", "ported"]));
    db.cutLog();
    expect([gone.lists.length, gone.past]).to.deep.equal([1, 1]);
    expect(holding()).to.deep.equal([]);
    db.close();
    rmSync(dir, { recursive: true });
  });
});
