import { expect } from "chai";
import { run } from "./fixtures.js";

describe("tollgate usage", () => {
  it("shows all accounts, one a line, with what holds them back", async () => {
    const { code, out } = await run("usage");
    expect(code).to.equal(0);
    expect(out).to.match(/demo +13 +40 +300 +100 +25\.0 % +2 +3 +7 +400 of 1000, 600 left +- +2\/s, slowed for blasting/);
  });

  it("shows one account by answer, hour and minute", async () => {
    const { out } = await run("usage demo");
    expect(out).to.contain("slowed for blasting until 2025-11-25 00:30:00");
    expect(out).to.match(/throttled +100/);
    expect(out).to.match(/00:00 +300 +100/);
    expect(out).to.match(/0 +5 +1/);
  });

  it("gives everything as JSON, and says that there is no such account", async () => {
    expect(JSON.parse((await run("usage --json")).out)).to.have.nested.property("[0].usedDay", 400);
    expect(await run("usage nobody")).to.have.property("code").that.is.not.equal(0);
  });
});
