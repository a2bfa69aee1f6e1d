import { expect } from "chai";
import { Encoding, type Message } from "../../../protocols/model/message.js";
import { readConcatenation } from "../../../protocols/model/udh.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { Holder } from "../../../src/flow/hold.js";
import { Outward } from "../../../src/flow/outward.js";
import type { Submission } from "../../../src/flow/submission.js";
import type { Screen } from "../../../src/filter/screen.js";
import { Commit, type Store } from "../../../src/store/store.js";
import { account, accounts, FakeOperator, message, NO_METRICS } from "./fixtures.js";
import { part, Road, screenOf } from "./road.js";

const BLOCKS_INVOICE = {
  version: 1,
  screen: (text: string) => (text.includes("发票") ? { action: "reject", category: "fraud", word: "发票", rule: "1" } : null),
} as unknown as Screen;

/** A holder whose store only writes down what becomes of each message. */
class Bench {
  readonly told: string[] = [];
  readonly holder: Holder;
  readonly #binary: "pass" | "refuse";
  #lastId = 0;

  constructor(binary: "pass" | "refuse" = "pass") {
    this.#binary = binary;
    const store = {
      evidence: (id: number, flags: string) => this.told.push(`evidence ${id} ${flags}`),
      release: (_: Submission, id: number) => this.told.push(`sent ${id}`),
      end: (_: Submission, id: number, _state: number, outcome: Outcome) => this.told.push(`ended ${id} ${outcome}`),
    };
    const operator = new FakeOperator(1);
    this.holder = new Holder({
      store: store as unknown as Store, clock: new ManualClock(), metrics: NO_METRICS, screen: BLOCKS_INVOICE, outward: new Outward(0), portOf: () => operator, leave: () => false,
    }, { maxGathering: 10, gatheringShare: 1, incomplete: "send", fragmentMs: 3_600_000 }, { refusedFinally: () => undefined, heldForReview: () => undefined });
  }

  part(hex: string, encoding: Encoding): Submission {
    const made: Message = message(++this.#lastId);
    made.octets = Buffer.from(hex, "hex");
    made.encoding = encoding;
    made.hasUdh = true;
    readConcatenation(made.octets, made);
    const live = accounts(new ManualClock(), account(1, { binary: this.#binary })).byNo(1);
    return { message: made, accountNo: 1, account: live, refuseAfter: Outcome.ok, review: null, parts: null } as unknown as Submission;
  }
}

describe("Holder", () => {
  it("refuses a forbidden text though one of its parts is binary", () => {
    const bench = new Bench();
    bench.holder.held(bench.part("0500032a020153d17968", Encoding.ucs2));
    bench.holder.held(bench.part("0500032a020200ff", Encoding.binary));
    expect(bench.told).to.deep.equal([
      "evidence 1 fraud:发票@1", "evidence 2 fraud:发票@1", `ended 1 ${Outcome.blocked_content}`, `ended 2 ${Outcome.blocked_content}`,
    ]);
  });

  it("lets go of the read that a part came in, and of Node's pool", () => {
    const bench = new Bench();
    const waits = bench.part("0500032a020153d17968", Encoding.ucs2);
    waits.message.octets = Buffer.concat([Buffer.alloc(1_000), waits.message.octets]).subarray(1_000);
    waits.message.extras = Buffer.from("what its protocol alone understands");
    bench.holder.held(waits);
    const { octets, extras } = waits.message;
    expect([octets.toString("hex"), octets.buffer.byteLength]).to.deep.equal(["0500032a020153d17968", 10]);
    expect([extras?.toString(), extras?.buffer.byteLength]).to.deep.equal(["what its protocol alone understands", 35]);
  });

  it("refuses parts whose text cannot be read, together and alone", () => {
    const bench = new Bench();
    bench.holder.held(bench.part("0500032a020153d17968", Encoding.ucs2));
    bench.holder.held(bench.part("0500032a0202b7a2", Encoding.ascii));
    const alone = bench.part("0500032b0202b7a2", Encoding.ascii);
    bench.holder.held(alone);
    bench.holder.overdue([alone]);
    expect(bench.told).to.deep.equal([1, 2, 3].map((id) => `ended ${id} ${Outcome.invalid_encoding}`));
  });

  it("passes binary parts, or refuses them where the account's setting says so", () => {
    for (const [binary, told] of [["pass", "sent"], ["refuse", "ended"]] as const) {
      const bench = new Bench(binary);
      bench.holder.held(bench.part("0500032a020100ff", Encoding.binary));
      bench.holder.held(bench.part("0500032a020200ff", Encoding.binary));
      const end = binary === "refuse" ? ` ${Outcome.not_supported}` : "";
      expect(bench.told).to.deep.equal([`${told} 1${end}`, `${told} 2${end}`]);
    }
  });
});

describe("A text that is whole", () => {
  const FIRST = "0500032b02015f00";
  const SECOND = "0500032b020253d1";
  const whole = (road: Road): readonly [Message, Message] => [road.send(part(FIRST)), road.send(part(SECOND))];

  it("goes straight to a link that has room, past the queue", () => {
    const road = new Road();
    const parts = whole(road);
    expect(road.store.calls.filter((call) => call.startsWith("release"))).to.deep.equal([]);
    expect(road.operator.written).to.deep.equal(parts.map(({ id }) => id));
    expect(road.owner.queued).to.equal(0);
  });

  it("keeps with each part what the whole was flagged for, and goes out", () => {
    const flags = { version: 1, screen: (said: string) => (said.includes("开发") ? { action: "flag", category: "tax", word: "开发", rule: "2" } : null) } as unknown as Screen;
    const road = new Road();
    road.flow.screen = flags;
    const parts = whole(road);
    expect(road.operator.written).to.deep.equal(parts.map(({ id }) => id));
    expect([...road.store.evidenceOf]).to.deep.equal(parts.map(({ id }) => [id, "tax:开发@2"]));
  });

  it("is queued as far as no link has room", () => {
    const road = new Road();
    road.operator.window = 1;
    const [first, second] = whole(road);
    expect(road.operator.written).to.deep.equal([first.id]);
    expect(road.store.calls).to.include(`release ${String(second.id)}`);
  });

  it("is queued when newer word lists have judged it, so that its row says so", () => {
    const road = new Road();
    const first = road.send(part(FIRST));
    road.flow.screen = screenOf(9, "75折券");
    road.send(part(SECOND));
    expect(road.store.calls).to.include(`release ${String(first.id)}`);
  });

  it("waits for another try when its mark cannot be made, and gives its place back when it has ended meanwhile", () => {
    for (const [result, queued] of [[Commit.unavailable, 2], [Commit.notApplicable, 0]] as const) {
      const road = new Road();
      road.send(part(FIRST));
      road.submit(part(SECOND));
      road.store.commitOne();
      road.store.result = result;
      road.store.commit();
      expect([road.operator.used, road.operator.written.length, road.owner.queued], String(result)).to.deep.equal([0, 0, queued]);
      road.store.result = Commit.ok;
      road.flow.tick(0);
      road.store.commit();
      expect([road.operator.written.length, road.owner.queued], String(result)).to.deep.equal([queued, 0]);
    }
  });
});
