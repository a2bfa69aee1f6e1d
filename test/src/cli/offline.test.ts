/** The books without a daemon: what only a daemon can do is refused by name. */
import { expect } from "chai";
import { answerCall } from "../../../src/admin/answer.js";
import { AdminError } from "../../../src/admin/errors.js";
import { offlineHost } from "../../../src/cli/offline.js";
import { FakeHost } from "../admin/fixtures.js";
import { GOOD, load } from "../config/fixtures.js";

describe("offline books", () => {
  const host = offlineHost(new FakeHost().store, new FakeHost().keys, load(GOOD).settings, new FakeHost().protocols, new FakeHost().numbers);
  const refusal = (method: string, params: unknown): Promise<unknown> => answerCall(host, method, params).then(() => null, (error: unknown) => error);

  for (const [method, params] of [["status", {}], ["reload", {}], ["log.level", { level: "debug" }]] as const) {
    it(`refuses ${method}`, async () => expect(await refusal(method, params)).to.be.instanceOf(AdminError).and.include({ code: "daemon_needed" }));
  }

  it("answers from the store", async () => {
    expect(await answerCall(host, "account.show", { name: "demo" })).to.include({ available: "1750.00" });
  });

  it("screens for no account that is not there", async () => {
    expect(await refusal("screen", { text: "x", account: "nobody" })).to.include({ code: "no_such_account" });
  });
});
