import { expect } from "chai";
import type { Receipt } from "../../../protocols/model/receipt.js";
import { MessageState } from "../../../protocols/model/state.js";
import { smpp } from "../../../protocols/smpp/smpp.js";
import type { OperatorSettings } from "../../../src/config/settings.js";
import { Group } from "../../../src/operator/group.js";

/** Msg_Ids; the second could be a decimal number as well. */
const ID = "a392122e80300017";
const DIGITS = "5725598003091234";

const SETTINGS: OperatorSettings = {
  name: "op", protocol: "cmpp", host: "127.0.0.1", port: 7890, systemId: "901234", password: "", links: 1, window: 16, rate: 0, uncertain: "resend",
  uncertainWaitMs: 30_000, uncertainDeadlineMs: 72 * 3_600_000, idStyle: "auto", reconnectMinMs: 1_000, reconnectMaxMs: 60_000, settings: {},
};

function receipt(operatorMessageId: string): Receipt {
  return {
    operatorMessageId, alternateId: "", state: MessageState.delivered, final: true, stateWord: "DELIVRD", error: "000", source: "1069",
    destination: "13800138000", doneAtMs: 0, raw: Buffer.alloc(0),
  };
}

describe("Group", () => {
  it("looks a receipt's id up as it is written, from the first one on, where the protocol's ids have one form", () => {
    const { correlator } = new Group(1, SETTINGS, { ...smpp, exactIds: true });
    expect(correlator.candidates(receipt(ID))).to.deep.equal([ID.toUpperCase()]);
    expect(correlator.candidates(receipt(DIGITS))).to.deep.equal([DIGITS]);
    expect(correlator.reading).to.equal("text");
  });

  it("looks it up in other bases too where operators spell their ids as they like, or where the settings say which", () => {
    expect(new Group(1, SETTINGS, smpp).correlator.candidates(receipt(DIGITS)).length).to.equal(3);
    const told = new Group(1, { ...SETTINGS, idStyle: "decimal_in_receipt" }, { ...smpp, exactIds: true });
    expect(told.correlator.candidates(receipt("500"))[0]).to.equal("1F4");
  });
});
