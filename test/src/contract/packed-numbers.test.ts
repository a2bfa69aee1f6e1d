import "../../seed.js";
import assert from "node:assert/strict";
import fc from "fast-check";
import { Packer, eachPacked, findPacked, isAbroad, mergePacked, normalOf, numberOf, packedOctets, type PackedNumbers, type ValueOctets } from "../../../src/contract/packed-numbers.js";

const mobile = fc.integer({ min: 3, max: 9 }).chain((second) => fc.integer({ min: 0, max: 999_999_999 }).map((rest) => `1${second}${String(rest).padStart(9, "0")}`));
const abroad = fc.integer({ min: 1_000_000, max: 999_999_999_999_999 }).map((digits) => `+${digits}`);
const number = fc.oneof({ weight: 4, arbitrary: mobile }, { weight: 1, arbitrary: abroad });

function packed(numbers: Iterable<number>, octets: ValueOctets = 0, valueOf: (number: number) => number = () => 0): PackedNumbers {
  const sorted = Float64Array.from(new Set(numbers)).sort();
  const far = sorted.filter(isAbroad).length;
  const packer = new Packer(sorted.length - far, far, octets);
  for (const one of sorted) packer.add(one, valueOf(one));
  return packer.finish();
}

/** Enough of them that the table of blocks is used. */
function many(count: number): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < count; at++) numbers.push(13_000_000_000 + at * 24_001 % 6_999_999_999);
  return numbers;
}

const LARGE_LIST = many(262_500);

describe("PackedNumbers", () => {
  it("gives every number in its normal form back as it was, and nothing else a number", () => {
    fc.assert(fc.property(number, (normal) => normalOf(numberOf(normal)) === normal));
    for (const none of ["", "10086", "12800128000", "1380013800", "138001380000", "1380013800a", "+", "+0086138", "+1234567890123456", "８6"]) {
      assert.equal(numberOf(none), -1, none);
    }
  });

  for (const [size, base, numRuns] of [["small", [], 100], ["large", LARGE_LIST, 4]] as const) {
    it(`finds what is on a ${size} list and nothing that is not`, () => {
      fc.assert(fc.property(fc.uniqueArray(number, { maxLength: 200 }), fc.array(number, { maxLength: 50 }), (on, asked) => {
        const list = packed([...on.map(numberOf), ...base]);
        const all = new Set([...on.map(numberOf), ...base]);
        for (const one of on) assert.equal(findPacked(list, one), 0);
        for (const one of asked) assert.equal(findPacked(list, one) >= 0, all.has(numberOf(one)));
      }), { numRuns });
    });

    it(`keeps a value beside each number of a ${size} list, through changes`, () => {
      fc.assert(fc.property(fc.uniqueArray(mobile, { minLength: 1, maxLength: 100 }), fc.array(fc.tuple(number, fc.integer({ min: -1, max: 255 })), { maxLength: 100 }), (on, changes) => {
        const valueOf = (one: number): number => one % 251;
        const wanted = new Map([...base, ...on.map(numberOf)].map((one) => [one, valueOf(one)] as const));
        const change = new Map(changes.map(([one, value]) => [numberOf(one), value] as const));
        const merged = mergePacked(packed(wanted.keys(), 1, valueOf), change, 1);
        for (const [one, value] of change) if (value < 0) wanted.delete(one); else wanted.set(one, value);
        let last = 0;
        let right = 0;
        eachPacked(merged, (one, value) => {
          if (one > last && wanted.get(one) === value) right++;
          last = one;
        });
        assert.deepEqual([merged.size, right], [wanted.size, wanted.size]);
        for (const [one] of change) assert.equal(findPacked(merged, normalOf(one)), wanted.get(one) ?? -1);
      }), { numRuns });
    });
  }

  it("does not take a number for one that ends or begins like it, nor one abroad for a mobile", () => {
    for (const base of [[], LARGE_LIST]) {
      const list = packed([numberOf("13800138000"), numberOf("+85213800138"), ...base]);
      assert.equal(findPacked(list, "13800138000"), 0);
      assert.equal(findPacked(list, "+85213800138"), 0);
      for (const other of ["+13800138000", "+85213800138000", "3800138000", "13800138001", "+8521380013", "19999999999", "13000000001"]) assert.equal(findPacked(list, other), -1, other);
    }
  });

  it("takes two octets a number and three megabytes beside them for a long list", () => {
    assert.ok(packedOctets(packed(LARGE_LIST)) <= LARGE_LIST.length * 2 + 2_900_000);
  });
});
