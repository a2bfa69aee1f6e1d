import { expect } from "chai";
import { Sequence } from "../../../protocols/wire/sequence.js";
import { Window } from "../../../protocols/wire/window.js";

describe("Sequence", () => {
  it("C012 goes from 7ffffffe over 7fffffff to 1", () => {
    const sequence = new Sequence(0x7fff_fffe);
    const none = new Window<object>(4);
    expect([sequence.take(none), sequence.take(none), sequence.take(none)]).to.deep.equal([0x7fff_fffe, 0x7fff_ffff, 1]);
  });

  it("C012 skips numbers that are still outstanding", () => {
    const window = new Window<object>(4);
    window.add(1, 4, {}, 0);
    window.add(2, 4, {}, 0);
    const sequence = new Sequence(0x7fff_ffff);
    expect([sequence.take(window), sequence.take(window), sequence.take(window)]).to.deep.equal([0x7fff_ffff, 3, 4]);
  });
});
