import { expect } from "chai";
import Database from "better-sqlite3";
import { join } from "node:path";
import { answerCall } from "../../../src/admin/answer.js";
import type { ComplaintReport } from "../../../src/admin/complaint-methods.js";
import { ComplaintReminders } from "../../../src/admin/complaint-reminders.js";
import type { AdminHost } from "../../../src/admin/host.js";
import type { SqliteStore } from "../../../src/store/sqlite/sqlite-store.js";
import { run } from "../cli/fixtures.js";
import { openStore } from "../store/sqlite/open-store.js";
import { FakeHost, newFolder } from "./fixtures.js";

/** Friday, 17:00 in business time. */
const FRIDAY = Date.parse("2025-11-28T17:00:00+08:00");
const MONDAY_15 = "2025-12-01T07:00:00.000Z";
const NUMBER = "13800138000";

describe("complaint register", () => {
  let dir: string;
  let store: SqliteStore;
  let host: AdminHost;
  const call = async <T = ComplaintReport>(method: string, params: object): Promise<T> => (await answerCall(host, method, params)) as T;
  const failure = (method: string, params: object): Promise<unknown> => call(method, params).then(() => null, (error: unknown) => error);
  const add = (more: object = {}): Promise<ComplaintReport> => call("complaint.add", { to: `+86 ${NUMBER}`, source: "12321", note: `${NUMBER} says: never asked for it`, atMs: FRIDAY, actor: "cli:root", ...more });

  beforeEach(async () => {
    dir = newFolder();
    store = openStore(dir);
    await store.open();
    host = Object.assign(new FakeHost(), { store });
    await store.change({ kind: "account.add", name: "demo", settings: { priceMicros: 35_000, passwordHash: "scrypt$16384$8$1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g" }, actor: "test" });
  });

  afterEach(() => store.close());

  it("clause 2.1(10): a complaint taken on Friday at 17:00 is due on the next working day, is answered with proof, and then closed", async () => {
    const taken = await add({ account: "demo" });
    expect(taken).to.deep.include({ id: 1, due: MONDAY_15, state: "open", account: "demo", to: "138****8000", answeredAt: "" });
    expect((await call("complaint.answer", { id: 1, note: "consent of 2025-03-01 shown", actor: "cli:root" })).state).to.equal("answered");
    const closed = await call("complaint.close", { id: 1, actor: "cli:root" });
    expect(closed.state).to.equal("closed");
    expect(closed.lines.map(({ kind }) => kind)).to.deep.equal(["note", "answer", "close"]);
    expect(closed.answeredAt).to.not.equal("");
  });

  it("says so when the table of holidays does not know the year", async () => {
    // The calendar here knows no year at all.
    expect((await add()).remark).to.match(/^the table of holidays does not know the year of 2025-12-01/);
    expect((await call("complaint.show", { id: 1 })).remark).to.equal("");
  });

  it("shows numbers masked, in the words of its lines too", async () => {
    expect((await add()).lines.map(({ text }) => text)).to.deep.equal(["138****8000 says: never asked for it"]);
  });

  it("lists what is to be answered, next due first, and all on request", async () => {
    await add({ atMs: FRIDAY + 3_600_000 });
    await add();
    await call("complaint.answer", { id: (await add()).id, note: "done" });
    const ids = async (all: boolean): Promise<number[]> => (await call<ComplaintReport[]>("complaint.list", { all, limit: 10 })).map(({ id }) => id);
    expect(await ids(false)).to.deep.equal([2, 1]);
    expect(await ids(true)).to.deep.equal([3, 2, 1]);
  });

  it("is audited without number, words or a number in the reason, and the books stay clean", async () => {
    await add({ reason: `call of ${NUMBER}`, account: "demo" });
    await call("complaint.answer", { id: 1, note: "shown" });
    const audit = await store.query({ kind: "audit", limit: 10 });
    const said = audit.kind === "audit" ? audit.entries.map(({ what }) => what) : [];
    expect(said.slice(0, 2)).to.deep.equal(["complaint 1 answered", "complaint 1 taken from 12321 about account demo (reason: call of 138****8000)"]);
    const verified = await store.query({ kind: "verify", full: true });
    expect(verified.kind === "verify" && verified.report.problems).to.deep.equal([]);
  });

  it("a row changed behind the register's back no longer fits the log", async () => {
    await add();
    const db = new Database(join(dir, "ledger.db"));
    db.exec("UPDATE complaint SET due = due + 1");
    db.close();
    const verified = await store.query({ kind: "verify", full: false });
    expect(verified.kind === "verify" && verified.report.problems).to.deep.equal(["ledger.db: complaint:1 is not as the audit log says it was left"]);
  });

  const REFUSED: readonly (readonly [what: string, method: string, params: object, code: string])[] = [
    ["a number that is none", "complaint.add", { to: "nobody", source: "12321", atMs: FRIDAY }, "invalid_value"],
    ["an account that is not there", "complaint.add", { to: NUMBER, source: "12321", account: "nobody", atMs: FRIDAY }, "no_such_account"],
    ["a complaint that is not there", "complaint.answer", { id: 9, note: "x" }, "no_such_complaint"],
    ["one that is not there to be shown", "complaint.show", { id: 9 }, "no_such_complaint"],
    ["an answer without words", "complaint.answer", { id: 1, note: " " }, "invalid_value"],
    ["closing in silence what was never answered", "complaint.close", { id: 1 }, "invalid_value"],
    ["control characters that could forge a line", "complaint.note", { id: 1, note: "a\u001b[2J" }, "invalid_value"],
  ];
  for (const [what, method, params, code] of REFUSED) {
    it(`refuses ${what}`, async () => {
      await add();
      expect(await failure(method, params)).to.include({ code });
    });
  }

  it("takes no more lines once it is closed", async () => {
    await add();
    await call("complaint.close", { id: 1, note: "withdrawn" });
    expect(await failure("complaint.note", { id: 1, note: "x" })).to.include({ code: "complaint_closed" });
  });

  it("reminds ahead and when overdue, each once, and clears both when it was answered", async () => {
    await add({ account: "demo" });
    const told: [string, boolean][] = [];
    const reminders = new ComplaintReminders({
      query: (query) => store.query(query), reminderMs: () => 2 * 3_600_000, failed: (reason) => expect.fail(reason), raised: () => ["complaint 7"],
      alarms: { set: (kind, subject, on, detail) => {
        expect(kind).to.equal("complaint_due");
        expect(detail).to.not.include("138");
        told.push([subject, on]);
      } },
    });
    const due = Date.parse(MONDAY_15);
    await reminders.look(due - 2 * 3_600_000 - 1);
    // Of before the start, and answered meanwhile.
    expect(told.splice(0)).to.deep.equal([["complaint 7", false]]);
    await reminders.look(due - 2 * 3_600_000);
    await reminders.look(due - 1);
    expect(told).to.deep.equal([["complaint 1", true]]);
    await reminders.look(due);
    await reminders.look(due + 60_000);
    expect(told).to.deep.equal([["complaint 1", true], ["complaint 1 overdue", true]]);
    await call("complaint.answer", { id: 1, note: "shown" });
    await reminders.look(due + 120_000);
    expect(told.slice(2)).to.deep.equal([["complaint 1", false], ["complaint 1 overdue", false]]);
  });

  it("is kept by the command line, times in the business zone", async () => {
    const at = { host: host as FakeHost };
    const added = await run(["complaint", "add", "--to", NUMBER, "--source", "12321", "--note", "unasked", "--at", "2025-11-28T17:00"], at);
    expect(added.out).to.match(/^due {2,}2025-12-01 15:00:00$/m).and.match(/^to {2,}138\*{4}8000$/m);
    expect((await run("complaint list", at)).out).to.include("2025-12-01 15:00:00");
    expect((await run(["complaint", "answer", "1", "--note", "consent shown"], at)).out).to.match(/^state {2,}answered$/m);
    expect((await run("complaint close 1", at)).out).to.match(/^state {2,}closed$/m);
    expect((await run("complaint show x", at)).code).to.equal(2);
    expect((await run(["complaint", "add", "--to", NUMBER, "--source", "s", "--at", "yesterday"], at)).code).to.equal(2);
  });
});
