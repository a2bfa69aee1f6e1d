/** The files in config/: the example says everything there is to say, and all of them load. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadProtocols } from "../../../src/cli/protocols.js";
import { exampleText, settingComment } from "../../../src/config/example.js";
import { loadConfig } from "../../../src/config/load.js";
import { SCHEMA, TABLES } from "../../../src/config/schema.js";
import { protocolFields } from "../../../src/config/validate.js";
import type { ProtocolTable } from "../../../src/config/validate.js";
import { PROTOCOLS, load } from "./fixtures.js";
import { ROOT } from "../../root.js";


describe("config/tollgate.example.toml", () => {
  const path = join(ROOT, "config/tollgate.example.toml");
  let protocols: readonly ProtocolTable[];
  let text: string;
  before(async () => {
    protocols = await loadProtocols();
    text = readFileSync(path, "utf8");
  });

  it("is what the schema says today", () => {
    expect(text, "write it again: npx tollgate check-config --example > config/tollgate.example.toml").to.equal(exampleText(protocols));
  });

  it("names every setting with its meaning, type, limits, unit and default", () => {
    const fields = [...TABLES.map(([, table]) => table.fields), ...[...protocolFields(protocols).values()].flatMap((own) => [own.listen, own.operator])];
    for (const [name, setting] of fields.flatMap((table) => Object.entries(table))) {
      const comment = settingComment(setting);
      expect(comment.join(" "), name).to.match(/\w.*#\s+\w/);
      expect(text, name).to.match(new RegExp(`^${[...comment.map((line) => line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")), `(# )?${name} = .+`].join("\n")}$`, "m"));
    }
  });

  it("loads", () => {
    const { settings } = loadConfig({ path, protocols });
    expect(settings.operator[0]?.name).to.equal("mobile");
  });

  it("gives the defaults where it is left as it is", () => {
    const { effective } = loadConfig({ path, protocols });
    for (const name of ["data", "secrets", "http", "filter", "limits", "retry", "outbox", "simulator", "privacy", "contract", "alarms", "log"] as const) {
      for (const [key, setting] of Object.entries(SCHEMA[name].fields)) {
        expect(effective.find((one) => one.key === `${name}.${key}`)?.value, `${name}.${key}`).to.equal(setting.default === undefined ? undefined : JSON.stringify(setting.default));
      }
    }
  });

  it("still loads with every commented setting made real, but for the other forms of a secret", () => {
    const others = exampleText(PROTOCOLS).replace(/\n# \[(operator|listen)\.other\][^]*?(?=\n# [^\n]*\n\[)/g, "");
    const { settings } = load(others.replace(/^# (?!password_|key_credential|webhooks|secret_)(\w+ = )/gm, "$1"), path);
    expect(others).to.not.match(/^#? ?(gate|depth) = /m);
    expect(settings.operator[0]?.rate).to.equal(200);
    expect(settings.listen[0]?.name).to.equal("public");
  });
});

describe("config/demo.toml", () => {
  it("loads, and opens the demo account with exactly 50,000 messages", async () => {
    const { settings } = loadConfig({ path: join(ROOT, "config/demo.toml"), protocols: await loadProtocols() });
    expect(settings.listen[0]).to.include({ protocol: "smpp", host: "127.0.0.1", port: 2775 });
    expect(settings.listen[1]).to.deep.include({ protocol: "cmpp", host: "127.0.0.1", port: 7890, settings: { gateway_code: 1 } });
    expect(settings.operator[0]).to.include({ name: "simulator", port: settings.simulator.port, links: 2, window: 1000 });
    expect(settings.simulator.enabled).to.equal(true);
    expect(settings.http).to.deep.equal({ enabled: true, host: "127.0.0.1", port: 9464 });
    expect(settings.bootstrap).to.deep.equal([
      { name: "demo", password: "demo1234", price: "0.035", topUp: "1750.00", reference: "DEMO-1", rate: 1000, serviceCodes: ["10690001"], spId: "901234", cmppSecret: "tollgate1" },
    ]);
    expect(1_750_000_000 / 35_000).to.equal(50_000);
  });
});
