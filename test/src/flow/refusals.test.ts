/** Every refused submit is counted by its outcome, exactly, and told to the store about once a second. */
import { expect } from "chai";
import { Encoding } from "../../../protocols/model/message.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { Commit } from "../../../src/store/store.js";
import { Road, text } from "./road.js";

const INVOICE = "53d17968";
const CLEAN = "5f00";

function told(road: Road): Record<string, number> {
  return Object.fromEntries(road.store.refused);
}

/** A second later, and what follows is on disk. */
function second(road: Road): void {
  road.clock.advance(1_000);
  road.flow.tick(road.clock.wallMs);
  road.store.commit();
}

describe("Refusals", () => {
  it("counts each message of a submit, whatever it was refused for, kept with its reason or not", () => {
    const road = new Road({ rate: 3, burst: 3, binary: "refuse" });
    road.submit(text(INVOICE));
    road.submitAll(["13800138000", "13800138001"], text(INVOICE));
    road.submit(text(CLEAN));
    const nowhere = text(CLEAN);
    nowhere.destination = "abc";
    road.submit(nowhere);
    road.flow.refused(road.owner, Outcome.malformed);
    road.store.commit();
    second(road);
    expect(told(road)).to.deep.equal({ "1:blocked_content": 3, "1:throttled": 1, "1:invalid_destination": 1, "1:malformed": 1 });
    expect(road.answers).to.deep.equal(["blocked_content", "blocked_content", "throttled", "invalid_destination"]);
  });

  it("counts what the store refuses, each message of a group, and not what may be on disk", () => {
    const road = new Road();
    road.store.result = Commit.noCredit;
    road.submitAll(["13800138000", "13800138001", "13800138002"], text(CLEAN));
    road.store.commit();
    road.store.result = Commit.unknown;
    road.owner.refusedFromMicros = Infinity;
    road.submit(text(CLEAN));
    road.store.commit();
    road.store.result = Commit.ok;
    second(road);
    expect(told(road)).to.deep.equal({ "1:no_credit": 3 });
  });

  it("tells nothing of what is accepted, nor of what is accepted and then refused by receipt", () => {
    const road = new Road({ binary: "refuse", refuseBy: "receipt" });
    road.send(text(CLEAN));
    road.send(text("0102", Encoding.binary));
    second(road);
    expect(told(road)).to.deep.equal({});
  });

  it("tells the same counts again under their number until they are on disk, and later ones after them", () => {
    const road = new Road();
    const numbers: number[] = [];
    const { countRefused } = road.store;
    road.store.countRefused = (intent) => {
      numbers.push(intent.no);
      countRefused.call(road.store, intent);
    };
    road.submit(text(INVOICE));
    road.store.result = Commit.unavailable;
    second(road);
    road.submit(text(INVOICE));
    second(road);
    expect(told(road)).to.deep.equal({});
    road.store.result = Commit.ok;
    second(road);
    expect(told(road)).to.deep.equal({ "1:blocked_content": 1 });
    second(road);
    expect(told(road)).to.deep.equal({ "1:blocked_content": 2 });
    expect(numbers.slice(0, 3)).to.deep.equal(new Array(3).fill(numbers[0]));
    expect(numbers[3]).to.be.greaterThan(numbers[0] as number);
  });

  it("tells what is left when the gateway closes, before its second is over", () => {
    const road = new Road();
    road.submit(text(INVOICE));
    second(road);
    road.submit(text(INVOICE));
    road.flow.close();
    road.store.commit();
    expect(told(road)).to.deep.equal({ "1:blocked_content": 2 });
  });
});
