import assert from "node:assert/strict";
import { NumberLists, consentHolds, consentValue } from "../../../src/contract/number-lists.js";
import { Packer, numberOf } from "../../../src/contract/packed-numbers.js";

const BLOCK = { kind: "block", accountNo: 0, signatureNo: 0 } as const;

function packed(...numbers: string[]) {
  const packer = new Packer(numbers.length, 0, 0);
  for (const number of numbers) packer.add(numberOf(number), 0);
  return packer.finish();
}

describe("NumberLists", () => {
  it("has what was put on a list at once, and no longer what was taken off", () => {
    const list = new NumberLists().list(BLOCK);
    assert.equal(list.empty, true);
    list.change("13800138000", 0);
    assert.equal(list.has("13800138000"), true);
    list.replace(packed("13800138000", "13800138001"));
    list.change("13800138001", -1);
    list.change("13800138001", -1);
    assert.deepEqual([list.has("13800138000"), list.has("13800138001"), list.size, list.empty, list.changes], [true, false, 1, false, 1]);
    list.change("13800138000", -1);
    assert.equal(list.empty, true);
  });

  it("is the same object however often it is asked for, one for each kind, account and signature", () => {
    const lists = new NumberLists();
    const own = lists.list({ kind: "optout", accountNo: 7, signatureNo: 0 });
    const signs = lists.list({ kind: "optout", accountNo: 7, signatureNo: 2 });
    assert.equal(lists.account(7).optout, own);
    assert.equal(lists.account(7).signatures.get(2)?.optout, signs);
    assert.equal(lists.list({ kind: "ported", accountNo: 0, signatureNo: 0 }), lists.ported);
    signs.change("13800138000", 0);
    assert.equal(own.has("13800138000"), false);
    assert.equal([...lists.lists()].reduce((sum, list) => sum + list.size, 0), 1);
  });

  it("holds a consent from the day it was given, for so many days, and to its own last day", () => {
    const given = 20_500;
    assert.deepEqual([given - 1, given, given + 29, given + 30].map((day) => consentHolds(consentValue(given, 0), day, 30)), [false, true, true, false]);
    assert.deepEqual([given, given + 10, given + 11].map((day) => consentHolds(consentValue(given, given + 10), day, 0)), [true, true, false]);
    assert.equal(consentHolds(consentValue(given, 0), given + 9_999, 0), true);
  });
});
