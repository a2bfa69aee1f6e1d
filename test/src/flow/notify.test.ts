import { expect } from "chai";
import { newMessage } from "../../../protocols/model/message.js";
import type { Notice } from "../../../protocols/model/receipt.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { Notifier } from "../../../src/flow/notify.js";
import { FakeStore, NO_METRICS, notice } from "./fixtures.js";

class Desk {
  readonly clock = new ManualClock();
  readonly store = new FakeStore();
  readonly delivered: Notice[] = [];
  room = Infinity;
  window = Infinity;
  readonly notifier = new Notifier(
    this.store.store,
    this.clock,
    {
      window: () => this.window,
      deliver: (_accountNo, one) => {
        if (this.room <= 0) return false;
        this.room--;
        this.delivered.push(one);
        return true;
      },
    },
    NO_METRICS,
    { retryMinMs: 1_000, retryMaxMs: 60_000 },
  );

  get orders(): number[] {
    return this.delivered.map((one) => one.order);
  }

  passMs(ms: number): void {
    for (let passed = 0; passed < ms; passed += 100) {
      this.clock.advance(100);
      this.notifier.tick();
    }
  }
}

describe("Notifier", () => {
  it("delivers at once where a bind has room, and tells the store when the customer took it", () => {
    const desk = new Desk();
    desk.notifier.offer(notice(1));
    expect(desk.orders).to.deep.equal([1]);
    desk.notifier.answered(notice(1), "ok");
    expect(desk.store.calls).to.deep.equal(["notified 1 ok"]);
  });

  it("keeps few inbound messages in memory where they are long, and brings all of them in order", () => {
    const desk = new Desk();
    desk.room = 0;
    desk.store.claimAtMost = 60;
    for (let order = 1; order <= 300; order++) {
      const message = Object.assign(newMessage(), { id: order, octets: Buffer.alloc(65_536) });
      const long: Notice = { kind: "inbound", order, accountNo: 1, messageId: order, message };
      desk.store.notices.push(long);
      desk.notifier.offer(long);
    }
    expect(desk.notifier.depth(1)).to.equal(300);
    for (let pumped = 0; pumped < 400; pumped++) {
      desk.room = 1;
      desk.notifier.pump(1);
      desk.store.commit();
    }
    expect(desk.orders).to.deep.equal(Array.from({ length: 300 }, (_, at) => at + 1));
    // The first 128 stood in memory; more was read when half of them had gone.
    expect(desk.store.claimedAfter[0]).to.equal(128);
    expect(desk.store.claimedAfter.length).to.be.greaterThan(2);
    expect(desk.notifier.depth(1)).to.equal(0);
  });

  it("lets go of what has waited too long, in memory and on disk, and goes on with the rest", () => {
    const desk = new Desk();
    desk.room = 0;
    for (let order = 1; order <= 5_000; order++) {
      desk.store.notices.push(notice(order));
      desk.notifier.offer(notice(order));
    }
    desk.store.notices.splice(0, 4_500);
    desk.notifier.parked(1, 4_501, 4_500);
    expect(desk.notifier.depth(1)).to.equal(500);
    desk.room = Infinity;
    desk.notifier.pump(1);
    for (let round = 0; round < 50; round++) desk.store.commit();
    expect(desk.orders).to.deep.equal(Array.from({ length: 500 }, (_, i) => 4_501 + i));
  });

  it("keeps notices in order for an account that is not bound, the greater part on disk only", () => {
    const desk = new Desk();
    desk.room = 0;
    for (let order = 1; order <= 20_000; order++) {
      desk.store.notices.push(notice(order));
      desk.notifier.offer(notice(order));
    }
    expect(desk.notifier.depth(1)).to.equal(20_000);
    desk.room = Infinity;
    desk.notifier.pump(1);
    for (let round = 0; round < 50; round++) desk.store.commit();
    expect(desk.orders).to.deep.equal(Array.from({ length: 20_000 }, (_, at) => at + 1));
    expect(desk.notifier.depth(1)).to.equal(0);
  });

  it("takes up what was on disk before a restart", () => {
    const desk = new Desk();
    desk.store.notices = [notice(1), notice(2)];
    desk.notifier.restore(new Map([[1, 2]]));
    desk.notifier.pump(1);
    desk.store.commit();
    expect(desk.orders).to.deep.equal([1, 2]);
  });

  it("asks again for what is on disk when the store could not look", () => {
    const desk = new Desk();
    desk.store.notices = [notice(1), notice(2)];
    desk.notifier.restore(new Map([[1, 2]]));
    desk.store.available = false;
    desk.notifier.pump(1);
    desk.store.commit();
    expect(desk.notifier.depth(1)).to.equal(2);
    desk.store.available = true;
    desk.passMs(100);
    desk.store.commit();
    expect(desk.orders).to.deep.equal([1, 2]);
    expect(desk.notifier.depth(1)).to.equal(0);
  });

  it("does not lose or double a notice that comes while the disk part is being read", () => {
    const desk = new Desk();
    desk.store.notices = [notice(1)];
    desk.notifier.restore(new Map([[1, 1]]));
    desk.notifier.pump(1);
    desk.store.notices.push(notice(2));
    desk.notifier.offer(notice(2));
    desk.store.commit();
    desk.store.commit();
    expect(desk.orders).to.deep.equal([1, 2]);
  });

  it("delivers a notice that comes a little late once, whether or not a claim has brought it already", () => {
    const desk = new Desk();
    desk.notifier.offer(notice(2));
    desk.notifier.offer(notice(1));
    expect(desk.orders).to.deep.equal([2, 1]);
    desk.store.notices = [notice(3), notice(4)];
    desk.notifier.restore(new Map([[1, 2]]));
    desk.notifier.pump(1);
    desk.store.commit();
    desk.notifier.offer(notice(3));
    expect(desk.orders).to.deep.equal([2, 1, 3, 4]);
  });

  it("C054 sends a notice again with growing pauses when the customer says later or nothing, others go on meanwhile", () => {
    const desk = new Desk();
    desk.notifier.offer(notice(1));
    desk.notifier.answered(notice(1), "retry");
    desk.notifier.offer(notice(2));
    expect(desk.orders).to.deep.equal([1, 2]);
    desk.passMs(900);
    expect(desk.orders).to.deep.equal([1, 2]);
    desk.passMs(200);
    expect(desk.orders).to.deep.equal([1, 2, 1]);
    desk.notifier.answered(notice(1), "timeout");
    desk.passMs(1_500);
    expect(desk.orders).to.have.length(3);
    desk.passMs(600);
    expect(desk.orders).to.have.length(4);
    desk.notifier.answered(notice(1), "ok");
    expect(desk.store.calls).to.deep.equal(["notified 1 ok"]);
  });

  it("C054 does not send a notice again that the customer refused for good, and parks it", () => {
    const desk = new Desk();
    desk.notifier.offer(notice(1));
    desk.notifier.answered(notice(1), "refused");
    desk.passMs(120_000);
    expect(desk.orders).to.deep.equal([1]);
    expect(desk.store.calls).to.deep.equal(["notified 1 parked"]);
  });

  it("keeps an acknowledged notice's place until the acknowledgement is on disk", () => {
    const desk = new Desk();
    desk.window = 2;
    for (let order = 1; order <= 3; order++) desk.notifier.offer(notice(order));
    desk.notifier.answered(notice(1), "ok");
    desk.notifier.pump(1);
    expect(desk.orders).to.deep.equal([1, 2]);
    desk.store.commit();
    expect(desk.orders).to.deep.equal([1, 2, 3]);
  });

  it("C014 gives what a closed bind left unanswered to the next one, in its old order", () => {
    const desk = new Desk();
    desk.room = 2;
    for (let order = 1; order <= 4; order++) desk.notifier.offer(notice(order));
    desk.notifier.returned([notice(1), notice(2)]);
    desk.room = Infinity;
    desk.notifier.pump(1);
    expect(desk.orders).to.deep.equal([1, 2, 1, 2, 3, 4]);
  });
});
