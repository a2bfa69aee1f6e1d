import { expect } from "chai";
import { MessageState } from "../../../protocols/model/state.js";
import { laneNumber } from "../../../src/flow/lane.js";
import { Commit } from "../../../src/store/store.js";
import { part, Road, text } from "./road.js";

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

  it("finds nothing by addresses alone, without asking the store", () => {
    const road = new Road();
    road.flow.cancel(road.customer, road.owner, 1, { ...wish(0), destination: "13800138000" });
    expect([road.customer.cancels, road.store.calls]).to.deep.equal([["not_found"], []]);
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
