import { expect } from "chai";
import fc from "fast-check";
import { MAX_AMOUNT_MICROS, MoneyError, formatMoney, parseMoney, parseMoneyNumber, withinLimit } from "../../../src/ledger/money.js";

describe("money", () => {
  const VECTORS: readonly (readonly [string, bigint])[] = [
    ["4.18", 4_180_000n],
    ["8.29", 8_290_000n],
    ["1.005", 1_005_000n],
    ["19.99", 19_990_000n],
    ["0.000001", 1n],
    ["1750.00", 1_750_000_000n],
  ];
  for (const [text, micros] of VECTORS) {
    it(`C068 ${text} is ${micros} micros and is printed back as typed`, () => {
      expect(parseMoney(text)).to.equal(micros);
      expect(formatMoney(micros)).to.equal(text);
    });
  }

  it("C074 reads 2^53 + 1 exactly and knows that it is beyond the limit", () => {
    const micros = parseMoney("9007199254.740993");
    expect(micros).to.equal(9_007_199_254_740_993n);
    expect(formatMoney(micros)).to.equal("9007199254.740993");
    expect(withinLimit(micros)).to.equal(false);
    expect(withinLimit(MAX_AMOUNT_MICROS)).to.equal(true);
    expect(withinLimit(-MAX_AMOUNT_MICROS - 1n)).to.equal(false);
  });

  it("C074 refuses a price that a double could not hold", () => {
    expect(parseMoneyNumber("9007199254.740991")).to.equal(Number.MAX_SAFE_INTEGER);
    expect(() => parseMoneyNumber("9007199254.740992")).to.throw(MoneyError, "9007199254.740991");
  });

  for (const text of ["", ".", "1.", ".5", "1e3", "1,000", " 1", "1 ", "+1", "1.0000000", "0x10", "--1", "1.-5", "٣", "1".repeat(41), "NaN"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseMoney(text, { negative: true })).to.throw(MoneyError);
    });
  }

  it("refuses a negative amount unless it is allowed", () => {
    expect(() => parseMoney("-0.035")).to.throw(MoneyError, "must not be negative");
    expect(parseMoney("-0.035", { negative: true })).to.equal(-35_000n);
    expect(formatMoney(-35_000n)).to.equal("-0.035");
  });

  it("cuts trailing zeros, but never the first two decimals", () => {
    expect(["7", "7.5", "7.50", "7.500", "7.0350", "007.10"].map((text) => formatMoney(parseMoney(text)))).to.deep.equal([
      "7.00", "7.50", "7.50", "7.50", "7.035", "7.10",
    ]);
    expect(formatMoney(0)).to.equal("0.00");
  });

  it("never formats a number that is not exact", () => {
    expect(() => formatMoney(0.5)).to.throw(RangeError);
    expect(() => formatMoney(2 ** 53)).to.throw(RangeError);
  });

  it("brings every amount back from its own text", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 30n), 10n ** 30n), (micros) => {
        expect(parseMoney(formatMoney(micros), { negative: true })).to.equal(micros);
      }),
    );
  });
});
