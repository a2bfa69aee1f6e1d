/** What goes from one CMPP peer to another as it was written: from a customer's SUBMIT to the operator's, and back by DELIVER. */
import { expect } from "chai";
import { blankDeliver, blankSubmit, isFault } from "../../../protocols/cmpp/codec.js";
import type { DeliverBody, SubmitBody } from "../../../protocols/cmpp/codec.js";
import { DeliverComposer } from "../../../protocols/cmpp/compose.js";
import { messageOfDelivery, messageOfSubmit } from "../../../protocols/cmpp/convert.js";
import { linkTerms } from "../../../protocols/cmpp/settings.js";
import { SubmitComposer } from "../../../protocols/cmpp/submit.js";

const NOW = Date.parse("2026-05-15T09:30:45+08:00");

/** What an operator is sent of a customer's SUBMIT. */
function submittedOn(change: Partial<SubmitBody>): SubmitBody {
  const body = {
    ...blankSubmit(), Pk_total: 1, Pk_number: 1, Src_Id: "1069012345678", Dest_terminal_Id: ["13800138000"], Msg_Content: Buffer.from("hello"), ...change,
  };
  const message = messageOfSubmit(body, { contentSource: "" }, NOW);
  if (isFault(message)) throw new Error(`${message.field}: ${message.detail}`);
  const composer = new SubmitComposer();
  expect(composer.compose(message, linkTerms({}), 0x30, "901234", NOW)).to.equal(0);
  return composer.body;
}

/** What a customer is sent of an operator's DELIVER. */
function deliveredOn(change: Partial<DeliverBody>): DeliverBody {
  const body = { ...blankDeliver(), Dest_Id: "1069012345678", Src_terminal_Id: "13800138000", Msg_Content: Buffer.from("TD"), ...change };
  const composer = new DeliverComposer();
  const notice = { kind: "inbound" as const, messageId: 1, order: 1, accountNo: 1, message: messageOfDelivery(body) };
  expect(composer.compose(notice, 0x30, 1)).to.equal(0);
  return composer.body;
}

describe("From CMPP to CMPP", () => {
  it("a SUBMIT keeps its source, service, level, pid, fees, types and LinkID", () => {
    const said = {
      Msg_level: 5, Service_Id: "SVC0000001", Fee_UserType: 3, Fee_terminal_Id: "13900139000", Fee_terminal_type: 1, TP_pId: 0x41, FeeType: "02",
      FeeCode: "000150", Src_Id: "106901234567890123456", Dest_terminal_type: 1, LinkID: "LINK0000000000000001",
    };
    expect(submittedOn(said)).to.include(said);
  });

  it("a SUBMIT keeps its coding and octets, header and all, whatever they are", () => {
    const header = "050003390201";
    for (const [Msg_Fmt, hex] of [[0, "68656c6c6f"], [3, "a0d3"], [4, "00ff80"], [8, "77ed"], [15, "cdcbb6a9"], [24, "77ed"]] as const) {
      expect(submittedOn({ Msg_Fmt, Msg_Content: Buffer.from(hex, "hex") })).to.deep.include({ Msg_Fmt, TP_udhi: 0, Msg_Content: Buffer.from(hex, "hex") });
      const part = { Msg_Fmt, TP_udhi: 1, Pk_total: 2, Msg_Content: Buffer.from(header + hex, "hex") };
      expect(submittedOn(part)).to.deep.include(part);
    }
  });

  it("every Msg_Fmt goes over with its octets, both ways, class bits and what nobody defined included", () => {
    for (let Msg_Fmt = 0; Msg_Fmt < 256; Msg_Fmt++) {
      const Msg_Content = Buffer.from(Msg_Fmt === 0 || (Msg_Fmt & 0xfc) === 0x10 ? "68656c6c6f7e" : "cdcbb6a977ed", "hex");
      expect(submittedOn({ Msg_Fmt, Msg_Content }), `SUBMIT ${Msg_Fmt}`).to.deep.include({ Msg_Fmt, Msg_Content });
      expect(deliveredOn({ Msg_Fmt, Msg_Content }), `DELIVER ${Msg_Fmt}`).to.deep.include({ Msg_Fmt, Msg_Content });
    }
  });

  it("a DELIVER keeps its service, pid, types, LinkID, coding and octets", () => {
    const said = { Service_Id: "SVC0000001", TP_pid: 0x41, Src_terminal_type: 1, LinkID: "LINK0000000000000001", Msg_Fmt: 15 };
    const content = Buffer.from("cdcbb6a9", "hex");
    expect(deliveredOn({ ...said, Msg_Content: content })).to.deep.include({ ...said, Msg_Content: content, Dest_Id: "1069012345678", Src_terminal_Id: "13800138000" });
  });
});
