import { expect } from "chai";
import { PasswordChecker, hashPasswordSync, isPasswordHash, verifyPassword } from "../../../src/ledger/password.js";

describe("password", () => {
  const hash = hashPasswordSync("secret01");

  it("hashes to the form of the account's field, never twice the same", () => {
    expect(hash).to.match(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(hashPasswordSync("secret01")).to.not.equal(hash);
    expect(isPasswordHash(hash)).to.equal(true);
  });

  it("lets the right one in and nothing else", async () => {
    expect(await verifyPassword("secret01", hash)).to.equal(true);
    expect(await verifyPassword("secret02", hash)).to.equal(false);
    expect(await verifyPassword("", hash)).to.equal(false);
    expect(await verifyPassword("", "")).to.equal(false);
  });

  it("takes no text for a hash that is malformed or would exhaust memory", () => {
    for (const text of ["", "secret01", hash.replace("16384", "16383"), hash.replace("16384", "524288"), hash.replace("$8$", "$99$"), `${hash}!`]) {
      expect(isPasswordHash(text), text).to.equal(false);
    }
  });

  it("answers wrong for the hash of an account that cannot bind", async () => {
    expect(await new PasswordChecker({ monotonicMs: 0 }).check("", "")).to.equal("wrong");
  });

  it("remembers a success for a minute, and no failure", async () => {
    const clock = { monotonicMs: 1_000 };
    const checker = new PasswordChecker(clock);
    expect(await checker.check("secret01", hash)).to.equal("ok");
    clock.monotonicMs += 59_999;
    // A check that must work takes many turns of the loop; a remembered one is settled at once.
    expect(await settledAtOnce(checker.check("secret01", hash))).to.equal(true);
    expect(await checker.check("secret02", hash)).to.equal("wrong");
    expect(await settledAtOnce(checker.check("secret02", hash))).to.equal(false);
    clock.monotonicMs += 1;
    expect(await settledAtOnce(checker.check("secret01", hash))).to.equal(false);
  });

  it("does not take a remembered password for another account's", async () => {
    const checker = new PasswordChecker({ monotonicMs: 0 });
    const other = hashPasswordSync("secret02");
    expect(await checker.check("secret01", hash)).to.equal("ok");
    expect(await checker.check("secret01", other)).to.equal("wrong");
  });

  it("shares one check among binds that come with the same password", () => {
    const checker = new PasswordChecker({ monotonicMs: 0 });
    expect(checker.check("secret01", hash)).to.equal(checker.check("secret01", hash));
  });

  it("answers busy when too many wait, and answers all that were taken", async () => {
    const checker = new PasswordChecker({ monotonicMs: 0 });
    const cheap = hash.replace("$16384$", "$1024$");
    const all = await Promise.all(Array.from({ length: 300 }, (_, i) => checker.check(`guess${i}`, cheap)));
    expect(all.filter((verdict) => verdict === "wrong")).to.have.length(258);
    expect(all.filter((verdict) => verdict === "busy")).to.have.length(42);
  });
});

async function settledAtOnce(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([promise.then(() => true), later]);
}
