/** The customer's interface sheet: complete in both languages, true to the configuration, and without a secret. */
import { expect } from "chai";
import { decodeSubmit } from "../../../protocols/cmpp/codec.js";
import { OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { REFUSALS } from "../../../protocols/model/refusals.js";
import { decodeSubmitSm } from "../../../protocols/smpp/codec.js";
import type { Sample, SampleRequest } from "../../../protocols/wire/sample.js";
import { accountReport } from "../../../src/admin/reports.js";
import type { makeAccount } from "../../../src/ledger/account-settings.js";
import { guideText, type GuideLanguage, type GuideSource } from "../../../src/cli/guide.js";
import { ADVICE_ZH } from "../../../src/cli/guide-words.js";
import { loadProtocols } from "../../../src/cli/protocols.js";
import { accountView } from "../admin/fixtures.js";
import { THIRD } from "./fixtures.js";

describe("a customer's interface sheet", () => {
  const sheet = async (language: GuideLanguage, terms: Parameters<typeof makeAccount>[1] = {}, more: Partial<GuideSource> = {}): Promise<string> => {
    const listen = (protocol: string, port: number) => ({ name: protocol, protocol, host: "0.0.0.0", port, maxConnections: 10, maxConnectionsPerAddress: 10, systemId: "t", settings: {} });
    return guideText({
      report: accountReport(accountView("demo", { serviceCodes: ["10690001"], spId: "901234", cmppSecret: "sealed-secret", ...terms })),
      settings: { listen: [listen("smpp", 2775), listen("cmpp", 7890)], contract: { publicHost: "sms.example.cn", serviceNumber: "10690000", balanceWords: ["YE", "余额"] } },
      protocols: await loadProtocols(), signatures: [], templates: [], day: "2025-11-24", ...more,
    }, language);
  };

  for (const language of ["zh", "en"] as const) {
    it(`says in ${language} where to connect, as what, and how wide the window is, by protocol`, async () => {
      const text = await sheet(language, { window: 64, cmppWindow: 16, cmppVersions: ["2.0", "3.0"] });
      expect(text).to.match(/\| SMPP \| sms\.example\.cn \| 2775 \| 3\.3, 3\.4, 5\.0 \| system_id demo \| 64 \|/);
      expect(text).to.match(/\| CMPP \| sms\.example\.cn \| 7890 \| 2\.0, 3\.0 \| SP_Id 901234 \| 16 \|/);
      expect(text).to.include("10690001").and.to.include("10690000");
    });

    it(`explains in ${language} every outcome a submit can have, with its number in each protocol`, async () => {
      const text = await sheet(language);
      const rows = text.split("\n").filter((line) => /^\| 0x[0-9A-F]{3} \| \d+ \|/.test(line));
      expect(rows).to.have.length(OUTCOME_NAMES.length - 1);
      for (const { number } of Object.values(REFUSALS)) expect(text).to.include(`| ${String(number)} | TG:0${String(number)} |`);
      expect(text).to.include("0x464");
    });

    it(`tells in ${language} no secret and no hash`, async () => {
      expect(await sheet(language, { party: "示例公司" })).to.not.match(/scrypt|sealed-secret/);
    });

    it(`gives in ${language} the rules of this account, and none it has not`, async () => {
      const bare = await sheet(language);
      const strict = await sheet(language, {
        signatureRule: "registered", signaturePlace: "start", templateRule: "only", hours: ["08:00-21:00"], frequency: ["1/m", "10/d@sig"], links: "refuse", adverts: "refuse",
        networks: ["mobile"], abroad: "refuse", quotaDay: 5_000, blastRun: 20, duplicateWindowMs: 60_000, allow: ["192.0.2.0/24"], optOuts: true, test: true,
      }, { signatures: [{ text: "示例银行", source: "106900011" }], templates: ["验证码{code}，{minutes}分钟内有效"] });
      for (const rule of ["【示例银行】 (106900011)", "验证码{code}，{minutes}分钟内有效", "08:00-21:00", "10/d@sig", "192.0.2.0/24", "5000", language === "zh" ? "中国移动" : "mobile", "107"]) expect(strict, rule).to.include(rule);
      for (const rule of ["08:00-21:00", "10/d@sig", "192.0.2.0/24"]) expect(bare, rule).to.not.include(rule);
    });
  }

  it("says that no link may be in a text where no domain is listed", async () => {
    expect(await sheet("en", { links: "listed" })).to.include("- No links.");
    expect(await sheet("zh", { links: "listed", linkDomains: ["example.cn"] })).to.include("- 链接只能指向：example.cn。");
  });

  it("has the same parts in both languages, and no English left in the Chinese advice", async () => {
    const [zh, en] = [await sheet("zh"), await sheet("en")];
    expect(zh.split("\n").filter((line) => line.startsWith("##"))).to.have.length(en.split("\n").filter((line) => line.startsWith("##")).length);
    for (const beginning of ["- ", "|", "  - "]) expect(zh.split("\n").filter((line) => line.startsWith(beginning))).to.have.length(en.split("\n").filter((line) => line.startsWith(beginning)).length);
    for (const name of OUTCOME_NAMES) expect(ADVICE_ZH[name].meaning + ADVICE_ZH[name].action, name).to.match(/[\u4e00-\u9fff]{4}/);
  });

  it("shows submits that are what they say, octet for octet", async () => {
    const blocks = [...(await sheet("zh")).matchAll(/```\n([0-9a-f\n]+)\n```/g)].map(([, hex = ""]) => Buffer.from(hex.replaceAll("\n", ""), "hex"));
    expect(blocks).to.have.length(2);
    const [smpp, cmpp] = blocks as [Buffer, Buffer];
    expect(smpp.readUInt32BE(0)).to.equal(smpp.length);
    const text = Buffer.from("【示例】您的验证码是123456", "utf16le").swap16();
    expect(decodeSubmitSm(smpp)).to.deep.include({ source_addr: "10690001", destination_addr: "13800138000", data_coding: 8, registered_delivery: 1, short_message: text });
    expect(cmpp.readUInt32BE(0)).to.equal(cmpp.length);
    expect(decodeSubmit(cmpp, 0x30)).to.deep.include({ Src_Id: "10690001", Msg_src: "901234", Dest_terminal_Id: ["13800138000"], Msg_Fmt: 8, Msg_Content: text });
  });

  it("shows a submit in the highest layout that the account may speak, by its terms of that protocol", async () => {
    for (const [terms, title] of [[{ cmppVersions: ["2.0"] }, "2.0"], [{ protocolVersions: ["cmpp=2.1"] }, "2.0"], [{ cmppVersions: ["2.0"], protocolVersions: ["cmpp=3.0"], protocolNames: ["cmpp=77"] }, "3.0"]] as const) {
      const text = await sheet("en", { ...terms });
      const hex = new RegExp(`CMPP_SUBMIT \\(${title.replace(".", "\\.")}\\):\\n\\n\`\`\`\\n([0-9a-f\\n]+)\\n\`\`\``).exec(text)?.[1] ?? "";
      const decoded = decodeSubmit(Buffer.from(hex.replaceAll("\n", ""), "hex"), title === "3.0" ? 0x30 : 0x20);
      expect(decoded).to.deep.include({ Src_Id: "10690001", Msg_src: title === "3.0" ? "77" : "901234", Dest_terminal_Id: ["13800138000"] });
    }
  });

  describe("with a protocol that the house does not have", () => {
    const listen = [{ name: "third", protocol: "third", host: "0.0.0.0", port: 8890, maxConnections: 10, maxConnectionsPerAddress: 10, systemId: "t", settings: {} }];
    const settings = { listen, contract: { publicHost: "", serviceNumber: "", balanceWords: [] } };
    const terms = { protocolNames: ["third=10000001"], protocolWindows: ["third=5"], protocolVersions: ["third=3.0"] };

    it("has its access and its codes, and no example where it gives none", async () => {
      const text = await sheet("en", terms, { settings, protocols: [...await loadProtocols(), THIRD] });
      expect(text).to.include("| THIRD | told by the provider | 8890 | 3.0 | ClientID 10000001 | 5 |");
      expect(text).to.include("| 200 | TG:0100 |");
      expect(text).to.not.match(/```|system_id/);
    });

    it("shows a submit and a program as it gives them", async () => {
      const asked: SampleRequest[] = [];
      const sample = (request: SampleRequest): Sample => {
        asked.push(request);
        return { title: "Submit", octets: Buffer.from("0102", "hex"), code: { platform: "Go", library: "gothird", registry: "pkg.go.dev", language: "go", lines: ["send()"] } };
      };
      const text = await sheet("zh", terms, { settings, protocols: [{ ...THIRD, sample, statusesInHex: true }] });
      expect(text).to.include("Submit:\n\n```\n0102\n```\n\nGo（pkg.go.dev 包 gothird）：\n\n```go\nsend()\n```\n");
      expect(text).to.include("| 0x0C8 | TG:0100 |");
      expect(asked).to.deep.equal([{
        login: "10000001", versions: ["3.0"], host: "gateway.example", port: 8890, source: "10690001", destination: "13800138000", text: "【示例】您的验证码是123456",
      }]);
    });
  });

  it("breaks no table by what a name or a text holds", async () => {
    const text = await sheet("en", { party: "A | B", templateRule: "only" }, { templates: ["a`b|{c}"] });
    for (const line of text.split("\n").filter((each) => each.startsWith("|"))) expect(line, line).to.match(/\|$/);
    expect(text).to.include("`a'b|{c}`");
  });
});
