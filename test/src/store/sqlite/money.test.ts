import { expect } from "chai";
import fc from "fast-check";
import { Outcome } from "../../../../protocols/model/outcome.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { Commit } from "../../../../src/store/store.js";
import { ChargeState } from "../../../../src/ledger/settlement.js";
import { Bench, PRICE } from "../engine-bench.js";

describe("the engine's money", () => {
  let bench: Bench;
  afterEach(() => {
    expect(bench.problems(), "verify").to.deep.equal([]);
    bench.close();
  });

  it("C070 charges once: held at acceptance, settled at SENT, not again at DELIVRD nor when it comes twice", () => {
    bench = new Bench();
    bench.account("a", {}, 70_000);
    const { id } = bench.accept();
    expect(bench.money(1)).to.deep.equal({ available: 35_000, held: 35_000, spent: 0 });
    bench.sent(id, "K1");
    expect(bench.money(1)).to.deep.equal({ available: 35_000, held: 0, spent: 35_000 });
    expect(bench.receipt(["K1"]).commit).to.equal(Commit.ok);
    expect(bench.receipt(["K1"]).commit).to.equal(Commit.repeated);
    expect(bench.money(1)).to.deep.equal({ available: 35_000, held: 0, spent: 35_000 });
  });

  it("C076 takes no more than the balance pays for, however many ask in one batch", () => {
    bench = new Bench();
    bench.account("a", {}, 350_000);
    const answers = bench.batch(() => {
      for (let i = 0; i < 20; i++) bench.putAccept();
    });
    expect(answers.filter((each) => each.commit === Commit.ok).length).to.equal(10);
    expect(answers.filter((each) => each.commit === Commit.noCredit).length).to.equal(10);
    expect(bench.money(1)).to.deep.equal({ available: 0, held: 350_000, spent: 0 });
  });

  it("accepts exactly 50,000 messages for 1750.00 at 0.035", () => {
    bench = new Bench();
    bench.account("a", {}, 1_750_000_000);
    let accepted = 0;
    for (let batch = 0; batch < 51; batch++) {
      accepted += bench.batch(() => {
        for (let i = 0; i < 1_000; i++) bench.putAccept();
      }).filter((each) => each.commit === Commit.ok).length;
      bench.wallMs += 100;
    }
    expect(accepted).to.equal(50_000);
    expect(bench.money(1)).to.deep.equal({ available: 0, held: 1_750_000_000, spent: 0 });
  });

  it("lets an account with a credit limit go below zero by just that", () => {
    bench = new Bench();
    bench.account("a", { creditLimitMicros: 2 * PRICE }, PRICE);
    expect([1, 2, 3, 4].map(() => bench.accept().commit)).to.deep.equal([Commit.ok, Commit.ok, Commit.ok, Commit.noCredit]);
    expect(bench.money(1).available).to.equal(-2 * PRICE);
  });

  it("refuses a suspended account and an unknown one", () => {
    bench = new Bench();
    bench.account("a");
    bench.engine.change({ kind: "account.suspend", actor: "test", name: "a" }, bench.wallMs);
    expect(bench.accept().commit).to.equal(Commit.suspended);
    expect(bench.accept({ account: 99 }).commit).to.equal(Commit.suspended);
  });

  it("settles in the acceptance where the account says so, also beside other movements of the same commit", () => {
    bench = new Bench();
    bench.account("a");
    const early = bench.accept().id;
    bench.engine.change({ kind: "account.set", actor: "test", name: "a", settings: { settle: "accepted" } }, bench.wallMs);
    let late = 0;
    // The settlement of the one is booked before the hold of the other.
    bench.batch(() => {
      bench.putSent(early, "K1");
      late = bench.putAccept();
    });
    expect(bench.row(early).charge_state).to.equal(ChargeState.settled);
    expect(bench.row(late).charge_state).to.equal(ChargeState.settled);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 2 * PRICE, held: 0, spent: 2 * PRICE });
  });

  it("gives the money back when the operator refuses, and tells of credit that returns to a refused account", () => {
    bench = new Bench();
    bench.account("a", {}, PRICE);
    const { id } = bench.accept();
    expect(bench.accept().commit).to.equal(Commit.noCredit);
    const { commit, notice } = bench.refused(id, 11, "ESME_RINVDSTADR");
    expect(commit).to.equal(Commit.ok);
    expect(notice).to.include({ kind: "receipt", messageId: id, state: MessageState.rejected, error: "11" });
    expect(bench.money(1)).to.deep.equal({ available: PRICE, held: 0, spent: 0 });
    expect(bench.credited).to.deep.equal([1]);
  });

  it("refunds after SENT only where the account says so", () => {
    bench = new Bench();
    bench.account("keeps");
    bench.account("refunds", { refundOnFailure: true });
    const kept = bench.accept({ account: 1 }).id;
    const back = bench.accept({ account: 2 }).id;
    bench.sent(kept, "K1");
    bench.sent(back, "K2");
    bench.receipt(["K1"], { state: MessageState.undeliverable, word: "UNDELIV", error: "21b" });
    bench.receipt(["K2"], { state: MessageState.undeliverable, word: "UNDELIV", error: "21b" });
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - PRICE, held: 0, spent: PRICE });
    expect(bench.money(2)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
  });

  it("takes nothing for what is free", () => {
    bench = new Bench();
    bench.account("a", {}, 0);
    const { id, commit } = bench.accept({ charge: 0 });
    expect(commit).to.equal(Commit.ok);
    bench.sent(id, "K1");
    bench.receipt(["K1"]);
    expect(bench.row(id)).to.include({ state: MessageState.delivered, charge_state: ChargeState.free });
  });

  it("keeps available + held + spent constant through any history, and verifies clean after each", () => {
    bench = new Bench();
    const policies = ["accepted", "sent", "delivered"] as const;
    let round = 0;
    fc.assert(
      fc.property(fc.constantFrom(...policies), fc.boolean(), fc.array(fc.tuple(fc.nat(9), fc.nat(4)), { maxLength: 40 }), (settle, refundOnFailure, steps) => {
        const account = bench.account(`p${++round}`, { settle, refundOnFailure }, 12 * PRICE);
        const ids: number[] = [];
        for (const [what, which] of steps) {
          const id = ids[which % Math.max(1, ids.length)] ?? 0;
          const key = `P${id}`;
          bench.wallMs += 10;
          switch (what) {
            case 0: ids.push(bench.accept({ account }).id); break;
            case 1: ids.push(bench.accept({ account, state: MessageState.queued }).id); break;
            case 2: bench.dispatch(id, Number(bench.engine.state.row(id)?.attempts ?? 0) + 1); break;
            case 3: bench.sent(id, key, Number(bench.engine.state.row(id)?.attempts ?? 1)); break;
            case 4: bench.receipt([key], { destination: "1" }); break;
            case 5: bench.receipt([key], { state: MessageState.undeliverable, word: "UNDELIV", destination: "1" }); break;
            case 6: bench.refused(id, 1, "X", Number(bench.engine.state.row(id)?.attempts ?? 1)); break;
            case 7: bench.requeue(id, Number(bench.engine.state.row(id)?.attempts ?? 1), 88, bench.wallMs + 5); break;
            case 8: bench.uncertain(id, Number(bench.engine.state.row(id)?.attempts ?? 1)); break;
            case 9: bench.end(id, MessageState.deleted, Outcome.ok); break;
          }
          const { available, held, spent } = bench.money(account);
          if (available + held + spent !== 12 * PRICE || available < 0 || held < 0) return false;
        }
        return true;
      }),
      { numRuns: 40 },
    );
    bench.sweep(86_500_000);
  });
});
