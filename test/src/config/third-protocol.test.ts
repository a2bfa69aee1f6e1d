/** A protocol that the configuration has never heard of, given to it in the table alone. */
import { expect } from "chai";
import { cmpp } from "../../../protocols/cmpp/cmpp.js";
import { smpp } from "../../../protocols/smpp/smpp.js";
import { answerCall } from "../../../src/admin/answer.js";
import { greeting } from "../../../src/cli/serve.js";
import { exampleText } from "../../../src/config/example.js";
import { loadText } from "../../../src/config/load.js";
import type { Loaded } from "../../../src/config/load.js";
import { bindTerms } from "../../../src/ledger/bind-terms.js";
import type { AccountSettings } from "../../../src/ledger/commands.js";
import { FakeHost } from "../admin/fixtures.js";
import { THIRD } from "../cli/fixtures.js";
import { account } from "../flow/fixtures.js";
import { PROTOCOLS } from "./fixtures.js";

const FILE = `[[listen]]
protocol = "third"
[listen.third]
place = "xy"
[[operator]]
name = "far"
protocol = "third"
host = "127.0.0.1"
system_id = "12345678"
password = "secret"
[operator.third]
login_mode = 1
[[bootstrap]]
name = "demo"
password = "secret"
sp_id = "901234"
cmpp_secret = "shared"
`;

function load(text: string): Loaded {
  return loadText(text, { path: "/nowhere/t.toml", protocols: [...PROTOCOLS, THIRD] });
}

describe("a third protocol, by its table alone", () => {
  it("has its usual port and window and its own settings, checked as it says", () => {
    const { settings } = load(FILE);
    expect(settings.listen[0]).to.deep.include({ name: "third-8890", port: 8890, settings: { place: "xy" } });
    expect(settings.operator[0]).to.deep.include({ port: 8890, window: 32, settings: { login_mode: 1 } });
    expect(() => load(FILE.replace("login_mode = 1", "login_mode = 3"))).to.throw(/login_mode/);
    expect(() => load(FILE.replace("[operator.third]", "[operator.smpp]"))).to.throw(/operator\.smpp|smpp/);
  });

  it("says what names it takes", () => {
    expect(() => load(FILE.replace("12345678", "tollgate"))).to.throw(/system_id.*is no ClientID of third.*it has 8 digits/);
  });

  it("stands in the example file and in the demo's greeting", () => {
    expect(exampleText([...PROTOCOLS, THIRD]).replace(/\n# /g, " ")).to.contain("third, usually on port 8890 with a window of 32").and.contain('where it has protocol = "third"');
    expect(greeting(load(FILE).settings, [THIRD]).join("\n")).to.contain("THIRD 127.0.0.1:8890, SP_Id 901234, secret shared");
  });

  it("takes from accounts the names that it takes from us", () => {
    const long = FILE.replace("901234", "90123456");
    expect(load(long).settings.bootstrap[0]).to.include({ spId: "90123456" });
    const without = long.slice(long.indexOf("[[bootstrap]]"));
    expect(() => loadText(without, { path: "/nowhere/t.toml", protocols: [smpp, cmpp] })).to.throw(/sp_id.*is a name that no protocol takes.*SP_Id has 1 to 6 printable characters/);
  });

  it("has windows and versions of an account's own, given by the account's commands", async () => {
    const host = new FakeHost();
    host.protocols = [smpp, cmpp, THIRD];
    const set = (settings: AccountSettings): Promise<unknown> => answerCall(host, "account.set", { actor: "cli:tester", name: "demo", settings });
    await set({ spId: "12345678", protocolWindows: ["third=5"], protocolVersions: ["third=3.0"] });
    const { settings } = host.commands[0] as { settings: AccountSettings };
    expect(bindTerms(account(1, settings), "third")).to.deep.equal({ window: 5, deliverWindow: 5, versions: ["3.0"] });
    expect(bindTerms(account(1, settings), "smpp")).to.deep.equal({ window: 100, deliverWindow: 100, versions: null });
    const refused = await set({ protocolVersions: ["third=2.0"] }).then(() => "", String);
    expect(refused).to.contain("protocol-version: third has no version 2.0: 1.3, 3.0");
    expect(host.commands).to.have.length(1);
  });
});
