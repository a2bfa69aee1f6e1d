import { expect } from "chai";
import { Outcome, OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { MessageState } from "../../../protocols/model/state.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { Judged } from "../../../src/contract/judged.js";
import { Trackers, compileTrafficPolicy, type TrafficPolicy } from "../../../src/contract/traffic-policy.js";
import { Accepted, AcceptLimits, admit } from "../../../src/flow/accept.js";
import { Accounts, type LiveAccount } from "../../../src/flow/accounts.js";
import { Recall } from "../../../src/flow/recall.js";
import type { Account } from "../../../src/ledger/account.js";
import type { Answer, Query } from "../../../src/store/query.js";
import { Bench, NOON } from "../store/engine-bench.js";
import { account, message } from "./fixtures.js";

const MINUTE_MS = 60_000;
const PHONE = "13800138000";
const TEXT = (text: string): Buffer => Buffer.from(text);

/** What a gateway knows after a start on the bench's books. */
class Started {
  readonly clock: ManualClock;
  readonly told: string[] = [];
  readonly blasting: string[] = [];
  readonly live: LiveAccount;
  readonly traffic: TrafficPolicy;
  readonly trackers: Trackers;
  readonly recall: Recall;
  /** Questions that are refused as busy first. */
  busy = 0;

  constructor(bench: Bench, settings: Partial<Account>, maxNumbers = 4_096) {
    this.clock = new ManualClock(bench.wallMs);
    const accounts = new Accounts();
    accounts.update([account(1, settings)], this.clock.monotonicMs);
    this.live = accounts.byNo(1) as LiveAccount;
    this.traffic = compileTrafficPolicy(this.live.terms) as TrafficPolicy;
    this.trackers = new Trackers({ zoneMinutes: 480, maxNumbers, maxTexts: 4_096, maxBlocks: 4_096 }, { blasting: (no, on) => void this.blasting.push(`${String(no)} ${String(on)}`) });
    const query = (asked: Query): Promise<Answer> => (this.busy-- > 0 ? Promise.reject(new Error("busy")) : Promise.resolve(bench.ask(asked)));
    this.recall = new Recall({
      store: { query }, clock: this.clock, trackers: this.trackers,
      recalled: (count, messages, _tookMs, failure) => void this.told.push(`${String(count)} ${String(messages)} ${failure}`),
    });
  }

  run(): Promise<void> {
    return this.recall.run([{ account: this.live, traffic: this.traffic }]);
  }

  judge(to: string, text: string, signatureNo = 0): string {
    const judged = new Judged();
    judged.signatureNo = signatureNo;
    this.trackers.blast(this.live.terms, to, this.clock.wallMs);
    this.traffic.judge(this.trackers, this.live.terms, to, text, judged, this.clock.wallMs);
    return OUTCOME_NAMES[judged.outcome] as string;
  }
}

describe("recall", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
    bench.account("a");
  });
  afterEach(() => bench.close());

  it("a restart forgets no cap, no duplicate and no number of a row", async () => {
    bench.accept({ octets: TEXT("one"), signature: 2 });
    bench.wallMs += 5 * MINUTE_MS;
    bench.accept({ octets: TEXT("two") });
    for (let i = 0; i < 19; i++) bench.accept({ destination: `86137123400${String(10 + i)}`, octets: TEXT(`n${String(i)}`), charge: 0 });
    bench.restart(MINUTE_MS);
    const started = new Started(bench, { frequency: ["2/d", "1/d@sig"], duplicateWindowMs: 10 * MINUTE_MS, blastRun: 20 });
    await started.run();
    expect(started.told).to.deep.equal(["1 21 "]);
    expect(started.judge(PHONE, "three")).to.equal("frequency");
    expect(started.judge("13712340010", "n0", 5)).to.equal("duplicate");
    expect(started.judge("13712340010", "other", 2)).to.equal("ok");
    expect(started.judge("13712340029", "other")).to.equal("blasting");
    expect(started.blasting).to.deep.equal(["1 true"]);
  });

  it("counts a text in parts once, by what it says as a whole", async () => {
    const place = (no: number): readonly [number, number, number] => [7, 2, no];
    const part = (no: number, text: string): void => void bench.accept({ state: MessageState.held, place: place(no), octets: TEXT(text), dueMs: bench.wallMs + MINUTE_MS });
    part(2, " world");
    part(1, "hello");
    const started = new Started(bench, { frequency: ["2/d"], duplicateWindowMs: 10 * MINUTE_MS });
    await started.run();
    expect([started.judge(PHONE, "hello world"), started.judge(PHONE, "hello")]).to.deep.equal(["duplicate", "ok"]);
  });

  it("knows a text with the account's signature again, stored with it or without", async () => {
    bench.accept({ octets: TEXT("a: hello"), destination: "13900139001" });
    bench.accept({ octets: TEXT("hello"), destination: "13900139002" });
    const started = new Started(bench, { duplicateWindowMs: MINUTE_MS, signature: "a: " });
    await started.run();
    expect(["13900139001", "13900139002"].map((to) => started.judge(to, "a: hello"))).to.deep.equal(["duplicate", "duplicate"]);
  });

  it("a block that was refused stays so, and its account slowed, for the rest of the limit", async () => {
    bench.refusal(1, Outcome.blasting, "blasting");
    const started = new Started(bench, { blastRun: 20 });
    await started.run();
    expect(started.blasting).to.deep.equal([]);
    started.traffic.restoreBlasting(started.trackers, started.live.terms, PHONE, NOON, NOON + MINUTE_MS);
    expect([started.judge("13800139999", "x"), started.trackers.blasting.slowedUntil(1)]).to.deep.equal(["blasting", NOON + started.live.terms.blastLimitMs]);
  });

  it("throttles the account while it reads, asks again when the books are busy, and lets it go in the end", async () => {
    const started = new Started(bench, { frequency: ["2/d"] });
    started.busy = 2;
    const done = started.run();
    const ask = (): Outcome => admit(started.live, message(1), 1, 1, Object.assign(new AcceptLimits(100), { storeAvailable: true }), started.clock.monotonicMs, new Accepted(), started.clock.wallMs);
    expect(ask()).to.equal(Outcome.throttled);
    for (let i = 0; i < 20; i++) {
      await Promise.resolve();
      started.clock.advance(250);
    }
    await done;
    expect([ask(), started.told]).to.deep.equal([Outcome.ok, ["1 0 "]]);
  });

  it("does not wait for ever for books that cannot be read, and says so", async () => {
    const started = new Started(bench, { frequency: ["2/d"] });
    started.busy = Infinity;
    const done = started.run();
    for (let i = 0; i < 2_000 && started.told.length === 0; i++) {
      await Promise.resolve();
      started.clock.advance(250);
    }
    await done;
    expect([started.live.recalling, started.told]).to.deep.equal([false, ["1 0 busy"]]);
  });

  it("says when there is more than may be remembered; the latest is what is", async () => {
    bench.batch(() => {
      for (let i = 0; i < 2_000; i++) bench.putAccept({ charge: 0, destination: `1380013${String(i).padStart(4, "0")}` });
    });
    const started = new Started(bench, { frequency: ["1/d"] }, 1_000);
    await started.run();
    expect(started.told[0]).to.contain("more of it than may be remembered");
    expect([started.judge("13800131999", "x"), started.judge("13800130000", "x")]).to.deep.equal(["frequency", "ok"]);
  });

  it("does nothing where no account has such terms", async () => {
    const started = new Started(bench, { frequency: ["1/d"] });
    await started.recall.run([]);
    expect(started.told).to.deep.equal([]);
  });
});
