import { expect } from "chai";
import fc from "fast-check";
import type { Tariff } from "../../../src/ledger/account.js";
import { makeAccount } from "../../../src/ledger/account-settings.js";
import { normaliseDestination, normalisePrefix } from "../../../protocols/model/address.js";
import { priceFor } from "../../../src/ledger/tariff.js";

function account(tariffs: readonly Tariff[]) {
  return makeAccount({ no: 1, name: "acme", state: "active", stateReason: "", currency: "CNY", tariffs }, { priceMicros: 35_000 });
}

describe("tariff", () => {
  it("is the account's own price when there is no tariff", () => {
    expect(priceFor(account([]), "8613800138000", 0)).to.equal(35_000);
  });

  const rows: readonly Tariff[] = [
    { prefix: "86", priceMicros: 40_000, fromMs: 100 },
    { prefix: "86138", priceMicros: 50_000, fromMs: 200 },
    { prefix: "86138", priceMicros: 45_000, fromMs: 300 },
    { prefix: "", priceMicros: 36_000, fromMs: 500 },
  ];
  const TABLE: readonly (readonly [string, number, number, string])[] = [
    ["8613800138000", 99, 35_000, "nothing has started"],
    ["8613800138000", 100, 40_000, "from the very moment of its start"],
    ["8613800138000", 200, 50_000, "the longest prefix wins"],
    ["8613800138000", 300, 45_000, "the latest start of the longest prefix wins"],
    ["8613900138000", 300, 40_000, "the shorter prefix serves the others"],
    ["85291234567", 300, 35_000, "no prefix fits"],
    ["85291234567", 500, 36_000, "the empty prefix fits all"],
    ["8613800138000", 999, 45_000, "a later start of a shorter prefix changes nothing"],
    ["861", 300, 40_000, "a number shorter than a prefix"],
  ];
  for (const [destination, wallMs, price, why] of TABLE) {
    it(`${destination} at ${wallMs} costs ${price}: ${why}`, () => {
      expect(priceFor(account(rows), destination, wallMs)).to.equal(price);
      expect(priceFor(account([...rows].reverse()), destination, wallMs)).to.equal(price);
    });
  }

  it("agrees with sorting, in whatever order the rows stand", () => {
    const row = fc.record({ prefix: fc.constantFrom("", "8", "86", "861", "862"), fromMs: fc.nat(5), priceMicros: fc.nat(99) });
    const unique = { selector: (t: Tariff) => `${t.prefix}@${t.fromMs}`, maxLength: 12 };
    fc.assert(
      fc.property(fc.uniqueArray(row, unique), fc.constantFrom("8613", "8620", "9"), fc.nat(5), (tariffs, destination, wallMs) => {
        const [best] = tariffs
          .filter((t) => t.fromMs <= wallMs && destination.startsWith(t.prefix))
          .sort((a, b) => b.prefix.length - a.prefix.length || b.fromMs - a.fromMs);
        expect(priceFor(account(tariffs), destination, wallMs)).to.equal(best?.priceMicros ?? 35_000);
      }),
    );
  });
});

describe("tariff prefix", () => {
  const FORMS: readonly (readonly [string, string | null])[] = [
    ["", ""], ["138", "138"], ["86138", "138"], ["+86138", "138"], ["0086 138", "138"], ["86", "1"], ["+86", "1"], ["8610690", "10690"],
    ["106", "106"], ["95", "95"], ["400", "400"], ["+852", "+852"], ["00852", "+852"], ["+1", "+1"], ["+1-415", "+1415"],
    ["852", null], ["8652", null], ["+", "+"], ["00", "+"], ["+0", null], ["1x", null], ["123456789012345678901", null],
  ];
  for (const [given, normal] of FORMS) {
    it(`${given === "" ? "of none" : given} is ${normal === null ? "refused" : `"${normal}"`}`, () => expect(normalisePrefix(given)).to.equal(normal));
  }

  it("fits the numbers that people mean by it, in any spelling", () => {
    const price = (prefix: string, to: string): number =>
      priceFor(account([{ prefix: normalisePrefix(prefix) ?? "none", priceMicros: 70_000, fromMs: 0 }]), normaliseDestination(to, 0) ?? "", 1);
    for (const prefix of ["138", "86138", "+86138", "0086138", "86"]) {
      for (const to of ["13800138000", "8613800138000", "+8613800138000", "008613800138000"]) expect(price(prefix, to), `${prefix} ${to}`).to.equal(70_000);
      expect(price(prefix, "+13800138000"), prefix).to.equal(35_000);
    }
    for (const prefix of ["+852", "00852"]) {
      for (const to of ["+85291234567", "0085291234567", "85291234567"]) expect(price(prefix, to), `${prefix} ${to}`).to.equal(70_000);
    }
  });
});
