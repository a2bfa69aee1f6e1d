/** Where check-config says each value came from. */
import { expect } from "chai";
import { TABLES } from "../../../src/config/schema.js";
import { GOOD, load } from "./fixtures.js";

describe("config effective values", () => {
  const origins = (text: string) => new Map(load(text, "/etc/t.toml").effective.map((one) => [one.key, one]));

  it("says of every value whether it is the default or where it stands", () => {
    const found = origins(`${GOOD}[limits]\n# quick\nbind_deadline = "5s"\n`);
    expect(found.get("listen[0].port")).to.include({ value: "2775", origin: "/etc/t.toml:2" });
    expect(found.get("listen[0].host")).to.include({ value: '"127.0.0.1"', origin: "default" });
    expect(found.get("limits.bind_deadline")).to.include({ value: '"5s"', origin: "/etc/t.toml:7" });
    expect(found.get("limits.idle_timeout")).to.include({ value: '"0s"', origin: "default" });
  });

  it("tells of a value equal to the default that it was given", () => {
    expect(origins(`${GOOD}[log]\nlevel = "info"\n`).get("log.level")?.origin).to.equal("/etc/t.toml:6");
  });

  it("shows the operator supplied for the simulator as a default", () => {
    expect(origins(GOOD).get("operator[0].name")).to.include({ value: '"simulator"', origin: "default" });
  });

  it("shows a protocol's own settings, inline tables included", () => {
    const found = origins('[[listen]]\n[[operator]]\nname = "m"\nhost = "h"\nsystem_id = "s"\npassword = "p"\nsmpp = { source_ton = 5 }\n');
    expect(found.get("operator[0].smpp.source_ton")).to.include({ value: "5", origin: "/etc/t.toml:7" });
    expect(found.get("operator[0].smpp.bind_mode")).to.include({ origin: "default" });
    expect(found.get("operator[0].password")?.value).to.equal("********");
  });

  it("shows every setting that has a default", () => {
    const found = origins(GOOD);
    for (const [name, table] of TABLES) {
      if (table.kind === "list") continue;
      for (const [key, setting] of Object.entries(table.fields)) expect(found.has(`${name}.${key}`), key).to.equal(setting.default !== undefined);
    }
  });
});
