import assert from "node:assert/strict";
import { MessageState } from "../../../protocols/model/state.js";
import type { Receipt } from "../../../protocols/model/receipt.js";
import { LEFT, networkCode } from "../../../src/contract/network.js";
import { ReplyWords } from "../../../src/filter/reply-words.js";
import { ContractData } from "../../../src/flow/contract-data.js";
import { LearnNetworks } from "../../../src/flow/learn-networks.js";
import type { NumberStore } from "../../../src/store/numbers.js";
import { FakeNumbers } from "../admin/fake-numbers.js";

function receipt(stateWord: string, destination = "8613800138000", error = ""): Receipt {
  return {
    operatorMessageId: "1", alternateId: "", state: MessageState.undeliverable, final: true, stateWord, error, source: "1069", destination, doneAtMs: 0, raw: Buffer.alloc(0),
  };
}

function bench() {
  const numbers = new FakeNumbers();
  const data = new ContractData(480);
  data.take({
    segments: { date: "2026-01-01", segments: [{ prefix: "138", network: "mobile", virtual: false }, { prefix: "130", network: "unicom", virtual: false }], left: new Map([["MB:1049", "mobile"]]) },
    replyWords: new ReplyWords(new Map()), adverts: null, version: "1",
  });
  // What is learned goes into the very lists that it is looked up in.
  const store: Pick<NumberStore, "change"> = {
    change: async (change) => {
      const changed = await numbers.change(change);
      data.lists.list(change.list).change(change.number, change.value);
      return changed;
    },
  };
  return { numbers, data, learn: new LearnNetworks(data, store, (reason) => assert.fail(reason)) };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("LearnNetworks", () => {
  it("remembers a number that an operator's report says is ported out, by its word and operator", async () => {
    const { numbers, data, learn } = bench();
    learn.report(receipt("MB:1049"), "mobile", 5);
    await settled();
    assert.deepEqual(numbers.changes.map(({ number, value, source }) => [number, value, source]), [["13800138000", LEFT + networkCode("mobile"), "learned MB:1049 mobile"]]);
    assert.deepEqual(data.networks.explain("13800138000"), { network: null, left: "mobile", by: "ported", virtual: false });
    assert.equal(learn.learned, 1);
  });

  it("finds the word where the report has it as its error, too", async () => {
    const { numbers, learn } = bench();
    learn.report(receipt("UNDELIV", "13800138000", "MB:1049"), "mobile", 5);
    await settled();
    assert.equal(numbers.changes.length, 1);
  });

  it("learns nothing from other words, of numbers abroad, or of one that is on another network anyway", async () => {
    const { numbers, data, learn } = bench();
    learn.report(receipt("UNDELIV"), "mobile", 5);
    learn.report(receipt("MB:1049", "+85298765432"), "mobile", 5);
    learn.report(receipt("MB:1049", "13000130000"), "mobile", 5);
    data.lists.ported.change("13800138001", networkCode("telecom"));
    learn.report(receipt("MB:1049", "13800138001"), "mobile", 5);
    await settled();
    assert.deepEqual(numbers.changes, []);
  });

  it("believes a report over a list that had the number on that very network", async () => {
    const { numbers, data, learn } = bench();
    data.lists.ported.change("13000130000", networkCode("mobile"));
    learn.report(receipt("MB:1049", "13000130000"), "mobile", 5);
    await settled();
    assert.deepEqual(numbers.changes.map(({ number }) => number), ["13000130000"]);
  });
});
