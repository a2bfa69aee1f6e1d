import { expect } from "chai";
import { Encoding, type Message } from "../../../protocols/model/message.js";
import { laneNumber } from "../../../src/flow/lane.js";
import { Commit } from "../../../src/store/store.js";
import { part, Road, text } from "./road.js";

/** 开发 and 票: together they hold 发票. */
const FIRST = "0500032a02015f0053d1";
const SECOND = "0500032a02027968";


describe("Flow", () => {
  it("C036 ends all parts of a text that holds a listed word, and releases those of a clean one", () => {
    const road = new Road();
    const parts = [road.send(part(FIRST)), road.send(part(SECOND))];
    expect(road.ended(...parts)).to.deep.equal(["rejected blocked_content", "rejected blocked_content"]);
    const clean = [road.send(part("0500032b02015f00")), road.send(part("0500032b020253d1"))];
    expect(road.released(...clean)).to.deep.equal([true, true]);
  });

  it("judges a repeated part with its text, so that sending every part twice smuggles nothing through", () => {
    const road = new Road();
    const parts = [FIRST, FIRST, SECOND, SECOND].map((hex) => road.send(part(hex)));
    expect(road.released(...parts)).to.deep.equal([false, false, false, false]);
    expect(road.ended(...parts)).to.deep.equal(["rejected blocked_content", "rejected blocked_content", "rejected blocked_content", ""]);
  });

  it("refuses the parts of a text that cannot be decoded: what was not read does not pass", () => {
    const road = new Road();
    const parts = [road.send(part("0500032a0201666170ff", Encoding.gsm7)), road.send(part("0500032a020269616f", Encoding.gsm7))];
    expect(road.ended(...parts)).to.deep.equal(["rejected invalid_encoding", "rejected invalid_encoding"]);
  });

  it("reads the text around a binary part", () => {
    const road = new Road();
    const parts = [
      road.send(part("0500032a030153d1")), road.send(part("0500032a030200", Encoding.binary)), road.send(part("0500032a03037968")),
    ];
    expect(road.ended(...parts)).to.deep.equal(new Array(3).fill("rejected blocked_content"));
  });

  it("holds to the account's word on binary messages for parts too", () => {
    const passing = new Road();
    expect(passing.released(...["0500032a020101", "0500032a020202"].map((hex) => passing.send(part(hex, Encoding.binary))))).to.deep.equal([true, true]);
    const road = new Road({ binary: "refuse" });
    const parts = ["0500032a020101", "0500032a020202"].map((hex) => road.send(part(hex, Encoding.binary)));
    expect(road.ended(...parts)).to.deep.equal(["rejected not_supported", "rejected not_supported"]);
  });

  it("refuses again what a crash left held that an account wants refused by receipt", () => {
    const road = new Road({ binary: "refuse", refuseBy: "receipt" });
    const message = road.submit(text("0102", Encoding.binary));
    road.flow.heldOverdue([road.stored(message)]);
    expect(road.ended(message)).to.deep.equal(["rejected not_supported"]);
  });

  it("answers queue_full to parts beyond those that may be gathered", () => {
    const road = new Road({}, { maxGathering: 2 });
    for (const reference of ["01", "02", "03"]) road.send(part(`050003${reference}020153d1`));
    expect(road.answers).to.deep.equal(["ok", "ok", "queue_full"]);
    road.send(text("53d1"));
    expect(road.answers.at(-1)).to.equal("ok");
  });

  it("keeps room among the parts for other accounts, and tells whose bound it was", () => {
    const road = new Road({}, { maxGathering: 4, gatheringShare: 0.5 });
    for (const reference of ["01", "02", "03"]) road.send(part(`050003${reference}020153d1`));
    expect([road.answers, road.full, road.flow.holder.refusedFull]).to.deep.equal([["ok", "ok", "queue_full"], ["1 account"], { account: 1, all: 0 }]);
    // Whatever makes a text whole makes room.
    road.send(part("0500030102027968"));
    road.send(part("05000303020153d1"));
    expect(road.answers.slice(3)).to.deep.equal(["ok", "ok"]);
  });

  it("counts what is held, scheduled or waits for another try towards the most that may wait", () => {
    const road = new Road({ maxQueued: 3 });
    road.operator.window = 0;
    const atMs = road.clock.wallMs + 60_000;
    road.submit(part("05000301020160a8"));
    road.submit(Object.assign(text("60a8"), { scheduledAtMs: atMs }));
    expect([road.owner.queued, road.owner.arriving, road.owner.kept]).to.deep.equal([0, 2, 2]);
    road.submit(text("60a8"));
    road.submit(Object.assign(text("60a8"), { scheduledAtMs: atMs }));
    road.store.commit();
    road.flow.waiting(1, 2);
    expect([road.answers, road.owner.kept, road.owner.arriving]).to.deep.equal([["queue_full", "ok", "ok", "ok"], 3, 0]);
    road.send(part("05000301020260a8"));
    expect(road.answers.at(-1)).to.equal("queue_full");
    road.flow.waiting(1, 0);
    road.send(text("60a8"));
    expect([road.answers.at(-1), road.owner.kept]).to.deep.equal(["ok", 2]);
  });

  it("counts what a restart finds waiting, for the account and for all", () => {
    const road = new Road({}, { maxQueued: 5 });
    road.flow.restore({ accounts: [], operators: new Map(), lanes: new Map([[laneNumber(1, 1, 0), 1]]), waiting: new Map([[1, 4]]), outbox: new Map(), highestId: 7, held: [], uncertain: 0, knownSubmits: [] });
    expect([road.owner.queued, road.owner.waiting]).to.deep.equal([1, 4]);
    road.send(text("60a8"));
    road.flow.waiting(1, 3);
    road.flow.tick(0);
    road.send(text("60a8"));
    expect(road.answers).to.deep.equal(["queue_full", "ok"]);
  });

  it("gives back the room of what the store did not take", () => {
    const road = new Road();
    road.store.result = Commit.noCredit;
    for (const message of [part("05000301020160a8"), Object.assign(text("60a8"), { scheduledAtMs: road.clock.wallMs + 60_000 })]) road.send(message);
    expect([road.answers, road.owner.kept]).to.deep.equal([["no_credit", "no_credit"], 0]);
  });

  it("has room again when parts have expired whose siblings never came", () => {
    const road = new Road({}, { maxGathering: 2 });
    for (const reference of ["01", "02"]) road.send(Object.assign(part(`050003${reference}020153d1`), { expiresAtMs: road.clock.wallMs + 5_000 }));
    road.clock.advance(5_000);
    road.flow.tick(road.clock.wallMs);
    road.send(part("05000303020153d1"));
    expect(road.answers).to.deep.equal(["ok", "ok", "ok"]);
    expect(road.flow.gatheringGroups).to.equal(1);
  });

  it("charges a part that is longer than a short message by what it holds", () => {
    const road = new Road();
    road.send(part(`0500032a0201${"77ed".repeat(67)}`));
    road.send(part(`0500032a0202${"77ed".repeat(300)}`));
    road.send(part(`0500032b0201${"61".repeat(153)}`, Encoding.gsm7));
    road.send(part(`0500032c0201${"00".repeat(300)}`, Encoding.binary));
    expect(road.store.accepted.map((intent) => intent.segments)).to.deep.equal([1, 5, 1, 3]);
    expect(road.store.accepted.map((intent) => intent.chargeMicros)).to.deep.equal([35_000, 175_000, 35_000, 105_000]);
  });

  it("screens what is here of a text that does not become whole together: a last part kept back smuggles nothing through", () => {
    const road = new Road();
    const parts = ["0500032a030153d1", "0500032a03027968", "0500032a030153d1"].map((hex) => road.send(part(hex)));
    road.flow.heldOverdue([road.stored(parts[0] as Message)]);
    expect(road.ended(...parts)).to.deep.equal(new Array(3).fill("rejected blocked_content"));
    road.store.commit();
    const [one, last] = [road.send(part("0500032b030153d1")), road.send(part("0500032b03035f00"))];
    road.flow.heldOverdue([road.stored(last)]);
    road.store.commit();
    expect(road.released(one, last)).to.deep.equal([true, true]);
    expect(road.flow.gatheringGroups).to.equal(0);
  });

  it("screens what is here of a text together though another has taken over its reference", () => {
    const road = new Road();
    const parts = ["0500032a030153d1", "0500032a03027968"].map((hex) => road.send(part(hex)));
    const other = road.send(part("0500032a03015f00"));
    road.flow.heldOverdue([road.stored(parts[1] as Message)]);
    expect(road.ended(...parts)).to.deep.equal(["rejected blocked_content", "rejected blocked_content"]);
    road.store.commit();
    expect([road.ended(other), road.flow.gatheringGroups]).to.deep.equal([[""], 1]);
  });

  it("refuses what is here of a text that does not become whole, all of it, where that is wanted", () => {
    const road = new Road({}, { incomplete: "refuse" });
    const parts = ["0500032a030153d1", "0500032a03027968"].map((hex) => road.send(part(hex)));
    road.flow.heldOverdue(parts.map((one) => road.stored(one)));
    expect(road.ended(...parts)).to.deep.equal(["rejected segments_missing", "rejected segments_missing"]);
  });

  it("leaves a part alone whose judgement is under way when its deadline is told", () => {
    const road = new Road({}, { incomplete: "refuse" });
    const first = road.send(part("0500032a02015f00"));
    const second = road.submit(part("0500032a020253d1"));
    // The last part's acceptance and the word of the deadline come out of one batch.
    const told = road.stored(first);
    road.store.commitOne();
    road.flow.heldOverdue([told]);
    road.store.commit();
    expect(road.released(first, second)).to.deep.equal([true, true]);
    expect(road.ended(first, second)).to.deep.equal(["", ""]);
  });

  it("reads a text marked as little-endian in the other order too: a handset may not mind the mark", () => {
    const road = new Road();
    road.send(text("fffe53d17968"));
    road.send(text("fffed1536879"));
    expect(road.answers).to.deep.equal(["blocked_content", "blocked_content"]);
    const parts = [road.send(part("0500032a0201fffe53d1")), road.send(part("0500032a02027968"))];
    expect(road.ended(...parts)).to.deep.equal(["rejected blocked_content", "rejected blocked_content"]);
  });

  it("reads parts each by itself too, as a phone or an operator may: a mark of byte order or a half character shifts nothing out of sight", () => {
    for (const [first, second, encoding] of [
      ["5f00", "fffed1536879", Encoding.ucs2],
      ["5f0041", "53d1796841", Encoding.ucs2],
      ["81", "b7a2c6b161", Encoding.gb18030],
    ] as const) {
      const road = new Road();
      const parts = [road.send(part(`0500032a0201${first}`, encoding)), road.send(part(`0500032a0202${second}`, encoding))];
      expect(road.ended(...parts), second).to.deep.equal(["rejected blocked_content", "rejected blocked_content"]);
    }
  });

  it("C112 keeps the parts of a text for the time they are scheduled for", () => {
    const road = new Road();
    const atMs = road.clock.wallMs + 60_000;
    const parts = ["0500032a02015f00", "0500032a020253d1"].map((hex) => road.send(Object.assign(part(hex), { scheduledAtMs: atMs })));
    expect(road.store.calls.slice(2)).to.deep.equal(parts.map(({ id }) => `release ${String(id)} at ${String(atMs)}`));
  });

  it("counts the account's validity from the time a message is scheduled for", () => {
    const road = new Road({ validityMs: 3_600_000 });
    const message = text("53d1");
    message.scheduledAtMs = road.clock.wallMs + 86_400_000;
    road.send(message);
    expect(road.store.accepted[0]?.message.expiresAtMs).to.equal(message.scheduledAtMs + 3_600_000);
  });

  it("C024 sends nothing that has expired, however much expires at once", () => {
    const road = new Road();
    road.operator.anyBound = false;
    const messages = Array.from({ length: 50 }, () => {
      const message = text("53d1");
      message.expiresAtMs = road.clock.wallMs + 30_000;
      return road.send(message);
    });
    road.clock.advance(40_000);
    road.flow.tick(road.clock.wallMs - 20_000);
    road.operator.anyBound = true;
    expect(road.operator.written).to.deep.equal([]);
    road.flow.tick(road.clock.wallMs);
    road.store.commit();
    expect(road.operator.written).to.deep.equal([]);
    expect(road.ended(...messages)).to.deep.equal(new Array(50).fill("expired ok"));
    expect(road.owner.queued).to.equal(0);
  });

  it("C024 sends nothing after a restart that expired before it", () => {
    const road = new Road();
    const message = Object.assign(text("53d1"), { id: 7, expiresAtMs: road.clock.wallMs - 1 });
    const laneNo = laneNumber(1, 1, 0);
    road.store.onDisk.set(7, { message, accountNo: 1, laneNo, order: 1, claimed: false });
    road.flow.restore({ accounts: [], operators: new Map(), lanes: new Map([[laneNo, 1]]), waiting: new Map(), outbox: new Map(), highestId: 7, held: [], uncertain: 0, knownSubmits: [] });
    road.store.commit();
    expect([road.operator.written, road.ended(message)]).to.deep.equal([[], ["expired ok"]]);
  });
});
