/** Our link against a gateway that was written from the sheet and apart from protocols/cmpp, with its manners of the field. */
import { expect } from "chai";
import { openLink } from "../../../protocols/cmpp/link-connection.js";
import { linkText } from "../../../protocols/cmpp/settings.js";
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import { planText } from "../../../protocols/model/plan.js";
import { MessageState } from "../../../protocols/model/state.js";
import { encodeText } from "../../../protocols/model/text.js";
import { systemClock } from "../../../protocols/wire/clock.js";
import type { OperatorLink, ProtocolSettings } from "../../../protocols/wire/protocol.js";
import { NO_FAULTS } from "../../../src/simulator/faults.js";
import { SimulatedIsmg, type IsmgOptions } from "../../../src/simulator/ismg.js";
import { LogRecorder, OperatorDesk, linkOptions, until } from "../peers.js";

const SP = { systemId: "901234", password: "tollgate1" };
const TEXTS = ["【测试】您的验证码是123456", "plain ASCII, 100% [sure]", `长短信${"短".repeat(150)}😀`, "€ 5", "x".repeat(300)];

function message(text: string): Message {
  const gsm = encodeText(text, Encoding.gsm7);
  return Object.assign(newMessage(), {
    source: "1069012345678", destination: "+8613800138000", octets: gsm ?? encodeText(text, Encoding.ucs2), encoding: gsm === null ? Encoding.ucs2 : Encoding.gsm7,
    codingOctet: gsm === null ? 8 : 0, receiptWanted: 3,
  });
}

describe("CMPP operator link against an independent gateway", () => {
  const clock = systemClock();
  const open: { link: OperatorLink; ismg: SimulatedIsmg }[] = [];

  afterEach(async () => {
    for (const { link, ismg } of open.splice(0)) {
      link.destroy("test over");
      await ismg.close();
    }
  });
  after(() => clock.stop());

  const CASES: readonly [string, ProtocolSettings, Partial<IsmgOptions>][] = [
    ["2.0", { version: "2.0" }, { version: 0x20 }],
    ["3.0", { version: "3.0" }, {}],
    ["2.0 with four-octet statuses and reports of 71 octets", { version: "2.0" }, { version: 0x20, quirks: { wideStatus: true, reportOctets: 71 } }],
    ["3.0 with reports of 60 octets and short tails", {}, { quirks: { reportOctets: 60, shortTail: true } }],
    ["3.0 with TP_udhi 64, GB18030 and references of 16 bits", { udhi: 64, encode_as: "gb18030", long_messages: "udh16" }, { quirks: { udhi: 64 } }],
    ["3.0 with every report before its answer", {}, { faults: { ...NO_FAULTS, earlyReceiptRate: 1 } }],
    ["2.0 with every report twice", { version: "2.0", encode_as: "ucs2" }, { version: 0x20, faults: { ...NO_FAULTS, duplicateReceiptRate: 1 } }],
  ];
  for (const [name, settings, options] of CASES) {
    it(`${name}: every text arrives as it was sent, and every report has the id of its answer`, async () => {
      const texts: string[] = [];
      const ismg = new SimulatedIsmg({ clock, credentials: SP, onText: ({ text }) => void texts.push(text ?? ""), ...options });
      const { port } = await ismg.start();
      const desk = new OperatorDesk();
      const log = new LogRecorder();
      const link = openLink(linkOptions(port, clock, log, { ...SP, window: 100, settings: { ...settings, strict_authenticator: true } }), desk);
      open.push({ link, ismg });
      link.start();
      await until(() => link.bound, "the CONNECT");
      let sent = 0;
      for (const [index, text] of TEXTS.entries()) {
        const original = message(text);
        const plan = planText([original], linkText(settings), { reference: 1_000 + index, prefix: "" });
        expect(plan.possible).to.equal(true);
        for (const part of plan.possible ? (plan.parts[0] ?? [original]) : []) expect(link.submit(part, { n: sent++ })).to.equal(true);
      }
      const wanted = sent * (options.faults?.duplicateReceiptRate === 1 ? 2 : 1);
      await until(() => desk.answered.length === sent && desk.receipts.length === wanted && texts.length === TEXTS.length, "answers, reports and texts");
      expect([...texts].sort()).to.deep.equal([...TEXTS].sort());
      const ids = new Set(desk.answered.map((each) => each.answer.operatorMessageId));
      expect(ids.size).to.equal(sent);
      for (const { receipt } of desk.receipts) {
        expect(ids.has(receipt.operatorMessageId)).to.equal(true);
        expect(receipt).to.deep.include({ state: MessageState.delivered, final: true, source: "1069012345678", destination: "13800138000", error: "000" });
        expect(Math.abs(receipt.doneAtMs - clock.wallMs)).to.be.below(120_000);
      }
      expect(log.loud).to.deep.equal([]);
      await link.unbind(1_000);
    });
  }
});
