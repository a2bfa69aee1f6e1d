/** Packs of evidence: complete over sealed and open days, in any spelling, with texts only when they are asked for. */
import { expect } from "chai";
import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normaliseDestination } from "../../../protocols/model/address.js";
import { Encoding, newMessage } from "../../../protocols/model/message.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { contentSize, packContent } from "../../../src/store/content.js";
import type { EvidencePack } from "../../../src/store/evidence-pack.js";
import { answerNow } from "../../../src/store/sqlite/answers.js";
import { Books } from "../../../src/store/sqlite/books.js";
import { applyCommand } from "../../../src/store/sqlite/change.js";
import type { LedgerCommand } from "../../../src/ledger/commands.js";
import { SEAL_INDEXES } from "../../../src/store/sqlite/day-schema.js";
import { LedgerDb } from "../../../src/store/sqlite/ledger-db.js";
import { isNumber, numberForms } from "../../../src/store/sqlite/number-search.js";
import "../../seed.js";
import { DAY, DayBook, ZONE, atHour } from "./day-book.js";

const NUMBER = "13800138000";
const TEXT = "【店】包裹到了";

describe("evidence pack", () => {
  let dir: string;
  let ledger: LedgerDb;
  let book: DayBook;
  let later: DayBook;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-evidence-"));
    ledger = LedgerDb.open(join(dir, "ledger.db"));
    ledger.db.pragma("synchronous = OFF");
    ledger.registerOperators(["north"], atHour(DAY, 0));
    book = new DayBook(dir, DAY);
    later = new DayBook(dir, DAY + 1);
    change({ kind: "account.add", actor: "cli:root", name: "acme", settings: { priceMicros: 35_000, party: "Acme Ltd", contractNo: "C-17" } });
    change({ kind: "account.add", actor: "cli:root", name: "other", settings: { priceMicros: 35_000 } });
  });
  afterEach(() => {
    for (const each of [ledger, book, later]) each.close();
    rmSync(dir, { recursive: true });
  });

  function change(command: LedgerCommand, atMs = atHour(DAY, 0)): void {
    const books = Books.open(dir, ZONE, ledger);
    expect(applyCommand(ledger, books, command, atMs).result).to.include({ ok: true });
    books.close();
  }
  function pack(texts = false, fromMs = atHour(DAY, 0), toMs = atHour(DAY + 2, 0)): EvidencePack {
    const answer = answerNow(dir, ZONE, { kind: "evidence", number: NUMBER, fromMs, toMs, texts }, () => 0);
    if (answer.kind !== "evidence") throw new Error(answer.kind);
    return answer.pack;
  }
  function accept(day: DayBook, destination: string, more: object = {}): number {
    let id = 0;
    day.commit(atHour(day.day, 1), () => {
      id = day.accept({ account: 1, charge: 35_000, destination, octets: Buffer.from(TEXT, "utf16le").swap16(), encoding: Encoding.ucs2, codingOctet: 8, flags: "ad:sale@ads.txt:3", ...more });
    });
    return id;
  }
  function body(): Buffer {
    const message = { ...newMessage(), octets: Buffer.from("TD"), encoding: Encoding.ascii };
    const into = Buffer.alloc(contentSize(message, ""));
    return into.subarray(0, packContent(into, 0, message, ""));
  }

  for (const indexed of [false, true]) {
    it(`finds a number in every spelling, ${indexed ? "by the index of a sealed day" : "by reading an open one"}, and no other`, () => {
      const spelled = [NUMBER, `86${NUMBER}`, `+86${NUMBER}`, `0086${NUMBER}`, "138-0013-8000", "+86 138 0013 8000", "86-13800138000", "1 3800138000", " 13800138000"];
      const ids = spelled.map((one) => accept(book, one));
      for (const other of ["13800138001", "8613800138009", "+85213800138000", "138001380", "113800138000"]) accept(book, other);
      if (indexed) book.db.exec(SEAL_INDEXES);
      expect(pack().messages.map(({ messageId }) => messageId)).to.deep.equal(ids);
    });
  }

  it("tells of each message what became of it, and texts only when they are asked for", () => {
    const id = accept(book, NUMBER);
    book.commit(atHour(DAY, 1) + 5, () => book.taken(id, "00AB12", atHour(DAY, 1) + 5));
    book.commit(atHour(DAY, 1) + 900, () => book.end(id, MessageState.delivered, 0, atHour(DAY, 1) + 900));
    ledger.prepare("INSERT INTO signature VALUES (1, 3, '店', 'registered', '', 0)").run();
    book.db.exec("UPDATE content SET signature = 3");
    const told = {
      messageId: id, acceptedAtMs: atHour(DAY, 1), account: "acme", source: "1069", destination: NUMBER, signature: "店", state: "delivered", segments: 1,
      segmentNumber: 0, segmentTotal: 0, operator: "north", operatorMessageId: "00AB12", sentAtMs: atHour(DAY, 1) + 10,
      receipt: { state: "delivered", word: "", error: "", atMs: atHour(DAY, 1) + 900 },
    };
    expect(pack().messages).to.deep.equal([{ ...told, flags: "", text: null }]);
    expect(pack(true).messages).to.deep.equal([{ ...told, flags: "ad:sale@ads.txt:3", text: TEXT }]);
  });

  it("has what came from the number, and what was refused before it was ever sent", () => {
    book.db.prepare("INSERT INTO inbound (id, account, operator, notify, note_ord, at, notified_at, kinds, source, destination, body) VALUES (1, 1, 1, 4, 0, ?, 0, 0, '+8613800138000', '1069001', ?)").run(atHour(DAY, 3), body());
    book.db.prepare("INSERT INTO refusal VALUES (NULL, ?, 2, ?, 'gambling:bet@a.txt:1', '1069', '138 0013 8000', ?)").run(atHour(DAY, 4), Outcome.blocked_content, body());
    const { inbound, refusals, parties } = pack(true);
    expect(inbound).to.deep.equal([{ atMs: atHour(DAY, 3), account: "acme", operator: "north", source: "+8613800138000", destination: "1069001", text: "TD" }]);
    expect(refusals).to.deep.equal([{ atMs: atHour(DAY, 4), account: "other", outcome: "blocked_content", rule: "gambling:bet@a.txt:1", source: "1069", destination: "138 0013 8000", text: "TD" }]);
    expect(parties.map(({ account, party, contractNo }) => [account, party, contractNo])).to.deep.equal([["acme", "Acme Ltd", "C-17"], ["other", "", ""]]);
    expect(pack().refusals[0]).to.include({ rule: "", text: null });
  });

  it("reads all days asked for and says which; a part stands in its whole", () => {
    accept(book, NUMBER);
    const id = accept(later, NUMBER);
    expect(pack()).to.deep.include({ days: ["2025-11-24", "2025-11-25"], cut: false });
    expect(pack(false, atHour(DAY + 1, 0)).messages.map(({ messageId }) => messageId)).to.deep.equal([id]);
    expect(pack(false, atHour(DAY, 0), atHour(DAY, 1)).messages).to.deep.equal([]);
  });

  it("has the complaints about it, and who did what about its messages and accounts", () => {
    const id = accept(book, NUMBER);
    change({ kind: "complaint.add", actor: "cli:li", number: NUMBER, source: "12321", account: "acme", note: "unasked", dueMs: 1 }, atHour(DAY, 5));
    change({ kind: "account.suspend", actor: "cli:wang", name: "acme", reason: "complaint" }, atHour(DAY, 6));
    change({ kind: "account.suspend", actor: "cli:wang", name: "other" }, atHour(DAY, 6));
    change({ kind: "audit", actor: "cli:li", what: `trace shows 1 texts, of message ${id}` }, atHour(DAY, 7));
    const { complaints, acts } = pack();
    expect(complaints.map((one) => [one.id, one.source, one.lines[0]?.text])).to.deep.equal([[1, "12321", "unasked"]]);
    expect(acts.filter(({ what }) => !what.includes("added")).map(({ actor, what }) => [actor, what])).to.deep.equal([
      ["cli:li", "complaint 1 taken from 12321 about account acme"], ["cli:wang", "account acme suspended (reason: complaint)"],
      ["cli:li", `trace shows 1 texts, of message ${id}`],
    ]);
  });

  it("knows every spelling of a number with blanks and hyphens anywhere, and only those", () => {
    const separators = fc.array(fc.constantFrom("", "", " ", "-"), { minLength: 20, maxLength: 20 });
    fc.assert(fc.property(fc.constantFrom(NUMBER, "+85291234567", "1069001234", "95588"), fc.nat(), separators, (normal, which, between) => {
      const forms = numberForms(normal);
      const form = forms[which % forms.length] as string;
      const written = [...form].map((sign, index) => `${between[index] ?? ""}${sign}`).join("");
      const is = [0, 1].some((ton) => normaliseDestination(written, ton) === normal);
      expect(isNumber(written, normal)).to.equal(is);
      expect(forms).to.include(written.replace(/[ -]/g, ""));
    }));
  });
});
