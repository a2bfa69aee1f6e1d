import { expect } from "chai";
import fc from "fast-check";
import { DELIVER_MAX_OCTETS, blankSubmit, decodeDeliver, decodeSubmit, encodeDeliver, isFault } from "../../../protocols/cmpp/codec.js";
import type { DeliverBody, SubmitBody } from "../../../protocols/cmpp/codec.js";
import { mostContentOctets } from "../../../protocols/cmpp/coding.js";
import { DeliverComposer } from "../../../protocols/cmpp/compose.js";
import { messageOfDelivery, messageOfSubmit, priorityOf, toDestination } from "../../../protocols/cmpp/convert.js";
import { blankExtras, writeExtras } from "../../../protocols/cmpp/extras.js";
import { ReportComposer } from "../../../protocols/cmpp/receipts.js";
import { Encoding, newMessage } from "../../../protocols/model/message.js";
import type { Message } from "../../../protocols/model/message.js";
import { messageText } from "../../../protocols/model/text.js";
import { VECTOR_MS, hex, receiptNotice } from "../peers.js";
import { vector } from "./vectors.js";

const TERMS = { contentSource: "901234" };
const SENDABLE: Partial<SubmitBody> = { Dest_terminal_Id: ["13800138000"], Msg_src: "901234", Msg_Content: hex("6869") };

function converted(change: Partial<SubmitBody>): Message {
  const message = messageOfSubmit({ ...blankSubmit(), ...SENDABLE, ...change }, TERMS, VECTOR_MS);
  if (isFault(message)) throw new Error(message.detail);
  return message;
}

describe("messageOfSubmit", () => {
  it("throws at nothing that can be read off the wire, and gives back the octets as they came", () => {
    for (const [name, version] of [["SUBMIT_20", 0x20], ["SUBMIT_30", 0x30], ["SUBMIT_20_2dest", 0x20], ["SUBMIT_20_long1", 0x20]] as const) {
      const frame = vector(name);
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.integer({ min: 12, max: frame.length - 1 }), fc.nat(255)), { maxLength: 6 }), (changes) => {
          const mutated = Buffer.from(frame);
          for (const [at, octet] of changes) mutated[at] = octet;
          const body = decodeSubmit(mutated, version);
          if (isFault(body)) return;
          const message = messageOfSubmit(body, TERMS, VECTOR_MS);
          if (isFault(message)) expect(message.status).to.be.oneOf([1, 4, 11, 13]);
          else expect(message.octets.equals(body.Msg_Content)).to.equal(true);
        }),
        { numRuns: 500 },
      );
    }
  });

  it("says what is told by no header, Pk field or time as nothing", () => {
    expect(converted({})).to.deep.include({
      segmentTotal: 0, segmentNumber: 0, segmentReference: 0, hasUdh: false, priority: 0, expiresAtMs: 0, scheduledAtMs: 0, receiptWanted: 0,
    });
  });

  it("goes by the header where it and the Pk fields differ, and by these where it says nothing of parts", () => {
    const both = converted({ TP_udhi: 1, Pk_total: 9, Pk_number: 8, Msg_Content: hex("0500037702016869") });
    expect([both.segmentTotal, both.segmentNumber]).to.deep.equal([2, 1]);
    const ports = converted({ TP_udhi: 1, Pk_total: 9, Pk_number: 8, Msg_Content: hex("0605040b8423f06869") });
    expect([ports.hasUdh, ports.segmentTotal, ports.segmentNumber]).to.deep.equal([true, 9, 8]);
  });

  it("reads every Msg_Fmt: text where it is known, else binary", () => {
    const content = hex("6869");
    const encodings = [0, 3, 4, 8, 15, 24, 16, 25, 99].map((Msg_Fmt) => converted({ Msg_Fmt, Msg_Content: content }).encoding);
    const { ascii, binary, ucs2, gb18030 } = Encoding;
    expect(encodings).to.deep.equal([ascii, binary, binary, ucs2, gb18030, ucs2, ascii, ucs2, binary]);
  });

  it("says ten levels as four priorities", () => {
    expect(Array.from({ length: 10 }, (_, level) => priorityOf(level))).to.deep.equal([0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  it("takes relative and absolute times in quarter hours of any zone", () => {
    expect(converted({ ValId_Time: "000000010000000R" }).expiresAtMs).to.equal(VECTOR_MS + 3_600_000);
    expect(converted({ ValId_Time: "240515093047032+" }).expiresAtMs).to.equal(VECTOR_MS + 1_000);
    expect(converted({ ValId_Time: "240515013047000+" }).expiresAtMs).to.equal(VECTOR_MS + 1_000);
    expect(converted({ At_Time: "240515083046032+" }).scheduledAtMs, "gone by: now").to.equal(0);
  });

  it("gives one buffer of extras to all that say the same, and another to what differs", () => {
    const [one, two, other] = [converted({ FeeCode: "10" }), converted({ FeeCode: "10" }), converted({ FeeCode: "20" })];
    expect(two.extras).to.equal(one.extras);
    expect(other.extras?.equals(one.extras as Buffer)).to.equal(false);
  });

  it("makes messages to other destinations that are the same but for it", () => {
    const first = converted({ Msg_Content: hex("6869") });
    expect(toDestination(first, "13900139000")).to.deep.equal({ ...first, destination: "13900139000" });
  });
});

describe("messageOfDelivery", () => {
  it("reads the vectors' messages from phones", () => {
    const texts = [["DELIVER_20_mo", 0x20], ["DELIVER_30_mo", 0x30]].map(([name, version]) => {
      const message = messageOfDelivery(decodeDeliver(vector(name as string), version as number) as DeliverBody);
      expect(message).to.deep.include({ source: "13800138000", destination: "1069012345678", serviceType: "TEST", extras: null });
      return messageText(message);
    });
    expect(texts).to.deep.equal(["退订", "TD"]);
  });
});

describe("what a DELIVER is composed of", () => {
  /** No octet of value 0 is ever part of a text that came by a wire. */
  const text = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 40 });
  const message = fc.record({
    source: text, destination: text, serviceType: text, encoding: fc.constantFrom(...Object.values(Encoding)), codingOctet: fc.nat(255),
    octets: fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets)), hasUdh: fc.boolean(), protocolIdentifier: fc.nat(1_000),
    extras: fc.option(fc.tuple(fc.nat(255), text).map(([phoneType, LinkID]) => writeExtras({ ...blankExtras(), phoneType, LinkID }))),
  });

  it("is written whatever the message is, in either version, unless it cannot be said; texts keep their meaning", () => {
    const composer = new DeliverComposer();
    const target = Buffer.alloc(DELIVER_MAX_OCTETS);
    fc.assert(
      fc.property(message, fc.constantFrom(0x20, 0x30), (fields, version) => {
        const made = Object.assign(newMessage(), fields);
        const notice = { kind: "inbound", order: 1, accountNo: 1, messageId: 60_000_000_000_000, message: made } as const;
        if (composer.compose(notice, version, 1) !== 0) return;
        const end = encodeDeliver(target, 0, 1, version, composer.body);
        const body = decodeDeliver(target, version, 0, end);
        if (isFault(body)) throw new Error(body.detail);
        expect(body.Msg_Content.length).to.be.at.most(mostContentOctets(body.Msg_Fmt));
        if (!made.hasUdh) expect(messageText(messageOfDelivery(body))).to.equal(messageText(made));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is written whatever a notice holds", () => {
    const composer = new ReportComposer();
    const target = Buffer.alloc(DELIVER_MAX_OCTETS);
    const notice = fc.record({
      source: text, destination: text, stateWord: text, error: text, state: fc.constantFrom(10, 20, 21, 22, 23, 24, 25),
      order: fc.maxSafeNat(), messageId: fc.integer({ min: 1, max: 2 ** 53 - 1 }), submittedAtMs: fc.nat(), doneAtMs: fc.nat(),
    });
    fc.assert(
      fc.property(notice, fc.constantFrom(0x20, 0x30), (fields, version) => {
        composer.compose(receiptNotice(fields as object), version, 4_194_240);
        const end = encodeDeliver(target, 0, 1, version, composer.body);
        expect(end).to.equal(version === 0x30 ? 180 : 145);
        expect(isFault(decodeDeliver(target, version, 0, end))).to.equal(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
