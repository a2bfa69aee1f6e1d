import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { GroupCommit, MAX_INTENTS } from "../../../src/store/group-commit.js";

/** The end of this turn of the loop. */
const turn = (): Promise<void> => new Promise((resolve) => {
  setImmediate(resolve);
});

describe("GroupCommit", () => {
  let clock: ManualClock;
  let sizes: number[];
  let group: GroupCommit;

  beforeEach(() => {
    clock = new ManualClock();
    sizes = [];
    group = new GroupCommit((memory, octets, intents) => {
      expect(octets).to.be.at.most(memory.byteLength);
      sizes.push(intents);
    }, clock);
  });

  const add = (count: number): void => {
    for (let i = 0; i < count; i++) {
      group.into.u32(i);
      group.added({});
    }
  };

  it("sends a single intent at the end of the turn it came in", async () => {
    add(1);
    expect(sizes).to.deep.equal([]);
    await turn();
    expect(sizes).to.deep.equal([1]);
  });

  it("lets a small batch wait a moment for more when one has just gone", async () => {
    add(1);
    await turn();
    add(3);
    await turn();
    expect(group.answered(null)).to.have.length(1);
    expect(sizes).to.deep.equal([1]);
    add(4);
    clock.advance(1);
    expect(sizes).to.deep.equal([1, 7]);
  });

  it("does not let a small batch wait when the last one went long ago", async () => {
    add(1);
    await turn();
    group.answered(null);
    clock.advance(5);
    add(2);
    await turn();
    expect(sizes).to.deep.equal([1, 2]);
  });

  it("never cuts what must go together, however full the batch is", async () => {
    add(MAX_INTENTS - 1);
    for (let i = 0; i < 100; i++) group.added({}, i < 99);
    add(1);
    await turn();
    clock.advance(5);
    await turn();
    expect(sizes).to.deep.equal([MAX_INTENTS + 99, 1]);
    expect(group.answered(null)).to.have.length(MAX_INTENTS + 99);
  });

  it("sends a large batch at once, and keeps at most two out", async () => {
    add(1);
    await turn();
    add(100);
    await turn();
    expect(sizes).to.deep.equal([1, 100]);
    add(2 * MAX_INTENTS + 5);
    await turn();
    expect(sizes).to.deep.equal([1, 100]);
    group.answered(null);
    expect(sizes).to.deep.equal([1, 100, MAX_INTENTS]);
    group.answered(null);
    group.answered(null);
    clock.advance(1);
    expect(sizes).to.deep.equal([1, 100, MAX_INTENTS, MAX_INTENTS, 5]);
    expect(group.pending).to.equal(MAX_INTENTS + 5);
  });

  it("gives the tickets of a batch back in order, and all that are left when the writer is gone", async () => {
    const tickets = [{}, {}, {}];
    group.into.u8(0);
    group.added(tickets[0] as object);
    await turn();
    for (const ticket of tickets.slice(1)) {
      group.into.u8(0);
      group.added(ticket);
    }
    expect(group.answered(null)).to.deep.equal([tickets[0]]);
    expect(group.abandon()).to.deep.equal(tickets.slice(1));
    expect(group.pending).to.equal(0);
  });
});
