import { expect } from "chai";
import { Parting } from "../../../protocols/wire/parting.js";

describe("Parting", () => {
  it("asks the peer once nothing is owed, and once only, and ends when it agrees", () => {
    const parting = new Parting();
    parting.begin("shutting down", 1_000);
    expect([parting.next(2), parting.next(0), parting.next(0)]).to.deep.equal(["wait", "ask", "wait"]);
    expect(parting.agreed()).to.equal(true);
    expect([parting.next(0), parting.reason]).to.deep.equal(["end", "shutting down"]);
  });

  it("ends at the peer's wish when nothing is owed, without asking", () => {
    const parting = new Parting();
    parting.begin("unbound_by_peer", 1_000);
    parting.wished(7);
    expect([parting.next(1), parting.next(0), parting.peerSequence]).to.deep.equal(["wait", "end", 7]);
  });

  it("ends when both wish it, for the first one's reason and by the earlier of their times", () => {
    const parting = new Parting();
    parting.begin("shutting down", 1_000);
    parting.begin("unbound_by_peer", 5_000);
    parting.wished(0);
    expect([parting.next(0), parting.reason, parting.isOver(999), parting.isOver(1_000)]).to.deep.equal(["end", "shutting down", false, true]);
  });

  it("takes no consent that nobody asked for: a later wish of ours is told to the peer all the same", () => {
    const parting = new Parting();
    expect([parting.agreed(), parting.next(0), parting.isOver(Infinity)]).to.deep.equal([false, "wait", false]);
    parting.begin("shutting down", 1_000);
    expect(parting.next(0)).to.equal("ask");
  });
});
