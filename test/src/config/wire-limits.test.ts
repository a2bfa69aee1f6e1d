/** What the configuration lets through, the wire can carry: names, secrets and link settings of the protocols there are. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadProtocols } from "../../../src/cli/protocols.js";
import { loadText } from "../../../src/config/load.js";
import { ConfigError } from "../../../src/config/problem.js";
import type { ProtocolTable } from "../../../src/config/validate.js";

describe("config load, held to what the wire can carry", () => {
  let protocols: readonly ProtocolTable[];
  let folder = "";
  before(async () => {
    protocols = await loadProtocols();
    folder = mkdtempSync(join(tmpdir(), "tollgate-wire-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const operator = (protocol: string, over: Readonly<Record<string, string>> = {}, own = ""): string => {
    const given = { name: '"mobile"', protocol: `"${protocol}"`, host: '"smsc.example"', system_id: '"901234"', password: '"pw"', ...over };
    const lines = Object.entries(given).filter(([, value]) => value !== "").map(([name, value]) => `${name} = ${value}\n`);
    return `[[listen]]\n[[operator]]\n${lines.join("")}${own === "" ? "" : `[operator.${protocol}]\n${own}\n`}`;
  };
  const problems = (text: string): string[] => {
    try {
      loadText(text, { path: join(folder, "t.toml"), protocols });
    } catch (error) {
      if (error instanceof ConfigError) return error.message.split("\n").map((line) => line.replace(`${folder}/`, ""));
      throw error;
    }
    return [];
  };

  const refused: [name: string, text: string, problem: RegExp][] = [
    ["an SMPP system_id beyond Latin-1", operator("smpp", { system_id: '"短信"' }),
      /^t\.toml:6:13: operator\[0\]\.system_id: is no system_id of smpp \(got "短信"\); hint: it has 1 to 64 characters of Latin-1/],
    ["an SMPP system_id with a NUL", operator("smpp", { system_id: '"a\\u0000b"' }), /operator\[0\]\.system_id: is no system_id of smpp/],
    ["a CMPP SP_Id of seven characters", operator("cmpp", { system_id: '"9012345"' }), /operator\[0\]\.system_id: is no SP_Id of cmpp .*; hint: it has 1 to 6 printable characters/],
    ["an SMPP password beyond Latin-1", operator("smpp", { password: '"密码hunter2"' }),
      /^t\.toml:7:12: operator\[0\]\.password: is no password of smpp; hint: it has 1 to 64 characters of Latin-1, no control characters: ask the operator for another, or look for a stray character$/],
    ["an SMPP password longer than a bind holds", operator("smpp", { password: `"${"hunter2".repeat(10)}"` }), /operator\[0\]\.password: is no password of smpp;/],
    ["a CMPP secret with a control character", operator("cmpp", { password: '"hunter2\\u0007"' }), /operator\[0\]\.password: is no shared secret of cmpp;/],
    ["a system_type beyond Latin-1", operator("smpp", {}, 'system_type = "类型"'),
      /^t\.toml:9:15: operator\[0\]\.smpp\.system_type: not up to 12 characters of Latin-1 \(got "类型"\); hint: system_type is text \(up to 12 characters\)/],
    ["a service_type beyond Latin-1", operator("smpp", {}, 'service_type = "类"'), /operator\[0\]\.smpp\.service_type: not up to 5 characters of Latin-1/],
    ["a CMPP service_id beyond ASCII", operator("cmpp", {}, 'service_id = "短信"'), /operator\[0\]\.cmpp\.service_id: not up to 10 characters of ASCII \(got "短信"\)/],
    ["a listener's name beyond ASCII", operator("smpp").replace("[[listen]]", '[[listen]]\nsystem_id = "网关"'), /^t\.toml:2:13: listen\[0\]\.system_id: expected printable ASCII \(got "网关"\)/],
    ["a bootstrap secret of more octets than are kept", `${operator("smpp")}[[bootstrap]]\nname = "demo"\npassword = "x"\nsp_id = "901234"\ncmpp_secret = "${"密".repeat(22)}"\n`,
      /bootstrap\[0\]\.cmpp_secret: expected up to 64 octets/],
    ["a bootstrap secret with a control character", `${operator("smpp")}[[bootstrap]]\nname = "demo"\npassword = "x"\nsp_id = "901234"\ncmpp_secret = "hunter2\\t"\n`,
      /bootstrap\[0\]\.cmpp_secret: expected no control characters/],
    ["a Result that is no number", operator("cmpp", {}, 'retry_results = "8, soon"'), /operator\[0\]\.cmpp\.retry_results: soon is no Result \(got "8, soon"\); hint: retry_results is text, default "8"/],
    ["a Result that says there was no error", operator("cmpp", {}, 'retry_results = "0,8"'), /retry_results: 0 is no Result/],
    ["a Result beyond four octets", operator("cmpp", {}, 'retry_results = "4294967296"'), /retry_results: 4294967296 is no Result/],
    ["a Result beyond the one octet of 2.0", operator("cmpp", {}, 'version = "2.0"\nretry_results = "8,256"'), /retry_results: 256 is no Result: 2\.0 has one octet for it/],
    ["a Result given twice", operator("cmpp", {}, 'retry_results = "8, 20, 8"'), /retry_results: 8 is given twice/],
    ["a class that is no pair", operator("cmpp", {}, 'stat_classes = "MK*=rejected, X"'), /operator\[0\]\.cmpp\.stat_classes: X is no WORD=state/],
    ["a class of a state nobody knows", operator("cmpp", {}, 'stat_classes = "MK*=gone"'),
      /stat_classes: gone is no state: it is one of delivered, undeliverable, expired, rejected, deleted, unknown, interim/],
    ["a class of a word that no Stat has room for", operator("cmpp", {}, 'stat_classes = "DELIVERED=delivered"'), /stat_classes: DELIVERED has more than the 7 characters of a Stat/],
    ["a class of a word beyond ASCII", operator("cmpp", {}, 'stat_classes = "失败=undeliverable"'), /stat_classes: 失败 is not written in ASCII/],
    ["a word classed twice, in whatever case", operator("cmpp", {}, 'stat_classes = "MK*=rejected, mk*=expired"'), /stat_classes: MK\* is given twice/],
    ["a word behind a beginning that takes it all", operator("cmpp", {}, 'stat_classes = "MK*=rejected, MK:0001=expired"'),
      /stat_classes: MK:0001 comes after MK\*, which takes it already: put it in front/],
  ];
  for (const [name, text, problem] of refused) {
    it(`refuses ${name}`, () => {
      const found = problems(text);
      expect(found, found.join("\n")).to.have.length(1);
      expect(found[0]).to.match(problem);
      expect(found[0]).to.not.contain("hunter2");
    });
  }

  it("refuses a password file by its own name, without its content", () => {
    writeFileSync(join(folder, "secret"), "密码hunter2\n");
    const [found = "", ...more] = problems(operator("smpp", { password: "", password_file: '"secret"' }));
    expect(found).to.match(/operator\[0\]\.password_file: holds no password of smpp; hint: it has 1 to 64/).and.not.contain("hunter2");
    expect(more).to.deep.equal([]);
  });

  it("takes what the wire can carry, Latin-1 to its last character, and every state there is", () => {
    const classes = "OK=delivered, MK:0001=expired, MK*=undeliverable, A*=rejected, B=deleted, C=unknown, WAIT*=interim";
    for (const text of [
      operator("smpp", { system_id: '"Ünïcodé"', password: '"pässwörd ÿ"' }, 'system_type = "VMA"'),
      operator("cmpp", { password: '"密码"' }, `retry_results = "8, 9,4294967295"\nstat_classes = "${classes}"`),
      operator("cmpp", {}, 'version = "2.1"\nretry_results = "255"\nstat_classes = ""'),
    ]) expect(problems(text)).to.deep.equal([]);
  });

  it("lists every setting that makes no sense, each once", () => {
    const found = problems(operator("cmpp", {}, 'retry_results = "x,y"\nfee_code = "费"\nstat_classes = "a,b"'));
    expect(found.map((line) => line.replace(/ \(got.*/, ""))).to.deep.equal([
      "t.toml:9:17: operator[0].cmpp.retry_results: x is no Result", "t.toml:10:12: operator[0].cmpp.fee_code: not up to 6 characters of ASCII",
      "t.toml:11:16: operator[0].cmpp.stat_classes: a is no WORD=state",
    ]);
  });

  it("where nobody listens, shows a listener of the protocol that the operators speak", () => {
    const without = (text: string): string => problems(text.replace("[[listen]]\n", "")).join("\n");
    expect(without(operator("cmpp"))).to.match(/listen: no port for customers; hint: add \[\[listen\]\] with protocol = "cmpp" and port = 7890$/);
    expect(without(operator("smpp"))).to.match(/hint: add \[\[listen\]\] with protocol = "smpp" and port = 2775$/);
    expect(problems("").join("\n")).to.match(/hint: add \[\[listen\]\] with protocol = "smpp" and port = 2775/);
  });
});
