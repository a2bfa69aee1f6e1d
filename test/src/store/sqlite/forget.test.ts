/** A person is forgotten: no octet of the number or of its texts is left in any file, and no figure of the money is another. */
import Database from "better-sqlite3";
import { expect } from "chai";
import { chmodSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Notice } from "../../../../protocols/model/receipt.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { Outcome } from "../../../../protocols/model/outcome.js";
import { answerCall } from "../../../../src/admin/answer.js";
import type { ForgetReport } from "../../../../src/admin/forget-methods.js";
import type { AdminHost } from "../../../../src/admin/host.js";
import type { LedgerCommand } from "../../../../src/ledger/commands.js";
import type { Answer, Query } from "../../../../src/store/query.js";
import { withoutNumber } from "../../../../src/store/sqlite/change-forget.js";
import { Erase, eraseAt, erasedOf, eraseSealed } from "../../../../src/store/sqlite/erase.js";
import { SEAL_INDEXES } from "../../../../src/store/sqlite/day-schema.js";
import { FakeHost } from "../../admin/fixtures.js";
import { benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

const NUMBER = "13912345678";
const WORDS = "verification-code-4711";
const HOUR = 3_600_000;

describe("forget", () => {
  let bench: Bench;
  let host: AdminHost;
  benchEach((each) => {
    bench = each;
    const store = {
      change: (command: LedgerCommand) => Promise.resolve(bench.engine.change(command, bench.wallMs).result),
      query: (query: Query) => Promise.resolve(bench.ask(query as never) as Answer),
    };
    host = Object.assign(new FakeHost(), { store }) as unknown as AdminHost;
  });

  const forget = (to = NUMBER): Promise<ForgetReport> => answerCall(host, "forget", { to, reason: `asked by ${NUMBER}`, actor: "cli:li" }) as Promise<ForgetReport>;
  const refusal = (): Promise<unknown> => forget().then(() => null, (error: unknown) => error);

  /** Files of the data folder in which the octets of a word stand, as text or in UCS-2. */
  function holding(word: string): string[] {
    const forms = [Buffer.from(word), Buffer.from(word, "utf16le"), Buffer.from(word, "utf16le").swap16()];
    return (readdirSync(bench.dir, { recursive: true }) as string[])
      .filter((name) => statSync(join(bench.dir, name)).isFile())
      .filter((name) => forms.some((form) => readFileSync(join(bench.dir, name)).includes(form)));
  }
  function ended(destination: string, key: string): number {
    const { id } = bench.accept({ destination, octets: Buffer.from(WORDS), flags: `test:${WORDS}`, wanted: 0 });
    bench.evidence(id, `again:${WORDS}@a.txt:1`);
    bench.sent(id, key);
    bench.receipt([key]);
    return id;
  }
  function settle(): void {
    for (let i = 0; i < 50; i++) {
      bench.wallMs += 600_000;
      bench.sweep(1);
      bench.engine.rest(bench.wallMs);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
    for (const path of new Set(bench.finished)) {
      const db = new Database(path);
      db.exec(SEAL_INDEXES);
      db.pragma("journal_mode = DELETE");
      db.close();
      chmodSync(path, 0o400);
    }
  }
  const figures = (): string => JSON.stringify([
    bench.ask({ kind: "statement", name: "a", fromMs: 0, toMs: bench.wallMs + 1 }), bench.money(1),
    bench.books((books) => books.days().map((day) => ["message", "entry", "account_total", "tally"].map((table) => books.file(day)?.prepare(`SELECT * FROM ${table}`).all()))),
  ], (_key, held: unknown) => (typeof held === "bigint" ? String(held) : held));

  it("clause 4.1: takes a number and its texts out of open and sealed days, octet by octet, and leaves every figure of the money as it was", async () => {
    const sealed = [ended(NUMBER, "K1"), ended(`+86 139-1234-5678`, "K2")];
    ended("13800138000", "K3");
    bench.refusal(1, Outcome.blocked_content, `fraud:${WORDS}@a.txt:1`, { source: "1069", destination: `86${NUMBER}`, octets: Buffer.from(WORDS) });
    bench.wallMs += 13 * HOUR;
    settle();
    expect(bench.finished).to.not.deep.equal([]);
    const open = ended(NUMBER, "K4");
    bench.receipt(["nobody-knows-it"], { source: "1069", destination: NUMBER });
    const before = figures();
    expect(holding(NUMBER).length).to.be.greaterThan(1);
    const report = await forget();
    expect(report).to.deep.equal({ tag: "key.11", days: 2, messages: 3, inbound: 0, refusals: 1, reports: 1, listed: 0 });
    expect(holding(NUMBER)).to.deep.equal([]);
    expect(holding("1234-5678")).to.deep.equal([]);
    expect(figures()).to.equal(before);
    for (const id of [...sealed, open]) {
      const [trace] = bench.ask({ kind: "trace", by: "id", value: String(id), limit: 1 }).traces;
      expect(trace).to.deep.include({ destination: "*", octetsHex: "", flags: "", state: "delivered", chargeState: "settled" });
    }
    // Another's text says the same and stays.
    expect(bench.ask({ kind: "trace", by: "destination", value: "13800138000", limit: 9 }).traces.map(({ octetsHex }) => octetsHex)).to.deep.equal([Buffer.from(WORDS).toString("hex")]);
    for (const path of new Set(bench.finished)) expect(statSync(path).mode & 0o777).to.equal(0o400);
  });

  it("no word is left of texts that nobody else was sent", async () => {
    ended(NUMBER, "K1");
    expect(holding(WORDS)).to.not.deep.equal([]);
    await forget();
    expect(holding(WORDS)).to.deep.equal([]);
    bench.restart();
    expect(holding(WORDS)).to.deep.equal([]);
  });

  it("takes out what the person wrote", async () => {
    const id = bench.inbound(1, "10690001", WORDS);
    bench.notified(id.notice as Notice);
    await forget("13900139000");
    expect(holding("13900139000")).to.deep.equal([]);
    expect(holding(WORDS)).to.deep.equal([]);
  });

  it("is refused, and changes nothing, while a message is on its way or a receipt or an inbound message waits", async () => {
    const { id } = bench.accept({ destination: NUMBER });
    const before = holding(NUMBER);
    expect(await refusal()).to.include({ code: "on_its_way" });
    bench.sent(id, "K1");
    const { notice } = bench.receipt(["K1"]);
    expect(await refusal(), "its receipt waits").to.include({ code: "on_its_way" });
    expect(holding(NUMBER)).to.deep.equal(before);
    bench.notified(notice as Notice);
    bench.inbound(1, "10690001", "hello");
    expect(await answerCall(host, "forget", { to: "13900139000", reason: "x" }).catch((error: unknown) => error), "an inbound message waits").to.include({ code: "on_its_way" });
    expect(await forget()).to.include({ messages: 1 });
  });

  it("the writer looks again: what began to be on its way meanwhile is not touched", () => {
    const { id } = bench.accept({ destination: NUMBER, state: MessageState.queued });
    const rows = { messages: [id], inbound: [], refusals: [], reports: [] };
    const result = bench.engine.change({ kind: "forget.rows", day: bench.books((books) => books.days()[0] ?? 0), rows, actor: "test" }, bench.wallMs).result;
    expect(result).to.include({ ok: false, code: "on_its_way" });
    expect(holding(NUMBER)).to.not.deep.equal([]);
  });

  it("clears the register of complaints, in the words of its lines too, and the log names nobody", async () => {
    bench.engine.change({ kind: "complaint.add", number: NUMBER, source: "12321", account: "a", note: `+86 139 1234 5678 and ${NUMBER} call`, dueMs: 1, actor: "cli:li" }, bench.wallMs);
    await forget();
    expect(holding(NUMBER)).to.deep.equal([]);
    expect(holding("1234 5678")).to.deep.equal([]);
    const { complaint } = bench.ask({ kind: "complaint", id: 1 });
    expect(complaint).to.deep.include({ number: "", source: "12321", account: "a" });
    expect(complaint?.lines[0]?.text).to.equal("* and * call");
    const said = bench.ask({ kind: "audit", limit: 3 }).entries.map(({ what }) => what);
    expect(said[0]).to.equal("number key.11 forgotten: 0 messages, 0 inbound, 0 refusals, 0 reports of 0 days, 0 entries of lists (reason: asked by 139****5678)");
    expect(said[1]).to.match(/^complaint 1: its number is forgotten/);
  });

  it("says nothing was there for a number that nobody wrote to, and takes no number that is none", async () => {
    expect(await forget("13700137000")).to.include({ days: 0, messages: 0 });
    expect(await answerCall(host, "forget", { to: "nobody", reason: "x" }).catch((error: unknown) => error)).to.include({ code: "invalid_value" });
    expect(await answerCall(host, "forget", { to: NUMBER, reason: "  " }).catch((error: unknown) => error)).to.include({ code: "invalid_value" });
  });

  it("strikes a number out of words whole, and no other", () => {
    expect(withoutNumber("139-1234-5678, 0086 13912345678; 139123456789 and 213912345678 stay", NUMBER)).to.equal("*, *; 139123456789 and 213912345678 stay");
  });
});

describe("retention of what is personal", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));
  const DAY = 24 * HOUR;

  function holds(path: string, word: string): boolean {
    return readFileSync(path).includes(Buffer.from(word));
  }
  /** A sealed day with a message, an inbound one and a refusal; its file. */
  function sealedDay(): string {
    const { id } = bench.accept({ destination: NUMBER, octets: Buffer.from(WORDS), flags: `test:${WORDS}`, wanted: 0 });
    bench.sent(id, "K1");
    bench.receipt(["K1"]);
    bench.notified(bench.inbound(1, "10690001", "words-from-a-phone").notice as Notice);
    bench.refusal(1, Outcome.blocked_content, "fraud:words-of-a-rule@a.txt:1", { source: "1069", destination: "13700137000", octets: Buffer.from("words-refused") });
    bench.wallMs += 13 * HOUR;
    rest();
    const [path = ""] = bench.finished;
    const db = new Database(path);
    db.exec(SEAL_INDEXES);
    db.pragma("journal_mode = DELETE");
    db.close();
    chmodSync(path, 0o400);
    return path;
  }
  function rest(): void {
    for (let i = 0; i < 50; i++) {
      bench.wallMs += 600_000;
      bench.sweep(1);
      bench.engine.rest(bench.wallMs);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
  }

  const KINDS: readonly (readonly [kinds: number, what: string, gone: readonly string[], left: readonly string[]])[] = [
    [Erase.texts, "texts, of refused and inbound messages too, and leaves numbers", [WORDS, "words-from-a-phone", "words-refused", "words-of-a-rule"], [NUMBER, "13900139000", "13700137000"]],
    [Erase.numbers, "numbers, and leaves texts", [NUMBER, "13900139000", "13700137000"], [WORDS, "words-from-a-phone", "139****5678"]],
    [Erase.inbound, "what phones wrote, and leaves the rest", ["words-from-a-phone", "13900139000"], [WORDS, NUMBER, "words-refused"]],
    [Erase.refusals, "what was refused, and leaves the rest", ["words-refused", "words-of-a-rule", "13700137000"], [WORDS, NUMBER, "words-from-a-phone"]],
  ];
  for (const [kinds, what, gone, left] of KINDS) {
    it(`clause 4.2: overwrites ${what}`, () => {
      const path = sealedDay();
      const before = JSON.stringify(bench.ask({ kind: "statement", name: "a", fromMs: 0, toMs: bench.wallMs }), (_key, held: unknown) => (typeof held === "bigint" ? String(held) : held));
      for (const word of [...gone, ...left.filter((one) => !one.includes("*"))]) expect(holds(path, word), word).to.equal(true);
      for (let round = 0; round < 2; round++) eraseSealed(path, kinds);
      for (const word of gone) expect(holds(path, word), word).to.equal(false);
      for (const word of left) expect(holds(path, word), word).to.equal(true);
      expect([statSync(path).mode & 0o777, erasedOf(path)]).to.deep.equal([0o400, kinds]);
      expect(JSON.stringify(bench.ask({ kind: "statement", name: "a", fromMs: 0, toMs: bench.wallMs }), (_key, held: unknown) => (typeof held === "bigint" ? String(held) : held))).to.equal(before);
    });
  }

  it("is asked for once a day is old enough, each kind at its own age, until it is done", () => {
    const path = sealedDay();
    bench.options.keep = { textsDays: 3, numbersDays: 10, inboundDays: 0, refusalsDays: 3 };
    bench.restart();
    rest();
    expect(bench.erasures).to.deep.equal([]);
    bench.wallMs += 3 * DAY;
    rest();
    const kinds = Erase.texts | Erase.refusals;
    expect(bench.erasures[0]).to.deep.equal([path, kinds]);
    eraseSealed(path, kinds);
    bench.erasures.length = 0;
    rest();
    expect(bench.erasures, "it is done").to.deep.equal([]);
    bench.wallMs += 8 * DAY;
    rest();
    expect(bench.erasures[0]).to.deep.equal([path, kinds | Erase.numbers]);
  });

  it("nothing is asked for where nothing is set", () => expect(eraseAt(9_999, { textsDays: 0, numbersDays: 0, inboundDays: 0, refusalsDays: 0 })).to.equal(0));
});
