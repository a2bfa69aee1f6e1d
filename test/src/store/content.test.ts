import "../../seed.js";
import { expect } from "chai";
import fc from "fast-check";
import { newMessage } from "../../../protocols/model/message.js";
import type { Message } from "../../../protocols/model/message.js";
import {
  ROW_STRETCH, contentExtras, contentFlags, contentProtocolNo, contentServiceType, contentSize, packContent, tellsExtras, unpackContent, withFlags, withKeptOf,
} from "../../../src/store/content.js";

const octets = (maxLength: number): fc.Arbitrary<Buffer> => fc.uint8Array({ maxLength }).map((some) => Buffer.from(some));

const messages: fc.Arbitrary<Message> = fc.record({
  octets: octets(40), extras: fc.option(octets(20)), extrasWithReceipt: fc.boolean(), protocolNo: fc.nat(15), hasUdh: fc.boolean(), serviceType: fc.string({ maxLength: 10 }),
  segmentTotal: fc.nat(255), segmentNumber: fc.nat(255), segmentReference: fc.nat(65_535), priority: fc.nat(3), scheduledAtMs: fc.nat(),
}).map((some) => Object.assign(newMessage(), some));

function packed(message: Message, flags = ""): Buffer {
  const body = Buffer.alloc(contentSize(message, flags));
  return body.subarray(0, packContent(body, 0, message, flags));
}

function unpacked(body: Buffer): Message {
  return unpackContent({ id: 0, kinds: 0, source: "", destination: "", wanted: 0, expires: 0, body });
}

describe("a message's content on disk", () => {
  it("is the message again, and says by itself what a row and a receipt are made of", () => {
    fc.assert(fc.property(messages, fc.string({ maxLength: 10 }), (message, flags) => {
      const body = packed(message, flags);
      expect(unpacked(body)).to.deep.equal(message);
      const stretch = body.subarray(ROW_STRETCH.at, ROW_STRETCH.at + ROW_STRETCH.octets);
      for (const [part, from] of [[body, 0], [stretch, ROW_STRETCH.at]] as const) {
        expect([tellsExtras(part, from), contentProtocolNo(part, from), contentServiceType(part, from)]).to.deep.equal([message.extrasWithReceipt, message.protocolNo, message.serviceType]);
      }
      expect([contentFlags(body), contentExtras(body)]).to.deep.equal([flags, message.extras]);
    }));
  });

  it("keeps what was found in the text, and extras that come again with receipts, when it is written anew", () => {
    fc.assert(fc.property(messages, messages, fc.string({ maxLength: 10 }), (before, rewritten, flags) => {
      const body = withKeptOf(packed(rewritten), packed(before, flags));
      const kept = before.extrasWithReceipt ? { extras: before.extras, extrasWithReceipt: true } : {};
      expect(contentFlags(body)).to.equal(flags);
      expect(unpacked(body)).to.deep.equal({ ...rewritten, ...kept });
      expect(unpacked(withFlags(body, "other"))).to.deep.equal({ ...rewritten, ...kept });
    }));
  });

  it("from before there were such extras has none of them", () => {
    const body = Buffer.from("01030801000001020134120000000000000000" + "000000" + "02004378" + "6869", "hex");
    expect(unpacked(body)).to.deep.include({ hasUdh: true, segmentTotal: 2, extras: Buffer.from("Cx"), extrasWithReceipt: false, protocolNo: 0, octets: Buffer.from("hi") });
    expect(tellsExtras(body)).to.equal(false);
  });
});
