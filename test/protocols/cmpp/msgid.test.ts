/** Msg_Id: from our id and back, over New Year and 29 February, in every form people write it. */
import { expect } from "chai";
import fc from "fast-check";
import {
  MAX_GATEWAY, MAX_GATEWAY_CODE, formatMsgId, msgIdHigh, msgIdLow, nthLow, ourMessageId, parseMsgId, partsOf, printableMsgId, secondOf,
} from "../../../protocols/cmpp/msgid.js";
import { ID_EPOCH_S, messageId } from "../../../protocols/model/message-id.js";

const at = (text: string): number => Date.parse(`${text}+08:00`);
const idOf = (text: string, node: number, sequence: number): number => messageId(at(text) / 1_000, node, sequence);
const shown = (id: number, gatewayCode: number): string => formatMsgId(msgIdHigh(id, gatewayCode), msgIdLow(id, gatewayCode));

describe("Msg_Id", () => {
  it("of 05-15 09:30:46 Beijing time at gateway 001001, sequence 4660, is 57a5eb8003e91234", () => {
    expect(shown(idOf("2024-05-15T09:30:46", 0, 4_660), 1_001)).to.equal("57a5eb8003e91234");
    expect(shown(idOf("2024-05-15T09:30:46", 1, 4_660), 1_000)).to.equal("57a5eb8003e91234");
    expect(BigInt(`0x${shown(idOf("2031-05-15T09:30:46", 1, 4_660), 1_000)}`)).to.equal(6315712987510936116n);
    expect(printableMsgId(0x57a5eb80, 0x03e91234)).to.equal("0515093046000100104660");
  });

  it("goes up to 12-31 23:59:59, gateway 4194303, sequence 65535", () => {
    expect(shown(idOf("2025-12-31T23:59:59", 63, 65_535), MAX_GATEWAY_CODE)).to.equal("cfdfbeffffffffff");
    expect(MAX_GATEWAY_CODE + 63).to.equal(MAX_GATEWAY);
    expect(ourMessageId(0xcfdfbeff, 0xffffffff, MAX_GATEWAY_CODE, at("2025-12-31T23:59:59"))).to.equal(idOf("2025-12-31T23:59:59", 63, 65_535));
  });

  it("C058 of December is unsigned: read, printed, searched and sorted as c824234000010073", () => {
    const id = parseMsgId("c824234000010073")!;
    expect(partsOf(id.high, id.low)).to.deep.equal({ month: 12, day: 16, hour: 9, minute: 2, second: 13, gateway: 1, sequence: 115 });
    expect(formatMsgId(id.high, id.low)).to.equal("c824234000010073");
    expect(id.high).to.be.greaterThan(0);
    const ours = ourMessageId(id.high, id.low, 1, at("2025-12-16T09:02:14"));
    expect(ours).to.equal(idOf("2025-12-16T09:02:13", 0, 115));
    expect(shown(ours, 1)).to.equal("c824234000010073");
    const sorted = ["57a5eb8003e91234", "c824234000010073", "8023234000010073"].sort();
    expect(sorted).to.deep.equal(["57a5eb8003e91234", "8023234000010073", "c824234000010073"]);
  });

  it("quirk 13: of the nth destination wraps inside the sequence's 16 bits and leaves the gateway code alone", () => {
    expect(nthLow(0x03e91234, 0)).to.equal(0x03e91234);
    expect(nthLow(0x03e9ffff, 1)).to.equal(0x03e90000);
    expect(nthLow(0xffffffff, 2)).to.equal(0xffff0001);
    expect(nthLow(0x83e9fff0, 99)).to.equal(0x83e90053);
  });

  it("quirk 14: of New Year's Eve read on New Year's Day is of the year before, and of a clock a little ahead of this year", () => {
    const eve = idOf("2025-12-31T23:59:58", 0, 7);
    const read = (id: number, now: string): number => ourMessageId(msgIdHigh(id, 1), msgIdLow(id, 1), 1, at(now));
    for (const now of ["2025-12-31T23:59:58", "2026-01-01T00:00:05", "2026-06-01T00:00:00", "2025-12-31T00:00:00"]) expect(read(eve, now), now).to.equal(eve);
    const newYear = idOf("2026-01-01T00:00:01", 0, 7);
    for (const now of ["2025-12-31T23:59:59", "2026-01-01T00:00:01", "2026-12-30T00:00:00"]) expect(read(newYear, now), now).to.equal(newYear);
  });

  it("of 29 February is of the last leap year, and of no year before 2024", () => {
    const leap = idOf("2024-02-29T12:00:00", 0, 0);
    expect(ourMessageId(msgIdHigh(leap, 1), msgIdLow(leap, 1), 1, at("2027-03-01T00:00:00"))).to.equal(leap);
    const june = msgIdHigh(idOf("2026-06-01T00:00:00", 0, 0), 1);
    expect(ourMessageId(june, 0x00010000, 1, at("2024-02-01T00:00:00"))).to.equal(0);
  });

  it("of another gateway, of no date, or zero is none of ours", () => {
    const now = at("2025-06-01T00:00:00");
    const id = idOf("2025-05-15T09:30:46", 0, 1);
    expect(ourMessageId(msgIdHigh(id, 100), msgIdLow(id, 100), 101, now)).to.equal(0);
    expect(ourMessageId(msgIdHigh(id, 164), msgIdLow(id, 164), 100, now)).to.equal(0);
    expect(ourMessageId(0, 0, 0, now)).to.equal(0);
    for (const high of [0xd0000000, 0x10000000, 0x21000000 | (30 << 23), 0x10800000 | (24 << 18), 0x10800000 | (60 << 12), 0x10800000 | (60 << 6)]) {
      expect(secondOf(high >>> 0, now), high.toString(16)).to.equal(0);
    }
  });

  it("comes back from every id within a year, whatever the node, sequence and gateway code", () => {
    const seconds = fc.integer({ min: ID_EPOCH_S, max: ID_EPOCH_S + 60 * 365 * 86_400 });
    fc.assert(fc.property(seconds, fc.nat(63), fc.nat(65_535), fc.nat(MAX_GATEWAY_CODE), fc.nat(364 * 86_400 - 1), (second, node, sequence, code, later) => {
      const id = messageId(second, node, sequence);
      const high = msgIdHigh(id, code);
      const low = msgIdLow(id, code);
      expect(ourMessageId(high, low, code, (second + later) * 1_000)).to.equal(id);
      expect(parseMsgId(formatMsgId(high, low))).to.deep.equal({ high, low });
      expect(parseMsgId(printableMsgId(high, low))).to.deep.equal({ high, low });
      const big = (BigInt(high) << 32n) | BigInt(low);
      expect(big.toString(16).padStart(16, "0")).to.equal(formatMsgId(high, low));
    }));
  });

  it("is read from 16 hexadecimal digits or the 22 of logs, and from nothing else", () => {
    expect(parseMsgId("57A5EB8003E91234")).to.deep.equal({ high: 0x57a5eb80, low: 0x03e91234 });
    expect(parseMsgId("0515093046 0001001 04660")).to.deep.equal({ high: 0x57a5eb80, low: 0x03e91234 });
    for (const text of ["", "57a5eb8003e9123", "57a5eb8003e912345", "6315712987510936116", "1632093046000100104660", "0515093046000100199999", "0515093046999999900001", " 57a5eb8003e91234"]) {
      expect(parseMsgId(text), text).to.equal(null);
    }
    expect(formatMsgId(0, 0)).to.equal("");
  });
});
