/** Receipts read off the wire whose fields are longer, or coded otherwise, than anybody expects. */
import { expect } from "chai";
import type { Receipt, ReceiptNotice } from "../../../protocols/model/receipt.js";
import { MessageState } from "../../../protocols/model/state.js";
import { blankBody } from "../../../protocols/smpp/codec.js";
import type { DeliverSm } from "../../../protocols/smpp/codec.js";
import { ReceiptComposer, receiptOf } from "../../../protocols/smpp/receipts.js";
import { linkTerms } from "../../../protocols/smpp/settings.js";
import { Tlv, TlvWriter, findTlv, readTlvInteger } from "../../../protocols/smpp/tlvs.js";

const NOW = Date.UTC(2026, 10, 24, 10);

function read(text: string | Buffer, change: Partial<DeliverSm> = {}): Receipt {
  const body = { ...blankBody("deliver_sm"), esm_class: 4, source_addr: "13800138000", destination_addr: "1069", ...change };
  return receiptOf(body, typeof text === "string" ? Buffer.from(text, "latin1") : text, linkTerms({}), NOW);
}

describe("receiptOf", () => {
  it("cuts an id to 64 characters, as the one in the answer is, in text and TLV", () => {
    const id = "A".repeat(70);
    expect(read(`id:${id} stat:DELIVRD`).operatorMessageId).to.equal("A".repeat(64));
    const tlvs = new TlvWriter().octets(Tlv.receipted_message_id, Buffer.from(id)).view();
    expect(read(`id:${"B".repeat(5_000)} stat:DELIVRD`, { tlvs })).to.deep.include({ operatorMessageId: "A".repeat(64), alternateId: "B".repeat(64) });
  });

  it("cuts words and errors that no receipt could show", () => {
    const receipt = read(`id:1 stat:MK:${"9".repeat(5_000)} err:${"7".repeat(5_000)}`);
    expect(receipt).to.deep.include({ stateWord: `MK:${"9".repeat(29)}`, error: "7".repeat(32), state: MessageState.undeliverable, final: true });
    expect(receipt.raw.length).to.be.greaterThan(10_000);
  });

  it("reads ASCII that bears the data_coding of the message it reports on", () => {
    for (const text of ["id:77 stat:DELIVRD err:000 ", "id:77 stat:DELIVRD err:000"]) {
      expect(read(text, { data_coding: 8 })).to.deep.include({ operatorMessageId: "77", state: MessageState.delivered, final: true });
    }
    const wide = Buffer.from("id:77 stat:UNDELIV err:027", "utf16le").swap16();
    expect(read(wide, { data_coding: 8 })).to.deep.include({ operatorMessageId: "77", state: MessageState.undeliverable, error: "027" });
  });
});

describe("ReceiptComposer", () => {
  const composer = new ReceiptComposer();
  const composed = (stateWord: string, change: Partial<ReceiptNotice> = {}): string => {
    composer.compose({
      kind: "receipt", order: 1, accountNo: 1, messageId: 77, source: "1069", sourceTon: 0, sourceNpi: 0, destination: "13800138000", destinationTon: 1, destinationNpi: 1,
      serviceType: "", protocolNo: 1, state: MessageState.undeliverable, error: "001", stateWord, submittedAtMs: NOW, doneAtMs: NOW, extras: null, ...change,
    }, "77", 0x34, 480);
    return composer.body.short_message.toString("latin1");
  };

  it("shows a word of its own, and the state's where that is none", () => {
    expect(composed("")).to.contain("stat:UNDELIV err:001");
    expect(composed("BARRED")).to.contain("stat:BARRED err:001");
    expect(composed("\u7a7a\u53f7")).to.contain("stat:UNDELIV err:001");
    expect(composed("X".repeat(200))).to.contain("stat:UNDELIV err:001");
  });

  it("tells an operator's code as UNDELIV, its last three digits as the error, and whole as the text", () => {
    for (const [code, error] of [["MK:0001", "001"], ["MI:0024", "024"], ["DB:1141", "141"]] as const) {
      expect(composed(code, { error: code })).to.match(new RegExp(`stat:UNDELIV err:${error} text:${code}$`));
      expect(findTlv(composer.body.tlvs, Tlv.network_error_code)?.readUInt16BE(1)).to.equal(Number(error));
      expect(readTlvInteger(composer.body.tlvs, Tlv.message_state)).to.equal(5);
      // Whoever reads it back finds the code again.
      expect(read(composer.body.short_message)).to.deep.include({ state: MessageState.undeliverable, final: true, error });
    }
    expect(composed("CB:0007", { state: MessageState.expired })).to.match(/stat:EXPIRED err:007 text:CB:0007$/);
  });

  it("tells shorter codes with a number in the same way", () => {
    for (const [code, error] of [["HD:29", "029"], ["00138", "138"], ["SGIP:1", "001"], ["5", "005"], ["mk:0001", "001"]] as const) {
      expect(composed(code, { error })).to.match(new RegExp(`stat:UNDELIV err:${error} text:${code}$`));
    }
  });

  it("keeps our own refusals as the word, as documented", () => {
    expect(composed("TG:0101", { state: MessageState.rejected, error: "101" })).to.match(/stat:TG:0101 err:101 text:$/);
    expect(readTlvInteger(composer.body.tlvs, Tlv.message_state)).to.equal(8);
  });
});
