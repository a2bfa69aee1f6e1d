import { expect } from "chai";
import { MessageState } from "../../../protocols/model/state.js";
import { laneNumber } from "../../../src/flow/lane.js";
import { Commit } from "../../../src/store/store.js";
import { part, Road, text } from "./road.js";

/** What was asked of the books has been answered. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const wish = (messageId: number) => ({ messageId, source: "", destination: "", serviceType: "" });

describe("taking a message back", () => {
  it("answers as the store found: taken back, too late, nobody's, not now", () => {
    const road = new Road();
    for (const result of [Commit.ok, Commit.notApplicable, Commit.notFound, Commit.unavailable, Commit.failed]) {
      road.store.cancelResult = result;
      road.flow.cancel(road.customer, road.owner, 1, wish(1_000));
      road.store.commit();
    }
    expect([road.customer.cancels, road.flow.cancelled]).to.deep.equal([["ok", "too_late", "not_found", "unavailable", "unavailable"], 1]);
    road.store.cancelResult = Commit.unknown;
    road.flow.cancel(road.customer, road.owner, 1, wish(1_000));
    road.store.commit();
    expect(road.customer.dropped).to.deep.equal(["commit_unknown"]);
  });

  describe("by its addresses alone", () => {
    const all = { messageId: 0, source: "1069", destination: "13800138000", serviceType: "WX" };

    /** Asks for all, and sees it through. */
    async function cancelAll(road: Road): Promise<void> {
      road.flow.cancel(road.customer, road.owner, 1, all);
      await settled();
      road.store.commit();
    }

    it("takes back all that waits, each by itself, and answers once", async () => {
      const road = new Road();
      road.store.waiting = [1_000, 1_001, 1_002];
      road.flow.cancel(road.customer, road.owner, 1, all);
      await settled();
      road.store.commitOne();
      expect(road.customer.cancels).to.deep.equal([]);
      road.store.commit();
      expect([road.store.calls, road.customer.cancels, road.flow.cancelled]).to.deep.equal([["cancel 1000", "cancel 1001", "cancel 1002"], ["ok"], 3]);
      expect(road.store.asked).to.deep.equal([{ kind: "waiting", accountNo: 1, source: "1069", destination: "13800138000", serviceType: "WX" }]);
    });

    it("is not hindered by one that has gone out meanwhile, and says so when all have", async () => {
      const { ok, notApplicable, notFound, unavailable } = Commit;
      const cases: readonly (readonly [Commit[], string])[] = [
        [[notApplicable, ok, unavailable], "ok"], [[notApplicable, notApplicable, notFound], "too_late"], [[notApplicable, unavailable, notFound], "unavailable"],
        [[notFound, notFound, notFound], "not_found"],
      ];
      for (const [results, answer] of cases) {
        const road = new Road();
        road.store.waiting = [1_000, 1_001, 1_002];
        road.store.cancelResults.push(...results);
        await cancelAll(road);
        expect(road.customer.cancels, String(results)).to.deep.equal([answer]);
      }
    });

    it("finds nothing, or cannot look now, without a word to the store", async () => {
      for (const [waiting, answer] of [[[], "not_found"], [null, "unavailable"]] as const) {
        const road = new Road();
        road.store.waiting = waiting;
        await cancelAll(road);
        expect([road.customer.cancels, road.store.calls]).to.deep.equal([[answer], []]);
      }
    });

    it("drops the bind, once, when nobody knows whether all of them are taken back", async () => {
      const road = new Road();
      road.store.waiting = [1_000, 1_001, 1_002];
      road.store.cancelResults.push(Commit.ok, Commit.unknown, Commit.unknown);
      await cancelAll(road);
      expect([road.customer.cancels, road.customer.dropped]).to.deep.equal([[], ["commit_unknown"]]);
    });
  });

  it("takes a part out of its text, which waits for it no more and is never whole", () => {
    const road = new Road();
    const first = road.send(part("0500032a02015f00"));
    road.flow.cancel(road.customer, road.owner, 1, wish(first.id));
    road.store.commit();
    expect(road.flow.gatheringGroups).to.equal(0);
    const second = road.send(part("0500032a020253d1"));
    expect(road.released(first, second)).to.deep.equal([false, false]);
  });
});

describe("a message for later", () => {
  it("C112 is held for its time at the price of its acceptance", () => {
    const road = new Road();
    const atMs = road.clock.wallMs + 60_000;
    road.send(Object.assign(text("77ed"), { scheduledAtMs: atMs }));
    expect(road.store.accepted.map(({ state, dueMs, chargeMicros }) => [state, dueMs, chargeMicros])).to.deep.equal([[MessageState.scheduled, atMs, 35_000]]);
    expect(road.operator.written).to.deep.equal([]);
  });

  it("goes like any queued one once it was released, though its account is suspended before its turn comes", () => {
    for (const state of ["suspended", "closed"] as const) {
      const road = new Road({ state });
      const laneNo = laneNumber(1, 1, 0);
      // At its release the store looked at the account; both have been queued since.
      const later = Object.assign(text("77ed"), { id: 7, scheduledAtMs: road.clock.wallMs });
      const queued = Object.assign(text("77ed"), { id: 8 });
      for (const [order, message] of [later, queued].entries()) road.store.onDisk.set(message.id, { message, accountNo: 1, laneNo, order, claimed: false });
      road.flow.queued(laneNo, 2);
      road.store.commit();
      expect([road.ended(later, queued), road.operator.written, road.owner.queued]).to.deep.equal([["", ""], [7, 8], 0]);
    }
  });
});
