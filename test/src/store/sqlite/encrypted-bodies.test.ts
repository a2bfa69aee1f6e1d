/** What messages say is encrypted on disk: no octet of it stands in any file, and everybody who may read it still does. */
import Database from "better-sqlite3";
import { expect } from "chai";
import { chmodSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { newMessage } from "../../../../protocols/model/message.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { Outcome } from "../../../../protocols/model/outcome.js";
import { newSecretKey, sealedUnder } from "../../../../src/ledger/secret.js";
import { Commit } from "../../../../src/store/store.js";
import { DayKeys, keyOctets, readDayKeys } from "../../../../src/store/sqlite/day-keys.js";
import { Erase, eraseSealed } from "../../../../src/store/sqlite/erase.js";
import { LedgerDb } from "../../../../src/store/sqlite/ledger-db.js";
import { LANE, benchEach } from "../engine-bench.js";
import type { Bench, Submitted } from "../engine-bench.js";

const TEXT = "verification-code-4711";
const NUMBER = "13912345678";
const MARK = { outcome: Outcome.blocked_content, rule: `loan:${TEXT}@words.txt:3` } as const;
const HOUR = 3_600_000;
const KEY = newSecretKey();

describe("bodies encrypted at rest", () => {
  let bench: Bench;
  benchEach((each) => (bench = each), () => ({ encryptBodies: true, keys: keyOctets([KEY]) }));

  const submit = (more: Submitted = {}): number => bench.accept({ destination: NUMBER, octets: Buffer.from(TEXT), ...more }).id;
  const textOf = (id: number): string => {
    const [trace] = bench.ask({ kind: "trace", by: "id", value: String(id), limit: 1 }).traces;
    return Buffer.from(trace?.octetsHex ?? "", "hex").toString();
  };
  /** Files in which the octets of a word stand. */
  const holding = (word: string): string[] => (readdirSync(bench.dir, { recursive: true }) as string[])
    .filter((name) => statSync(join(bench.dir, name)).isFile() && readFileSync(join(bench.dir, name)).includes(word));
  const restart = (encryptBodies: boolean, keys = [KEY]): void => {
    bench.engine.close();
    Object.assign(bench.options, { encryptBodies, keys: keyOctets(keys) });
    bench.start();
  };
  /** As the command line finds the folder. */
  const wrapped = (): { day: string; wrapped: string }[] => {
    const ledger = LedgerDb.openReadOnly(join(bench.dir, "ledger.db"));
    try {
      return readDayKeys(ledger);
    } finally {
      ledger.close();
    }
  };

  it("clause 4.1-4.3: bodies are encrypted at rest: no octet of texts, evidence, extras and words stands in a day's files, and trace, evidence and review show them", () => {
    const extras = Buffer.from(`extra-${TEXT}`);
    const sent = submit({ flags: `test:${TEXT}`, extras, extrasWithReceipt: true });
    bench.evidence(sent, `again:${TEXT}@a.txt:1`);
    const held = submit({ state: MessageState.held, dueMs: bench.wallMs + HOUR, review: MARK });
    const { id: inbound } = bench.inbound(1, "1069", `from-phone-${TEXT}`);
    bench.refusal(1, Outcome.blocked_content, MARK.rule, { destination: NUMBER, octets: Buffer.from(TEXT) });
    bench.receipt(["nobody"], { destination: NUMBER });
    expect(holding(TEXT)).to.deep.equal([]);
    expect(holding(NUMBER), "numbers are what is searched for").to.not.deep.equal([]);
    expect(textOf(sent)).to.equal(TEXT);
    expect(bench.ask({ kind: "trace", by: "id", value: String(sent), limit: 1 }).traces[0]?.flags).to.equal(`again:${TEXT}@a.txt:1`);
    expect(bench.ask({ kind: "trace", by: "id", value: String(held), limit: 1 }).traces[0]?.events.some(({ text }) => text.includes(MARK.rule))).to.equal(true);
    const { pack } = bench.ask({ kind: "evidence", number: NUMBER, fromMs: 0, toMs: bench.wallMs + 1, texts: true });
    expect([pack.messages.map(({ text }) => text), pack.refusals.map(({ text, rule }) => [text, rule])]).to.deep.equal([[TEXT, TEXT], [[TEXT, MARK.rule]]]);
    const { entries } = bench.ask({ kind: "review", account: "", outcome: null, rule: "loan", ids: [], after: 0, limit: 10 });
    expect(entries.map(({ rule, messages }) => [rule, messages[0]?.message.octets.toString()])).to.deep.equal([[MARK.rule, TEXT]]);
    const { messages } = bench.ask({ kind: "lately", accounts: [1], sinceMs: 0, beforeId: 0 });
    expect(messages.map(({ message }) => message.octets.toString())).to.deep.equal([TEXT, TEXT]);
    expect(bench.ask({ kind: "orphans", limit: 5 }).orphans[0]?.octets).to.equal(Buffer.from("raw").toString("hex"));
    const details = bench.ask({ kind: "statement_details", name: "a", fromMs: bench.wallMs - 86_400_000, toMs: bench.wallMs + 86_400_000, after: 0, limit: 10 }).details;
    expect(details?.map(({ characters }) => characters)).to.deep.equal([TEXT.length, TEXT.length]);
    // The customer gets its notices as ever.
    bench.sent(sent, "K1");
    const { notice } = bench.receipt(["K1"]);
    expect(notice?.kind === "receipt" && notice.extras).to.deep.equal(extras);
    expect(bench.outbox(1, 0, 10).filter(({ kind }) => kind === "inbound").map((each) => each.kind === "inbound" && [each.messageId, each.message.octets.toString()]))
      .to.deep.equal([[inbound, `from-phone-${TEXT}`]]);
  });

  it("are handed out for dispatch, judged again and rewritten as ever, after a restart too", () => {
    const queued = submit({ state: MessageState.queued });
    const part = submit({ state: MessageState.held, dueMs: bench.wallMs + HOUR, place: [77, 2, 1], flags: "kept" });
    bench.restart();
    expect(bench.held.map(({ message }) => [message.id, message.octets.toString()])).to.deep.equal([[part, TEXT]]);
    expect(bench.claim(LANE, 10).messages.map(({ message }) => [message.id, message.octets.toString()])).to.deep.equal([[queued, TEXT]]);
    const { texts } = bench.ask({ kind: "siblings", messageIds: [part], withinMs: 0 });
    expect(texts.map(({ parts }) => parts.map(({ octets }) => octets.toString()))).to.deep.equal([[TEXT]]);
    expect(bench.release(part, 9, 0, Object.assign(newMessage(), { id: part, octets: Buffer.from(`signed ${TEXT}`) }))).to.equal(Commit.ok);
    expect([textOf(part), bench.ask({ kind: "trace", by: "id", value: String(part), limit: 1 }).traces[0]?.flags]).to.deep.equal([`signed ${TEXT}`, "kept"]);
    expect(bench.split(3, { octets: Buffer.from(TEXT) }).parts.map(textOf)).to.deep.equal(["part 1", "part 2", "part 3"]);
    expect([holding(TEXT), holding("part 1")]).to.deep.equal([[], []]);
  });

  it("are read in either form, whatever is set now; what was encrypted is encrypted again when it is rewritten", () => {
    const first = submit({ state: MessageState.held, dueMs: bench.wallMs + HOUR });
    restart(false);
    const plain = submit({ octets: Buffer.from("written-in-plain") });
    expect(bench.evidence(first, `found:${TEXT}@a:1`)).to.equal(Commit.ok);
    expect([holding("written-in-plain").length > 0, holding(TEXT)]).to.deep.equal([true, []]);
    restart(true);
    const later = submit();
    expect([first, plain, later].map(textOf)).to.deep.equal([TEXT, "written-in-plain", TEXT]);
    expect(holding(TEXT)).to.deep.equal([]);
  });

  it("need the key they were written with: without it, or with another, nothing is opened and nothing changed; with it all is there again", () => {
    const id = submit();
    bench.engine.close();
    const before = readFileSync(join(bench.dir, "ledger.db"));
    const [{ day = "", wrapped: cover = "" } = {}] = wrapped();
    for (const [keys, there] of [[[], "there is none"], [[newSecretKey()], "what is there is"]] as const) {
      bench.options.keys = keyOctets(keys);
      expect(() => bench.start()).to.throw(`the texts of ${day} are encrypted under key ${KEY.id}, but ${there}`).with.property("code", "key_missing");
    }
    expect(sealedUnder(cover)).to.equal(KEY.id);
    expect(readFileSync(join(bench.dir, "ledger.db")).equals(before)).to.equal(true);
    bench.options.keys = keyOctets([newSecretKey(), KEY]);
    bench.start();
    expect(textOf(id)).to.equal(TEXT);
  });

  it("stay readable through a change of the secret key, under which the keys of later days are sealed", () => {
    const ids = [submit()];
    bench.wallMs += 24 * HOUR;
    ids.push(submit());
    const next = newSecretKey();
    const before = wrapped();
    expect(before.length).to.equal(2);
    bench.engine.state.days.keys.use(keyOctets([next, KEY]));
    bench.wallMs += 24 * HOUR;
    ids.push(submit());
    expect(wrapped().map(({ wrapped: cover }) => sealedUnder(cover))).to.deep.equal([KEY.id, KEY.id, next.id]);
    bench.options.keys = keyOctets([next, KEY]);
    bench.restart();
    expect(ids.map(textOf)).to.deep.equal([TEXT, TEXT, TEXT]);
    const said = bench.books(({ ledger }) => ledger.prepare("SELECT what FROM audit WHERE what LIKE 'a key for%'").pluck().all()) as string[];
    expect(said).to.have.length(3);
    for (const what of said) expect(what).to.match(/^a key for the texts of \d{4}-\d\d-\d\d made, kept under key [\w-]{8}$/);
  });

  it("are overwritten without any key, and a day's key goes with the day", () => {
    submit({ wanted: 0 });
    bench.refusal(1, Outcome.blocked_content, MARK.rule, { destination: NUMBER, octets: Buffer.from(TEXT) });
    const [file] = bench.engine.state.days.open();
    const path = join(bench.dir, "copy.db");
    file?.db.pragma("wal_checkpoint(TRUNCATE)");
    file?.db.prepare("VACUUM INTO ?").run(path);
    chmodSync(path, 0o600);
    eraseSealed(path, Erase.texts | Erase.refusals);
    const db = new Database(path, { readonly: true });
    expect(db.prepare("SELECT substr(body, 1, 1) FROM content").pluck().all()).to.deep.equal([Buffer.from([1])]);
    expect(db.prepare("SELECT rule FROM refusal").pluck().all()).to.deep.equal([""]);
    db.close();
    rmSync(path);
    const ledger = LedgerDb.open(join(bench.dir, "other.db"));
    const keys = new DayKeys(keyOctets([KEY]));
    keys.make(ledger, 20_000, 1);
    expect(readDayKeys(ledger)).to.have.length(1);
    keys.forget(ledger, 20_000);
    expect(readDayKeys(ledger)).to.deep.equal([]);
    ledger.close();
    for (const end of ["", "-wal", "-shm"]) rmSync(join(bench.dir, `other.db${end}`), { force: true });
  });

  it("are of a batch that fails as a whole or not at all, and the books stay clean", () => {
    const id = submit();
    expect(bench.accept({ id, octets: Buffer.from("again") }).commit).to.equal(Commit.ok);
    expect(textOf(id)).to.equal(TEXT);
    bench.restart();
    expect([textOf(id), bench.problems()]).to.deep.equal([TEXT, []]);
  });
});
