import { expect } from "chai";
import type { Receipt } from "../../../protocols/model/receipt.js";
import { MessageState } from "../../../protocols/model/state.js";
import { operatorKey } from "../../../src/lifecycle/operator-key.js";
import { Correlator } from "../../../src/operator/correlator.js";

function receipt(operatorMessageId: string, alternateId = ""): Receipt {
  return {
    operatorMessageId, alternateId, state: MessageState.delivered, final: true, stateWord: "DELIVRD", error: "000",
    source: "1069", destination: "13800138000", doneAtMs: 0, raw: Buffer.alloc(0),
  };
}

describe("Correlator", () => {
  const rows: [name: string, inAnswer: string, inReceipt: string][] = [
    ["an id written alike", "abc-1", "abc-1"],
    ["upper and lower case", "0a1b2c3d", "0A1B2C3D"],
    ["leading zeros added in the receipt (C052)", "654321026", "0654321026"],
    ["hex in the answer, decimal in the receipt", "1F4", "500"],
    ["decimal in the answer, hex in the receipt", "500", "1F4"],
    ["hex in the answer, zero-padded decimal in the receipt", "D2CA6B5", "0221030069"],
    ["18 digits, beyond what a double can hold (C044)", "123456789012345679", "123456789012345679"],
    ["blanks around it", "AB12", " AB12 "],
    ["zeros and blanks in front", "77", "0 0 77"],
    ["a UUID", "0f1e2d3c-4b5a-4697-8877-665544332211", "0F1E2D3C-4B5A-4697-8877-665544332211"],
  ];
  for (const [name, inAnswer, inReceipt] of rows) {
    it(`finds the message for ${name}`, () => {
      expect(new Correlator("auto").candidates(receipt(inReceipt))).to.include(operatorKey(inAnswer));
    });
  }

  it("tries the id of the TLV before the other id of the text", () => {
    expect(new Correlator("auto").candidates(receipt("xyz1", "xyz2"))).to.deep.equal(["XYZ1", "XYZ2"]);
  });

  it("learns a reading after 20 consistent hits, says so once, and then tries it first", () => {
    const correlator = new Correlator("auto");
    let told = 0;
    for (let i = 0; i < 30; i++) if (correlator.matched("decimal_in_receipt") !== null) told++;
    expect(told).to.equal(1);
    expect(correlator.candidates(receipt("500"))[0]).to.equal("1F4");
  });

  it("does not learn from hits that change about", () => {
    const correlator = new Correlator("auto");
    for (let i = 0; i < 40; i++) correlator.matched(i % 10 === 0 ? "text" : "decimal_in_receipt");
    expect(correlator.reading).to.equal(null);
  });

  it("asks for the written form only once that is learned", () => {
    const correlator = new Correlator("auto");
    for (let i = 0; i < 20; i++) correlator.matched("text");
    expect(correlator.candidates(receipt("500"))).to.deep.equal(["500"]);
  });

  it("tries every reading again once a learned style has missed three times in a row", () => {
    const correlator = new Correlator("auto");
    for (let i = 0; i < 20; i++) correlator.matched("text");
    correlator.missed();
    correlator.missed();
    correlator.matched("text");
    correlator.missed();
    correlator.missed();
    expect(correlator.reading).to.equal("text");
    correlator.missed();
    expect(correlator.candidates(receipt("500"))).to.deep.equal(["500", "1F4", "1280"]);
  });

  it("keeps to a configured style", () => {
    expect(new Correlator("decimal_in_receipt").candidates(receipt("500"))[0]).to.equal("1F4");
  });

  it("has nothing to look up for a receipt without an id", () => {
    expect(new Correlator("auto").candidates(receipt(""))).to.deep.equal([]);
  });
});
