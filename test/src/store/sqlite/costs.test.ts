/** What operators charge: kept with the books, dated, and fixed for a day when it is sealed. */
import { expect } from "chai";
import { MessageState } from "../../../../protocols/model/state.js";
import type { OwnerStatement } from "../../../../src/store/query.js";
import { costFor } from "../../../../src/ledger/operator-cost.js";
import type { OperatorCost } from "../../../../src/ledger/operator-cost.js";
import { PRICE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

const DAY = 86_400_000;
const base: OperatorCost = { prefix: "", fromMs: 0, costMicros: 30_000, charged: "sent" };

describe("what an operator charges", () => {
  it("is the longest prefix's, then the latest that has begun; nothing before the first", () => {
    const costs = [{ ...base, fromMs: 10 }, { ...base, fromMs: 20, costMicros: 31_000 }, { ...base, prefix: "138", fromMs: 15, costMicros: 40_000 }];
    const of = (destination: string, at: number): number | null => costFor(costs, destination, at)?.costMicros ?? null;
    expect([of("13900139000", 9), of("13900139000", 10), of("13900139000", 20), of("13800138000", 14), of("13800138000", 15)]).to.deep.equal([null, 30_000, 31_000, 30_000, 40_000]);
  });
});

describe("costs of operators", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const set = (...costs: readonly (OperatorCost & { readonly operator: string })[]) => bench.engine.change({ kind: "costs.set", actor: "t", costs }, bench.wallMs).result;
  const owner = (): OwnerStatement => bench.ask({ kind: "statement_all", fromMs: bench.wallMs - 40 * DAY, toMs: bench.wallMs + DAY }).statement;

  function sendAll(): void {
    const delivered = bench.accept({ segments: 2, charge: 2 * PRICE, wanted: 0 }).id;
    bench.sent(delivered, "A");
    bench.receipt(["A"]);
    const failed = bench.accept({ operator: 2, wanted: 0 }).id;
    bench.sent(failed, "B", 1, 2);
    bench.receipt(["B"], { operator: 2, state: MessageState.undeliverable, word: "UNDELIV" });
    const refused = bench.accept({ wanted: 0 }).id;
    bench.refused(refused, 69, "X");
    const long = bench.split(3, { segments: 3, charge: 3 * PRICE, wanted: 0 });
    for (const part of long.parts) {
      bench.dispatch(part);
      bench.sent(part, `P${part}`);
      bench.receipt([`P${part}`]);
    }
  }

  it("are those of what it took, in its own segments, and leave a margin", () => {
    expect(set({ ...base, operator: "op" }, { ...base, operator: "other", charged: "delivered" })).to.include({ ok: true, repeated: false });
    sendAll();
    const { accounts, operators } = owner();
    expect(operators.map(({ name, units, costMicros, chargedMicros }) => [name, units, costMicros, chargedMicros])).to.deep.equal([
      ["op", 5, 150_000n, BigInt(5 * PRICE)], ["other", 1, 0n, BigInt(PRICE)],
    ]);
    expect(accounts[0]).to.include({ account: "a", units: 6, costMicros: 150_000n, chargedMicros: BigInt(6 * PRICE) });
  });

  it("of a sealed day stay as they were when it was sealed, whatever is charged later", () => {
    set({ ...base, operator: "op" });
    sendAll();
    bench.wallMs += 2 * DAY;
    bench.sweep(1);
    for (let pass = 0; pass < 5; pass++) {
      bench.wallMs += 660_000;
      bench.engine.rest(bench.wallMs);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
    const sealed = owner();
    expect(sealed.operators[0]?.costMicros).to.equal(150_000n);
    set({ ...base, operator: "op", costMicros: 99_000 });
    expect(owner().operators).to.deep.equal(sealed.operators);
  });

  it("are logged when they change, and not when they are the same", () => {
    const logged = (): number => bench.ask({ kind: "audit", limit: 100 }).entries.length;
    set({ ...base, operator: "op" });
    const before = logged();
    expect(set({ ...base, operator: "op" })).to.include({ ok: true, repeated: true });
    expect(logged()).to.equal(before);
    set();
    expect(bench.ask({ kind: "audit", limit: 1 }).entries[0]?.what).to.equal("operator op charges nothing");
    expect(set({ ...base, operator: "nobody" })).to.include({ ok: false, code: "invalid_value" });
  });
});
