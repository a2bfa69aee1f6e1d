import { expect } from "chai";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../../protocols/wire/clock.js";
import { Books } from "../../../../src/store/sqlite/books.js";
import { openStore } from "./open-store.js";

/** Threads are started from built files. */
const BUILT = !import.meta.url.endsWith(".ts");
const clock = systemClock();
const PAID_IN = 9_000_000n;

/** Runs the child on an account and kills it `afterMs` after it is ready; what it said was committed. */
function killed(dir: string, account: number, first: number, afterMs: number): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./crash-parts-child.js", import.meta.url)), dir, String(account), String(first)], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8");
  child.stdout.once("data", () => clock.after(afterMs, () => child.kill("SIGKILL")));
  child.stdout.on("data", (chunk: string) => (output += chunk));
  return new Promise((resolve) => {
    child.on("close", () => resolve(output));
  });
}

describe("messages in parts and in groups, killed at any moment", () => {
  let dir = "";
  before(function () {
    if (!BUILT) this.skip();
    dir = mkdtempSync(join(tmpdir(), "tollgate-parts-"));
  });
  after(() => {
    if (dir !== "") rmSync(dir, { recursive: true, force: true });
  });

  it("stand as they were told, whole and parts together, groups all or none, and the money is what was paid in", async function () {
    this.timeout(40_000);
    const setup = openStore(dir);
    await setup.open();
    await setup.registerOperators([{ name: "op", policy: { uncertain: "hold", uncertainWaitMs: 1_000, uncertainDeadlineMs: 5_000 } }]);
    const rounds = 8;
    const accounts: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const added = await setup.change({ kind: "account.add", actor: "test", name: `round${round}`, settings: { priceMicros: 35_000 } });
      accounts.push(added.ok ? (added.account?.account.no ?? 0) : 0);
      await setup.change({ kind: "topup", actor: "test", name: `round${round}`, amountMicros: PAID_IN, reference: "B" });
    }
    await setup.close();
    const said: string[] = [];
    // From right after opening to a moment when all is done.
    for (let round = 0; round < rounds; round++) said.push(await killed(dir, accounts[round] ?? 0, round * 1_000, round * 12));
    const store = openStore(dir);
    await store.open();
    const verify = await store.query({ kind: "verify", full: true });
    expect(verify.kind === "verify" && verify.report.problems).to.deep.equal([]);
    for (let round = 0; round < rounds; round++) {
      const view = await store.query({ kind: "account", name: `round${round}` });
      const account = view.kind === "account" ? view.account : null;
      const statement = await store.query({ kind: "statement", name: `round${round}`, fromMs: 0, toMs: clock.wallMs + 86_400_000 });
      const charges = statement.kind === "statement" ? (statement.statement?.chargesMicros ?? 0n) : 0n;
      expect((account?.availableMicros ?? 0n) + (account?.heldMicros ?? 0n) + charges).to.equal(PAID_IN);
      for (const [, what, id] of (said[round] ?? "").matchAll(/^(split|group) ([0-9]+)$/gm)) {
        const found = await store.query({ kind: "trace", by: "id", value: String(id), limit: 1 });
        const trace = found.kind === "trace" ? found.traces[0] : undefined;
        expect(trace?.parts.length, `${String(what)} ${String(id)}`).to.equal(what === "split" ? 3 : 0);
      }
    }
    await store.close();
    const books = Books.open(dir, 480);
    for (const day of books.days()) {
      const ids = (books.file(day)?.db.prepare("SELECT id FROM message WHERE charge_state <> 7").pluck().safeIntegers(false).all() ?? []) as number[];
      // Members of a group have sequence numbers that end in 4, 5 and 6.
      const members = ids.filter((id) => (id % 65_536) % 10 >= 4);
      const groups = new Set(members.map((id) => id - ((id % 65_536) % 10)));
      expect(members).to.have.length(groups.size * 3);
    }
    books.close();
  });
});
