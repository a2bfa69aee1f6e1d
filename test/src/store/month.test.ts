/** A month of anything that can happen, with crashes in it: the statement, the rows, the books and what customers are told of it are one. */
import { expect } from "chai";
import fc from "fast-check";
import { chmodSync, rmSync } from "node:fs";
import { OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { MessageState, isFinal } from "../../../protocols/model/state.js";
import type { DayCounts } from "../../../protocols/wire/protocol.js";
import { ChargeState } from "../../../src/ledger/settlement.js";
import type { Answer, Statement } from "../../../src/store/query.js";
import { Notify } from "../../../src/store/sqlite/day-schema.js";
import { dayName, dayOfMs, dayPath, dayStartMs } from "../../../src/store/sqlite/paths.js";
import { Bench, PRICE } from "./engine-bench.js";

const ZONE = 480;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Raw {
  readonly id: number;
  readonly state: number;
  readonly charge_state: number;
  readonly segments: number;
  readonly charge: number;
  readonly sent_at: number;
  readonly signature: number;
}

/** What is booked and refused, kept apart from the code under test. */
class Own {
  topUps = 0n;
  refunds = 0n;
  readonly refused = new Map<string, number>();
  optOuts = 0;

  refuse(outcome: number, count: number): void {
    const name = OUTCOME_NAMES[outcome] ?? "";
    this.refused.set(name, (this.refused.get(name) ?? 0) + count);
  }
}

/** The month's figures made of nothing but its rows. */
function recount(bench: Bench, account: number): { rows: Raw[]; counts: Map<string, DayCounts>; inbound: number } {
  return bench.books((books) => {
    const all: Raw[] = [];
    const counts = new Map<string, DayCounts>();
    let inbound = 0;
    for (const day of books.days()) {
      const of = (sql: string): unknown[] => books.file(day)?.db.prepare(sql).safeIntegers(false).all(account) ?? [];
      const rows = of(`SELECT m.id, state, charge_state, segments, charge, sent_at, signature FROM message m JOIN content USING (id) WHERE account = ? AND charge_state <> ${ChargeState.part}`) as Raw[];
      const notes = of("SELECT notify FROM inbound WHERE account = ?") as { notify: number }[];
      const sent = (row: Raw): boolean => row.sent_at > 0 || row.state === MessageState.delivered;
      const having = (notify: number): number => notes.filter((each) => each.notify === notify).length;
      counts.set(dayName(day).replaceAll("-", ""), {
        accepted: rows.length, sent: rows.filter(sent).length, waiting: rows.filter((row) => !isFinal(row.state) && !sent(row)).length,
        failed: rows.filter((row) => row.state > MessageState.delivered).length,
        inboundDelivered: having(Notify.done), inboundWaiting: having(Notify.pending), inboundFailed: having(Notify.parked),
      });
      inbound += notes.length;
      all.push(...rows);
    }
    return { rows: all, counts, inbound };
  });
}

const sum = (rows: readonly Raw[], of: (row: Raw) => number): number => rows.reduce((total, row) => total + of(row), 0);

class Month {
  readonly bench = new Bench({ retentionDays: 400 });
  readonly firstMs = dayStartMs(dayOfMs(this.bench.wallMs, ZONE), ZONE);
  readonly account: number;
  readonly own = new Own();
  readonly ids: number[] = [];
  #reference = 0;

  constructor(terms: Parameters<Bench["account"]>[1]) {
    this.account = this.bench.account("m", terms, 0);
    this.topUp(400 * PRICE);
  }

  topUp(amount: number): void {
    const reference = `M${++this.#reference}`;
    const { result } = this.bench.engine.change({ kind: "topup", actor: "t", name: "m", amountMicros: BigInt(amount), reference }, this.bench.wallMs);
    if (result.ok) this.own.topUps += BigInt(amount);
  }

  reverse(): void {
    const { result } = this.bench.engine.change({ kind: "topup.reverse", actor: "t", name: "m", reference: `M${this.#reference}` }, this.bench.wallMs);
    if (result.ok) this.own.topUps -= result.amountMicros ?? 0n;
  }

  /** Gives back a part of a message's charge, or more than that. */
  refund(messageId: number, amount: number): void {
    const { result } = this.bench.engine.change({ kind: "refund", actor: "t", messageId, amountMicros: BigInt(amount) }, this.bench.wallMs);
    if (result.ok && !result.repeated) this.own.refunds += BigInt(amount);
  }

  get statement(): Statement {
    const statement = this.bench.ask({ kind: "statement", name: "m", fromMs: this.firstMs, toMs: this.firstMs + 40 * DAY }).statement;
    if (statement === null) throw new Error("no statement");
    return statement;
  }

  counts(day: string): DayCounts | null {
    return this.bench.ask({ kind: "day_counts", accountNo: this.account, day, serviceType: null }).counts;
  }

  /** Time passes until nothing is open, and all days but today's are sealed; customers take what waits for them. */
  settle(): void {
    const { bench } = this;
    // What is out without an answer is UNCERTAIN after a crash, and its deadline comes.
    bench.crash();
    for (let day = 0; day < 8; day++) bench.sweep(DAY);
    for (let pass = 0; pass < 40; pass++) {
      for (const notice of bench.outbox(this.account, 0, 1_000)) bench.notified(notice);
      bench.sweep(660_000);
      bench.engine.rest(bench.wallMs);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
  }

  close(): void {
    this.bench.close();
  }
}

function agree(month: Month): void {
  const { bench, account, own, statement } = month;
  const { rows, counts, inbound } = recount(bench, account);
  const ended = (...states: number[]): number => rows.filter((row) => states.includes(row.state)).length;
  expect(statement).to.include({
    messages: rows.length, segments: sum(rows, (row) => row.segments), delivered: ended(MessageState.delivered),
    failed: ended(MessageState.undeliverable, MessageState.expired, MessageState.rejected), cancelled: ended(MessageState.deleted), unknown: ended(MessageState.unknown),
    pending: rows.filter((row) => !isFinal(row.state)).length, inbound, optOuts: own.optOuts,
    topUpsMicros: own.topUps, messageRefundsMicros: own.refunds,
  });
  expect(statement.refused).to.deep.equal(Object.fromEntries([...own.refused].sort(([a], [b]) => (a < b ? -1 : 1))));
  expect(statement.submitted).to.equal(rows.length + [...own.refused.values()].reduce((total, count) => total + count, 0));
  // Of every row the charge that was settled, and of these what was given back when it failed.
  const settled = rows.filter((row) => row.charge_state === ChargeState.settled || row.charge_state === ChargeState.refunded);
  expect(statement.failureRefundsMicros <= statement.chargesMicros).to.equal(true);
  expect(statement.chargesMicros - statement.failureRefundsMicros).to.equal(BigInt(sum(settled.filter((row) => row.charge_state === ChargeState.settled), (row) => row.charge)));
  expect(statement.heldMicros).to.equal(BigInt(sum(rows.filter((row) => row.charge_state === ChargeState.held), (row) => row.charge)));
  expect(statement.openingMicros + statement.topUpsMicros + statement.refundsMicros - statement.chargesMicros - statement.forfeitsMicros).to.equal(statement.closingMicros);
  const { available, held } = bench.money(account);
  expect(statement.closingMicros).to.equal(BigInt(available + held));
  for (const shares of [statement.operators, statement.signatures]) {
    expect(shares.reduce((total, share) => total + share.messages, 0)).to.equal(rows.length);
    expect(shares.reduce((total, share) => total + share.chargedMicros, 0n)).to.equal(BigInt(sum(rows.filter((row) => row.charge_state === ChargeState.settled), (row) => row.charge)));
  }
  const signed = new Map<number, number>();
  for (const row of rows) signed.set(row.signature, (signed.get(row.signature) ?? 0) + 1);
  expect(statement.signatures.map((share) => share.messages).sort()).to.deep.equal([...signed.values()].sort());
  expect(statement.failures.reduce((total, each) => total + each.messages, 0)).to.equal(statement.failed + statement.cancelled + statement.unknown);
  for (const [day, counted] of counts) {
    expect(month.counts(day), day).to.deep.equal(counted);
    const told = statement.days.find((each) => each.day.replaceAll("-", "") === day);
    const { delivered = 0, failed = 0, cancelled = 0, unknown = 0, pending = 0, messages = 0, inbound: mo = 0 } = told ?? {};
    expect([messages, failed + cancelled + unknown, mo]).to.deep.equal([counted.accepted, counted.failed, counted.inboundDelivered + counted.inboundWaiting + counted.inboundFailed]);
    expect(delivered + failed + cancelled + unknown + pending).to.equal(messages);
  }
  let more: number | null = 0;
  const details: { messageId: number; chargedMicros: bigint }[] = [];
  while (more !== null) {
    const page: Extract<Answer, { kind: "statement_details" }> = bench.ask({ kind: "statement_details", name: "m", fromMs: month.firstMs, toMs: month.firstMs + 40 * DAY, after: more, limit: 7 });
    details.push(...(page.details ?? []));
    more = page.next === 0 ? null : page.next;
  }
  expect(details.map(({ messageId }) => messageId)).to.deep.equal(rows.map(({ id }) => id).sort((a, b) => a - b));
  expect(details.reduce((total, { chargedMicros }) => total + chargedMicros, 0n)).to.equal(statement.operators.reduce((total, share) => total + share.chargedMicros, 0n));
  expect(bench.problems()).to.deep.equal([]);
}

describe("a month", () => {
  const step = fc.record({ what: fc.nat(19), which: fc.nat(23) });
  const terms = fc.record({
    settle: fc.constantFrom("accepted" as const, "sent" as const, "delivered" as const), refundOnFailure: fc.boolean(), onUnknown: fc.constantFrom("settle" as const, "release" as const),
  });

  function live(month: Month, { what, which }: { readonly what: number; readonly which: number }): void {
    const { bench, account, ids, own } = month;
    const id = ids[(which * 7) % Math.max(1, ids.length)] ?? 0;
    const attempt = Number(bench.engine.state.row(id)?.attempts ?? 1);
    const key = `R${id}`;
    bench.wallMs += 1_000 * (which + 1);
    switch (what) {
      case 0: case 1: case 2: {
        const segments = 1 + (which % 3);
        const { id: taken, commit } = bench.accept({ account, signature: which % 4, segments, charge: segments * PRICE, operator: 1 + (which % 2), wanted: which & 3, ...(what === 2 ? { state: MessageState.queued } : {}) });
        if (commit === 0) ids.push(taken);
        break;
      }
      case 3: {
        const parts = 2 + (which % 3);
        const { id: whole, commit } = bench.accept({ account, state: MessageState.held, dueMs: bench.wallMs + 1_000, segments: parts, charge: parts * PRICE });
        bench.reserve(parts);
        if (commit !== 0) break;
        bench.batch(() => bench.putSplit(whole, { parts }));
        ids.push(whole, ...Array.from({ length: parts }, (_, i) => whole + 1 + i));
        break;
      }
      case 4: bench.dispatch(id, attempt + 1); break;
      case 5: case 6: bench.sent(id, key, attempt); break;
      case 7: case 8: bench.receipt([key], { destination: "1" }); break;
      case 9: bench.receipt([key], { state: MessageState.undeliverable, word: which % 2 === 0 ? "UNDELIV" : "MK:0001", error: String(which), destination: "1" }); break;
      case 10: bench.refused(id, which, "X", attempt); break;
      case 11: bench.cancel(id, { account }); break;
      case 12: {
        const outcome = 1 + (which % 18);
        bench.countRefused(account, { [outcome]: which + 1 });
        own.refuse(outcome, which + 1);
        break;
      }
      case 13: {
        bench.inbound(account, "1069", "TD", which % 2 === 0);
        if (which % 2 === 0) own.optOuts++;
        break;
      }
      case 14: month.topUp(which * 1_000 + 1); break;
      case 15: if (which % 4 === 0) month.reverse(); else month.refund(id, which * 4_000 + 1); break;
      case 16: for (const notice of bench.outbox(account, 0, 5)) bench.notified(notice); break;
      case 17: bench.uncertain(id, attempt); break;
      // A crash: what was not committed is gone, everything is read again.
      case 18: bench.crash(which * 1_000); break;
      case 19: bench.sweep((which % 3) * 9 * HOUR + 1); bench.engine.rest(bench.wallMs); while (bench.engine.sealing) bench.engine.sealStep(); break;
    }
  }

  it("clause 2.2(2): with crashes in it, the statement is the sum of its rows, the books and what CMPP QUERY tells, before its days are sealed, after, and when their files are gone", () => {
    fc.assert(
      fc.property(terms, fc.array(step, { minLength: 30, maxLength: 120 }), (settings, steps) => {
        const month = new Month(settings);
        try {
          for (const each of steps) live(month, each);
          agree(month);
          month.settle();
          agree(month);
          const sealed = month.statement;
          const days = recount(month.bench, month.account).counts;
          const there = month.bench.books((books) => [books.ledger.sealedDays(), books.days()] as const);
          expect(there[1].filter((day) => there[0].has(day)).length, "days sealed").to.be.greaterThan(0);
          for (const day of there[0]) {
            chmodSync(dayPath(month.bench.dir, day), 0o600);
            rmSync(dayPath(month.bench.dir, day));
          }
          expect(month.statement).to.deep.equal(sealed);
          for (const [day, counted] of days) expect(month.counts(day), day).to.deep.equal(counted);
          expect(month.bench.problems()).to.deep.equal([]);
        } finally {
          month.close();
        }
      }),
      { numRuns: 12 },
    );
  }).timeout(120_000);
});
