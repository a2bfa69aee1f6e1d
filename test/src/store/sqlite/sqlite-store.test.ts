import { expect } from "chai";
import Database from "better-sqlite3";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { newMessage } from "../../../../protocols/model/message.js";
import type { Notice } from "../../../../protocols/model/receipt.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { systemClock } from "../../../../protocols/wire/clock.js";
import { messageId } from "../../../../protocols/model/message-id.js";
import { Commit } from "../../../../src/store/store.js";
import type { Store } from "../../../../src/store/store.js";
import { Bench } from "../engine-bench.js";
import { openStore } from "./open-store.js";

/** Threads are started from built files. */
const BUILT = !import.meta.url.endsWith(".ts");
const clock = systemClock();

async function addAccount(store: Store, name: string, amount: bigint): Promise<number> {
  const added = await store.change({ kind: "account.add", actor: "test", name, settings: { priceMicros: 35_000 } });
  await store.change({ kind: "topup", actor: "test", name, amountMicros: amount, reference: name });
  return added.ok ? (added.account?.account.no ?? 0) : 0;
}

function accepted(store: Store, accountNo: number, sequence: number): Promise<{ id: number; result: Commit }> {
  const message = newMessage();
  message.id = messageId(Math.floor(clock.wallMs / 1_000), 0, sequence);
  message.source = "1069";
  message.destination = "13800138000";
  message.octets = Buffer.from("hello");
  message.receiptWanted = 3;
  message.expiresAtMs = clock.wallMs + 86_400_000;
  return new Promise((resolve) => {
    store.accept({
      message, accountNo, laneNo: 4, state: MessageState.dispatched, operatorNo: 1, linkNo: 1, segments: 1, chargeMicros: 35_000, wordsVersion: 1, dueMs: 0,
      flags: "", signatureNo: 0, partIds: 0, firstPartId: 0, review: null, committed: (result) => resolve({ id: message.id, result }),
    });
  });
}

describe("SqliteStore", () => {
  let dir = "";
  before(function () {
    if (!BUILT) this.skip();
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-store-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it("carries a message through its life over both threads, and answers questions about it", async () => {
    const store = openStore(dir);
    const snapshot = await store.open();
    expect(snapshot).to.deep.include({ accounts: [], highestId: 0, uncertain: 0, held: [] });
    const numbers = await store.registerOperators([{ name: "op", policy: { uncertain: "hold", uncertainWaitMs: 1_000, uncertainDeadlineMs: 5_000 } }]);
    expect(numbers.get("op")).to.equal(1);
    const account = await addAccount(store, "a", 1_000_000n);
    const { id, result } = await accepted(store, account, 1);
    expect(result).to.equal(Commit.ok);
    store.sent(null, id, 1, 1, "K1");
    const notice = await new Promise<Notice | null>((resolve) => {
      store.receipt({
        operatorNo: 1, candidates: ["K1"], matched: -1, committed: (_result, told) => resolve(told),
        receipt: {
          operatorMessageId: "K1", alternateId: "", state: MessageState.delivered, final: true, stateWord: "DELIVRD", error: "000", source: "1069",
          destination: "13800138000", doneAtMs: 0, raw: Buffer.alloc(0),
        },
      });
    });
    expect(notice).to.include({ messageId: id, state: MessageState.delivered });
    const again = await new Promise<Notice[] | null>((resolve) => store.claimOutbox(account, 0, 10, resolve));
    expect(again).to.deep.equal([notice]);
    store.notified(account, notice?.order ?? 0, id, false, "ok");
    expect(await new Promise<Notice[] | null>((resolve) => store.claimOutbox(account, 0, 10, resolve))).to.deep.equal([]);
    const trace = await store.query({ kind: "trace", by: "id", value: String(id), limit: 1 });
    expect(trace.kind === "trace" && trace.traces[0]).to.deep.include({ state: "delivered", chargeState: "settled", notify: "done", text: "hello" });
    const verify = await store.query({ kind: "verify", full: true });
    expect(verify.kind === "verify" && verify.report.problems).to.deep.equal([]);
    expect(store.pending).to.equal(0);
    await store.close();
    const later = openStore(dir);
    expect(await later.open()).to.deep.include({ highestId: id, uncertain: 0 });
    await later.close();
  });

  it("answers a burst in order, in batches of many", async () => {
    const store = openStore(dir);
    await store.open();
    const account = await addAccount(store, "a", 1_000_000_000n);
    const order: number[] = [];
    const all: Promise<unknown>[] = [];
    for (let i = 0; i < 5_000; i++) all.push(accepted(store, account, i).then(() => order.push(i)));
    expect(store.pending).to.equal(5_000);
    await Promise.all(all);
    expect(order).to.deep.equal([...order].sort((a, b) => a - b));
    expect(store.stats.commits).to.be.lessThan(50);
    await store.close();
  });

  it("finishes on close what it was handed before", async () => {
    const store = openStore(dir);
    await store.open();
    const account = await addAccount(store, "a", 1_000_000n);
    const last = accepted(store, account, 7);
    await store.close();
    expect((await last).result).to.equal(Commit.ok);
  });

  it("lets one process have a folder", async () => {
    const store = openStore(dir);
    await store.open();
    const error = await openStore(dir).open().then(() => null, (reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
    expect(error).to.have.property("code", "folder_locked");
    await store.close();
    const next = openStore(dir);
    await next.open();
    await next.close();
  });

  it("C076 after a SIGKILL at any moment, what was told stands, and available + held + spent is what was paid in", async function () {
    this.timeout(60_000);
    const setup = openStore(dir);
    await setup.open();
    await setup.registerOperators([{ name: "op", policy: { uncertain: "hold", uncertainWaitMs: 1_000, uncertainDeadlineMs: 5_000 } }]);
    const rounds = 8;
    const accounts: number[] = [];
    for (let round = 0; round < rounds; round++) accounts.push(await addAccount(setup, `round${round}`, 350_000n));
    await setup.close();
    const told: string[][] = [];
    for (let round = 0; round < rounds; round++) {
      // From right after opening to a moment when all is done.
      told.push(await killed(dir, accounts[round] ?? 0, round * 100, round * 4));
    }
    const store = openStore(dir);
    await store.open();
    const verify = await store.query({ kind: "verify", full: true });
    expect(verify.kind === "verify" && verify.report.problems).to.deep.equal([]);
    for (let round = 0; round < rounds; round++) {
      const ids = told[round] ?? [];
      expect(ids.length).to.be.at.most(10);
      for (const id of ids) {
        const trace = await store.query({ kind: "trace", by: "id", value: id, limit: 1 });
        expect(trace.kind === "trace" ? trace.traces.length : 0, `message ${id}`).to.equal(1);
      }
      const account = await store.query({ kind: "account", name: `round${round}` });
      const view = account.kind === "account" ? account.account : null;
      const statement = await store.query({ kind: "statement", name: `round${round}`, fromMs: 0, toMs: clock.wallMs + 86_400_000 });
      const charges = statement.kind === "statement" ? (statement.statement?.chargesMicros ?? 0n) : 0n;
      expect((view?.availableMicros ?? 0n) + (view?.heldMicros ?? 0n) + charges).to.equal(350_000n);
      expect(view?.availableMicros).to.satisfy((available: bigint) => available >= 0n);
    }
    await store.close();
  });
});

/** Runs the child on an account and kills it `afterMs` after it is ready; the ids it was told are accepted. */
function killed(dir: string, account: number, first: number, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./crash-child.js", import.meta.url)), dir, String(account), String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  let armed = false;
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    output += chunk;
    if (armed) return;
    armed = true;
    clock.after(afterMs, () => child.kill("SIGKILL"));
  });
  return new Promise((resolve) => {
    child.on("close", () => resolve([...output.matchAll(/^ok ([0-9]+)$/gm)].map((match) => match[1] as string)));
  });
}

describe("day finisher", () => {
  it("gives a sealed file its search indexes and takes the right to write it", async function () {
    if (!BUILT) this.skip();
    const bench = new Bench();
    try {
      bench.account("a");
      bench.accept();
      const path = bench.engine.state.days.open()[0]?.path ?? "";
      bench.engine.close();
      const worker = new Worker(new URL("../../../../src/store/sqlite/day-finisher.js", import.meta.url), { workerData: { path, erase: 0 } });
      await new Promise((resolve, reject) => {
        worker.on("exit", resolve);
        worker.on("error", reject);
      });
      expect(statSync(path).mode & 0o222).to.equal(0);
      const db = new Database(path, { readonly: true });
      expect(db.pragma("journal_mode", { simple: true })).to.equal("delete");
      const plan = db.prepare("EXPLAIN QUERY PLAN SELECT id FROM content WHERE destination = '1'").all() as { detail: string }[];
      expect(plan[0]?.detail).to.include("sealed_destination");
      db.close();
      bench.start();
    } finally {
      bench.close();
    }
  });
});
