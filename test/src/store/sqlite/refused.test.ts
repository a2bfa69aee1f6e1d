/** Counts of refusals stand in the day's book: each batch of them once. */
import { expect } from "chai";
import { Outcome } from "../../../../protocols/model/outcome.js";
import { benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

const HOUR = 3_600_000;

describe("counts of refusals", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  /** "day index: account:outcome": count. */
  const standing = (): string[] => bench.books((books) => books.days().flatMap((day, at) =>
    (books.file(day)?.db.prepare("SELECT account || ':' || outcome || ' ' || count FROM refused ORDER BY account, outcome").pluck().all() as string[]).map((row) => `${at}: ${row}`)));

  it("add up by account and outcome, and survive a restart", () => {
    bench.countRefused(1, { [Outcome.throttled]: 100_000, [Outcome.signature]: 2 });
    bench.countRefused(2, { [Outcome.throttled]: 1 });
    bench.restart(1_000);
    bench.countRefused(1, { [Outcome.throttled]: 5 });
    expect(standing()).to.deep.equal(["0: 1:2 100005", "0: 1:8 2", "0: 2:2 1"]);
  });

  it("are added once when the same batch comes again, also after a restart", () => {
    const again = bench.countRefused(1, { [Outcome.quota]: 3 });
    bench.countRefused(1, { [Outcome.quota]: 3 }, again);
    bench.restart();
    bench.countRefused(1, { [Outcome.quota]: 3 }, again);
    expect(standing()).to.deep.equal(["0: 1:18 3"]);
  });

  it("belong to the day they were made on, while that is open", () => {
    bench.accept();
    const lateMs = bench.wallMs + 11.9 * HOUR;
    bench.wallMs += 12.1 * HOUR;
    bench.countRefused(1, { [Outcome.hours]: 1 }, 7, lateMs);
    bench.countRefused(1, { [Outcome.hours]: 2 }, 8, bench.wallMs);
    bench.countRefused(1, { [Outcome.hours]: 4 }, 9, bench.wallMs - 240 * HOUR);
    expect(standing()).to.deep.equal(["0: 1:15 1", "1: 1:15 6"]);
  });
});
