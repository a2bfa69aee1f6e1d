import { expect } from "chai";
import fc from "fast-check";
import { CmppLinkText } from "../../../protocols/cmpp/link-text.js";
import { contentOf } from "../../../protocols/cmpp/compose.js";
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import { mostDeliveries, planInbound } from "../../../protocols/model/plan.js";
import type { LinkText } from "../../../protocols/model/say.js";
import { encodeText, messageText } from "../../../protocols/model/text.js";
import { SmppLinkText } from "../../../protocols/smpp/link-text.js";
import "../../seed.js";

const CUSTOMERS: Readonly<Record<string, LinkText>> = {
  cmpp: new CmppLinkText("udh8", "keep", 0),
  smpp: new SmppLinkText({ alphabet0: "gsm7", form: "udh8", allUcs2: false, takesGb18030: false, operatorUnits: 0 }),
};
const CODINGS: readonly (readonly [Encoding, number])[] = [[Encoding.gsm7, 0], [Encoding.ascii, 1], [Encoding.latin1, 3], [Encoding.ucs2, 8], [Encoding.gb18030, 15]];
const UDH = Buffer.from("050003420201", "hex");

/** Texts that GSM, ASCII, Latin-1 and China's codings each can say a part of. */
const pieces = fc.constantFrom("a", "@", "{", "è", "Ø", "Δ", "信", "测试", "€", "𠮷", "1234567890");
const inbound = fc.record({ text: fc.array(pieces, { maxLength: 700 }).map((all) => all.join("")), coding: fc.constantFrom(...CODINGS), part: fc.boolean() });

function messageOf({ text, coding: [encoding, codingOctet], part }: { text: string; coding: readonly [Encoding, number]; part: boolean }): Message | null {
  const octets = encodeText(text, encoding);
  if (octets === null) return null;
  if (!part) return Object.assign(newMessage(), { octets, encoding, codingOctet });
  return Object.assign(newMessage(), { octets: Buffer.concat([UDH, octets]), encoding, codingOctet, hasUdh: true, segmentForm: 1, segmentReference: 0x42, segmentTotal: 2, segmentNumber: 1 });
}

describe("planInbound", () => {
  for (const [name, link] of Object.entries(CUSTOMERS)) {
    it(`tells ${name} customers the whole text, in no more messages than ids were kept for`, () => {
      fc.assert(
        fc.property(inbound, (given) => {
          const message = messageOf(given);
          const parts = message === null ? null : planInbound(message, link, 7);
          if (message === null || parts === null) return;
          expect(parts.map(messageText).join("")).to.equal(given.text);
          expect(parts.length).to.be.at.most(mostDeliveries(message));
          for (const part of parts) expect(part.octets.length).to.be.at.most(160);
          if (name === "cmpp") for (const part of parts) expect(contentOf(part, { msgFmt: 0, headed: false, octets: part.octets })).to.equal(true);
        }),
        { numRuns: 300 },
      );
    });
  }

  it("keeps one id for what every protocol tells in one", () => {
    for (const [text, encoding] of [["长".repeat(70), Encoding.ucs2], ["a".repeat(64), Encoding.gsm7], ["x".repeat(140), Encoding.binary]] as const) {
      const octets = encoding === Encoding.binary ? Buffer.from(text) : encodeText(text, encoding);
      expect(mostDeliveries(Object.assign(newMessage(), { octets, encoding }))).to.equal(1);
    }
    expect(mostDeliveries(Object.assign(newMessage(), { octets: Buffer.alloc(65_535), encoding: Encoding.ucs2 }))).to.equal(255);
  });
});
