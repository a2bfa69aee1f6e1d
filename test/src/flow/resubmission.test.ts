import { expect } from "chai";
import type { Message } from "../../../protocols/model/message.js";
import { Commit } from "../../../src/store/store.js";
import { RESUBMIT_WITHIN_MS } from "../../../src/flow/resubmission.js";
import { Customer, Road, text } from "./road.js";

function keyed(key: number): Message {
  return Object.assign(text("77ed4fe1"), { submitKey: key });
}

describe("a submit sent again over a new connection", () => {
  it("is answered with the id of the first, and is no second message", () => {
    const road = new Road();
    const first = road.send(keyed(7));
    road.customer.ended = true;
    road.flow.originEnded(road.customer, 1, new Map([[7, first.id]]), 0);
    const next = new Customer();
    road.submit(keyed(7), next);
    expect(next.answers).to.deep.equal([{ handle: 1, outcome: "ok", messageId: first.id }]);
    expect([road.store.accepted.length, road.flow.resubmissions.answered]).to.deep.equal([1, 1]);
    road.submit(keyed(8), next);
    expect(road.store.accepted).to.have.length(2);
  });

  it("C060 is two submits on two live connections: each has its own answer, its own id, its own charge", () => {
    const road = new Road();
    const [one, other] = [new Customer(), new Customer()];
    const messages = [road.submit(keyed(7), one), road.submit(keyed(7), other)];
    road.store.commit();
    expect([one, other].map(({ answers }) => answers)).to.deep.equal(messages.map(({ id }) => [{ handle: 1, outcome: "ok", messageId: id }]));
    expect(messages[0]?.id).not.to.equal(messages[1]?.id);
    expect(road.store.accepted.map(({ chargeMicros }) => chargeMicros)).to.deep.equal([35_000, 35_000]);
  });

  it("is another account's own submit", () => {
    const road = new Road();
    road.flow.originEnded(road.customer, 2, new Map([[7, 1_000]]), 0);
    road.send(keyed(7));
    expect(road.store.accepted).to.have.length(1);
  });

  it("waits while submits of the ended connection are at the store, and has their id when they are on disk", () => {
    const road = new Road();
    const first = road.submit(keyed(7));
    road.customer.ended = true;
    road.flow.originEnded(road.customer, 1, new Map(), 1);
    const next = new Customer();
    road.submit(keyed(7), next);
    const fresh = road.submit(keyed(8), next);
    expect([next.answers, road.store.accepted.length]).to.deep.equal([[], 1]);
    road.store.commit();
    expect(next.answers).to.deep.equal([{ handle: 1, outcome: "ok", messageId: first.id }, { handle: 1, outcome: "ok", messageId: fresh.id }]);
    expect(road.store.accepted).to.have.length(2);
  });

  it("is a new one when the store refused the first", () => {
    const road = new Road();
    road.store.result = Commit.unavailable;
    road.submit(keyed(7));
    road.customer.ended = true;
    road.flow.originEnded(road.customer, 1, new Map(), 1);
    const next = new Customer();
    road.submit(keyed(7), next);
    road.store.commitOne();
    road.store.result = Commit.ok;
    road.store.commit();
    expect(next.answers.map(({ outcome }) => outcome)).to.deep.equal(["ok"]);
  });

  describe("of which nobody knew whether it is on disk", () => {
    /** A submit in doubt; its connection was dropped for that, or had ended before. */
    function doubtful(road: Road, endedBefore: boolean): Message {
      road.store.result = Commit.unknown;
      const first = road.submit(keyed(7));
      if (endedBefore) {
        road.customer.ended = true;
        road.flow.originEnded(road.customer, 1, new Map(), 1);
        road.store.commit();
      } else {
        road.store.commit();
        expect(road.customer.dropped).to.deep.equal(["commit_unknown"]);
        road.flow.originEnded(road.customer, 1, new Map(), 0);
      }
      road.store.result = Commit.ok;
      return first;
    }

    for (const endedBefore of [false, true]) {
      for (const accepted of [true, false]) {
        it(`is refused for now, and then ${accepted ? "the same message" : "a new one"}, as the store finds; its connection ended ${endedBefore ? "before" : "for that"}`, () => {
          const road = new Road();
          const first = doubtful(road, endedBefore);
          const next = new Customer();
          road.submit(keyed(7), next);
          const other = road.submit(keyed(8), next);
          road.store.commit();
          expect(next.answers).to.deep.equal([{ handle: 1, outcome: "store_unavailable", messageId: 0 }, { handle: 1, outcome: "ok", messageId: other.id }]);
          road.flow.resolved(first.id, accepted);
          const again = road.submit(keyed(7), next);
          road.store.commit();
          expect(next.answers.at(-1)).to.deep.equal({ handle: 1, outcome: "ok", messageId: accepted ? first.id : again.id });
          expect(road.store.accepted).to.have.length(accepted ? 2 : 3);
        });
      }
    }

    it("is so for one that waited for its connection's submits to come back", () => {
      const road = new Road();
      road.store.result = Commit.unknown;
      const first = road.submit(keyed(7));
      road.customer.ended = true;
      road.flow.originEnded(road.customer, 1, new Map(), 1);
      const next = new Customer();
      road.submit(keyed(7), next);
      road.store.commit();
      expect([next.answers.map(({ outcome }) => outcome), road.store.accepted.length]).to.deep.equal([["store_unavailable"], 1]);
      road.flow.resolved(first.id, true);
      road.submit(keyed(7), next);
      expect(next.answers.at(-1)).to.deep.equal({ handle: 1, outcome: "ok", messageId: first.id });
    });

    it("stays so however long the store takes to find out, and is another account's own submit", () => {
      const road = new Road();
      const first = doubtful(road, false);
      road.clock.advance(2 * RESUBMIT_WITHIN_MS);
      road.flow.tick(road.clock.wallMs);
      const next = new Customer();
      road.submit(keyed(7), next);
      expect(next.answers.map(({ outcome }) => outcome)).to.deep.equal(["store_unavailable"]);
      road.flow.resolved(first.id, true);
      expect(road.flow.resubmissions.size).to.equal(1);
      road.flow.resolved(first.id + 1, true);
      road.flow.originEnded(road.customer, 2, new Map(), 0);
      expect(road.flow.resubmissions.size).to.equal(1);
    });
  });

  it("that waited for a connection which then ended too is the next one's", () => {
    const road = new Road();
    const first = road.submit(keyed(7));
    road.customer.ended = true;
    road.flow.originEnded(road.customer, 1, new Map(), 1);
    const [second, third] = [new Customer(), new Customer()];
    road.submit(keyed(7), second);
    second.ended = true;
    road.flow.originEnded(second, 1, new Map(), 1);
    road.submit(keyed(7), third);
    road.store.commit();
    expect([second.answers, third.answers]).to.deep.equal([[], [{ handle: 1, outcome: "ok", messageId: first.id }]]);
    expect(road.store.accepted).to.have.length(1);
  });

  it("is a new one after three minutes, and nothing is kept of it", () => {
    const road = new Road();
    road.flow.originEnded(road.customer, 1, new Map([[7, 1_000]]), 0);
    road.clock.advance(RESUBMIT_WITHIN_MS - 1);
    road.flow.tick(road.clock.wallMs);
    expect(road.flow.resubmissions.size).to.equal(1);
    road.clock.advance(1);
    road.send(keyed(7));
    road.flow.tick(road.clock.wallMs);
    expect([road.store.accepted.length, road.flow.resubmissions.size]).to.deep.equal([1, 0]);
  });

  it("is known after a restart, as long as it would have been without", () => {
    const road = new Road();
    const known = (key: number, ageMs: number) => ({ accountNo: 1, key, messageId: 1_000 + key, acceptedAtMs: road.clock.wallMs - ageMs });
    road.flow.restore({
      accounts: [], operators: new Map(), lanes: new Map(), waiting: new Map(), outbox: new Map(), highestId: 7, held: [], uncertain: 0,
      knownSubmits: [known(1, RESUBMIT_WITHIN_MS), known(2, 60_000)],
    });
    road.submit(keyed(2));
    expect([road.flow.resubmissions.size, road.customer.answers]).to.deep.equal([1, [{ handle: 1, outcome: "ok", messageId: 1_002 }]]);
    road.clock.advance(RESUBMIT_WITHIN_MS - 60_000);
    road.send(keyed(2));
    expect(road.store.accepted).to.have.length(1);
  });

  it("keeps a bounded number of keys for an account, the latest", () => {
    const road = new Road();
    road.flow.originEnded(road.customer, 1, new Map(Array.from({ length: 20_000 }, (_, at) => [at + 1, at + 1])), 0);
    expect(road.flow.resubmissions.size).to.equal(16_384);
    road.submit(keyed(20_000));
    expect(road.customer.answers).to.deep.equal([{ handle: 1, outcome: "ok", messageId: 20_000 }]);
    road.send(keyed(1));
    expect(road.store.accepted).to.have.length(1);
  });
});
