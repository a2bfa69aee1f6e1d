import { expect } from "chai";
import { answerCall } from "../../../src/admin/answer.js";
import type { ReviewResults } from "../../../src/admin/review-methods.js";
import { FakeHost } from "./fixtures.js";

describe("the review queue's methods", () => {
  let host: FakeHost;
  const call = async <M extends keyof ReviewResults>(method: M, params: object): Promise<ReviewResults[M]> => (await answerCall(host, method, params)) as ReviewResults[M];
  const audited = (): unknown[] => host.commands.map((command) => [command.actor, command.reason, "what" in command ? command.what : ""]);

  beforeEach(() => {
    host = new FakeHost();
  });

  it("list what waits without what it says, its number masked, and tell nothing to the log", async () => {
    const { entries } = await call("review.list", { limit: 10 });
    expect(entries).to.deep.equal([{
      id: "5", account: "demo", since: "2025-11-24T16:00:00.000Z", due: "2025-11-24T20:00:00.000Z", outcome: "blocked_content", rule: "loan:loan@words.txt:3",
      from: "1069", to: "138****8000", messageIds: ["5"], segments: 1,
    }]);
    expect(audited()).to.deep.equal([]);
  });

  it("show a text with what it says only when the log tells who looked", async () => {
    expect(await call("review.show", { id: 5, actor: "cli:ann", reason: "queue" })).to.include({ to: "13800138000", text: "a loan for you" });
    expect(audited()).to.deep.equal([["cli:ann", "queue", "review: the text of 5 was looked at"]]);
  });

  it("take decisions about what waits, audited with who took them, and tell of what does not wait any more", async () => {
    expect((await call("review.approve", { ids: [5, 6], actor: "cli:ann" })).decided).to.deep.equal([{ id: "5", outcome: "ok" }, { id: "6", outcome: "gone" }]);
    expect((await call("review.reject", { account: "demo", rule: "loan", actor: "cli:bob", reason: "adverts" })).decided).to.deep.equal([{ id: "5", outcome: "blocked_content" }]);
    expect(host.decisions).to.deep.equal(["approve 5", "reject 5"]);
    expect(audited()).to.deep.equal([["cli:ann", undefined, "review: approved 5"], ["cli:bob", "adverts", "review: rejected 5"]]);
  });

  it("ask for a reason to refuse, and for messages or an account to decide about", async () => {
    for (const [method, params] of [["review.reject", { ids: [5] }], ["review.approve", { rule: "loan" }]] as const) {
      const error = await call(method, params).then(() => null, (caught: unknown) => caught);
      expect(error).to.include({ code: "invalid_params" });
    }
    expect([host.decisions, host.commands]).to.deep.equal([[], []]);
  });

  it("decide nothing, and log nothing, where no gateway runs", async () => {
    host.decideReview = () => Promise.reject(new Error("no daemon runs"));
    await call("review.approve", { ids: [5] }).catch(() => undefined);
    expect(host.commands).to.deep.equal([]);
  });
});
