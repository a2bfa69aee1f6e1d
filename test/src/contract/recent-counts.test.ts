import { expect } from "chai";
import fc from "fast-check";
import "../../seed.js";
import { RecentCounts } from "../../../src/contract/recent-counts.js";

const WINDOW_MS = 86_400_000;
const MINUTE_MS = 60_000;
const minuteOf = (atMs: number): number => Math.floor(atMs / MINUTE_MS);

describe("RecentCounts", () => {
  it("counts by window, hour and minute as a plain list of all that was seen does", () => {
    const step = fc.record({ account: fc.integer({ min: 1, max: 3 }), key: fc.integer({ min: 1, max: 12 }), afterMs: fc.integer({ min: 0, max: 2 * 3_600_000 }), undo: fc.boolean() });
    fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const counts = new RecentCounts({ maxKeys: 64, maxRecords: 4_096, calendar: true });
      let seen: { account: number; key: number; atMs: number }[] = [];
      let now = 1_764_000_000_000;
      for (const { account, key, afterMs, undo } of steps) {
        now += afterMs;
        const id = account * 100 + key;
        counts.expire(account, now - WINDOW_MS, Infinity);
        counts.add(account, 7, id, now, minuteOf(now));
        if (undo) counts.undo(7, id, minuteOf(now));
        else seen.push({ account, key: id, atMs: now });
        seen = seen.filter((one) => one.account !== account || one.atMs > now - WINDOW_MS);
        const found = counts.find(7, id);
        const mine = seen.filter((one) => one.key === id);
        expect(counts.inWindow(found)).to.equal(mine.length);
        expect(counts.inMinute(found, minuteOf(now))).to.equal(mine.filter(({ atMs }) => minuteOf(atMs) === minuteOf(now)).length);
        expect(counts.inHour(found, minuteOf(now))).to.equal(mine.filter(({ atMs }) => Math.floor(minuteOf(atMs) / 60) === Math.floor(minuteOf(now) / 60)).length);
      }
      expect(counts.keys).to.equal(new Set(seen.map(({ key }) => key)).size);
    }));
  });

  it("read back latest first it is as if it had never stopped", () => {
    const seen = Array.from({ length: 2_000 }, (_, at) => ({ key: (at * 7) % 50, atMs: 1_764_000_000_000 + at * 20_000 }));
    const lived = new RecentCounts({ maxKeys: 100, maxRecords: 4_096, calendar: true });
    const read = new RecentCounts({ maxKeys: 100, maxRecords: 4_096, calendar: true });
    for (const { key, atMs } of seen) lived.add(1, 0, key, atMs, minuteOf(atMs));
    for (const { key, atMs } of [...seen].reverse()) expect(read.addOlder(1, 0, key, atMs, minuteOf(atMs))).to.equal(true);
    const minute = minuteOf((seen.at(-1) as { atMs: number }).atMs);
    for (const untilMs of [0, 1_764_000_000_000 + 20_000_000, 1_764_000_000_000 + 39_000_000, Infinity]) {
      lived.expire(1, untilMs, Infinity);
      read.expire(1, untilMs, Infinity);
      for (let key = 0; key < 50; key++) {
        const [one, other] = [lived.find(0, key), read.find(0, key)];
        expect([read.inWindow(other), read.inMinute(other, minute), read.inHour(other, minute)]).to.deep.equal([lived.inWindow(one), lived.inMinute(one, minute), lived.inHour(one, minute)]);
      }
    }
    expect([read.keys, read.records, lived.keys, lived.records]).to.deep.equal([0, 0, 0, 0]);
  });

  it("when it is full the account with most of it forgets its earliest, and the others nothing", () => {
    const counts = new RecentCounts({ maxKeys: 1_000, maxRecords: 1_024, calendar: false });
    for (let key = 0; key < 10; key++) counts.add(1, 1, key, 1_000, 0);
    for (let key = 0; key < 50_000; key++) counts.add(2, 2, key, 2_000, 0);
    for (let key = 0; key < 10; key++) expect(counts.inWindow(counts.find(1, key))).to.equal(1);
    expect(counts.find(2, 0)).to.equal(-1);
    expect(counts.inWindow(counts.find(2, 49_999))).to.equal(1);
    expect(counts.keys).to.be.within(512, 1_000);
    expect(counts.records).to.be.at.most(counts.maxRecords);
    expect(counts.dropped).to.equal(50_010 - counts.records);
  });

  it("says that there is no room for older ones instead of pushing out what is later", () => {
    const counts = new RecentCounts({ maxKeys: 10_000, maxRecords: 1_024, calendar: false });
    let taken = 0;
    while (counts.addOlder(1, 0, taken, 1_000_000 - taken, 0)) taken++;
    expect(taken).to.equal(1_024);
    expect(counts.inWindow(counts.find(0, 0))).to.equal(1);
    expect(counts.addOlder(2, 0, 5, 5, 0)).to.equal(false);
    expect(counts.dropped).to.equal(0);
  });

  it("never loses count, whatever comes in a small one that is always full", () => {
    const step = fc.record({ account: fc.integer({ min: 1, max: 4 }), key: fc.integer({ min: 0, max: 700 }), what: fc.constantFrom("add", "add", "add", "undo", "older", "expire") });
    fc.assert(fc.property(fc.array(step, { minLength: 500, maxLength: 3_000 }), (steps) => {
      const counts = new RecentCounts({ maxKeys: 300, maxRecords: 512, calendar: true });
      steps.forEach(({ account, key, what }, at) => {
        const id = account * 1_000 + key;
        if (what === "add") counts.add(account, 0, id, at * 1_000, Math.floor(at / 60));
        else if (what === "undo") counts.undo(0, id, Math.floor(at / 60));
        else if (what === "older") counts.addOlder(account, 0, id, -at, 0);
        else counts.expire(account, at * 1_000 - 100_000, 50);
        expect(counts.keys).to.be.at.most(300);
        expect(counts.records).to.be.at.most(512);
        if (what === "add") expect(counts.inWindow(counts.find(0, id))).to.be.at.least(1);
      });
      for (const account of [1, 2, 3, 4]) counts.forget(account);
      expect([counts.keys, counts.records]).to.deep.equal([0, 0]);
    }), { numRuns: 50 });
  });
});
