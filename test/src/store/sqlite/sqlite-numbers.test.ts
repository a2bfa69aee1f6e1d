import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NumberLists, type ListKind, type ListName } from "../../../../src/contract/number-lists.js";
import { LEFT, networkCode } from "../../../../src/contract/network.js";
import type { ImportTerms, NumberChange } from "../../../../src/store/numbers.js";
import { SqliteNumbers } from "../../../../src/store/sqlite/sqlite-numbers.js";

const AT_MS = Date.parse("2026-11-25T12:00:00+08:00");
const BLOCK: ListName = { kind: "block", accountNo: 0, signatureNo: 0 };

function list(kind: ListKind, accountNo = 1, signatureNo = 0): ListName {
  return { kind, accountNo, signatureNo };
}

function change(name: ListName, number: string, more: Partial<NumberChange> = {}): NumberChange {
  return { list: name, number, off: false, value: 0, atMs: AT_MS, source: "test", messageId: 0, ...more };
}

function terms(name: ListName, more: Partial<ImportTerms> = {}): ImportTerms {
  return { list: name, off: false, atMs: AT_MS, source: "file.csv", value: 0, ...more };
}

describe("SqliteNumbers", () => {
  let dir: string;
  let lists: NumberLists;
  let numbers: SqliteNumbers;
  const failures: string[] = [];

  const open = async (maxNumbers = 1_000_000): Promise<void> => {
    lists = new NumberLists();
    numbers = new SqliteNumbers({ dir, zoneMinutes: 480, maxNumbers, lists, failed: (reason) => failures.push(reason) });
    await numbers.open();
  };
  const reopen = async (maxNumbers?: number): Promise<void> => {
    await numbers.close();
    await open(maxNumbers);
  };
  const read = async (name: ListName, text: string, more: Partial<ImportTerms> = {}) => {
    const no = await numbers.importBegin(terms(name, more));
    await numbers.importLines(no, text);
    return numbers.importEnd(no, true);
  };

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-numbers-"));
    await open();
  });
  afterEach(async () => {
    await numbers.close();
    rmSync(dir, { recursive: true });
    assert.deepEqual(failures, []);
  });

  it("has a change in force when it is told to be on disk, and still after a restart", async () => {
    assert.equal(await numbers.change(change(BLOCK, "13800138000")), true);
    assert.equal(await numbers.change(change(BLOCK, "13800138000")), false);
    await numbers.change(change(list("optout", 7, 2), "+85298765432"));
    assert.equal(lists.all.block.has("13800138000"), true);
    await reopen();
    assert.equal(lists.all.block.has("13800138000"), true);
    assert.equal(lists.account(7).signatures.get(2)?.optout.has("+85298765432"), true);
    assert.equal(await numbers.change(change(BLOCK, "13800138000", { off: true })), true);
    assert.equal(lists.all.block.has("13800138000"), false);
    assert.equal(await numbers.change(change(BLOCK, "13800138000", { off: true })), false);
    await reopen();
    assert.equal(lists.all.block.has("13800138000"), false);
  });

  it("remembers who opted out when and by which message, also when it is taken back", async () => {
    await numbers.change(change(list("optout"), "13800138000", { source: "MO TD", messageId: 4711 }));
    await numbers.change(change(list("optout"), "13800138000", { source: "MO R", messageId: 4712, atMs: AT_MS + 5 }));
    await numbers.change(change(list("optout"), "13800138000", { source: "MO START", off: true }));
    await numbers.change(change(list("optout"), "13800138000", { source: "MO T", messageId: 4713, atMs: AT_MS + 9 }));
    const found = await numbers.find("13800138000");
    assert.deepEqual(found.map(({ atMs, source, messageId, endedBy }) => [atMs - AT_MS, source, messageId, endedBy]), [[9, "MO T", 4713, ""], [0, "MO TD", 4711, "MO START"]]);
    assert.ok((found[1]?.endedAtMs ?? 0) > 0);
  });

  it("reads a file of numbers in any spelling, with dates and sources, and names every line it does not take", async () => {
    const result = await read(BLOCK, [
      "\uFEFFnumber,date,source", "13800138000", "+86 138-0013-8001,2026-11-01,\"a, b\"", "", "# no number", "0085298765432,,shop",
      "10086", "1380013800a", "13800138002,2026-02-30", "13800138003,2026-11-01,x,y", "13800138004,\"open", "13800138000\r",
    ].join("\n"));
    assert.deepEqual({ ...result, badLines: result.badLines.map(({ line }) => line) }, { read: 4, changed: 3, same: 1, bad: 5, badLines: [7, 8, 9, 10, 11] });
    assert.match(result.badLines[0]?.reason ?? "", /"10086" is no number/);
    assert.deepEqual(["13800138000", "13800138001", "+85298765432", "13800138002"].map((one) => lists.all.block.has(one)), [true, true, true, false]);
    const page = await numbers.page(BLOCK, "", 2);
    assert.deepEqual(page.map(({ number, source, atMs }) => [number, source, new Date(atMs).toISOString()]), [
      ["13800138000", "file.csv", new Date(AT_MS).toISOString()], ["13800138001", "a, b", "2026-10-31T16:00:00.000Z"],
    ]);
    assert.deepEqual((await numbers.page(BLOCK, "13800138001", 2)).map(({ number }) => number), ["+85298765432"]);
  });

  it("keeps a consent's date and last day, and the earlier one when it is given anew", async () => {
    const own = list("consent");
    const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
    await read(own, "13800138000,2026-11-01,shop\n13800138001,2026-11-01,shop,2027-10-31");
    assert.equal(lists.account(1).consent.value("13800138000"), day("2026-11-01") * 0x10000);
    assert.equal(lists.account(1).consent.value("13800138001"), day("2026-11-01") * 0x10000 + day("2027-10-31"));
    await read(own, "13800138000,2026-11-20,web");
    assert.equal(lists.account(1).consent.value("13800138000"), day("2026-11-20") * 0x10000);
    assert.deepEqual((await numbers.find("13800138000")).map(({ source, endedBy }) => [source, endedBy]), [["web", ""], ["shop", "web"]]);
  });

  it("reads ported numbers with the network of the file or of the line", async () => {
    const result = await read(list("ported", 0), "13800138000\n13800138001,,,telecom\n13800138002,,,nobody", { value: networkCode("unicom") });
    assert.deepEqual([result.changed, result.bad], [2, 1]);
    assert.deepEqual([lists.ported.value("13800138000"), lists.ported.value("13800138001")], [networkCode("unicom"), networkCode("telecom")]);
    await numbers.change(change(list("ported", 0), "13800138000", { value: LEFT + networkCode("unicom"), source: "learned" }));
    await reopen();
    assert.equal(lists.ported.value("13800138000"), LEFT + networkCode("unicom"));
  });

  it("takes off what a file names", async () => {
    await read(BLOCK, "13800138000\n13800138001");
    const result = await read(BLOCK, "+8613800138001\n13800138002", { off: true });
    assert.deepEqual([result.changed, result.same], [1, 1]);
    assert.deepEqual([lists.all.block.has("13800138000"), lists.all.block.has("13800138001")], [true, false]);
  });

  it("hands a large file over packed, and the same after a restart, changes between included", async () => {
    const count = 60_000;
    const text = (from: number): string => Array.from({ length: 10_000 }, (_, at) => String(13_000_000_000 + (from + at) * 7)).join("\n");
    const no = await numbers.importBegin(terms(BLOCK));
    for (let from = 0; from < count; from += 10_000) await numbers.importLines(no, text(from));
    await numbers.change(change(BLOCK, "13999999999"));
    const result = await numbers.importEnd(no, true);
    assert.deepEqual([result.read, result.changed, result.bad, result.badLines], [count, count, 0, []]);
    assert.deepEqual([lists.all.block.size, lists.all.block.changes], [count + 1, 0]);
    assert.ok(lists.all.block.octets <= (count + 1) * 8);
    for (const at of [0, 1, 999, count - 1]) assert.equal(lists.all.block.has(String(13_000_000_000 + at * 7)), true);
    assert.equal(lists.all.block.has("13000000001"), false);
    assert.equal(lists.all.block.has("13999999999"), true);
    await reopen();
    assert.equal(lists.all.block.size, count + 1);
    assert.deepEqual(await numbers.figures(), [{ list: BLOCK, size: count + 1, octets: (count + 1) * 8 }]);
  });

  it("takes no more numbers than there may be, and nothing of the slice that would be too much", async () => {
    await reopen(3);
    await read(BLOCK, "13800138000\n13800138001\n13800138002");
    assert.deepEqual(await read(BLOCK, "13800138000\n13800138001\n13800138002").then(({ same }) => same), 3);
    await assert.rejects(numbers.change(change(BLOCK, "13800138003")), { code: "limit_exceeded" });
    // Who wants no more is heard all the same.
    assert.equal(await numbers.change(change({ kind: "optout", accountNo: 1, signatureNo: 0 }, "13800138009")), true);
    assert.equal(lists.account(1).optout.has("13800138009"), true);
    const no = await numbers.importBegin(terms(BLOCK));
    await numbers.importLines(no, "13800138003\n13800138004");
    await assert.rejects(numbers.importEnd(no, true), { code: "limit_exceeded" });
    await numbers.importEnd(no, false);
    assert.deepEqual([lists.all.block.has("13800138003"), lists.all.block.size], [false, 3]);
  });

  it("takes nothing of a file that is not to be kept, and knows no file twice", async () => {
    const no = await numbers.importBegin(terms(BLOCK));
    await numbers.importLines(no, "13800138000");
    assert.equal((await numbers.importEnd(no, false)).read, 1);
    assert.equal(lists.all.block.has("13800138000"), false);
    await assert.rejects(numbers.importEnd(no, true), { code: "no_such_import" });
    await Promise.all([1, 2, 3, 4].map(() => numbers.importBegin(terms(BLOCK))));
    await assert.rejects(numbers.importBegin(terms(BLOCK)), { code: "busy" });
  });

  it("forgets a number where it only served to be written to, and keeps it off limits where it asked for that", async () => {
    await numbers.change(change(list("optout"), "13800138000"));
    await numbers.change(change(list("consent"), "13800138000"));
    await numbers.change(change(list("allow"), "13800138000"));
    await numbers.change(change(list("allow", 2), "13800138000"));
    await numbers.change(change(list("allow", 2), "13800138000", { off: true }));
    assert.equal(await numbers.forget("13800138000"), 2);
    assert.deepEqual((await numbers.find("13800138000")).map((entry) => entry.list.kind), ["optout"]);
    assert.equal(lists.account(1).consent.has("13800138000"), false);
  });

  it("does not open a file of another version", async () => {
    await numbers.close();
    writeFileSync(join(dir, "lists.db"), "no database at all, but long enough to be looked at as one");
    const broken = new SqliteNumbers({ dir, zoneMinutes: 480, maxNumbers: 10, lists, failed: (reason) => failures.push(reason) });
    await assert.rejects(broken.open(), /NOTADB|not a database/);
    await broken.close();
  });
});
