import { expect } from "chai";
import fc from "fast-check";
import "../../../seed.js";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { messageId } from "../../../../protocols/model/message-id.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { systemClock } from "../../../../protocols/wire/clock.js";
import { Commit } from "../../../../src/store/store.js";
import { monthOfDay } from "../../../../src/store/sqlite/quota.js";
import { dayFromName, dayName } from "../../../../src/store/sqlite/paths.js";
import { Bench, NOON } from "../engine-bench.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SELF = import.meta.url.endsWith(".ts") ? "./quota-child.ts" : "./quota-child.js";

describe("quotas", () => {
  let bench: Bench;
  beforeEach(() => (bench = new Bench()));
  afterEach(() => {
    expect(bench.problems(), "verify").to.deep.equal([]);
    bench.close();
  });

  const send = (segments = 1, account = 1): Commit => bench.accept({ account, segments, charge: 0 }).commit;

  /** Ends the day's messages and seals its book. */
  function seal(ids: readonly number[]): void {
    for (const id of ids) bench.end(id, MessageState.expired, 0);
    bench.wallMs += 2 * DAY_MS;
    for (let round = 0; round < 20; round++) {
      bench.wallMs += 600_000;
      bench.engine.rest(bench.wallMs);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
  }

  it("refuse what does not fit into the business day any more, and take it again after midnight", () => {
    bench.account("a", { quotaDay: 5 });
    expect([send(3), send(3), send(2), send()]).to.deep.equal([Commit.ok, Commit.quota, Commit.ok, Commit.quota]);
    bench.wallMs = NOON + 12 * HOUR_MS - 1_000;
    expect(send()).to.equal(Commit.quota);
    bench.wallMs += 1_000;
    expect([send(5), send()]).to.deep.equal([Commit.ok, Commit.quota]);
  });

  it("of a month count all its days, and no other's", () => {
    bench.account("a", { quotaMonth: 10 });
    expect([send(4), send(7)]).to.deep.equal([Commit.ok, Commit.quota]);
    bench.wallMs += 3 * DAY_MS;
    expect([send(5), send(2), send(1), send(1)]).to.deep.equal([Commit.ok, Commit.quota, Commit.ok, Commit.quota]);
    // 2025-12-01 00:00 in business time.
    bench.wallMs = Date.UTC(2025, 10, 30, 16);
    expect([send(10), send(1)]).to.deep.equal([Commit.ok, Commit.quota]);
  });

  it("count days that are sealed, also after a restart and when their files are gone", () => {
    bench.account("a", { quotaMonth: 10 });
    const ids = [4, 3].map((segments) => bench.accept({ segments, charge: 0, wanted: 0, state: MessageState.queued }).id);
    seal(ids);
    expect(bench.logged).to.include("day_sealed");
    expect([send(4), send(2)]).to.deep.equal([Commit.quota, Commit.ok]);
    bench.restart();
    rmSync(join(bench.dir, "days", "2025-11-24.db"), { force: true });
    expect([send(2), send(1), send(1)]).to.deep.equal([Commit.quota, Commit.ok, Commit.quota]);
  });

  it("that are changed hold at once, in both directions", () => {
    bench.account("a", { quotaDay: 2 });
    expect([send(2), send()]).to.deep.equal([Commit.ok, Commit.quota]);
    const set = (quotaDay: number): void => void bench.engine.change({ kind: "account.set", actor: "test", name: "a", settings: { quotaDay } }, bench.wallMs);
    set(4);
    expect([send(2), send()]).to.deep.equal([Commit.ok, Commit.quota]);
    set(0);
    expect(send(100)).to.equal(Commit.ok);
    set(50);
    expect(send()).to.equal(Commit.quota);
  });

  it("take a submit to several destinations as a whole or not at all", () => {
    bench.account("a", { quotaDay: 5 });
    const group = (count: number): Commit[] => bench.batch(() => bench.putGroup(Array.from({ length: count }, () => ({ charge: 0, segments: 2, state: MessageState.queued })))).map(({ commit }) => commit);
    expect(group(3)).to.deep.equal([Commit.quota, Commit.quota, Commit.quota]);
    expect(group(2)).to.deep.equal([Commit.ok, Commit.ok]);
    expect([group(1), send(1), send(1)]).to.deep.equal([[Commit.quota], Commit.ok, Commit.quota]);
  });

  it("come after credit in the order of refusals, and cost no money", () => {
    bench.account("a", { quotaDay: 1 }, 50_000);
    expect(bench.accept({ segments: 2, charge: 70_000 }).commit).to.equal(Commit.noCredit);
    expect(bench.accept({ segments: 2, charge: 50_000 }).commit).to.equal(Commit.quota);
    expect(bench.money(1)).to.deep.equal({ available: 50_000, held: 0, spent: 0 });
  });

  it("count no parts of what a message was split into, and nothing a failed transaction had counted", () => {
    bench.account("a", { quotaDay: 4 });
    bench.split(3, { segments: 3, charge: 0 });
    // Half a micro-unit cannot stand on disk: the batch is carried out one by one.
    const answers = bench.batch(() => {
      bench.putAccept({ charge: 0.5 });
      bench.putAccept({ charge: 0 });
      bench.putAccept({ charge: 0 });
    });
    expect(answers.map(({ commit }) => commit)).to.deep.equal([Commit.failed, Commit.ok, Commit.quota]);
  });

  it("are never passed and never fall short, whatever is sent when, with restarts and changes in between", () => {
    const step = fc.record({ what: fc.constantFrom("send", "send", "send", "group", "set", "restart", "later"), n: fc.integer({ min: 1, max: 6 }), hours: fc.integer({ min: 1, max: 60 }) });
    let round = 0;
    fc.assert(fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const name = `p${++round}`;
      let quota = { quotaDay: 10, quotaMonth: 25 };
      const account = bench.account(name, quota);
      const used = new Map<string, number>();
      const day = (): string => new Date(bench.wallMs + 8 * HOUR_MS).toISOString().slice(0, 10);
      const monthly = (): number => [...used].reduce((sum, [on, count]) => sum + (on.slice(0, 7) === day().slice(0, 7) ? count : 0), 0);
      const fits = (segments: number): boolean =>
        (quota.quotaDay === 0 || (used.get(day()) ?? 0) + segments <= quota.quotaDay) && (quota.quotaMonth === 0 || monthly() + segments <= quota.quotaMonth);
      for (const { what, n, hours } of steps) {
        const segments = what === "group" ? 2 * n : n;
        const expected = fits(segments) ? Commit.ok : Commit.quota;
        if (what === "send") expect(send(n, account)).to.equal(expected);
        if (what === "group") {
          const commits = bench.batch(() => bench.putGroup([{ account, charge: 0, segments: n }, { account, charge: 0, segments: n }])).map(({ commit }) => commit);
          expect(commits).to.deep.equal([expected, expected]);
        }
        if ((what === "send" || what === "group") && expected === Commit.ok) used.set(day(), (used.get(day()) ?? 0) + segments);
        if (what === "set") {
          quota = { quotaDay: hours % 3 === 0 ? 0 : n * 4, quotaMonth: hours % 4 === 0 ? 0 : n * 10 };
          bench.engine.change({ kind: "account.set", actor: "test", name, settings: quota }, bench.wallMs);
        }
        if (what === "restart") bench.restart();
        if (what === "later") bench.wallMs += hours * HOUR_MS;
      }
    }), { numRuns: 12 });
  });

  it("know the days of a calendar month", () => {
    const { from, to } = monthOfDay(dayFromName("2024-02-29"));
    expect([dayName(from), dayName(to)]).to.deep.equal(["2024-02-01", "2024-03-01"]);
    expect(dayName(monthOfDay(dayFromName("2025-12-31")).to)).to.equal("2026-01-01");
  });
});

describe("quotas, killed at any moment", () => {
  it("go on from exactly what was accepted", async function () {
    this.timeout(60_000);
    const clock = systemClock();
    const dir = mkdtempSync(join(tmpdir(), "tollgate-quota-"));
    try {
      const setup = new Bench({ dir });
      const quota = 4_000;
      const account = setup.account("a", { quotaDay: quota });
      setup.engine.close();
      let told = 0;
      for (let round = 0; round < 3; round++) {
        const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(new URL(SELF, import.meta.url)), dir, String(account), String(1 + round * 10_000)], { stdio: ["ignore", "pipe", "inherit"] });
        let output = "";
        child.stdout.setEncoding("utf8");
        child.stdout.once("data", () => clock.after(40 + round * 30, () => child.kill("SIGKILL")));
        child.stdout.on("data", (chunk: string) => (output += chunk));
        await new Promise((resolve) => child.on("close", resolve));
        told += output.split("\n").filter((line) => line === "ok").length;
      }
      const after = new Bench({ dir });
      let more = 0;
      after.batch(() => {
        for (; more < quota; more++) after.putAccept({ id: messageId(NOON / 1_000, 0, 40_000 + more), account, charge: 0 });
      }).forEach(({ commit }) => {
        if (commit !== Commit.ok) more--;
      });
      // One a round may stand on disk though nobody was told of it.
      expect(quota - more).to.be.within(told, told + 3);
      expect(told).to.be.greaterThan(0);
      after.engine.close();
      rmSync(after.dir, { recursive: true, force: true });
      rmSync(setup.dir, { recursive: true, force: true });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
