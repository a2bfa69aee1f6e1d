import { expect } from "chai";
import { OUTCOME_NAMES, Outcome } from "../../../protocols/model/outcome.js";
import type { Message } from "../../../protocols/model/message.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Commit } from "../../../src/store/store.js";
import type { Decided } from "../../../src/flow/review.js";
import type { ReviewEntry } from "../../../src/store/query.js";
import { partsOf, PolicyRoad } from "./policy-road.js";
import { screenOf } from "./road.js";

const HELD = "低息贷款";
const RULE = "loan:贷款@words.txt:2";

function road(terms: object = {}, ...more: ConstructorParameters<typeof PolicyRoad>[1][]): PolicyRoad {
  const made = new PolicyRoad(terms, ...more);
  made.flow.screen = screenOf(1, "[loan hold]", "贷款");
  return made;
}

/** As the books tell of messages that wait together. */
function entryOf(each: PolicyRoad, messages: readonly Message[], wordsVersion = 1): ReviewEntry {
  const [first] = messages as readonly [Message, ...Message[]];
  return {
    textId: first.id, account: "account1", atMs: 0, dueMs: 0, outcome: Outcome.blocked_content, rule: RULE,
    messages: messages.map((message) => ({ ...each.stored(message), wordsVersion, reviewFor: Outcome.blocked_content })),
  };
}

async function decided(each: PolicyRoad, decision: Promise<Decided>): Promise<string> {
  each.store.commit();
  const { outcome, gone } = await decision;
  return gone ? "gone" : (OUTCOME_NAMES[outcome] ?? "");
}

function accepted(each: PolicyRoad): Message {
  const intent = each.store.accepted.at(-1);
  if (intent === undefined) throw new Error("nothing was accepted");
  return intent.message;
}

describe("a text that a word holds", () => {
  it("is answered ok, and waits for a person with what it is held for", () => {
    const each = road({ reviewMs: 60_000 });
    expect(each.say(HELD)).to.equal("ok");
    const [intent] = each.store.accepted;
    expect(intent?.state).to.equal(MessageState.held);
    expect(intent?.review).to.deep.equal({ outcome: Outcome.blocked_content, rule: RULE });
    expect([intent?.dueMs, each.operator.written, each.reviews]).to.deep.equal([each.clock.wallMs + 60_000, [], ["blocked_content 1"]]);
  });

  it("is refused where something else refuses it", () => {
    const each = road({ networks: ["mobile"] });
    expect(each.say(HELD, "13000138000")).to.equal("off_net");
  });

  it("goes out once a person has let it go", async () => {
    const each = road();
    each.say(HELD);
    const message = accepted(each);
    expect(await decided(each, each.flow.reviews.approve(entryOf(each, [message])))).to.equal("ok");
    expect(each.operator.written).to.deep.equal([message.id]);
  });

  it("goes out in parts where its operator takes it no other way", async () => {
    const each = road();
    each.operator.mostUnits = 3;
    each.say(HELD);
    const [intent] = each.store.accepted;
    expect([intent?.partIds, each.store.splits]).to.deep.equal([2, []]);
    expect(await decided(each, each.flow.reviews.approve(entryOf(each, [accepted(each)])))).to.equal("ok");
    expect(each.store.splits.map(({ parts }) => parts.map(({ message }) => message.id))).to.deep.equal([[1, 2].map((no) => (intent?.message.id ?? 0) + no)]);
  });

  it("is refused by a person, with what it was held for", async () => {
    const each = road();
    each.say(HELD);
    expect(await decided(each, each.flow.reviews.reject(entryOf(each, [accepted(each)])))).to.equal("blocked_content");
    expect(each.ended(accepted(each))).to.deep.equal(["rejected blocked_content"]);
  });

  it("is screened again by newer lists only: what they refuse does not go, what they hold has been looked at", async () => {
    for (const [action, outcome] of [["reject", "blocked_content"], ["hold", "ok"]] as const) {
      const each = road();
      each.say(HELD);
      each.flow.screen = screenOf(2, `[loan ${action}]`, "贷款");
      expect(await decided(each, each.flow.reviews.approve(entryOf(each, [accepted(each)])))).to.equal(outcome);
    }
  });

  it("does not go when its account or its number may not any more", async () => {
    for (const [change, outcome] of [
      [(each: PolicyRoad) => each.owner.setTerms({ ...each.owner.terms, state: "suspended" }, 480), "account_suspended"],
      [(each: PolicyRoad) => each.lists.all.block.change("13800138000", 0), "destination_blocked"],
    ] as const) {
      const each = road();
      each.say(HELD);
      change(each);
      expect(await decided(each, each.flow.reviews.approve(entryOf(each, [accepted(each)])))).to.equal(outcome);
    }
  });

  it("is decided about once: what has gone meanwhile stays as it is", async () => {
    const each = road();
    each.operator.anyBound = false;
    each.say(HELD);
    const entry = entryOf(each, [accepted(each)]);
    const first = each.flow.reviews.approve(entry);
    expect((await each.flow.reviews.reject(entry)).gone).to.equal(true);
    expect(await decided(each, first)).to.equal("ok");
    expect(each.store.calls.filter((call) => call.startsWith("end"))).to.deep.equal([]);
  });

  it("ends by the account's terms when nobody looks in time", async () => {
    for (const [reviewEnd, does] of [["reject", "end"], ["release", "dispatch"]] as const) {
      const each = road({ reviewEnd });
      each.say(HELD);
      const message = accepted(each);
      const entry = entryOf(each, [message]);
      each.store.inReview = [entry];
      each.flow.heldOverdue([...entry.messages]);
      each.store.commit();
      await Promise.resolve();
      await Promise.resolve();
      each.store.commit();
      expect(each.store.calls, reviewEnd).to.include(`${does} ${String(message.id)}`);
    }
  });
});

describe("a longer text that a word holds", () => {
  const PIECES = ["低息贷", "款来了"];

  it("waits as one, all its parts", () => {
    const each = road({ reviewMs: 60_000 });
    const [first, second] = partsOf(PIECES).map((part) => each.send(part)) as [Message, Message];
    expect(each.store.calls.filter((call) => call.startsWith("review")))
      .to.deep.equal([`review ${String(first.id)},${String(second.id)} as ${String(first.id)} until ${String(each.clock.wallMs + 60_000)}: blocked_content ${RULE}`]);
    expect([each.released(first, second), [...each.store.evidenceOf.values()], each.reviews]).to.deep.equal([[false, false], [RULE, RULE], ["blocked_content 2"]]);
  });

  it("goes out as one, whatever order the books tell its parts in", async () => {
    const each = road();
    const parts = partsOf(PIECES).map((part) => each.send(part));
    expect(await decided(each, each.flow.reviews.approve(entryOf(each, [...parts].reverse())))).to.equal("ok");
    expect(each.operator.written).to.deep.equal(parts.map(({ id }) => id));
  });

  it("waits as one when its other parts never come, and its parts go by themselves when it is let go", async () => {
    const each = road();
    const [first, second] = partsOf([...PIECES, "尾"]).slice(0, 2).map((part) => each.send(part)) as [Message, Message];
    each.flow.heldOverdue([each.stored(first), each.stored(second)]);
    each.store.commit();
    expect(each.reviews).to.deep.equal(["blocked_content 2"]);
    expect(await decided(each, each.flow.reviews.approve(entryOf(each, [first, second])))).to.equal("ok");
    expect(each.operator.written).to.deep.equal([first.id, second.id]);
    expect(each.flow.holder.fragments.size).to.equal(2);
  });

  it("tells that it was gone when the store finds nothing to let go", async () => {
    const each = road();
    const parts = partsOf(PIECES).map((part) => each.send(part));
    const decision = each.flow.reviews.approve(entryOf(each, parts));
    each.store.result = Commit.notApplicable;
    expect(await decided(each, decision)).to.equal("gone");
  });
});
