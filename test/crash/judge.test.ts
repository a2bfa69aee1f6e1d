/** The judge itself: what it lets pass, and that it sees each broken promise. */
import { expect } from "chai";
import { decodeSubmit } from "../../protocols/cmpp/codec.js";
import type { SubmitBody } from "../../protocols/cmpp/codec.js";
import { decodeSubmitSm } from "../../protocols/smpp/codec.js";
import type { SubmitSm } from "../../protocols/smpp/codec.js";
import { cmppLoad } from "../../src/simulator/load-cmpp.js";
import { smppLoad } from "../../src/simulator/load-smpp.js";
import { judge } from "./judge.js";
import type { Case, Verdict } from "./judge.js";
import { Planner } from "./plan.js";
import { Records } from "./records.js";
import { SerialSource, isBlocked, numberOf, partOf, serialOf, serialOfNumber } from "./serials.js";

const PRICE = 35_000n;

class Story {
  nowMs = 1_000;
  readonly records = new Records(() => this.nowMs);

  accepted(serial: number, id = `id${serial}`): this {
    this.records.submitted(serial, "acme");
    this.records.accepted(serial, id);
    return this;
  }

  /** Accepted, sent and told once: a good life. */
  good(...serials: readonly number[]): this {
    for (const serial of serials) {
      this.accepted(serial).records.arrived(serial);
      this.receipt(serial);
    }
    return this;
  }

  receipt(serial: number, state = "DELIVRD"): this {
    this.records.receipt(`id${serial}`, state, numberOf(serial));
    return this;
  }

  kill(windows = 1, deliverWindows = 1): this {
    this.records.disturbed({ kind: "kill", atMs: this.nowMs, submits: new Map([["mobile", windows]]), receipts: new Map([["acme", deliverWindows]]) });
    return this;
  }

  loss(windows = 1): this {
    this.records.disturbed({ kind: "loss", atMs: this.nowMs, submits: new Map([["mobile", windows]]), receipts: new Map() });
    return this;
  }

  judged(charged: number, others: Partial<Case> = {}): Verdict {
    return judge({
      records: this.records, priceMicros: PRICE, operatorOf: new Map([["acme", "mobile"]]), blockedStatus: 0x465, receiptsLeft: 0, verify: { clean: true, problems: [] },
      money: [{ account: "acme", availableMicros: 350_000n - BigInt(charged) * PRICE, heldMicros: 0n, toppedUpMicros: 350_000n }],
      ...others,
    });
  }
}

const rules = (verdict: Verdict): string[] => verdict.violations.map(({ rule }) => rule);

describe("the crash judge", () => {
  it("finds nothing wrong with a good life", () => {
    expect(rules(new Story().good(1, 2, 3).judged(3))).to.deep.equal([]);
  });

  it("counts an unanswered submit as free to be sent or not, and charged when it was", () => {
    const story = new Story();
    for (const serial of [1, 2]) {
      story.records.submitted(serial, "acme");
      story.records.unanswered(serial);
    }
    story.records.arrived(1);
    story.records.receipt("unheard", "DELIVRD", numberOf(1));
    expect(rules(story.judged(1))).to.deep.equal([]);
    expect(rules(story.judged(2))).to.deep.equal(["money"]);
    expect(rules(story.judged(0))).to.deep.equal(["money"]);
  });

  it("lets a message come twice when a kill caught it on its way", () => {
    const story = new Story().good(1).kill();
    story.records.arrived(1);
    const verdict = story.judged(1);
    expect(rules(verdict)).to.deep.equal([]);
    expect(verdict).to.include({ doubles: 1, mostDoubles: 1 });
  });

  it("lets a receipt come again after a kill, within the deliver windows", () => {
    const story = new Story().good(1, 2).kill(0, 1).receipt(1);
    expect(rules(story.judged(2))).to.deep.equal([]);
    expect(rules(story.receipt(2).judged(2))).to.deep.equal(["receipts"]);
  });

  it("lets an accepted message end unsent with a receipt and its money back", () => {
    const verdict = new Story().accepted(1).receipt(1, "UNKNOWN").judged(0);
    expect([rules(verdict), verdict.returned]).to.deep.equal([[], 1]);
  });

  it("expects the money back for a message that ended as UNKNOWN, sent or not", () => {
    const story = new Story().accepted(1).receipt(1, "UNKNOWN").good(2);
    story.records.arrived(1);
    const verdict = story.judged(1);
    expect([rules(verdict), verdict.unknown]).to.deep.equal([[], 1]);
    expect(rules(story.judged(2))).to.deep.equal(["money"]);
  });

  it("expects it back for one whose answer was lost, too", () => {
    const story = new Story();
    story.records.submitted(1, "acme");
    story.records.unanswered(1);
    story.records.arrived(1);
    story.records.receipt("unheard", "UNKNOWN", numberOf(1));
    expect(rules(story.judged(0))).to.deep.equal([]);
    expect(rules(story.judged(1))).to.deep.equal(["money"]);
  });

  const broken: [string, () => Verdict, string[]][] = [
    ["an accepted message that vanished", () => new Story().accepted(1).judged(0), ["receipts", "lost"]],
    ["a delivery that never reached the operator", () => new Story().accepted(1).receipt(1).judged(0), ["lost"]],
    ["a receipt that never came", () => { const story = new Story().accepted(1); story.records.arrived(1); return story.judged(1); }, ["receipts"]],
    ["a double without a cause", () => { const story = new Story().kill().good(1); story.records.arrived(1); return story.judged(1); }, ["doubles"]],
    ["more doubles than the windows hold", () => { const story = new Story().good(1, 2).kill(1); story.records.arrived(1); story.records.arrived(2); return story.judged(2); }, ["doubles"]],
    ["a double long after it was answered", () => { const story = new Story().good(1); story.nowMs += 60_000; story.kill().records.arrived(1); return story.judged(1); }, ["doubles"]],
    ["a message that came three times", () => { const story = new Story().good(1).loss(); story.records.arrived(1); story.loss().records.arrived(1); return story.judged(1); }, ["doubles"]],
    ["a receipt that came again by itself", () => new Story().good(1).loss().receipt(1).judged(1), ["receipts"]],
    ["receipts that contradict each other", () => new Story().good(1).kill().receipt(1, "UNDELIV").judged(1), ["receipts"]],
    ["a refused message that was sent", () => { const story = new Story(); story.records.submitted(1, "acme"); story.records.refused(1, 0x464); story.records.arrived(1); return story.judged(1); }, ["refused"]],
    ["a blocked word that passed", () => new Story().good(7).judged(1), ["screening"]],
    ["a refusal for a word that is not there", () => { const story = new Story(); story.records.submitted(1, "acme"); story.records.refused(1, 0x465); return story.judged(0); }, ["refused"]],
    ["one id for two messages", () => { const story = new Story().good(1); story.accepted(2, "id1").records.arrived(2); return story.judged(2); }, ["strangers", "receipts"]],
    ["a submit nobody sent", () => { const story = new Story().good(1); story.records.arrived(99); return story.judged(1); }, ["strangers"]],
    ["a receipt for nobody's message", () => { const story = new Story().good(1); story.records.receipt("other", "DELIVRD", numberOf(1)); return story.judged(1); }, ["strangers"]],
    ["a submit without outcome", () => { const story = new Story(); story.records.submitted(1, "acme"); return story.judged(0); }, ["outcomes"]],
    ["money taken twice", () => new Story().good(1).judged(2), ["money"]],
    ["money still held", () => new Story().good(1).judged(0, { money: [{ account: "acme", availableMicros: 0n, heldMicros: 35_000n, toppedUpMicros: 70_000n }] }), ["money"]],
    ["an overspent account", () => new Story().good(1, 2).judged(0, { money: [{ account: "acme", availableMicros: -35_000n, heldMicros: 0n, toppedUpMicros: 35_000n }] }), ["money"]],
    ["books that do not balance", () => new Story().good(1).judged(1, { verify: { clean: false, problems: ["entries sum to 1"] } }), ["ledger verify"]],
    ["receipts the operator still has", () => new Story().good(1).judged(1, { receiptsLeft: 2 }), ["receipts at the operator"]],
  ];
  for (const [name, verdict, expected] of broken) {
    it(`sees ${name}`, () => {
      expect(rules(verdict())).to.deep.equal(expected);
    });
  }
});

describe("the crash test's submits", () => {
  /** What a peer reads of a submit, by protocol. */
  const readings = [
    [smppLoad, (frame: Buffer) => {
      const submit = decodeSubmitSm(frame) as SubmitSm;
      return { destination: submit.destination_addr, octets: submit.short_message, hasUdh: submit.esm_class === 0x40, parts: "" };
    }],
    [cmppLoad("100001"), (frame: Buffer) => {
      const submit = decodeSubmit(frame, 0x30) as SubmitBody;
      return { destination: submit.Dest_terminal_Id[0] ?? "", octets: submit.Msg_Content, hasUdh: submit.TP_udhi === 1, parts: `${submit.Pk_total} ${submit.Pk_number}` };
    }],
  ] as const;
  for (const [wire, read] of readings) {
    it(`carry their serial through the codec of ${wire.protocol}, in single texts and in both parts of a long one`, () => {
      const written: number[] = [];
      const source = new SerialSource(5_000_000, 40, wire, (serial) => written.push(serial));
      for (let ordinal = 0; ordinal < source.submits; ordinal++) {
        const serial = 5_000_000 + ordinal;
        const target = Buffer.alloc(source.maxOctets + 8);
        const { destination, octets, hasUdh, parts } = read(target.subarray(8, source.write(target, 8, ordinal + 1, ordinal)));
        expect(serialOf(octets)).to.equal(serial);
        expect(destination).to.match(/^130\d{8}$/).and.equal(numberOf(serial));
        expect(serialOfNumber(destination)).to.equal(partOf(serial) === 2 ? serial - 1 : serial);
        expect(hasUdh).to.equal(partOf(serial) !== 0);
        if (parts !== "") expect(parts).to.equal(hasUdh ? `2 ${partOf(serial)}` : "1 1");
      }
      expect(written.filter(isBlocked)).to.have.length(2);
      expect(written.filter((serial) => partOf(serial) > 0)).to.have.length(4);
    });
  }

  it("show no serial where there is none", () => {
    expect([serialOf(Buffer.from("0041", "hex")), serialOf(Buffer.from("文".repeat(20), "utf16le").swap16())]).to.deep.equal([-1, -1]);
  });

  it("are planned alike from one seed, and killed within the time given", () => {
    const plans = (seed: number) => { const planner = new Planner(seed, 2); return [1, 2, 3, 4, 5].map((no) => planner.round(no)); };
    expect(plans(7)).to.deep.equal(plans(7));
    expect(plans(7)).to.not.deep.equal(plans(8));
    for (const { killAfterMs, losses } of plans(9)) {
      expect(killAfterMs).to.be.within(300, 2_000);
      expect(losses.every(({ afterMs }) => afterMs < killAfterMs)).to.equal(true);
    }
  });
});
