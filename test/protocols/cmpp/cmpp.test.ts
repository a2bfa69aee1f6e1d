import { expect } from "chai";
import { cmpp } from "../../../protocols/cmpp/cmpp.js";
import { PROTOCOL_NAMES, protocolByName } from "../../../protocols/index.js";
import { messageId } from "../../../protocols/model/message-id.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import type { Message } from "../../../protocols/model/message.js";
import { SECRET, VECTOR_MS, hex, receiptNotice, spBench, until } from "./customer-bench.js";
import { OperatorDesk, linkOptions } from "../peers.js";
import { message } from "./gateway.js";

const NOW_MS = VECTOR_MS + 60_000;
const settings = { gateway_code: 1001 };

describe("cmpp", () => {
  it("is one of the protocols, by its name", () => {
    expect(PROTOCOL_NAMES).to.deep.equal(["smpp", "cmpp"]);
    expect(protocolByName("cmpp")).to.equal(cmpp);
  });

  it("shows our ids as 16 hexadecimal digits and reads them back, as it does the printable form", () => {
    const id = messageId(VECTOR_MS / 1_000, 0, 4660);
    expect(cmpp.formatMessageId(id, settings)).to.equal("57a5eb8003e91234");
    for (const text of ["57a5eb8003e91234", "57A5EB8003E91234", "0515093046 0001001 04660"]) {
      expect(cmpp.parseMessageId(text, settings, NOW_MS), text).to.equal(id);
    }
    for (const text of ["", "0", "57a5eb8003e9123", "57a5eb8003e812340", "57a5eb8003e81234", "60000000000001"]) {
      expect(cmpp.parseMessageId(text, settings, NOW_MS), text).to.equal(0);
    }
  });

  it("C058 shows an id of December with its top bit set, and finds it again", () => {
    const id = messageId(Date.UTC(2024, 11, 16, 1, 2, 13) / 1_000, 0, 115);
    expect(cmpp.formatMessageId(id, {})).to.equal("c824234000010073");
    expect(cmpp.parseMessageId("c824234000010073", {}, Date.UTC(2024, 11, 17))).to.equal(id);
  });

  it("has operators' ids of one form, so that a report is looked for under its own id alone", () => {
    expect(cmpp.exactIds).to.equal(true);
  });

  it("explains every outcome by a Result that has a name", () => {
    for (const outcome of Object.values(Outcome)) {
      const { status, name } = cmpp.explainOutcome(outcome);
      // An advertisement and a blocked word have one number.
      const shown = name === "TOLLGATE_ADVERT" ? "TOLLGATE_BLOCKED_CONTENT" : name;
      expect([cmpp.statusNames.get(status), cmpp.explainStatus(status).name]).to.deep.equal([shown, shown]);
    }
  });

  for (const version of ["2.0", "2.1", "3.0"]) {
    it(`speaks to itself in ${version}: a submit, its report and a message from a phone come as they were sent`, async () => {
      const bench = await spBench();
      const desk = new OperatorDesk();
      const options = linkOptions(bench.port, bench.clock, bench.log, {
        systemId: "901234", password: SECRET.toString(), settings: { version, strict_authenticator: true },
      });
      const link = cmpp.connect(options, desk);
      link.start();
      await until(() => desk.binds === 1);
      expect(bench.desk.sessions[0]?.version).to.equal(version);
      expect(link.submit(message(), {})).to.equal(true);
      await until(() => desk.answered.length === 1);
      const answered = desk.answered[0]?.answer;
      const id = bench.desk.messageId;
      expect(answered).to.deep.include({ reaction: "ok", operatorMessageId: cmpp.formatMessageId(id, settings) });
      const due: Partial<Message> = { source: "1069012345678", destination: "13800138000", serviceType: "TEST", codingOctet: 8, encoding: 3 };
      expect(bench.desk.submits[0]?.message).to.deep.include(due);
      expect(bench.desk.submits[0]?.message.octets).to.deep.equal(message().octets);

      const [session] = bench.desk.sessions;
      session?.deliver(receiptNotice({ messageId: id, state: 21, stateWord: "MK:0010" }));
      await until(() => desk.receipts.length === 1);
      expect(desk.receipts[0]?.receipt).to.deep.include({
        operatorMessageId: answered?.operatorMessageId, state: 21, final: true, stateWord: "MK:0010", error: "010",
        source: "1069012345678", destination: "13800138000",
      });
      const phone = { ...message(), source: "13800138000", destination: "1069012345678", octets: hex("90008ba2") };
      session?.deliver({ kind: "inbound", order: 2, accountNo: 1, messageId: id + 1, message: phone });
      await until(() => desk.inbounds.length === 1);
      expect(desk.inbounds[0]?.message).to.deep.include({ source: "13800138000", destination: "1069012345678", codingOctet: 8 });
      await until(() => bench.desk.answers.length === 2);
      expect(bench.desk.answers.map(({ answer }) => answer)).to.deep.equal(["ok", "ok"]);
      await link.unbind(1_000);
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("unbound_by_peer");
      await bench.listener.close();
    });
  }
});
