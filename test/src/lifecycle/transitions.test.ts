import { expect } from "chai";
import { Happening, nextState } from "../../../src/lifecycle/transitions.js";
import { MessageState, isFinal, stateName } from "../../../protocols/model/state.js";

const ALL = Object.values(MessageState);

describe("lifecycle transitions", () => {
  const table: [keyof typeof Happening, Partial<Record<keyof typeof MessageState, keyof typeof MessageState>>][] = [
    ["dispatch", { held: "dispatched", scheduled: "dispatched", queued: "dispatched", retry: "dispatched" }],
    ["sent", { dispatched: "sent", uncertain: "sent", queued: "sent", retry: "sent", held: "sent" }],
    ["refused", { dispatched: "rejected", uncertain: "rejected" }],
    ["requeue", { dispatched: "queued", uncertain: "queued" }],
    ["later", { dispatched: "retry", uncertain: "retry" }],
    ["unanswered", { dispatched: "uncertain" }],
    ["release", { held: "queued", scheduled: "queued" }],
    ["due", { scheduled: "queued", retry: "queued" }],
    ["resend", { uncertain: "queued" }],
    ["expire", { held: "expired", scheduled: "expired", queued: "expired", retry: "expired" }],
    ["giveUp", { uncertain: "unknown", sent: "unknown" }],
    ["schedule", { held: "scheduled" }],
    ["split", { held: "split" }],
    ["review", { held: "held", queued: "held" }],
    ["partsSent", { split: "sent" }],
    ["cancel", { held: "deleted", scheduled: "deleted", queued: "deleted", retry: "deleted", split: "deleted" }],
  ];
  for (const [happening, moves] of table) {
    it(`${happening} applies in ${Object.keys(moves).join(", ")} and nowhere else`, () => {
      for (const state of ALL) {
        const expected = moves[stateName(state)];
        expect(nextState(state, Happening[happening]), stateName(state)).to.equal(expected === undefined ? 0 : MessageState[expected]);
      }
    });
  }

  it("leaves no final state, whatever happens", () => {
    for (const state of ALL.filter(isFinal)) {
      for (const happening of Object.values(Happening)) expect(nextState(state, happening, MessageState.delivered)).to.equal(0);
    }
  });

  it("goes to the final state that a report or an end names", () => {
    expect(nextState(MessageState.sent, Happening.report, MessageState.undeliverable)).to.equal(MessageState.undeliverable);
    expect(nextState(MessageState.queued, Happening.end, MessageState.deleted)).to.equal(MessageState.deleted);
    expect(nextState(MessageState.held, Happening.report, MessageState.delivered)).to.equal(MessageState.delivered);
    expect(nextState(MessageState.scheduled, Happening.report, MessageState.delivered)).to.equal(0);
    expect(nextState(MessageState.sent, Happening.end, MessageState.deleted)).to.equal(0);
    expect(nextState(MessageState.split, Happening.partsEnded, MessageState.expired)).to.equal(MessageState.expired);
    expect(nextState(MessageState.sent, Happening.partsEnded, MessageState.delivered)).to.equal(MessageState.delivered);
    expect(nextState(MessageState.queued, Happening.partsEnded, MessageState.delivered)).to.equal(0);
    expect(nextState(MessageState.split, Happening.report, MessageState.delivered)).to.equal(0);
  });
});
