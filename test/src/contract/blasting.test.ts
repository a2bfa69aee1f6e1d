import { expect } from "chai";
import { Blasting, type BlastTerms } from "../../../src/contract/blasting.js";

const NOW = 1_764_000_000_000;
const TERMS: BlastTerms = { no: 1, blastRun: 20, blastDense: 300, blastWindowMs: 600_000, blastRate: 1, blastLimitMs: 3_600_000 };

function made(): { blasting: Blasting; told: string[] } {
  const told: string[] = [];
  const blasting = new Blasting(262_144, { blasting: (accountNo, on, detail) => void told.push(`${String(accountNo)} ${on ? "on" : "off"} ${detail}`) });
  return { blasting, told };
}

/** Reproducible chance. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("Blasting", () => {
  it("finds consecutive numbers in any order, refuses their block and tells of it once", () => {
    const { blasting, told } = made();
    const numbers = Array.from({ length: 100 }, (_, at) => `1381234${String(5_000 + ((at * 37) % 100)).padStart(4, "0")}`);
    const found = numbers.map((number, at) => blasting.see(TERMS, number, NOW + at * 100));
    expect(found.filter(Boolean)).to.have.lengthOf.greaterThan(0);
    expect(found.at(-1)).to.equal(true);
    expect(blasting.refuses(1, "13812349999", NOW + 10_000)).to.equal(true);
    expect(blasting.refuses(1, "13812350000", NOW + 10_000)).to.equal(false);
    expect(blasting.refuses(2, "13812349999", NOW + 10_000)).to.equal(false);
    expect(told).to.deep.equal(["1 on 20 numbers in a row in block 1381234"]);
  });

  it("lets go after the limit since the last find, and tells that too", () => {
    const { blasting, told } = made();
    for (let at = 0; at < 30; at++) blasting.see(TERMS, `138123400${String(10 + at)}`, NOW + at * 1_000);
    const lastMs = NOW + 29_000;
    blasting.tick(lastMs + TERMS.blastLimitMs - 1);
    expect([told.length, blasting.slowedUntil(1), blasting.slowed]).to.deep.equal([1, lastMs + TERMS.blastLimitMs, 1]);
    blasting.tick(lastMs + TERMS.blastLimitMs);
    expect([told[1], blasting.slowedUntil(1), blasting.slowed]).to.deep.equal(["1 off ", 0, 0]);
    expect(blasting.refuses(1, "13812340010", lastMs + TERMS.blastLimitMs)).to.equal(false);
  });

  it("stays found while refused numbers go on coming", () => {
    const { blasting } = made();
    for (let at = 0; at < 9_000; at++) blasting.see(TERMS, `1381234${String(at).padStart(4, "0")}`, NOW + at * 1_000);
    expect(blasting.refuses(1, "13812340000", NOW + 9_000_000 + TERMS.blastLimitMs - 1_000 - 1)).to.equal(true);
  });

  it("finds dense numbers that stand in no row", () => {
    const { blasting, told } = made();
    for (let at = 0; at < 299; at++) expect(blasting.see(TERMS, `1381234${String(at * 30).padStart(4, "0")}`, NOW)).to.equal(false);
    expect(blasting.see(TERMS, "13812349999", NOW)).to.equal(true);
    expect(told).to.deep.equal(["1 on 300 numbers in block 1381234"]);
  });

  it("the same number again and again, and slow writing beyond the window, are no blasting", () => {
    const { blasting, told } = made();
    for (let at = 0; at < 1_000; at++) blasting.see(TERMS, "13812340000", NOW + at);
    for (let at = 0; at < 1_000; at++) blasting.see(TERMS, `1391234${String(at).padStart(4, "0")}`, NOW + at * 60_000);
    expect(told).to.deep.equal([]);
  });

  it("100,000 random numbers pass, and 100 random ones of one block", () => {
    const { blasting, told } = made();
    const random = chance(7);
    for (let at = 0; at < 100_000; at++) blasting.see(TERMS, `1${String(3 + Math.floor(random() * 7))}${String(Math.floor(random() * 1e9)).padStart(9, "0")}`, NOW + at);
    for (let at = 0; at < 100; at++) blasting.see(TERMS, `1381234${String(Math.floor(random() * 10_000)).padStart(4, "0")}`, NOW + 100_000);
    expect(told).to.deep.equal([]);
    expect(blasting.table.blocks).to.be.greaterThan(50_000);
  });

  it("finds a run slipped in among two million random numbers, with all that may be remembered in use", () => {
    const { blasting } = made();
    const random = chance(11);
    let found = -1;
    for (let at = 0; at < 2_000_000; at++) {
      const no = at % 4 === 0 ? 1 : 2;
      if (at % 20_000 !== 0) blasting.see({ ...TERMS, no }, `1${String(3 + Math.floor(random() * 7))}${String(Math.floor(random() * 1e9)).padStart(9, "0")}`, NOW + at / 10);
      else if (blasting.see(TERMS, `1381234${String(at / 20_000).padStart(4, "0")}`, NOW + at / 10)) found = found < 0 ? at / 20_000 : found;
    }
    expect(found).to.be.within(19, 60);
    expect(blasting.table.dropped).to.be.greaterThan(0);
    expect(blasting.table.octets).to.be.lessThan(40_000_000);
  });

  it("looks at blocks of numbers abroad by themselves", () => {
    const { blasting, told } = made();
    for (let at = 0; at < 20; at++) blasting.see(TERMS, `+8529123${String(at).padStart(4, "0")}`, NOW);
    expect(told).to.deep.equal(["1 on 20 numbers in a row in block +8529123"]);
    expect(blasting.refuses(1, "85291230000", NOW)).to.equal(false);
    expect(blasting.see(TERMS, "123", NOW)).to.equal(false);
  });
});
