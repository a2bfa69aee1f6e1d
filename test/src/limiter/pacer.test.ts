import { expect } from "chai";
import { Pacer } from "../../../src/limiter/pacer.js";

/** Messages taken by trying every millisecond. */
function sent(pacer: Pacer, fromMs: number, forMs: number): number {
  let count = 0;
  for (let at = fromMs; at < fromMs + forMs; at++) while (count < 100_000 && pacer.take(at)) count++;
  return count;
}

describe("Pacer", () => {
  it("lets no more than its rate through, smoothly", () => {
    const pacer = new Pacer(100, 0);
    sent(pacer, 0, 1_000);
    expect(sent(pacer, 1_000, 100)).to.be.within(9, 11);
    expect(sent(pacer, 1_100, 1_000)).to.be.within(99, 101);
  });

  it("gives a token back that was not used", () => {
    const pacer = new Pacer(10, 0);
    expect(pacer.take(0)).to.equal(true);
    expect(pacer.take(0)).to.equal(false);
    pacer.giveBack();
    expect(pacer.take(0)).to.equal(true);
  });

  it("C092 halves its pace when throttled and comes back gently", () => {
    const pacer = new Pacer(100, 0);
    sent(pacer, 0, 1_000);
    pacer.slowDown(1_000);
    expect(pacer.pace).to.equal(50);
    pacer.slowDown(1_100);
    expect(pacer.pace).to.equal(50);
    sent(pacer, 1_000, 4_000);
    expect(pacer.pace).to.be.within(55, 80);
    sent(pacer, 5_000, 20_000);
    expect(pacer.pace).to.equal(100);
  });

  it("slows an unlimited link from the speed it had", () => {
    const pacer = new Pacer(0, 0);
    expect(pacer.pace).to.equal(Infinity);
    for (let at = 0; at < 1_000; at++) pacer.take(at);
    pacer.slowDown(1_000);
    expect(pacer.pace).to.be.within(400, 600);
    expect(sent(pacer, 1_000, 1_000)).to.be.within(400, 660);
  });

  it("never stops altogether", () => {
    const pacer = new Pacer(2, 0);
    for (let at = 0; at < 10_000; at += 1_000) pacer.slowDown(at);
    expect(pacer.pace).to.equal(1);
  });
});
