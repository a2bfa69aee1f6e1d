import { expect } from "chai";
import { newMessage } from "../../../../protocols/model/message.js";
import type { Notice } from "../../../../protocols/model/receipt.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { Commit } from "../../../../src/store/store.js";
import { NOON, benchEach } from "../engine-bench.js";
import type { Bench, Submitted } from "../engine-bench.js";

const SEQUENCE = Buffer.from("47b36924b91eb3b23600000002", "hex");
const NAMED: Submitted = { extras: SEQUENCE, extrasWithReceipt: true };

describe("extras that come again with receipts", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const extrasOf = (notices: readonly (Notice | null)[]): unknown[] => notices.map((notice) => (notice?.kind === "receipt" ? notice.extras : notice));
  const told = (id: number, key = `K${id}`): Notice | null => {
    expect(bench.sent(id, key)).to.equal(Commit.ok);
    return bench.receipt([key]).notice;
  };

  it("stand in the notice of a message just sent, and none in that of a message that did not ask for it", () => {
    const plain = bench.accept({ extras: SEQUENCE }).id;
    const bare = bench.accept({ extrasWithReceipt: true }).id;
    expect(extrasOf([told(bench.accept(NAMED).id), told(plain), told(bare)])).to.deep.equal([SEQUENCE, null, null]);
    expect(extrasOf(bench.outbox(1, 0, 9))).to.deep.equal([SEQUENCE, null, null]);
  });

  it("stand there after a restart before the report, and after one before it was told", () => {
    const { id } = bench.accept(NAMED);
    expect(bench.sent(id, "K")).to.equal(Commit.ok);
    bench.restart(1_000);
    const { notice } = bench.receipt(["K"]);
    expect(extrasOf([notice])).to.deep.equal([SEQUENCE]);
    bench.restart(1_000);
    expect(bench.outbox(1, 0, 9)).to.deep.equal([notice]);
    expect(notice).to.include({ messageId: id, submittedAtMs: NOON });
  });

  it("are octets of the notice's own, which the next batch does not change", () => {
    const notice = told(bench.accept(NAMED).id);
    told(bench.accept({ ...NAMED, extras: Buffer.alloc(13, 0xff) }).id);
    expect(extrasOf([notice])).to.deep.equal([SEQUENCE]);
    expect(notice?.kind === "receipt" && notice.extras?.buffer.byteLength).to.equal(SEQUENCE.length);
  });

  it("stand in interim receipts, refusals by the operator, expiry and our own end", () => {
    const wanted = { ...NAMED, wanted: 7 };
    const interim = bench.accept(wanted).id;
    bench.sent(interim, "I");
    expect(extrasOf([bench.receipt(["I"], { state: MessageState.sent, final: false, word: "ACCEPTD" }).notice])).to.deep.equal([SEQUENCE]);
    expect(extrasOf([bench.refused(bench.accept(wanted).id, 11, "ESME_RINVDSTADR").notice])).to.deep.equal([SEQUENCE]);
    const held = { ...wanted, state: MessageState.held, dueMs: bench.wallMs + 30_000 };
    expect(extrasOf([bench.end(bench.accept(held).id, MessageState.rejected, 20).notice])).to.deep.equal([SEQUENCE]);
    bench.accept({ ...held, expiresMs: bench.wallMs + 1_000 });
    bench.sweep(1_000);
    expect(extrasOf(bench.notices)).to.deep.equal([SEQUENCE]);
  });

  it("stand once in the notice of a message that goes out in parts, as its own submit had them", () => {
    const { parts } = bench.split(2, NAMED);
    for (const part of parts) {
      bench.dispatch(part);
      expect(extrasOf([told(part)])).to.deep.equal([null]);
    }
    expect(extrasOf(bench.notices)).to.deep.equal([SEQUENCE]);
  });

  it("stand in that of each gathered part as its own submit had them, written anew or not", () => {
    const held = { ...NAMED, state: MessageState.held, dueMs: bench.wallMs + 30_000 };
    const other = Buffer.from(SEQUENCE).fill(9, 12);
    const [one, two] = [bench.accept({ ...held, place: [7, 2, 1] }).id, bench.accept({ ...held, extras: other, place: [7, 2, 2] }).id];
    expect(bench.release(one)).to.equal(Commit.ok);
    expect(bench.release(two, 8, 0, Object.assign(newMessage(), { octets: Buffer.from("as it goes") }))).to.equal(Commit.ok);
    expect(bench.dispatch(one)).to.equal(Commit.ok);
    expect(bench.dispatch(two)).to.equal(Commit.ok);
    expect(extrasOf([told(one), told(two)])).to.deep.equal([SEQUENCE, other]);
  });
});
