/** A message that was misdelivered: its fee is given back, once, whatever its age, and the statement shows it. */
import { expect } from "chai";
import { PRICE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

const DAY = 86_400_000;

describe("a refund for misdelivery", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  it("clause 2.1(8): is that message's fee at most, a second one is refused, and it stands in the books and the statement", () => {
    const { id } = bench.accept({ segments: 2, charge: 2 * PRICE, wanted: 0 });
    bench.sent(id, "K");
    bench.receipt(["K"]);
    const refund = (amountMicros: number) =>
      bench.engine.change({ kind: "refund", actor: "t", reason: "sent to the wrong number", messageId: id, amountMicros: BigInt(amountMicros) }, bench.wallMs).result;
    expect(refund(2 * PRICE + 1)).to.include({ ok: false, code: "exceeds_charge" });
    expect(refund(2 * PRICE)).to.include({ ok: true, repeated: false });
    expect(refund(PRICE)).to.include({ ok: false, code: "already_refunded" });
    // The very same again is the one that stands.
    expect(refund(2 * PRICE)).to.include({ ok: true, repeated: true });
    const { statement } = bench.ask({ kind: "statement", name: "a", fromMs: bench.wallMs - DAY, toMs: bench.wallMs + DAY });
    expect(statement).to.include({ chargesMicros: BigInt(2 * PRICE), refundsMicros: BigInt(2 * PRICE), messageRefundsMicros: BigInt(2 * PRICE), closingMicros: 1_000_000n });
    expect(statement?.movements.at(-1)).to.include({ kind: "refund", reference: String(id), amountMicros: BigInt(2 * PRICE), reason: "sent to the wrong number" });
    expect(bench.money(1).available).to.equal(1_000_000);
  });
});
