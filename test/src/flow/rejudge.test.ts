import { expect } from "chai";
import { Encoding, type Message } from "../../../protocols/model/message.js";
import type { Account } from "../../../src/ledger/account.js";
import type { FlowOptions } from "../../../src/flow/parts.js";
import { part, Road, screenOf, text } from "./road.js";

/** 发 | 票 */
const FAKE_1 = "0500032a020153d1";
const FAKE_2 = "0500032a02027968";

/** A road on which messages wait in the queue: no link has room until open(). */
class Waiting extends Road {
  constructor(terms: Partial<Account> = {}, options: Partial<FlowOptions> = {}) {
    super(terms, options);
    this.operator.window = 0;
    this.flow.screen = screenOf(1, "75折券");
  }

  /** Messages released into the queue: the store tells their lanes. */
  queue(...messages: Message[]): Message[] {
    for (const message of messages) this.send(message);
    this.told();
    return messages;
  }

  told(): void {
    for (const { laneNo } of this.store.onDisk.values()) this.flow.queued(laneNo, 1);
    this.store.commit();
  }

  /** The links have room, and what follows from it is seen through. */
  async open(window = 100): Promise<void> {
    this.operator.window = window;
    for (let round = 0; round < 10; round++) {
      this.flow.tick(this.clock.wallMs);
      this.store.commit();
      await new Promise(setImmediate);
    }
    this.store.commit();
  }
}

describe("a text whose parts wait while the word lists change", () => {
  it("is judged again as one: no word cut by a part's border passes, and none of its parts goes out", async () => {
    const road = new Waiting();
    const parts = road.queue(part(FAKE_1), part(FAKE_2));
    road.flow.screen = screenOf(2, "发票");
    await road.open();
    expect([road.ended(...parts), road.operator.written]).to.deep.equal([new Array(2).fill("rejected blocked_content"), []]);
    expect([road.owner.queued, road.operator.used]).to.deep.equal([0, 0]);
    expect(parts.map(({ id }) => road.store.evidenceOf.get(id))).to.deep.equal(new Array(2).fill("words:发票@words.txt:1"));
  });

  it("goes out in its order when it passes, each part once, with those behind it", async () => {
    const road = new Waiting();
    const sent = road.queue(part("0500032a020160a8"), text("8d37"), part("0500032a0202597d"), text("6b3e"));
    road.flow.screen = screenOf(2, "发票", "贷款");
    await road.open();
    // Parts are queued when their text is whole.
    expect(road.operator.written).to.deep.equal([1, 3, 0, 2].map((at) => sent[at]?.id));
    // The whole head was asked about at once, for one look in the books.
    expect(road.store.asked.map((query) => query.kind === "siblings" && query.messageIds.length)).to.deep.equal([2]);
  });

  it("costs no question while the lists are the same, and none for messages by themselves", async () => {
    const road = new Waiting();
    road.queue(part(FAKE_1), part(FAKE_2), text("53d17968"));
    await road.open();
    expect([road.operator.written.length, road.store.asked]).to.deep.equal([3, []]);
    const alone = new Waiting();
    const [message] = alone.queue(text("53d17968"));
    alone.flow.screen = screenOf(2, "发票");
    await alone.open();
    expect([alone.ended(message as Message), alone.store.asked]).to.deep.equal([["rejected blocked_content"], []]);
    expect([...alone.store.evidenceOf]).to.deep.equal([[message?.id, "words:发票@words.txt:1"]]);
  });

  it("is judged as one though its first part has gone out: the later ones do not follow", async () => {
    const road = new Waiting();
    const [first, second] = road.queue(part(FAKE_1), part(FAKE_2));
    await road.open(1);
    expect(road.operator.written).to.deep.equal([first?.id]);
    road.flow.screen = screenOf(2, "发票");
    road.operator.used = 0;
    await road.open(1);
    expect([road.operator.written, road.ended(second as Message)]).to.deep.equal([[first?.id], ["rejected blocked_content"]]);
  });

  it("is found whole though many others came between its parts", async () => {
    const road = new Waiting();
    const others = (reference: string): Message[] => ["01", "02", "03"].map((number) => part(`050003${reference}03${number}60a8`));
    const parts = road.queue(part(FAKE_1), ...others("07"), ...others("08"), part(FAKE_2));
    await road.open(7);
    expect(road.operator.written.at(-1)).to.equal(parts[0]?.id);
    road.flow.screen = screenOf(2, "发票");
    road.operator.used = 0;
    await road.open();
    expect([road.ended(...parts), road.operator.written.length]).to.deep.equal([[...new Array<string>(7).fill(""), "rejected blocked_content"], 7]);
    expect(road.store.asked.map((query) => query.kind === "siblings" && query.withinMs)).to.deep.equal([0, 30_000]);
  });

  it("is taken for no other that used its reference before or after", async () => {
    const road = new Waiting();
    const parts = road.queue(part(FAKE_1), part("0500032a0202597d"), part("0500032a020160a8"), part(FAKE_2));
    road.flow.screen = screenOf(2, "发票");
    await road.open();
    expect([road.ended(...parts), road.operator.written.length]).to.deep.equal([new Array(4).fill(""), 4]);
  });

  it("is one as it goes out, split by us and signed", async () => {
    const road = new Waiting({ signature: "【发" }, { maxGathering: 100 });
    road.operator.mostUnits = 2;
    const whole = road.queue(text("7968597d60a8"))[0] as Message;
    const [{ parts } = { parts: [] }] = road.store.splits;
    expect(parts.map(({ message }) => message.segmentTotal)).to.deep.equal([3, 3, 3]);
    const first = road.store.accepted.find(({ message }) => message.id === whole.id);
    for (const { message, laneNo } of parts) {
      road.store.onDisk.set(message.id, { message, accountNo: first?.accountNo ?? 0, laneNo, order: message.id, claimed: false });
      road.flow.queued(laneNo, 1);
    }
    road.flow.screen = screenOf(2, "发票");
    await road.open();
    expect([parts.map(({ message }) => road.ended(message)[0]), road.operator.written]).to.deep.equal([new Array(3).fill("rejected blocked_content"), []]);
  });

  it("counts what went out before under its reference", async () => {
    const road = new Waiting();
    const first = road.send(part("0500032a020153d1"));
    road.clock.advance(30_000);
    road.flow.heldOverdue([road.stored(first)]);
    road.store.commit();
    const late = road.send(part("0500032a02027968"));
    road.clock.advance(30_000);
    road.flow.heldOverdue([road.stored(late)]);
    road.store.commit();
    // The books look no further than a gather time; the memory of what went out does.
    road.store.accepted.shift();
    road.store.onDisk.delete(first.id);
    road.told();
    road.flow.screen = screenOf(2, "发票");
    await road.open();
    expect([road.ended(late), road.operator.written]).to.deep.equal([["rejected blocked_content"], []]);
  });

  it("waits while the books cannot be asked, and keeps no other lane waiting", async () => {
    const road = new Waiting();
    const parts = road.queue(part(FAKE_1), part(FAKE_2));
    const [urgent] = road.queue(Object.assign(text("60a8"), { priority: 3 }));
    road.flow.screen = screenOf(2, "发票");
    road.store.siblingsFail = true;
    await road.open();
    expect([road.operator.written, road.ended(...parts), road.owner.queued >= 2, road.failed > 0]).to.deep.equal([[urgent?.id], ["", ""], true, true]);
    road.store.siblingsFail = false;
    await road.open();
    expect(road.ended(...parts)).to.deep.equal(new Array(2).fill("rejected blocked_content"));
  });

  it("is refused when it has more siblings than can be told", async () => {
    const road = new Waiting();
    const parts = road.queue(part("0500032a020160a8"), part("0500032a0202597d"));
    road.flow.screen = screenOf(2, "发票");
    road.store.siblingsCut = true;
    await road.open();
    expect(road.ended(...parts)).to.deep.equal(new Array(2).fill("rejected segments_missing"));
  });

  it("is judged by the lists in force at last when they change while it is looked up", async () => {
    const road = new Waiting();
    const parts = road.queue(part(FAKE_1), part(FAKE_2));
    road.flow.screen = screenOf(2, "贷款");
    road.operator.window = 1;
    road.flow.tick(road.clock.wallMs);
    road.flow.screen = screenOf(3, "发票");
    await road.open();
    expect([road.ended(...parts), road.operator.written]).to.deep.equal([new Array(2).fill("rejected blocked_content"), []]);
  });

  it("is read as far as it can be when a part of it ends amid a character", async () => {
    const road = new Waiting();
    const parts = road.queue(part("0500032a0201b4fbbfee81", Encoding.gb18030), part("0500032a0202b7", Encoding.gb18030));
    road.flow.screen = screenOf(2, "贷款");
    await road.open();
    expect(road.operator.written).to.deep.equal([]);
    expect(road.ended(...parts).every((end) => end.startsWith("rejected"))).to.equal(true);
  });
});
