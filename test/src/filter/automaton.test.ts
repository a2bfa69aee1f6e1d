import { expect } from "chai";
import fc from "fast-check";
import { automatonOctets, buildAutomaton, eachOccurrence, occurs } from "../../../src/filter/automaton.js";

const MAX_CODE = 6;
const NO_NOISE = 0x10000;
const code = fc.integer({ min: 1, max: MAX_CODE });
const patterns = fc.uniqueArray(fc.array(code, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 40, selector: String });

function every(words: readonly (readonly number[])[], text: readonly number[]): string[] {
  const found: string[] = [];
  for (let end = 0; end < text.length; end++) {
    for (const [no, word] of words.entries()) {
      const start = end + 1 - word.length;
      if (start >= 0 && word.every((one, i) => text[start + i] === one)) found.push(`${String(no)}@${String(end)}`);
    }
  }
  return found.sort();
}

describe("automaton", () => {
  it("finds every occurrence of every pattern, as a naive search does", () => {
    fc.assert(
      fc.property(patterns, fc.array(code, { maxLength: 60 }), (words, text) => {
        const data = buildAutomaton(words.map((codes) => ({ codes, counts: true })), MAX_CODE);
        const found: string[] = [];
        eachOccurrence(data, text, text.length, (no, end) => found.push(`${String(no)}@${String(end)}`));
        const expected = every(words, text);
        expect(found.sort()).to.deep.equal(expected);
        expect(occurs(data, Uint16Array.from(text), text.length, NO_NOISE, 0)).to.equal(expected.length > 0);
      }),
      { numRuns: 500 },
    );
  });

  it("stops only at patterns that count, in suffixes too", () => {
    const data = buildAutomaton([{ codes: [1, 2, 3], counts: false }, { codes: [2], counts: true }, { codes: [3, 3], counts: false }], MAX_CODE);
    expect(occurs(data, Uint16Array.of(1, 2, 3), 3, NO_NOISE, 0)).to.equal(true);
    expect(occurs(data, Uint16Array.of(3, 3), 2, NO_NOISE, 0)).to.equal(false);
  });

  it("skips noise up to its bound", () => {
    const data = buildAutomaton([{ codes: [1, 2], counts: true }], MAX_CODE);
    const search = (...codes: number[]): boolean => occurs(data, Uint16Array.from(codes), codes.length, 5, 2);
    expect(search(1, 5, 6, 2)).to.equal(true);
    expect(search(1, 5, 5, 5, 2)).to.equal(false);
    expect(search(5, 5, 5, 5, 1, 2)).to.equal(true);
    expect(search(1, 3, 2)).to.equal(false);
  });

  it("takes no pattern at all", () => {
    expect(occurs(buildAutomaton([], MAX_CODE), Uint16Array.of(1, 2), 2, NO_NOISE, 0)).to.equal(false);
  });

  it("packs 5,000 patterns over a large alphabet into a few slots a code", () => {
    let seed = 1;
    const next = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const words = Array.from({ length: 5_000 }, () => Array.from({ length: 2 + next(4) }, () => 1 + next(2_000)));
    const distinct = [...new Map(words.map((word) => [String(word), word])).values()];
    const data = buildAutomaton(distinct.map((codes) => ({ codes, counts: true })), 2_000);
    expect(automatonOctets(data)).to.be.below(1_000_000);
    for (const word of distinct) expect(occurs(data, Uint16Array.from(word), word.length, NO_NOISE, 0)).to.equal(true);
  });
});
