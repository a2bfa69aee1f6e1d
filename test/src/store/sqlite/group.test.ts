import { expect } from "chai";
import { MessageState } from "../../../../protocols/model/state.js";
import type { Account } from "../../../../src/ledger/account.js";
import { Commit } from "../../../../src/store/store.js";
import { Bench, LANE, PRICE } from "../engine-bench.js";
import type { Submitted } from "../engine-bench.js";

const QUEUED: Submitted = { state: MessageState.queued };

describe("acceptances that stand together", () => {
  let bench: Bench;
  afterEach(() => {
    expect(bench.problems(), "verify").to.deep.equal([]);
    bench.close();
  });

  function open(topUp: number, settings: Partial<Account> = {}): void {
    bench = new Bench();
    bench.account("a", settings, topUp);
  }

  /** A group alone in its batch; its ids and what each was answered. */
  function group(submitted: readonly Submitted[]): { ids: number[]; commits: Commit[] } {
    let ids: number[] = [];
    const commits = bench.batch(() => (ids = bench.putGroup(submitted))).map((each) => each.commit);
    return { ids, commits };
  }

  it("are all accepted where the account affords them together", () => {
    open(3 * PRICE);
    const { ids, commits } = group([QUEUED, {}, QUEUED]);
    expect(commits).to.deep.equal([Commit.ok, Commit.ok, Commit.ok]);
    expect(ids.map((id) => bench.row(id).state)).to.deep.equal([MessageState.queued, MessageState.dispatched, MessageState.queued]);
    expect(bench.money(1)).to.deep.equal({ available: 0, held: 3 * PRICE, spent: 0 });
    expect(bench.claim(LANE, 9).messages.map((each) => each.message.id)).to.deep.equal([ids[0], ids[2]]);
  });

  it("are all refused where it does not, though it affords some; those around them go their own way", () => {
    open(4 * PRICE, { creditLimitMicros: PRICE });
    let ids: number[] = [];
    const answers = bench.batch(() => {
      bench.putAccept();
      ids = bench.putGroup(new Array<Submitted>(5).fill(QUEUED));
      bench.putAccept();
      ids.push(...bench.putGroup([QUEUED, QUEUED, QUEUED]));
      bench.putAccept();
    });
    expect(answers.map((each) => each.commit)).to.deep.equal([
      Commit.ok, ...new Array<Commit>(5).fill(Commit.noCredit), Commit.ok, Commit.ok, Commit.ok, Commit.ok, Commit.noCredit,
    ]);
    for (const id of ids.slice(0, 5)) expect(() => bench.row(id)).to.throw("no message");
    expect(bench.money(1)).to.deep.equal({ available: -PRICE, held: 5 * PRICE, spent: 0 });
    bench.topUp("a", 10 * PRICE);
    expect(group([QUEUED]).commits).to.deep.equal([Commit.ok]);
  });

  it("are refused together by an account that may not send, an unknown one, and a disk that is nearly full", () => {
    open(9 * PRICE);
    expect(group([{ account: 99 }, { account: 99 }]).commits).to.deep.equal([Commit.suspended, Commit.suspended]);
    bench.engine.state.diskLow = true;
    expect(group([{}, {}]).commits).to.deep.equal([Commit.unavailable, Commit.unavailable]);
    bench.engine.state.diskLow = false;
    bench.engine.change({ kind: "account.suspend", actor: "test", name: "a" }, bench.wallMs);
    expect(group([{}, {}]).commits).to.deep.equal([Commit.suspended, Commit.suspended]);
    expect(bench.money(1)).to.deep.equal({ available: 9 * PRICE, held: 0, spent: 0 });
  });

  it("stand once when they come again, also when the account could not afford them a second time", () => {
    open(2 * PRICE);
    const { ids } = group([QUEUED, QUEUED]);
    const again = ids.map((id) => ({ ...QUEUED, id }));
    expect(group(again).commits).to.deep.equal([Commit.ok, Commit.ok]);
    expect(bench.money(1)).to.deep.equal({ available: 0, held: 2 * PRICE, spent: 0 });
    expect(bench.claim(LANE, 9).messages).to.have.length(2);
  });

  it("fail as a whole when one of them is poisoned, and alone: a batch carried out one by one does not part them", () => {
    open(20 * PRICE);
    let bad: number[] = [];
    let good: number[] = [];
    const answers = bench.batch(() => {
      bench.putAccept(QUEUED);
      // Half a micro-unit cannot stand on disk.
      bad = bench.putGroup([QUEUED, { ...QUEUED, charge: 0.5 }, QUEUED]);
      good = bench.putGroup([QUEUED, QUEUED]);
      bench.putAccept(QUEUED);
    });
    const { ok, failed } = Commit;
    expect(answers.map((each) => each.commit)).to.deep.equal([ok, failed, failed, failed, ok, ok, ok]);
    expect(bench.logged).to.deep.equal(["batch_replayed", "intent_failed"]);
    for (const id of bad) expect(() => bench.row(id)).to.throw("no message");
    for (const id of good) expect(bench.row(id).state).to.equal(MessageState.queued);
    expect(bench.money(1)).to.deep.equal({ available: 16 * PRICE, held: 4 * PRICE, spent: 0 });
  });

  it("fail as a whole when one of them would be refused by itself: a head that says less than they cost lets none through", () => {
    open(3 * PRICE);
    const { commits, ids } = group([QUEUED, { ...QUEUED, account: 2 }, QUEUED]);
    expect(commits).to.deep.equal([Commit.failed, Commit.failed, Commit.failed]);
    for (const id of ids) expect(() => bench.row(id)).to.throw("no message");
  });

  it("are answered unknown together when nobody knows whether they are on disk, and are queued if they are", () => {
    open(9 * PRICE);
    bench.accept();
    const file = bench.engine.state.days.open()[0];
    if (file === undefined) throw new Error("no day");
    const commit = file.commit.bind(file);
    file.commit = (nowMs, order) => {
      commit(nowMs, order);
      throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_FSYNC" });
    };
    const { ids, commits } = group([{}, QUEUED, {}]);
    expect(commits).to.deep.equal([Commit.unknown, Commit.unknown, Commit.unknown]);
    expect(ids.map((id) => bench.row(id).state)).to.deep.equal([MessageState.queued, MessageState.queued, MessageState.queued]);
    expect(bench.queued).to.deep.equal([[LANE, 3]]);
  });

  it("are refused together while the store is down", () => {
    open(9 * PRICE);
    bench.accept();
    const file = bench.engine.state.days.open()[0];
    if (file === undefined) throw new Error("no day");
    file.commit = () => {
      throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    };
    expect(group([{}, {}]).commits).to.deep.equal([Commit.unavailable, Commit.unavailable]);
    expect(group([{}, {}, {}]).commits).to.deep.equal([Commit.unavailable, Commit.unavailable, Commit.unavailable]);
  });
});
