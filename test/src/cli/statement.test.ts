/** tollgate statement: the same figures as a table, CSV, JSON and one page to print, in both languages. */
import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { CsvReader } from "../../../src/cli/csv.js";
import { dayChart, listChart, roundUp } from "../../../src/cli/statement-charts.js";
import { Labels } from "../../../src/cli/statement-labels.js";
import { run } from "./fixtures.js";

function records(text: string): string[][] {
  const reader = new CsvReader();
  const all: string[][] = [];
  reader.push(text, (fields) => all.push([...fields]));
  reader.end((fields) => all.push([...fields]));
  return all;
}

describe("tollgate statement", () => {
  it("says who, when, what came in, what went out, what was refused and why", async () => {
    const { out } = await run("statement demo --day 2025-11-25");
    for (const line of [
      /^demo, 2025-11-25 to 2025-11-25, CNY$/m, /^top-ups +1750\.00$/m, /^refunds +0\.035$/m, /^of them by hand, message by message +0\.035$/m, /^submitted +7$/m,
      /^success rate +66\.67%$/m, /^opt-outs +1$/m, /^peak speed +4 segments a second, 2025-11-25 12:00:00$/m, /^other operator's number +1$/m, /^MK:0001 +1 +1$/m,
      /^2025-11-25 12:00:00 +top-up +=BANK-1 +INV-1 +1750\.00$/m,
    ]) expect(out).to.match(line);
  });

  it("is one page without anything from elsewhere, escaped, and the same to the octet each time", async () => {
    for (const lang of ["en", "zh"]) {
      const { out } = await run(`statement demo --month 2025-11 --html --lang ${lang}`);
      expect(out).to.equal((await run(`statement demo --month 2025-11 --html --lang ${lang}`)).out);
      expect(out).to.match(/^<!doctype html>/).and.include("size: A4").and.include("<svg").and.include("顶点 &lt;科技&gt;");
      expect(out).to.not.match(/<script|<link|<img|@import|url\(|https?:/);
      expect(out).to.include(lang === "zh" ? "<h1>对账单 demo</h1>" : "<h1>Statement demo</h1>");
    }
  });

  it("has every word in both languages", async () => {
    const [en, zh] = [new Labels("en"), new Labels("zh")];
    for (const outcome of OUTCOME_NAMES) expect([en.outcome(outcome), zh.outcome(outcome)], outcome).to.satisfy(([a, b]: string[]) => a !== b && /[\u4e00-\u9fff]/.test(b ?? ""));
    const page = (await run("statement --all --month 2025-11 --html --lang zh")).out.replace(/<style>[^]*?<\/style>|<meta[^>]*>|<[^>]+>/g, " ");
    // What is left of Latin letters are names: of the account, the operator and the currency.
    expect([...new Set(page.match(/[A-Za-z]{2,}/g))].sort()).to.deep.equal(["CNY", "demo", "mobile"]);
  });

  it("is CSV that a spreadsheet takes for no formula, with a mark in front where there is Chinese", async () => {
    const { out } = await run("statement demo --month 2025-11 --csv --lang zh");
    expect(out.charCodeAt(0)).to.equal(0xfeff);
    const rows = records(out);
    expect(new Set(rows.map((row) => row.length))).to.deep.equal(new Set([12]));
    expect(rows.find((row) => row[1] === "期末余额")?.[10]).to.equal("1749.895");
    expect(rows.at(-1)?.[11]).to.equal('sent to the "wrong" number, twice');
    const owner = records((await run("statement --all --month 2025-11 --csv")).out);
    expect(owner.map((row) => [row[0], row.at(-1)])).to.deep.equal([["section", "margin"], ["By account", "-0.01"], ["By operator", "-0.01"]]);
  });

  it("tells messages one by one, page after page, numbers masked unless the audit log is told why", async () => {
    const masked = await run("statement demo --month 2025-11 --details");
    const rows = records(masked.out);
    expect(rows[0]).to.deep.equal(["time", "message id", "number", "source", "signature", "characters", "segments", "state", "code", "report time", "charge"]);
    expect(rows[1]).to.deep.equal(["2025-11-25 12:00:00", "250000000000001", "138****8000", "1069", "顶点", "71", "2", "delivered", "DELIVRD", "2025-11-25 12:00:02", "0.07"]);
    expect(rows).to.have.length(3);
    expect([masked.err, masked.host.commands]).to.deep.equal(["days whose messages are no longer kept: 2025-11-24", []]);
    const full = await run("statement demo --month 2025-11 --details --full --reason dispute --json");
    expect(full.out.split("\n").filter((line) => line !== "").map((line) => (JSON.parse(line) as { destination: string }).destination)).to.deep.equal(["13800138000", "13800138000"]);
    expect(full.host.commands).to.have.length(1);
  });

  it("is written to a file that is its owner's alone, as its name says", async () => {
    const dir = mkdtempSync(join(tmpdir(), "tollgate-statement-cli-"));
    try {
      const path = join(dir, "a.html");
      expect((await run(["statement", "demo", "--month", "2025-11", "--out", path])).out).to.equal("");
      expect(readFileSync(path, "utf8")).to.match(/<\/html>\n$/);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect((await run(["statement", "demo", "--out", join(dir, "a.doc")])).err).to.match(/say what the file is to hold/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  const refused: readonly (readonly [line: string, message: RegExp])[] = [
    ["statement", /give the name of an account, or --all/],
    ["statement demo --all", /give the name of an account, or --all/],
    ["statement demo --csv --html", /give one of/],
    ["statement demo --full", /--full goes with --details/],
    ["statement --all --details", /--details needs/],
    ["statement demo --month 2025-11 --day 2025-11-01", /--month or --day/],
    ["statement demo --lang fr", /Allowed choices are en, zh/],
  ];
  for (const [line, message] of refused) {
    it(`refuses "${line}" and asks nothing of the books`, async () => {
      const result = await run(line);
      expect([result.code, result.host.queries]).to.deep.equal([2, []]);
      expect(result.err).to.match(message);
    });
  }
});

describe("statement charts", () => {
  it("end at a round number not below the highest bar", () => {
    expect([0, 1, 3, 7, 10, 11, 99, 101, 2_000_001].map(roundUp)).to.deep.equal([1, 1, 5, 10, 10, 20, 100, 200, 5_000_000]);
  });

  it("draw nothing of nothing, no bar of 0, and labels as text", () => {
    expect([dayChart([], []), listChart("red", [])]).to.deep.equal(["", ""]);
    expect(dayChart([{ name: "a", colour: "#000" }], [{ label: "1", values: [0] }]).match(/<rect/g)).to.have.length(1);
    expect(listChart("red", [{ label: "<b>&", value: 1 }])).to.include("&lt;b&gt;&amp;");
  });
});
