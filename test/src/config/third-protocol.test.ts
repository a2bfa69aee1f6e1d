/** A protocol that the configuration has never heard of, given to it in the table alone. */
import { expect } from "chai";
import { greeting } from "../../../src/cli/serve.js";
import { exampleText } from "../../../src/config/example.js";
import { loadText } from "../../../src/config/load.js";
import type { Loaded } from "../../../src/config/load.js";
import { bindTerms } from "../../../src/ledger/bind-terms.js";
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

  it("binds by an account's terms for all protocols", () => {
    const terms = account(1, { window: 70, deliverWindow: 60, cmppWindow: 5 });
    expect(bindTerms(terms, "third")).to.deep.equal({ window: 70, deliverWindow: 60, versions: null });
    expect(bindTerms(terms, "cmpp")).to.deep.include({ window: 5, deliverWindow: 5 });
  });
});
