import { expect } from "chai";
import fc from "fast-check";
import { MAX_SECRET_OCTETS, checkSecret, isSealed, newSecretKey, parseSecretKey, seal, sealedUnder, secretKey, secretKeyText, unseal } from "../../../src/ledger/secret.js";

const KEY = secretKey(Buffer.alloc(32, 7));

describe("sealed secrets", () => {
  it("come back as they were, whatever they are", () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 16, unit: "grapheme" }), fc.string(), (secret, account) => {
      if (checkSecret(secret) !== null) return;
      const sealed = seal(KEY, account, secret);
      expect(isSealed(sealed)).to.equal(true);
      expect(unseal(KEY, account, sealed)?.toString()).to.equal(secret);
    }));
  });

  it("are never the same twice, and do not show the secret nor the key", () => {
    const [one, two] = [seal(KEY, "demo", "tollgate1"), seal(KEY, "demo", "tollgate1")];
    expect(one).to.not.equal(two);
    expect(one).to.match(/^v1:[\w-]{8}:[\w-]{16}:[\w-]{34}$/).and.not.contain("tollgate1");
    expect(sealedUnder(one)).to.equal(KEY.id);
    expect(KEY.octets.toString("base64url")).to.not.contain(KEY.id);
  });

  it("cannot be given to another account", () => {
    expect(unseal(KEY, "other", seal(KEY, "demo", "tollgate1"))).to.equal(null);
  });

  it("cannot be opened with another key, even under its name", () => {
    const sealed = seal(KEY, "demo", "tollgate1");
    const wrong = newSecretKey();
    expect(unseal(wrong, "demo", sealed)).to.equal(null);
    expect(unseal({ id: KEY.id, octets: wrong.octets }, "demo", sealed)).to.equal(null);
  });

  it("are refused when any character of nonce, text or tag was changed", () => {
    const sealed = seal(KEY, "demo", "tollgate1!!!");
    for (let at = sealed.indexOf(":", 3) + 1; at < sealed.length; at++) {
      const put = sealed[at] === "A" ? "Q" : "A";
      const other = `${sealed.slice(0, at)}${put}${sealed.slice(at + 1)}`;
      // The last character of unpadded base64 may have bits that say nothing.
      if (Buffer.from(other.slice(30), "base64url").equals(Buffer.from(sealed.slice(30), "base64url")) && at > 30) continue;
      expect(unseal(KEY, "demo", other), other).to.equal(null);
    }
  });

  it("are nothing but that form", () => {
    for (const text of ["", "tollgate1", "v1:::", "v2" + seal(KEY, "demo", "x").slice(2), seal(KEY, "demo", "x") + "\n", "v1:abcdefgh:abcdefghabcdefgh:abc"]) {
      expect(isSealed(text), text).to.equal(false);
      expect(unseal(KEY, "demo", text), text).to.equal(null);
    }
    expect(isSealed(seal(KEY, "demo", "x".repeat(MAX_SECRET_OCTETS)))).to.equal(true);
  });

  it("are of 1 to 64 octets without control characters", () => {
    expect([checkSecret("a"), checkSecret("密".repeat(21))]).to.deep.equal([null, null]);
    for (const secret of ["", "a".repeat(65), "密".repeat(22), "a\nb", "a\u0000"]) expect(checkSecret(secret), secret).to.be.a("string").and.not.contain("a\n");
  });
});

describe("secret keys", () => {
  it("are read as 32 octets, hexadecimal, base64 or base64url of the first line", () => {
    const octets = Buffer.from([...Array(31).keys(), 0xfb]);
    for (const content of [octets, octets.toString("hex"), `${octets.toString("hex").toUpperCase()}\r\nmore`, octets.toString("base64"), `${octets.toString("base64url")}\n`]) {
      expect(parseSecretKey(Buffer.from(content as string))?.octets.equals(octets), String(content)).to.equal(true);
    }
    expect(parseSecretKey(Buffer.from(secretKeyText(KEY)))).to.deep.equal(KEY);
  });

  it("are nothing else", () => {
    for (const content of ["", "\n", "secret", "a".repeat(63), "a".repeat(65), "g".repeat(64), "A".repeat(42), `${"A".repeat(43)}==`]) {
      expect(parseSecretKey(Buffer.from(content)), content).to.equal(null);
    }
  });

  it("have an id that follows from the key alone", () => {
    expect(secretKey(Buffer.alloc(32, 7)).id).to.equal(KEY.id);
    expect(newSecretKey().id).to.not.equal(newSecretKey().id);
    expect(() => secretKey(Buffer.alloc(16))).to.throw(RangeError);
  });
});
