import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeHost } from "../admin/fixtures.js";
import { run } from "./fixtures.js";

const NOW_MS = 1_764_000_000_000;

describe("tollgate numbers", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tollgate-numbers-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const audited = (host: FakeHost): unknown[] => host.commands.flatMap((command) => (command.kind === "audit" ? [command.what] : []));

  it("puts a number in any spelling on a list, says how many, and leaves it masked in the audit log", async () => {
    const { code, out, host } = await run(["numbers", "add", "block", "+86 138-0013-8000", "13800138001", "--account", "demo", "--source", "complaint 4711"]);
    assert.deepEqual([code, out], [0, "2 put on the list, 0 as they were"]);
    assert.deepEqual(host.fakeNumbers.changes.map(({ list, number, source, atMs }) => [list.kind, list.accountNo, number, source, atMs]), [
      ["block", 1, "13800138000", "complaint 4711", NOW_MS], ["block", 1, "13800138001", "complaint 4711", NOW_MS],
    ]);
    assert.deepEqual(audited(host), ["numbers add: block of demo, 2 of 2"]);
    const one = await run("numbers add block 13800138000");
    assert.deepEqual(audited(one.host), ["numbers add: block of all, 1 of 1 (138****8000)"]);
  });

  it("C104: takes an opt-out off again in any spelling", async () => {
    const host = new FakeHost();
    await run("numbers add optout +8613900139000 --account demo", { host });
    assert.equal(host.fakeNumbers.lists.account(1).optout.has("13900139000"), true);
    await run("numbers remove optout 008613900139000 --account demo --reason asked", { host });
    assert.equal(host.fakeNumbers.lists.account(1).optout.has("13900139000"), false);
  });

  it("keeps when a consent was given and until when it holds", async () => {
    const { host } = await run("numbers add consent 13800138000 --account demo --date 2026-11-01 --until 2027-10-31");
    const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
    assert.equal(host.fakeNumbers.lists.account(1).consent.value("13800138000"), day("2026-11-01") * 0x10000 + day("2027-10-31"));
  });

  for (const [line, says] of [
    ["numbers add block 10086", /"10086" is no number that messages go to/],
    ["numbers add optout 13800138000", /a list of kind optout is an account's/],
    ["numbers add block 13800138000 --signature x", /give the account that it is one of/],
    ["numbers add block 13800138000 --account demo --signature x", /account demo has none called x/],
    ["numbers add ported 13800138000", /say which network the number is on now/],
    ["numbers add ported 13800138000 --network nowhere", /expected mobile, unicom, telecom or broadcast/],
    ["numbers add block 13800138000 --until 2027-01-01", /only consents have a last day/],
    ["numbers add ported 13800138000 --account demo --network unicom", /holds for all/],
    ["numbers add friends 13800138000", /Allowed choices are block, allow, consent, optout, ported/],
  ] as const) {
    it(`refuses "${line}" and changes nothing`, async () => {
      const { code, err, host } = await run(line);
      assert.notEqual(code, 0);
      assert.match(err, says);
      assert.deepEqual([host.fakeNumbers.changes, audited(host)], [[], []]);
    });
  }

  it("reads a file in chunks, names its bad lines, and logs its beginning and its end with counts", async () => {
    const file = join(folder, "stop.csv");
    const lines = Array.from({ length: 5_000 }, (_, at) => String(13_800_000_000 + at)).join("\n");
    writeFileSync(file, lines);
    const host = new FakeHost();
    host.fakeNumbers.result = { read: 5_000, changed: 4_999, same: 1, bad: 2, badLines: [{ line: 7, reason: "\"x\" is no number" }] };
    const { code, out, err } = await run(["numbers", "import", "block", file], { host });
    assert.deepEqual([code, out], [1, "5000 numbers read: 4999 put on the list, 1 as they were"]);
    assert.match(err, /stop\.csv:7: "x" is no number/);
    assert.match(err, /and 1 more bad lines/);
    assert.equal(host.fakeNumbers.imports[0]?.text.trimEnd(), lines);
    assert.equal(host.fakeNumbers.imports[0]?.kept, true);
    assert.deepEqual(audited(host), [
      "numbers import begins: block of all from stop.csv", "numbers import ends: block of all from stop.csv: 5000 read, 4999 changed, 1 as they were, 2 bad lines",
    ]);
  });

  it("gives a file up that cannot be read, and says so in the audit log", async () => {
    const { code, host } = await run(["numbers", "import", "block", join(folder, "not-there.csv")]);
    assert.notEqual(code, 0);
    assert.equal(host.fakeNumbers.imports[0]?.kept, false);
    assert.match(String(audited(host)[1]), /is given up/);
  });

  it("writes a list as a file that can be read again", async () => {
    const host = new FakeHost();
    await run(["numbers", "add", "consent", "13800138000", "--account", "demo", "--date", "2026-11-01", "--until", "2027-10-31", "--source", "shop, till 3"], { host });
    const { out } = await run("numbers export consent --account demo", { host });
    assert.equal(out, 'number,date,source,until\n13800138000,2026-11-01,"shop, till 3",2027-10-31');
    const file = join(folder, "out.csv");
    assert.equal((await run(["numbers", "export", "consent", "--account", "demo", "--out", file], { host })).out, `1 numbers written to ${file}`);
    assert.equal(readFileSync(file, "utf8"), `${out}\n`);
    assert.notEqual((await run(["numbers", "export", "consent", "--account", "demo", "--out", file], { host })).code, 0);
    assert.ok(audited(host).includes("numbers export: consent of demo"));
  });

  it("shows where a number stands and which network it is on", async () => {
    const host = new FakeHost();
    await run("numbers add block 13800138000 --source police", { host });
    const { out } = await run("numbers show 008613800138000", { host });
    assert.match(out, /network +mobile \(by its prefix, as of 2026-01-01\)/);
    assert.match(out, /block +all +2025-11-25 00:00:00|block +all/);
    assert.match(out, /police/);
    assert.match((await run("numbers show +85298765432", { host })).out, /abroad/);
    assert.ok(audited(host).includes("numbers show: 138****8000"));
  });

  it("tells how much memory the lists take", async () => {
    assert.match((await run("numbers stats")).out, /2 numbers in 16 octets; segments as of 2026-01-01/);
  });
});
