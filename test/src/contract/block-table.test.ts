import { expect } from "chai";
import fc from "fast-check";
import "../../seed.js";
import { BlockTable } from "../../../src/contract/block-table.js";

const WINDOW_MS = 30_000;
const SLICE_MS = 10_000;

/** What a plain map of numbers to the slice each was last seen in says. */
class Model {
  readonly #seen = new Map<number, number>();

  see(number: number, atMs: number): { dense: number; run: number } {
    const now = Math.floor(atMs / SLICE_MS);
    this.#seen.set(number, now);
    for (const [one, slice] of this.#seen) if (now - slice > 3) this.#seen.delete(one);
    let [first, last] = [number, number];
    while (this.#seen.has(first - 1)) first--;
    while (this.#seen.has(last + 1)) last++;
    return { dense: this.#seen.size, run: Math.min(last - first + 1, 1_000) };
  }
}

describe("BlockTable", () => {
  it("counts numbers and rows as a plain map of what was seen does, while blocks grow, shrink and are forgotten", () => {
    const number = fc.oneof(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 100, max: 180 }), fc.integer({ min: 0, max: 3 }));
    const step = fc.record({ block: fc.constantFrom(1_380_000, 1_380_001, 1_770_999), number, afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 60_000 })) });
    fc.assert(fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const table = new BlockTable(1_024);
      const models = new Map<number, Model>();
      let now = 1_764_000_000_000;
      for (const { block, number: seen, afterMs } of steps) {
        now += afterMs;
        const model = models.get(block) ?? new Model();
        models.set(block, model);
        table.see(1, block, seen, now, WINDOW_MS, 1_000);
        expect({ dense: table.dense, run: table.run }).to.deep.equal(model.see(seen, now));
      }
    }));
  });

  it("holds a whole block of 10,000 numbers", () => {
    const table = new BlockTable(1_024);
    for (let number = 0; number < 10_000; number++) table.see(1, 1_380_000, (number * 7_919) % 10_000, 0, WINDOW_MS, 10_000);
    expect([table.dense, table.run, table.blocks]).to.deep.equal([10_000, 10_000, 1]);
  });

  it("lets many sparse blocks push out each other but never one that grows dense", () => {
    const table = new BlockTable(1_024);
    for (let number = 0; number < 40; number++) table.see(1, 1, number * 2, number, WINDOW_MS, 100);
    for (let block = 2; block < 100_000; block++) table.see(2, block, block % 10_000, 100 + Math.floor(block / 100), WINDOW_MS, 100);
    expect(table.dropped).to.be.greaterThan(90_000);
    table.see(1, 1, 9_999, 2_000, WINDOW_MS, 100);
    expect(table.dense).to.equal(41);
  });

  it("gives no account more than half of the lists of a size", () => {
    const table = new BlockTable(1_024);
    for (let block = 0; block < 10_000; block++) table.see(1, block, 1, 0, WINDOW_MS, 100);
    expect(table.blocks).to.equal(512);
    table.see(2, 77, 1, 0, WINDOW_MS, 100);
    table.see(2, 77, 2, 0, WINDOW_MS, 100);
    expect([table.dense, table.blocks]).to.deep.equal([2, 513]);
  });

  it("gives the room of blocks that were left alone back", () => {
    const table = new BlockTable(1_024);
    for (let block = 0; block < 300; block++) for (let number = 0; number < 10; number++) table.see(1, block, number, 0, WINDOW_MS, 100);
    for (let round = 0; round < 10; round++) table.sweep(WINDOW_MS);
    const kept = table.blocks;
    for (let round = 0; round < 10; round++) table.sweep(2 * WINDOW_MS);
    expect([kept > 0, table.blocks]).to.deep.equal([true, 0]);
  });

  it("begins anew for an account whose window changes, and for it alone", () => {
    const table = new BlockTable(1_024);
    table.see(1, 5, 1, 0, WINDOW_MS, 100);
    table.see(2, 5, 1, 0, WINDOW_MS, 100);
    table.see(1, 5, 2, 0, 2 * WINDOW_MS, 100);
    expect(table.dense).to.equal(1);
    table.see(2, 5, 2, 0, WINDOW_MS, 100);
    expect(table.dense).to.equal(2);
  });
});
