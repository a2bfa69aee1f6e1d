import { expect } from "chai";
import fc from "fast-check";
import { MessageState, isFinal } from "../../../../protocols/model/state.js";
import { Outcome } from "../../../../protocols/model/outcome.js";
import type { DayCounts } from "../../../../protocols/wire/protocol.js";
import { Notify } from "../../../../src/store/sqlite/day-schema.js";
import { Bench, PRICE } from "../engine-bench.js";

interface Raw {
  readonly id: number;
  readonly account: number;
  readonly state: MessageState;
  readonly whole: number;
  readonly parts: number;
  readonly sent_at: number;
  readonly notify: number;
}

/** Every row of the day, and the counts that a customer must be given, made of the rows alone. */
function recount(bench: Bench, account: number): { rows: Raw[]; counts: DayCounts } {
  const { rows, inbound } = bench.books((books) => {
    const [day = 0] = books.days();
    const file = books.file(day);
    const of = (sql: string): unknown[] => file?.db.prepare(sql).safeIntegers(false).all(account) ?? [];
    return {
      rows: of("SELECT id, account, state, whole, parts, sent_at, notify FROM message_all WHERE account = ?") as Raw[],
      inbound: of("SELECT notify FROM inbound WHERE account = ?") as { notify: number }[],
    };
  });
  const own = rows.filter((row) => row.whole === 0);
  const sent = own.filter((row) => row.sent_at > 0 || row.state === MessageState.delivered);
  const having = (notify: number): number => inbound.filter((each) => each.notify === notify).length;
  return {
    rows,
    counts: {
      accepted: own.length, sent: sent.length, waiting: own.filter((row) => !isFinal(row.state) && !sent.includes(row)).length,
      failed: own.filter((row) => row.state > MessageState.delivered).length,
      inboundDelivered: having(Notify.done), inboundWaiting: having(Notify.pending), inboundFailed: having(Notify.parked),
    },
  };
}

describe("any life of messages, parts, groups and cancels", () => {
  let bench: Bench;
  beforeEach(() => (bench = new Bench()));
  afterEach(() => bench.close());

  const step = fc.record({ what: fc.nat(15), which: fc.nat(11), parts: fc.integer({ min: 1, max: 4 }) });
  const terms = fc.record({
    settle: fc.constantFrom("accepted" as const, "sent" as const, "delivered" as const), refundOnFailure: fc.boolean(), onUnknown: fc.constantFrom("settle" as const, "release" as const),
  });

  it("leaves books that verify, counts that are those of the rows, and in the end nothing open", () => {
    let round = 0;
    fc.assert(
      fc.property(terms, fc.array(step, { minLength: 10, maxLength: 60 }), (settings, steps) => {
        const account = bench.account(`p${++round}`, settings, 40 * PRICE);
        const ids: number[] = [];
        const money = (): number => {
          const { available, held, spent } = bench.money(account);
          expect(Math.min(available, held, spent)).to.be.at.least(0);
          return available + held + spent;
        };
        for (const { what, which, parts } of steps) {
          const id = ids[(which * 7 + round) % Math.max(1, ids.length)] ?? 0;
          const attempt = Number(bench.engine.state.row(id)?.attempts ?? 0);
          const key = `R${id}`;
          bench.wallMs += 10;
          switch (what) {
            case 0: ids.push(bench.accept({ account, wanted: which & 7 }).id); break;
            case 1: ids.push(bench.accept({ account, state: MessageState.queued }).id); break;
            case 2: case 3: {
              const { id: whole, commit } = bench.accept({ account, state: MessageState.held, dueMs: bench.wallMs + 1_000, segments: parts, charge: parts * PRICE });
              const between = which % 3;
              bench.reserve(between + parts);
              if (commit !== 0) break;
              bench.batch(() => bench.putSplit(whole, { parts, between, dueMs: which === 0 ? bench.wallMs + 60_000 : 0 }));
              ids.push(whole, ...Array.from({ length: parts }, (_, i) => whole + between + 1 + i));
              break;
            }
            case 4: bench.batch(() => ids.push(...bench.putGroup(new Array(parts).fill({ account, state: MessageState.queued })))); break;
            case 5: case 6: bench.dispatch(id, attempt + 1); break;
            case 7: case 8: bench.sent(id, key, attempt); break;
            case 9: case 10: bench.receipt([key], { destination: "1" }); break;
            case 11: bench.receipt([key], { state: MessageState.undeliverable, word: "UNDELIV", destination: "1" }); break;
            case 12: if (which % 2 === 0) bench.refused(id, 1, "X", attempt); else bench.requeue(id, attempt, which % 4 === 1 ? 88 : 0, which % 4 === 1 ? bench.wallMs + 5 : 0); break;
            case 13: bench.uncertain(id, attempt); bench.sweep(which === 0 ? 30_000 : 10); break;
            case 14: bench.cancel(id, { account }); break;
            case 15: if (which === 0) bench.restart(); else if (which < 4) bench.end(id, MessageState.expired, Outcome.ok); else bench.inbound(account, "1069", "MO"); break;
          }
          expect(money()).to.equal(40 * PRICE);
        }
        const { rows, counts } = recount(bench, account);
        expect(bench.problems()).to.deep.equal([]);
        for (const serviceType of [null, ""]) {
          expect(bench.ask({ kind: "day_counts", accountNo: account, day: "20251124", serviceType }).counts).to.deep.equal(counts);
        }
        expect(rows.filter((row) => row.whole !== 0 && row.notify !== Notify.none)).to.deep.equal([]);
      }),
      { numRuns: 40 },
    );
    // What is out without an answer is UNCERTAIN after a restart, and time ends them all: expiry, deadline, horizon; nothing is left that hangs.
    bench.restart();
    bench.sweep(25 * 3_600_000);
    for (let i = 0; i < 6; i++) bench.sweep(24 * 3_600_000);
    for (let account = 1; account <= round; account++) {
      expect(recount(bench, account).rows.filter((row) => !isFinal(row.state)), `account ${account}`).to.deep.equal([]);
      expect(bench.money(account).held).to.equal(0);
    }
    expect(bench.engine.state.uncertain).to.equal(0);
    expect(bench.problems()).to.deep.equal([]);
  }).timeout(60_000);
});
