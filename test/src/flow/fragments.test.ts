import { expect } from "chai";
import { newMessage, type Message } from "../../../protocols/model/message.js";
import { Fragments } from "../../../src/flow/fragments.js";
import { part, Road } from "./road.js";

const HOUR = 3_600_000;
/** 发 | 票 and 您好 | 好您, as parts 1 and 2 of 2 under one reference. */
const FAKE_1 = "0500032a020153d1";
const FAKE_2 = "0500032a02027968";
const GOOD_1 = "0500032a0201" + "60a8597d";
const GOOD_2 = "0500032a0202" + "597d60a8";

/** Submits a part, and lets its deadline pass without its siblings. */
function sendAlone(road: Road, hex: string, change: Partial<Message> = {}): Message {
  const message = road.send(Object.assign(part(hex), change));
  road.clock.advance(30_000);
  road.flow.heldOverdue([road.stored(message)]);
  road.store.commit();
  return message;
}

describe("parts sent further apart than the gather time", () => {
  it("carry no listed word in pieces: the late one is refused", () => {
    const road = new Road();
    const first = sendAlone(road, FAKE_1);
    const second = sendAlone(road, FAKE_2);
    expect([road.released(first), road.ended(second)]).to.deep.equal([[true], ["rejected blocked_content"]]);
    // Nor does the refused one, sent again.
    expect(road.ended(sendAlone(road, FAKE_2))).to.deep.equal(["rejected blocked_content"]);
  });

  it("carry none whichever comes first, nor in three pieces", () => {
    const road = new Road();
    expect(road.released(sendAlone(road, FAKE_2))).to.deep.equal([true]);
    expect(road.ended(sendAlone(road, FAKE_1))).to.deep.equal(["rejected blocked_content"]);
    const three = new Road();
    const pieces = ["0500032b0303" + "7968", "0500032b0301" + "53d1"].map((hex) => sendAlone(three, hex));
    expect([three.ended(...pieces), three.released(...pieces)]).to.deep.equal([["", "rejected blocked_content"], [true, false]]);
  });

  it("are sent where they say nothing forbidden together, and where they are parts of other texts", () => {
    const road = new Road();
    const sent = [
      sendAlone(road, GOOD_1), sendAlone(road, GOOD_2),
      sendAlone(road, FAKE_1, { destination: "13800138001" }), sendAlone(road, FAKE_2, { source: "10690" }),
      sendAlone(road, FAKE_1, { segmentReference: 7 }),
    ];
    expect(road.released(...sent)).to.deep.equal(new Array(5).fill(true));
  });

  it("C038 with differing references each go out alone", () => {
    const road = new Road();
    const sent = [sendAlone(road, "05000341020160a8597d"), sendAlone(road, "050003420202518d89c1")];
    expect(road.released(...sent)).to.deep.equal([true, true]);
  });

  it("are looked at in every way in which a phone may put them together", () => {
    const road = new Road();
    sendAlone(road, GOOD_1);
    expect(road.released(sendAlone(road, FAKE_1))).to.deep.equal([true]);
    expect(road.ended(sendAlone(road, FAKE_2))).to.deep.equal(["rejected blocked_content"]);
    // A whole text under the reference, too: its second part may be taken for that of the first.
    const whole = [road.send(part(GOOD_1)), road.send(part(FAKE_2))];
    expect(road.ended(...whole)).to.deep.equal(new Array(2).fill("rejected blocked_content"));
  });

  it("are refused when there are too many ways to look at", () => {
    const road = new Road();
    const sent = ["1", "2", "3", "4"].flatMap((number) => [1, 2, 3].map((letter) => sendAlone(road, `0500032b0${"9"}0${number}006${String(letter)}`)));
    expect(road.released(...sent)).to.deep.equal([...new Array<boolean>(11).fill(true), false]);
    expect(road.ended(sent[11] as Message)).to.deep.equal(["rejected segments_missing"]);
  });

  it("are forgotten after their time, counted from the last that was sent", () => {
    const road = new Road({}, { fragmentMs: HOUR });
    sendAlone(road, FAKE_1);
    road.clock.advance(HOUR - 60_000);
    road.flow.tick(road.clock.wallMs);
    expect([road.flow.holder.fragments.size, road.ended(sendAlone(road, FAKE_2))]).to.deep.equal([1, ["rejected blocked_content"]]);
    road.clock.advance(30_001);
    road.flow.tick(road.clock.wallMs);
    expect([road.flow.holder.fragments.size, road.released(sendAlone(road, FAKE_2))]).to.deep.equal([0, [true]]);
  });

  it("are refused when they cannot be remembered: nobody could judge what follows", () => {
    const road = new Road({}, { maxGathering: 4, gatheringShare: 0.5 });
    const sent = ["01", "02", "03"].map((reference) => sendAlone(road, `050003${reference}020160a8`));
    expect([road.released(...sent), road.ended(...sent)]).to.deep.equal([[true, true, false], ["", "", "rejected segments_missing"]]);
  });

  it("are judged together when they found no room in memory, and their deadlines pass together", () => {
    const road = new Road({}, { maxGathering: 1 });
    const parts = ["05000301020160a8", FAKE_1, FAKE_2].map((hex) => {
      // On their way to disk at the same time, so that none is refused for want of room.
      const message = road.submit(part(hex));
      return message;
    });
    road.store.commit();
    expect(road.answers).to.deep.equal(["ok", "ok", "ok"]);
    road.flow.heldOverdue(parts.map((one) => road.stored(one)));
    road.store.commit();
    expect(road.ended(...parts)).to.deep.equal(["", "rejected blocked_content", "rejected blocked_content"]);
  });
});

describe("Fragments", () => {
  const message = (reference: number, octets: Buffer): Message =>
    Object.assign(newMessage(), { source: "1069", destination: "13800138000", segmentReference: reference, segmentTotal: 2, segmentNumber: 1, octets });

  it("are bounded in octets, for all and for each account, and give their room back", () => {
    const fragments = new Fragments({ keepMs: HOUR, maxParts: 1_000_000, share: 0.5 });
    const octets = Buffer.alloc(65_536);
    const fill = (accountNo: number): number => {
      let taken = 0;
      while (fragments.add(accountNo, message(taken, octets), 0)) taken++;
      return taken;
    };
    expect([fill(1), fill(2), fill(3)]).to.deep.equal([256, 256, 0]);
    expect([fragments.add(1, message(0, octets), 1), fragments.size]).to.deep.equal([true, 512]);
    fragments.tick(HOUR);
    expect([fragments.size, fill(3), fragments.goneOf(3, message(0, octets))]).to.deep.equal([1, 256, [message(0, octets)]]);
  });

  it("keep of a part what it says alone, in memory of its own", () => {
    const fragments = new Fragments({ keepMs: HOUR, maxParts: 10, share: 1 });
    const sent = Object.assign(message(1, Buffer.alloc(65_536).subarray(100, 240)), { extras: Buffer.alloc(4_096) });
    fragments.add(1, sent, 0);
    const [kept] = fragments.goneOf(1, message(1, sent.octets));
    expect([kept?.octets.length, kept?.octets.buffer.byteLength, kept?.extras, sent.extras.length]).to.deep.equal([140, 140, null, 4_096]);
  });
});
