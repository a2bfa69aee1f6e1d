import { expect } from "chai";
import Database from "better-sqlite3";
import { existsSync } from "node:fs";
import { MessageState } from "../../../../protocols/model/state.js";
import { Commit } from "../../../../src/store/store.js";
import { DAY_VERSION } from "../../../../src/store/sqlite/day-schema.js";
import { FolderLock, FolderLockedError } from "../../../../src/store/sqlite/folder-lock.js";
import { DataVersionError } from "../../../../src/store/sqlite/ledger-schema.js";
import { dayOfMs, dayPath } from "../../../../src/store/sqlite/paths.js";
import { Bench, LANE, NOON, PRICE } from "../engine-bench.js";

const TODAY = dayOfMs(NOON, 480);

/** From now on COMMIT is reported as failed, though it has reached the disk. */
function doubtCommits(bench: Bench): void {
  const file = bench.engine.state.days.open()[0];
  if (file === undefined) throw new Error("no day");
  const commit = file.commit.bind(file);
  file.commit = (nowMs, order) => {
    commit(nowMs, order);
    throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_FSYNC" });
  };
}

describe("the engine in trouble", () => {
  let bench: Bench;
  afterEach(() => {
    expect(bench.problems(), "verify").to.deep.equal([]);
    bench.close();
  });

  it("fails a poisoned intent alone: those around it are carried out once", () => {
    bench = new Bench();
    bench.account("a");
    const waiting = bench.accept({ state: MessageState.queued }).id;
    let ids: number[] = [];
    const answers = bench.batch(() => {
      // Half a micro-unit cannot stand on disk.
      ids = [bench.putAccept(), bench.putAccept({ charge: 0.5 }), bench.putAccept(), bench.putAccept({ state: MessageState.queued })];
      bench.putDispatch(waiting);
    });
    expect(answers.map((each) => each.commit)).to.deep.equal([Commit.ok, Commit.failed, Commit.ok, Commit.ok, Commit.ok]);
    expect(bench.logged).to.include.members(["batch_replayed", "intent_failed"]);
    expect(() => bench.row(ids[1] as number)).to.throw("no message");
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 4 * PRICE, held: 4 * PRICE, spent: 0 });
    expect(bench.claim(LANE, 9).messages.map((each) => each.message.id)).to.deep.equal([ids[3]]);
    expect(bench.availability).to.deep.equal([]);
  });

  it("refuses when the disk is full, keeps what has happened, and books it when there is room again", () => {
    bench = new Bench({ maxPages: 160 });
    bench.account("a", {}, 1_000_000_000);
    const sentLater = bench.accept().id;
    let full: Commit[] = [];
    for (let i = 0; i < 200 && bench.availability.length === 0; i++) {
      full = bench.batch(() => {
        for (let n = 0; n < 50; n++) bench.putAccept({ octets: Buffer.alloc(1_000) });
      }).map((each) => each.commit);
    }
    expect(new Set(full)).to.deep.equal(new Set([Commit.unavailable]));
    expect(bench.availability).to.have.length(1);
    expect(bench.availability[0]?.[0]).to.equal(false);
    expect(bench.availability[0]?.[1]).to.include("SQLITE_FULL");
    const before = bench.money(1);
    expect(before.available + before.held).to.equal(1_000_000_000);
    // An operator's answer, meanwhile: said to be unavailable, but not forgotten.
    expect(bench.sent(sentLater, "K")).to.equal(Commit.unavailable);
    expect(bench.receipt(["OTHER"]).commit).to.equal(Commit.unavailable);
    expect(bench.row(sentLater).state).to.equal(MessageState.dispatched);
    // Not the same as an outbox with nothing in it.
    expect(() => bench.outbox(1, 0, 10)).to.throw("could not be read");
    bench.sweep(1_000);
    expect(bench.availability, "still no room").to.have.length(1);
    for (const file of bench.engine.state.days.open()) file.db.pragma("max_page_count = 100000");
    bench.sweep(1_000);
    expect(bench.availability.at(-1)).to.deep.equal([true, ""]);
    expect(bench.row(sentLater).state).to.equal(MessageState.sent);
    expect(bench.receipt(["K"]).commit).to.equal(Commit.ok);
    expect(bench.accept().commit).to.equal(Commit.ok);
  });

  it("says unknown when COMMIT itself fails, reads the disk again, and hands on what turns out to stand there", () => {
    bench = new Bench();
    bench.account("a");
    const out = bench.accept().id;
    doubtCommits(bench);
    let [direct, queued] = [0, 0];
    const answers = bench.batch(() => {
      direct = bench.putAccept();
      queued = bench.putAccept({ state: MessageState.queued });
      bench.putSent(out, "K");
    });
    expect(answers.map((each) => each.commit)).to.deep.equal([Commit.unknown, Commit.unknown, Commit.unknown]);
    expect(bench.availability.map(([available]) => available)).to.deep.equal([false, true]);
    expect(bench.resolved).to.deep.equal([[direct, true], [queued, true]]);
    // Nobody was told and nothing was written to an operator: both are queued, and the flow hears of them.
    expect(bench.row(direct)).to.include({ state: MessageState.queued, attempts: 0 });
    expect(bench.row(queued).state).to.equal(MessageState.queued);
    expect(bench.queued).to.deep.equal([[LANE, 2]]);
    expect(bench.row(out).state).to.equal(MessageState.sent);
    expect(bench.receipt(["K"]).commit).to.equal(Commit.ok);
    expect(bench.claim(LANE, 9).messages.map((each) => each.message.id).sort()).to.deep.equal([direct, queued].sort());
  });

  it("tells what was put in queue and outbox by a batch of which nobody knew whether it is on disk", () => {
    bench = new Bench();
    bench.account("a");
    const ids = [bench.accept().id, bench.accept().id, bench.accept().id, bench.accept().id];
    const [reported, refused, back, retried] = ids as [number, number, number, number];
    bench.sent(reported, "K");
    bench.requeue(retried, 1, 88, bench.wallMs + 1_000);
    bench.wallMs += 1_000;
    doubtCommits(bench);
    bench.batch(() => {
      bench.putReceipt(["K"]);
      bench.putRefused(refused);
      bench.putRequeue(back, 1, 0, 0);
      bench.putInbound(1, "1069", "MO");
      bench.putSweep();
    });
    expect(bench.availability.map(([available]) => available)).to.deep.equal([false, true]);
    expect(bench.queued).to.deep.equal([[LANE, 2]]);
    expect(bench.notices).to.deep.equal(bench.outbox(1, 0, 10));
    expect(bench.notices.map((each) => each.kind)).to.deep.equal(["receipt", "receipt", "inbound"]);
    expect(bench.notices.slice(0, 2).map((each) => each.messageId)).to.deep.equal([reported, refused]);
  });

  it("says unknown as well when COMMIT fails while a batch is carried out one by one", () => {
    bench = new Bench();
    bench.account("a");
    bench.accept();
    doubtCommits(bench);
    let ids: number[] = [];
    const answers = bench.batch(() => {
      ids = [bench.putAccept(), bench.putAccept({ charge: 0.5 }), bench.putAccept({ state: MessageState.queued })];
    });
    expect(answers.map((each) => each.commit)).to.deep.equal([Commit.unknown, Commit.failed, Commit.ok]);
    expect(bench.row(ids[0] as number).state).to.equal(MessageState.queued);
    expect(bench.queued).to.deep.equal([[LANE, 1]]);
  });

  it("tells what became of acceptances in doubt once it can read the disk, groups too, and not before", () => {
    bench = new Bench();
    bench.account("a");
    bench.accept();
    doubtCommits(bench);
    const { file } = bench.engine.state.days;
    // The first try to open the files again fails as well.
    let fails = true;
    bench.engine.state.days.file = (day, make) => {
      if (fails && bench.availability.length > 0) throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_READ" });
      return file.call(bench.engine.state.days, day, make);
    };
    let ids: number[] = [];
    const answers = bench.batch(() => (ids = [...bench.putGroup([{ key: 7 }, {}]), bench.putAccept({ charge: 9_000_000 })]));
    expect(answers.map((each) => each.commit)).to.deep.equal([Commit.unknown, Commit.unknown, Commit.unknown]);
    expect([bench.resolved, bench.availability.map(([available]) => available)]).to.deep.equal([[], [false]]);
    fails = false;
    bench.sweep(1_000);
    expect(bench.resolved).to.deep.equal(ids.map((id, i) => [id, i < 2]));
    expect(bench.availability.at(-1)).to.deep.equal([true, ""]);
    bench.sweep(1_000);
    expect(bench.resolved).to.have.length(3);
  });

  it("forgets what did not reach the disk when COMMIT failed before it", () => {
    bench = new Bench();
    bench.account("a");
    const out = bench.accept().id;
    const file = bench.engine.state.days.open()[0];
    if (file === undefined) throw new Error("no day");
    file.commit = () => {
      throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_WRITE" });
    };
    let lost = 0;
    bench.batch(() => {
      lost = bench.putAccept();
      bench.putSent(out, "K");
    });
    expect(() => bench.row(lost)).to.throw("no message");
    expect(bench.resolved).to.deep.equal([[lost, false]]);
    // The operator's answer was booked again after the files were opened.
    expect(bench.row(out).state).to.equal(MessageState.sent);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - PRICE, held: 0, spent: PRICE });
  });

  it("takes no new messages while the disk is nearly full, but finishes those it has", () => {
    bench = new Bench({ minFreeDiskMb: Number.MAX_SAFE_INTEGER });
    bench.account("a");
    const { id } = bench.accept();
    bench.engine.rest(bench.wallMs);
    expect(bench.availability).to.deep.equal([[false, "disk_low"]]);
    expect(bench.accept().commit).to.equal(Commit.unavailable);
    expect(bench.sent(id, "K")).to.equal(Commit.ok);
    expect(bench.receipt(["K"]).commit).to.equal(Commit.ok);
  });

  it("refuses data of a newer version with a word that says so", () => {
    bench = new Bench();
    bench.account("a");
    bench.accept();
    bench.engine.close();
    const path = dayPath(bench.dir, TODAY);
    const db = new Database(path);
    db.pragma(`user_version = ${DAY_VERSION + 1}`);
    expect(() => bench.start()).to.throw(DataVersionError, /version/);
    db.pragma(`user_version = ${DAY_VERSION}`);
    db.close();
    bench.start();
  });
});

describe("FolderLock", () => {
  it("lets one hold a folder, and the next after it", () => {
    const bench = new Bench();
    try {
      const lock = FolderLock.take(bench.dir);
      expect(() => FolderLock.take(bench.dir)).to.throw(FolderLockedError);
      lock.release();
      FolderLock.take(bench.dir).release();
      expect(existsSync(bench.dir)).to.equal(true);
    } finally {
      bench.close();
    }
  });
});
