/** What the screen found in a message that was accepted before it was whole: kept with its content, whatever becomes of it. */
import { expect } from "chai";
import { newMessage } from "../../../../protocols/model/message.js";
import { Outcome } from "../../../../protocols/model/outcome.js";
import { MessageState } from "../../../../protocols/model/state.js";
import type { Trace } from "../../../../src/store/query.js";
import { Commit } from "../../../../src/store/store.js";
import { benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

const FOUND = "诈骗:发票@words.txt:3";

describe("evidence of a held message", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const held = (): number => bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 30_000, octets: Buffer.from("text") }).id;
  const traceOf = (id: number): Trace => {
    const [trace] = bench.ask({ kind: "trace", by: "id", value: String(id), limit: 1 }).traces;
    if (trace === undefined) throw new Error(`no message ${id}`);
    return trace;
  };
  const screenOf = (id: number): string | undefined => traceOf(id).events.find(({ stage }) => stage === "screen")?.text;

  it("stands beside its text, which stays as it is, and once however often it is told", () => {
    const id = held();
    const before = traceOf(id);
    for (let round = 0; round < 2; round++) expect(bench.evidence(id, FOUND)).to.equal(Commit.ok);
    expect(traceOf(id).flags).to.equal(FOUND);
    expect(screenOf(id)).to.match(/, flagged 诈骗:发票@words\.txt:3$/);
    expect({ ...traceOf(id), flags: "", events: [] }).to.deep.equal({ ...before, events: [] });
    expect(bench.evidence(id, "")).to.equal(Commit.ok);
    expect(traceOf(id)).to.deep.equal(before);
  });

  it("stays when it is released with another text, and when it ends, where trace says that it was refused for it", () => {
    const [released, ended] = [held(), held()];
    for (const id of [released, ended]) bench.evidence(id, FOUND);
    const other = newMessage();
    other.octets = Buffer.from("another");
    expect(bench.release(released, 8, 0, other)).to.equal(Commit.ok);
    expect(bench.end(ended, MessageState.rejected, Outcome.blocked_content).commit).to.equal(Commit.ok);
    expect([released, ended].map((id) => traceOf(id).flags)).to.deep.equal([FOUND, FOUND]);
    expect([released, ended].map(screenOf)).to.deep.equal([`passed word lists version 8, flagged ${FOUND}`, `refused for ${FOUND}`]);
    expect(traceOf(released).octetsHex).to.equal(other.octets.toString("hex"));
  });

  it("is not written of what has ended, nor of what is not there", () => {
    const id = held();
    bench.end(id, MessageState.rejected, Outcome.blocked_content);
    expect(bench.evidence(id, FOUND)).to.equal(Commit.notApplicable);
    expect([traceOf(id).flags, screenOf(id)]).to.deep.equal(["", "refused"]);
    expect(bench.evidence(id + 1_000, FOUND)).to.equal(Commit.notApplicable);
  });
});

describe("the signature of a message", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const signatureOf = (id: number): number =>
    bench.books((books) => Number(books.fileOf(id)?.db.prepare("SELECT signature FROM content WHERE id = ?").pluck().get(id)));

  it("stands in its content from its acceptance, 0 where none is known", () => {
    const [signed, plain] = [bench.accept({ signature: 70_000 }).id, bench.accept().id];
    expect([signed, plain].map(signatureOf)).to.deep.equal([70_000, 0]);
  });

  it("of a part is told when its text is whole, once however often, and not after its end", () => {
    const id = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 30_000 }).id;
    for (let round = 0; round < 2; round++) expect(bench.sign(id, 3)).to.equal(Commit.ok);
    expect(signatureOf(id)).to.equal(3);
    bench.end(id, MessageState.rejected, Outcome.blocked_content);
    expect(bench.sign(id, 4)).to.equal(Commit.notApplicable);
    expect(signatureOf(id)).to.equal(3);
    expect(bench.sign(id + 1_000, 3)).to.equal(Commit.notApplicable);
  });
});
