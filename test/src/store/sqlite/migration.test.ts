import { expect } from "chai";
import Database from "better-sqlite3";
import { chmodSync } from "node:fs";
import type { Notice } from "../../../../protocols/model/receipt.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { Outcome } from "../../../../protocols/model/outcome.js";
import { Commit } from "../../../../src/store/store.js";
import { DAY_VERSION, SEAL_INDEXES } from "../../../../src/store/sqlite/day-schema.js";
import { dayOfMs, dayPath } from "../../../../src/store/sqlite/paths.js";
import { LANE, NOON, PRICE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";
import { makeVersion1 } from "./day-version-1.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TODAY = dayOfMs(NOON, 480);

describe("a day's file of version 1", () => {
  let bench: Bench;
  let path: string;
  benchEach((each) => {
    bench = each;
    path = dayPath(bench.dir, TODAY);
  });

  const version = (): number => {
    const db = new Database(path, { readonly: true });
    try {
      return Number(db.pragma("user_version", { simple: true }));
    } finally {
      db.close();
    }
  };
  const counts = (day: string, serviceType: string | null = null): unknown => bench.ask({ kind: "day_counts", accountNo: 1, day, serviceType }).counts;

  /** Messages in every state there was, and inbound ones. */
  function history(): { queued: number; out: number; delivered: number; pending: Notice } {
    const queued = bench.accept({ state: MessageState.queued, service: "WX" }).id;
    const out = bench.accept().id;
    bench.accept({ state: MessageState.held, dueMs: bench.wallMs + HOUR });
    const delivered = bench.accept({ service: "WX" }).id;
    bench.sent(delivered, "D");
    bench.notified(bench.receipt(["D"]).notice as Notice);
    bench.refused(bench.accept().id, 11, "ESME_RINVDSTADR");
    const failed = bench.accept().id;
    bench.sent(failed, "F");
    const pending = bench.receipt(["F"], { state: MessageState.undeliverable, word: "MK:0001", error: "12" }).notice as Notice;
    bench.end(bench.accept({ state: MessageState.queued }).id, MessageState.expired, Outcome.ok);
    const unanswered = bench.accept({ destination: "13900000009" }).id;
    bench.uncertain(unanswered);
    bench.receipt(["U"], { destination: "13900000009" });
    bench.sent(bench.accept().id, "S");
    for (const parked of [false, true]) bench.notified(bench.inbound(1, "1069", "MO").notice as Notice, parked);
    bench.inbound(1, "1069", "MO");
    bench.inbound(0, "1000", "nobody's");
    return { queued, out, delivered, pending };
  }
  const COUNTS = { accepted: 9, sent: 4, waiting: 3, failed: 3, inboundDelivered: 1, inboundWaiting: 1, inboundFailed: 1 };

  it("is brought up to this version when it is opened for writing, and everything in it goes on", () => {
    const { queued, out, delivered } = history();
    bench.engine.close();
    makeVersion1(path);
    bench.start();
    expect(version()).to.equal(DAY_VERSION);
    expect(bench.problems()).to.deep.equal([]);
    expect(counts("20251124")).to.deep.equal(COUNTS);
    expect(bench.row(out).state).to.equal(MessageState.uncertain);
    expect(bench.row(delivered)).to.include({ parts: 0, whole: 0, attempts: 1, state: MessageState.delivered });
    expect(bench.claim(LANE, 9).messages.map((each) => each.message.id)).to.deep.equal([queued]);
    expect(bench.dispatch(queued)).to.equal(Commit.ok);
    expect(bench.sent(queued, "Q")).to.equal(Commit.ok);
    expect(bench.receipt(["Q"]).notice).to.include({ messageId: queued, state: MessageState.delivered });
    expect(bench.accept({ key: 77 }).commit).to.equal(Commit.ok);
    const { id, parts } = bench.split(2);
    for (const part of parts) {
      bench.dispatch(part);
      bench.sent(part, `P${part}`);
    }
    expect(bench.row(id).state).to.equal(MessageState.sent);
    expect(counts("20251124")).to.deep.equal({ ...COUNTS, accepted: 11, sent: 6 });
    bench.restart();
    expect(bench.found.knownSubmits.map((each) => each.key)).to.deep.equal([77]);
  });

  it("is read as it is while nobody writes to it", () => {
    const { delivered } = history();
    bench.engine.close();
    makeVersion1(path);
    expect(bench.problems()).to.deep.equal([]);
    expect(counts("20251124")).to.deep.equal(COUNTS);
    expect(counts("20251124", "WX")).to.deep.include({ accepted: 2, sent: 1, waiting: 1, failed: 0 });
    expect(bench.ask({ kind: "trace", by: "id", value: String(delivered), limit: 1 }).traces[0]).to.deep.include({ state: "delivered", parts: [], partOf: null });
    expect(bench.ask({ kind: "customer_message", accountNo: 1, messageId: delivered, source: "" }).message).to.include({ state: MessageState.delivered, error: "000" });
    expect(version()).to.equal(1);
    bench.start();
  });

  it("that is sealed stays as it is, and is read beside those of this version", () => {
    const { id } = bench.accept({ wanted: 0, service: "WX" });
    bench.sent(id, "K");
    bench.receipt(["K"]);
    bench.wallMs += DAY;
    for (let i = 0; i < 3; i++) {
      bench.wallMs += HOUR;
      bench.engine.rest(bench.wallMs);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
    expect(new Set(bench.finished)).to.deep.equal(new Set([path]));
    bench.engine.close();
    makeVersion1(path);
    // As day-finisher.ts leaves it.
    const db = new Database(path);
    db.exec(SEAL_INDEXES);
    db.close();
    chmodSync(path, 0o400);
    bench.start();
    const next = bench.accept().id;
    expect(version()).to.equal(1);
    expect(bench.problems()).to.deep.equal([]);
    const { traces } = bench.ask({ kind: "trace", by: "destination", value: "13800138000", limit: 9 });
    expect(traces.map((each) => each.messageId)).to.deep.equal([next, id]);
    expect(bench.ask({ kind: "trace", by: "operator_id", value: "K", limit: 9 }).traces.map((each) => each.messageId)).to.deep.equal([id]);
    const { statement } = bench.ask({ kind: "statement", name: "a", fromMs: NOON, toMs: bench.wallMs + DAY });
    expect(statement).to.include({ messages: 2, chargesMicros: BigInt(PRICE), heldMicros: BigInt(PRICE) });
    expect(counts("20251124")).to.deep.include({ accepted: 1, sent: 1, waiting: 0, failed: 0 });
    expect(counts("20251124", "WX")).to.deep.include({ accepted: 1, sent: 1 });
    expect(bench.ask({ kind: "customer_message", accountNo: 1, messageId: id, source: "" }).message).to.include({ state: MessageState.delivered });
    expect(bench.cancel(id).commit).to.equal(Commit.notFound);
  });
});
