/** Daily reports: written once the day is over, made up for, never written twice, and not for ever. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { formatMoney } from "../../../src/ledger/money.js";
import { DailyReports } from "../../../src/observe/daily-reports.js";
import { accountView, fakeAnswer } from "../admin/fixtures.js";

describe("daily reports", () => {
  let dir: string;
  const written: string[] = [];
  const asked: [number, number][] = [];
  // 00:10 of 25 November in business time.
  const clock = (): ManualClock => new ManualClock(Date.UTC(2025, 10, 24, 16, 10));

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-reports-"));
    written.length = 0;
    asked.length = 0;
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const reports = (at: ManualClock, createdAtMs = 0, dailyReport = true): DailyReports => {
    const view = { ...accountView("acme", { dailyReport }), createdAtMs };
    return new DailyReports({
      clock: at, dir, zoneMinutes: 480, keepMs: 30 * 86_400_000, accounts: () => [{ terms: view.account }], money: formatMoney,
      store: {
        query: (query) => {
          if (query.kind === "statement") asked.push([query.fromMs, query.toMs]);
          return Promise.resolve(query.kind === "account" ? { kind: "account" as const, account: view } : fakeAnswer(query));
        },
      },
      written: (account, day) => void written.push(`${account} ${day}`), failed: (reason) => void written.push(reason),
    });
  };

  it("are written a quarter of an hour after the day, from the statement of exactly that day, and only once", async () => {
    const at = clock();
    const made = reports(at, Date.UTC(2025, 10, 24, 1));
    await made.run();
    expect(written).to.deep.equal([]);
    at.advance(6 * 60_000);
    await made.run();
    await made.run();
    await reports(at, Date.UTC(2025, 10, 24, 1)).run();
    expect(written).to.deep.equal(["acme 2025-11-24"]);
    expect(asked).to.deep.equal([[Date.UTC(2025, 10, 23, 16), Date.UTC(2025, 10, 24, 16)]]);
    expect(readFileSync(join(dir, "acme", "2025-11-24.csv"), "utf8")).to.match(/^\uFEFFfigure,value\r\naccount,/);
    expect(readFileSync(join(dir, "acme", "2025-11-24.txt"), "utf8")).to.match(/期末余额 \/ closing: \d+\.\d\d/);
    expect(statSync(join(dir, "acme", "2025-11-24.csv")).mode & 0o777).to.equal(0o640);
    expect(readdirSync(join(dir, "acme")).filter((name) => name.endsWith(".new"))).to.deep.equal([]);
  });

  it("make up for a week that was missed, and no more", async () => {
    const at = clock();
    at.advance(3_600_000);
    await reports(at).run();
    expect(written).to.have.length(7);
    expect(written[0]).to.equal("acme 2025-11-18");
  });

  it("are for accounts that want them alone, and go when they are old", async () => {
    const at = clock();
    at.advance(3_600_000);
    await reports(at, 0, false).run();
    expect(readdirSync(dir)).to.deep.equal([]);
    await reports(at).run();
    writeFileSync(join(dir, "acme", "2025-01-01.csv"), "old");
    at.advance(86_400_000);
    await reports(at).run();
    expect(readdirSync(join(dir, "acme"))).to.not.include("2025-01-01.csv");
  });
});
