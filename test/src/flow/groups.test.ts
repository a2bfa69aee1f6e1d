import { expect } from "chai";
import { MessageState } from "../../../protocols/model/state.js";
import { Commit } from "../../../src/store/store.js";
import { Customer, part, Road, text } from "./road.js";

const SHORT = "77ed4fe1";
const THREE = ["13800138000", "13800138001", "13900139000"];

describe("a submit to several destinations", () => {
  it("C118 is answered once, when the last of its messages is on disk, with the first of ids in a row", () => {
    const road = new Road();
    const messages = road.submitAll(THREE, text(SHORT));
    road.store.commitOne();
    road.store.commitOne();
    expect(road.customer.answers).to.deep.equal([]);
    road.store.commit();
    const first = messages[0]?.id ?? 0;
    expect(road.customer.answers).to.deep.equal([{ handle: 1, outcome: "ok", messageId: first }]);
    expect(messages.map(({ id }) => id)).to.deep.equal([first, first + 1, first + 2]);
    expect(road.store.accepted.map(({ message, chargeMicros }) => [message.destination, chargeMicros])).to.deep.equal(THREE.map((number) => [number, 35_000]));
  });

  it("goes out at once as far as the window has room; the rest queues", () => {
    const road = new Road();
    road.operator.window = 2;
    const [one, two, three] = road.submitAll(THREE, text(SHORT));
    road.store.commit();
    expect(road.store.accepted.map(({ state }) => state)).to.deep.equal([MessageState.dispatched, MessageState.dispatched, MessageState.queued]);
    expect(road.operator.written).to.deep.equal([one?.id, two?.id]);
    expect([road.owner.queued, road.store.onDisk.has(three?.id ?? 0)]).to.deep.equal([1, true]);
  });

  it("is refused as a whole when one destination is no number, and costs nothing", () => {
    const road = new Road();
    road.submitAll(["13800138000", "1380013800a"], text(SHORT));
    expect([road.answers, road.store.calls]).to.deep.equal([["invalid_destination"], []]);
  });

  it("takes its tokens all or none, and is throttled when they are not there", () => {
    const road = new Road({ rate: 1, burst: 5 });
    road.submitAll(THREE, text(SHORT));
    road.submitAll(THREE, text(SHORT));
    road.submitAll(THREE.slice(1), text(SHORT));
    expect(road.answers).to.deep.equal(["throttled"]);
    road.store.commit();
    expect(road.answers).to.deep.equal(["throttled", "ok", "ok"]);
  });

  it("needs room in the queue for all of them", () => {
    const road = new Road({ maxQueued: 2 });
    road.submitAll(THREE, text(SHORT));
    expect(road.answers).to.deep.equal(["queue_full"]);
  });

  it("is screened once and refused for all", () => {
    const road = new Road();
    road.submitAll(THREE, text("53d17968"));
    expect(road.answers).to.deep.equal(["blocked_content"]);
    expect(road.store.calls.filter((call) => call.startsWith("refusal"))).to.have.length(3);
  });

  it("gives slots and places back when the account cannot pay for all, and remembers what it could not pay", () => {
    const road = new Road();
    road.operator.window = 1;
    road.store.result = Commit.noCredit;
    road.submitAll(THREE, text(SHORT));
    road.store.commit();
    expect([road.answers, road.operator.used, road.owner.queued, road.owner.refusedFromMicros]).to.deep.equal([["no_credit"], 0, 0, 105_000]);
    road.submitAll(THREE, text(SHORT));
    expect(road.answers).to.deep.equal(["no_credit", "no_credit"]);
    expect(road.store.accepted).to.have.length(3);
  });

  it("drops the bind, once, when nobody knows whether it is on disk", () => {
    const road = new Road();
    road.store.result = Commit.unknown;
    road.submitAll(THREE, text(SHORT));
    road.store.commit();
    expect([road.customer.answers, road.customer.dropped]).to.deep.equal([[], ["commit_unknown"]]);
  });

  it("holds each part of a long text until its siblings to the same number are here", () => {
    const road = new Road();
    road.submitAll(THREE, part("0500032a02015f00"));
    road.store.commit();
    expect(road.flow.gatheringGroups).to.equal(3);
    const last = road.submitAll(THREE, part("0500032a020253d1"));
    road.store.commit();
    expect([road.flow.gatheringGroups, road.released(...last)]).to.deep.equal([0, [true, true, true]]);
  });

  it("goes out in parts where its text is long: the ids of all its parts are behind those that the customer counts on", () => {
    const road = new Road();
    road.operator.mostUnits = 70;
    const messages = road.submitAll(THREE, text("77ed".repeat(141)));
    road.store.commit();
    const first = messages[0]?.id ?? 0;
    expect([road.customer.answers, road.store.accepted.map(({ message }) => message.id - first)]).to.deep.equal([[{ handle: 1, outcome: "ok", messageId: first }], [0, 1, 2]]);
    expect(road.store.splits.map(({ messageId, parts }) => [messageId - first, parts.map(({ message }) => [message.id - first, message.destination])])).to.deep.equal(
      THREE.map((number, at) => [at, [0, 1, 2].map((no) => [3 + 3 * at + no, number])]),
    );
    const next = road.send(text(SHORT));
    expect(next.id - first).to.be.at.least(12);
  });

  it("does so after a restart that came between, by the ids kept at its acceptance", () => {
    const road = new Road({ signature: "【测试】" });
    road.operator.mostUnits = 70;
    const messages = road.submitAll(THREE, text("77ed".repeat(70)));
    const first = messages[0]?.id ?? 0;
    const fresh = new Road({ signature: "【测试】" });
    fresh.operator.mostUnits = 70;
    fresh.flow.restore({
      accounts: [], operators: new Map(), lanes: new Map(), waiting: new Map(), outbox: new Map(), highestId: first + 2, held: messages.map((message) => road.stored(message)), uncertain: 0, knownSubmits: [],
    });
    fresh.store.commit();
    expect(fresh.store.splits.map(({ messageId, parts }) => [messageId - first, parts.map(({ message }) => message.id - first)])).to.deep.equal([[0, [3, 4]], [1, [5, 6]], [2, [7, 8]]]);
  });

  it("keeps ids for parts of the customer's making, to each number its own", () => {
    const road = new Road({ signature: "【测试】" });
    road.operator.mostUnits = 70;
    const long = road.submitAll(THREE, part(`0500032a0201${"77ed".repeat(67)}`));
    const last = road.submitAll(THREE, part("0500032a020277ed"));
    road.store.commit();
    const first = long[0]?.id ?? 0;
    const ids = road.store.splits.flatMap(({ parts }) => parts.map(({ message }) => message.id));
    expect(road.store.splits.map(({ messageId }) => messageId - first)).to.deep.equal([0, 1, 2]);
    expect([new Set(ids).size, Math.min(...ids) - first]).to.deep.equal([6, 3]);
    expect(last[0]?.id).to.be.greaterThan(Math.max(...ids));
  });

  it("is known again as one submit", () => {
    const road = new Road();
    const messages = road.submitAll(THREE, Object.assign(text(SHORT), { submitKey: 9 }));
    road.store.commit();
    const first = messages[0]?.id ?? 0;
    road.flow.originEnded(road.customer, 1, new Map([[9, first]]), 0);
    const next = new Customer();
    road.submitAll(THREE, Object.assign(text(SHORT), { submitKey: 9 }), next);
    expect([next.answers, road.store.accepted.length]).to.deep.equal([[{ handle: 1, outcome: "ok", messageId: first }], 3]);
  });

  it("is known again, too, when its connection died before it was on disk", () => {
    const road = new Road();
    const messages = road.submitAll(THREE, Object.assign(text(SHORT), { submitKey: 9 }));
    road.customer.ended = true;
    road.flow.originEnded(road.customer, 1, new Map(), 1);
    const next = new Customer();
    road.submitAll(THREE, Object.assign(text(SHORT), { submitKey: 9 }), next);
    road.store.commit();
    expect([next.answers, road.store.accepted.length]).to.deep.equal([[{ handle: 1, outcome: "ok", messageId: messages[0]?.id }], 3]);
    expect(road.store.accepted.map(({ message }) => message.submitKey)).to.deep.equal([9, 0, 0]);
  });
});
