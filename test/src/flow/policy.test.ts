import { expect } from "chai";
import { MessageState } from "../../../protocols/model/state.js";
import { Commit } from "../../../src/store/store.js";
import { chinese, partsOf, PolicyRoad } from "./policy-road.js";
import { screenOf } from "./road.js";

/** 2025-11-25 10:00 in the business time zone. */
const TEN = Date.UTC(2025, 10, 25, 2);
const HOUR = 3_600_000;
const SIGNED = "【顺风】您的快递已到";
const SIGNATURES = [{ no: 3, text: "顺风", state: "registered", source: "" }] as const;
const TEMPLATES = [{ no: 1, text: "您的快递已到{place}" }, { no: 2, text: "贷款{what}" }, { no: 3, text: "看{what}" }] as const;

/** An account with every policy on. */
const EVERYTHING = {
  signatureRule: "registered", signaturePlace: "start", signatures: SIGNATURES, templateRule: "only", templates: TEMPLATES, links: "refuse",
  networks: ["mobile"], abroad: "refuse", hours: ["08:00-22:00"], frequency: ["2/h", "3/d@sig"], duplicateWindowMs: 600_000, blastRun: 5,
} as const;

function road(terms: object = EVERYTHING): PolicyRoad {
  const made = new PolicyRoad(terms);
  made.clock.wallMs = TEN;
  return made;
}

describe("one account with every policy on", () => {
  const cases: readonly [outcome: string, said: string, to: string, evidence: string, before?: (road: PolicyRoad) => void][] = [
    ["ok", `${SIGNED}东门`, "13800138000", ""],
    ["blocked_content", "【顺风】您的快递已到发票", "13800138000", "words:发票@words.txt:1#1"],
    ["signature", "【别家】您的快递已到东门", "13800138000", "signature:别家@unregistered"],
    ["template", "【顺风】恭喜中奖", "13800138000", "template:none@templates"],
    ["destination_blocked", `${SIGNED}东门`, "13800138001", "blocked:all", (each) => each.lists.all.block.change("13800138001", 0)],
    ["off_net", `${SIGNED}东门`, "13000138000", "off_net:unicom"],
    ["international", `${SIGNED}东门`, "+85291234567", "abroad"],
    ["hours", `${SIGNED}东门`, "13800138000", "hours", (each) => void (each.clock.wallMs = TEN + 13 * HOUR)],
    ["duplicate", `${SIGNED}东门`, "13800138000", "duplicate", (each) => each.say(`${SIGNED}东门`)],
    ["frequency", `${SIGNED}东门`, "13800138000", "", (each) => ["西门", "北门"].forEach((gate) => each.say(SIGNED + gate))],
  ];
  for (const [outcome, said, to, evidence, before] of cases) {
    it(`answers ${outcome}, and keeps why`, () => {
      const each = road();
      before?.(each);
      expect(each.say(said, to)).to.equal(outcome);
      if (outcome === "ok") {
        expect([each.kept, each.store.accepted.at(-1)?.signatureNo]).to.deep.equal([[], 3]);
      } else {
        expect(each.kept).to.have.length(1);
        if (evidence !== "") expect(each.kept[0]).to.equal(evidence);
      }
    });
  }

  it("notes signatures that nobody knows of it, in whole texts and in parts, once each, and too many of them", () => {
    const each = road({ signatureRule: "required", newSignatures: 2, signatures: SIGNATURES });
    for (const said of ["【顺风】您好", "【甲公司】您好", "【甲公司】再见", "您好"]) each.say(said);
    for (const part of partsOf(["【乙公司】您", "好"])) each.send(part);
    expect(each.signatures).to.deep.equal(["甲公司 10690001", "乙公司 10690001"]);
    each.say("【丙公司】您好");
    expect(each.signatures.slice(2)).to.deep.equal(["丙公司 10690001", "growth"]);
  });

  it("answers the first in the order of refusals where several apply", () => {
    const each = road();
    each.lists.all.block.change("13000138000", 0);
    expect(each.say("【别家】发票", "13000138000")).to.equal("blocked_content");
    expect(each.say("【别家】x", "13000138000")).to.equal("signature");
    expect(each.say(`${SIGNED}东门`, "13000138000")).to.equal("destination_blocked");
  });

  it("counts nothing that was refused: the next is not too many", () => {
    const each = road();
    for (let time = 0; time < 5; time++) each.say("【顺风】您的快递已到发票");
    expect([each.say(`${SIGNED}东门`), each.say(`${SIGNED}西门`)]).to.deep.equal(["ok", "ok"]);
  });

  it("counts nothing that the store refused, nor what nobody could send", () => {
    const each = road();
    each.store.result = Commit.noCredit;
    expect(each.say(`${SIGNED}东门`)).to.equal("no_credit");
    each.store.result = Commit.ok;
    each.flow.credited(1);
    expect(each.say(`${SIGNED}东门`)).to.equal("ok");
  });

  it("takes changed terms over at once", () => {
    const each = road();
    expect(each.say("今天下午三点开会")).to.equal("signature");
    each.owner.setTerms({ ...each.owner.terms, signatureRule: "off", templateRule: "off" }, 480);
    each.flow.accountsChanged();
    expect(each.say("今天下午三点开会")).to.equal("ok");
  });

  it("finds blasting in destinations that were refused for something else, and refuses the block", () => {
    const each = road({ ...EVERYTHING, templateRule: "off" });
    for (let last = 0; last < 6; last++) each.say("【顺风】发票", `1380013800${String(last)}`);
    expect([each.blasting, each.say(`${SIGNED}东门`, "13800138009")]).to.deep.equal([[true], "blasting"]);
  });
});

describe("several destinations and policies", () => {
  const submitAll = (each: PolicyRoad, said: string, ...to: string[]): string => {
    each.flow.submitAll(each.customer, each.owner, 1, to.map((one) => chinese(said, one)));
    each.store.commit();
    return each.answers.at(-1) ?? "";
  };

  it("are refused together for one of them, and none counts", () => {
    const each = road({ frequency: ["1/h"], networks: ["mobile"] });
    expect(submitAll(each, "一", "13800138000", "13800138001", "13000138000")).to.equal("off_net");
    expect(each.store.accepted).to.have.length(0);
    expect(submitAll(each, "二", "13800138000", "13800138001")).to.equal("ok");
    expect(submitAll(each, "三", "13800138002", "13800138001")).to.equal("frequency");
    expect(each.say("四", "13800138002")).to.equal("ok");
  });

  it("take back once what was refused by receipt, though nobody could have sent it", () => {
    const each = road({ frequency: ["2/h"], networks: ["mobile"], refuseBy: "receipt" });
    expect(each.say("一", "13800138000")).to.equal("ok");
    each.store.result = Commit.noCredit;
    expect(each.say("二", "13800138001")).to.equal("no_credit");
    expect(submitAll(each, "三", "13800138000", "13000138000")).to.equal("no_credit");
    each.store.result = Commit.ok;
    each.flow.credited(1);
    each.say("四", "13800138000");
    expect([...each.store.ended.values()]).to.deep.equal([]);
    each.say("五", "13800138000");
    expect([...each.store.ended.values()]).to.deep.equal(["rejected frequency"]);
  });

  it("see the same number twice in one submit", () => {
    const each = road({ frequency: ["1/h"] });
    expect(submitAll(each, "一", "13800138000", "13800138000")).to.equal("frequency");
  });
});

describe("policies of an account that wants refusals by receipt", () => {
  it("accept, and then end it with the reason", () => {
    const each = road({ ...EVERYTHING, refuseBy: "receipt" });
    expect(each.say("【顺风】恭喜中奖")).to.equal("ok");
    const [accepted] = each.store.accepted;
    expect([accepted?.state, accepted?.wordsVersion, each.store.ended.get(accepted?.message.id ?? 0)]).to.deep.equal([MessageState.held, 0, "rejected template"]);
  });
});

describe("policies of longer texts", () => {
  it("judge the text rules once it is whole, and refuse by receipt", () => {
    const each = road({ signatureRule: "registered", signatures: SIGNATURES });
    const parts = partsOf(["【别家】一", "二"]).map((part) => each.send(part));
    expect(each.answers).to.deep.equal(["ok", "ok"]);
    expect(each.ended(...parts)).to.deep.equal(["rejected signature", "rejected signature"]);
    const good = partsOf(["【顺风】一", "二"], 8).map((part) => each.send(part));
    expect(each.released(...good)).to.deep.equal([true, true]);
    expect(each.store.calls.filter((call) => call.startsWith("sign "))).to.deep.equal(good.map(({ id }) => `sign ${String(id)} 3`));
  });

  it("refuse a part by receipt for whom it goes to, with each of its parts", () => {
    const each = road({ networks: ["mobile"] });
    const parts = partsOf(["一", "二"], 7, "13000138000").map((part) => each.send(part));
    expect([each.answers, each.ended(...parts), each.flow.gatheringGroups]).to.deep.equal([["ok", "ok"], ["rejected off_net", "rejected off_net"], 0]);
  });

  it("go to a number that is on the list of their signature alone, which is known once they are whole", () => {
    const each = road({ signatures: SIGNATURES, recipients: "listed" });
    each.lists.list({ kind: "allow", accountNo: 1, signatureNo: 3 }).change("13800138000", 0);
    const listed = partsOf(["【顺风】一", "二"]).map((part) => each.send(part));
    expect(each.released(...listed)).to.deep.equal([true, true]);
    const unsigned = partsOf(["一", "二"], 8).map((part) => each.send(part));
    expect(each.ended(...unsigned)).to.deep.equal(["rejected destination_blocked", "rejected destination_blocked"]);
  });

  it("count a text once, however many parts it has", () => {
    const each = road({ frequency: ["1/h"] });
    const first = partsOf(["一", "二", "三"]).map((part) => each.send(part));
    expect(each.released(...first)).to.deep.equal([true, true, true]);
    const second = partsOf(["四", "五"], 8).map((part) => each.send(part));
    expect(each.ended(...second)).to.deep.equal(["rejected frequency", "rejected frequency"]);
  });

  it("ask of a text that never became whole what they ask of a whole one: a part without the signature does not go", () => {
    const each = road({ signatureRule: "registered", signatures: SIGNATURES });
    const [, second] = partsOf(["【顺风】一", "二"]);
    const part = each.send(second as never);
    each.flow.heldOverdue([each.stored(part)]);
    expect(each.ended(part)).to.deep.equal(["rejected signature"]);
  });

  it("are screened by lists as the account takes their categories", () => {
    const each = road({ categories: ["words=flag"] });
    expect(each.say("开发票")).to.equal("ok");
    expect(each.store.accepted[0]?.flags).to.equal("words:发票@words.txt:1");
  });
});

describe("a message that was scheduled", () => {
  const later = (each: PolicyRoad, atMs: number, to = "13800138000"): string => each.say("会议三点开始", to, { scheduledAtMs: atMs });
  const release = (each: PolicyRoad): void => {
    const [intent] = each.store.accepted;
    if (intent === undefined) throw new Error("nothing was accepted");
    each.store.onDisk.set(intent.message.id, { message: intent.message, accountNo: 1, laneNo: intent.laneNo, order: 1, claimed: false });
    each.flow.queued(intent.laneNo, 1);
    each.store.commit();
  };

  it("is judged by the hours of its time, not of its submit", () => {
    const each = road({ hours: ["08:00-22:00"] });
    expect([later(each, TEN + 5 * HOUR), later(each, TEN + 13 * HOUR)]).to.deep.equal(["ok", "hours"]);
  });

  it("does not go when its number was blocked meanwhile, or the hour is not right any more", () => {
    for (const [change, outcome] of [
      [(each: PolicyRoad) => each.lists.account(1).block.change("13800138000", 0), "rejected destination_blocked"],
      [(each: PolicyRoad) => void (each.clock.wallMs = TEN + 13 * HOUR), "rejected hours"],
    ] as const) {
      const each = road({ hours: ["08:00-22:00"] });
      later(each, TEN + HOUR);
      each.clock.wallMs = TEN + HOUR;
      change(each);
      release(each);
      expect([[...each.store.ended.values()], each.operator.written]).to.deep.equal([[outcome], []]);
    }
  });

  it("goes by the lists of the signature it bears", () => {
    for (const [change, outcome] of [
      [(each: PolicyRoad) => each.lists.list({ kind: "optout", accountNo: 1, signatureNo: 3 }).change("13800138000", 0), ["rejected destination_blocked"]],
      [(each: PolicyRoad) => each.lists.list({ kind: "optout", accountNo: 1, signatureNo: 4 }).change("13800138000", 0), []],
    ] as const) {
      const each = road({ signatures: SIGNATURES });
      each.say(SIGNED, "13800138000", { scheduledAtMs: TEN + HOUR });
      each.clock.wallMs = TEN + HOUR;
      change(each);
      release(each);
      expect([[...each.store.ended.values()], each.operator.written.length]).to.deep.equal([outcome, 1 - outcome.length]);
    }
  });

  it("goes when nothing has changed", () => {
    const each = road({ hours: ["08:00-22:00"] });
    later(each, TEN + HOUR);
    each.clock.wallMs = TEN + HOUR;
    release(each);
    expect(each.operator.written).to.have.length(1);
  });
});

describe("a queued message whose account's terms have changed", () => {
  it("goes as it was accepted: the new terms are for what comes after", () => {
    const each = road({});
    each.operator.anyBound = false;
    each.say("会议三点开始");
    each.flow.accounts.update([{ ...each.owner.terms, hours: ["01:00-02:00"], signatureRule: "registered", networks: ["unicom"], quotaDay: 1, duplicateWindowMs: HOUR }], each.clock.monotonicMs);
    each.flow.accountsChanged();
    expect(each.say("会议三点开始")).to.equal("signature");
    each.operator.anyBound = true;
    each.flow.tick(0);
    each.store.commit();
    expect([each.operator.written, [...each.store.ended.values()]]).to.deep.equal([[each.store.accepted[0]?.message.id], []]);
  });
});

describe("a queued message that newer lists hold", () => {
  it("waits for a person instead of going out", () => {
    const each = road({});
    each.operator.anyBound = false;
    each.say("低息贷款");
    const [intent] = each.store.accepted;
    each.flow.screen = screenOf(2, "[loan hold]", "贷款");
    each.operator.anyBound = true;
    each.flow.tick(0);
    each.store.commit();
    const id = String(intent?.message.id);
    expect(each.store.calls.find((call) => call.startsWith("review"))).to.equal(`review ${id} as ${id} until ${String(TEN + each.owner.terms.reviewMs)}: blocked_content loan:贷款@words.txt:2`);
    expect([each.operator.written, each.owner.queued, each.reviews]).to.deep.equal([[], 0, ["blocked_content 1"]]);
  });
});
