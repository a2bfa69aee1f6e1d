/** The pack of evidence on the command line: text, JSON, a printable page; English and Chinese; never without a record of who asked. */
import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EvidencePack } from "../../../src/store/evidence-pack.js";
import { FakeHost, fakeAnswer } from "../admin/fixtures.js";
import { run } from "./fixtures.js";

const NUMBER = "13800138000";

function host(): FakeHost {
  const fake = new FakeHost();
  fake.answer = (query) => {
    if (query.kind !== "evidence") return Promise.resolve(fakeAnswer(query));
    const pack: EvidencePack = {
      number: query.number, fromMs: query.fromMs, toMs: query.toMs, days: ["2025-11-24", "2025-11-25"], cut: true,
      messages: [{
        messageId: 4_035_225_266_123_964, acceptedAtMs: 1_763_900_000_000, account: "demo", source: "10690001", destination: `+86${NUMBER}`, signature: "店", state: "delivered", segments: 1,
        segmentNumber: 2, segmentTotal: 3, operator: "mobile", operatorMessageId: "AB12", sentAtMs: 1_763_900_000_100,
        receipt: { state: "delivered", word: "DELIVRD", error: "000", atMs: 1_763_900_001_000 }, flags: "", text: query.texts ? "<b onclick='x'>hi</b>\u202e" : null,
      }],
      inbound: [], refusals: [], parties: [{ account: "demo", state: "active", party: "Acme", partyContact: "", contractNo: "C-1" }], complaints: [], acts: [],
    };
    return Promise.resolve({ kind: "evidence", pack });
  };
  return fake;
}

describe("tollgate evidence", () => {
  it("clause 2.1(10): hands out messages, times and account of a number, and the log says who asked, by a tag of the number", async () => {
    const at = host();
    const { out, code } = await run(`evidence --to +86-${NUMBER} --days 30`, { host: at });
    expect(code).to.equal(0);
    expect(out).to.include("4035225266123964").and.include("DELIVRD 000").and.include("Texts are not shown");
    expect(at.queries[0]).to.deep.include({ kind: "evidence", number: NUMBER, texts: false });
    expect(at.commands).to.have.length(1);
    expect(at.commands[0]).to.include({ kind: "audit", actor: "cli:tester" });
    expect(JSON.stringify(at.commands)).to.include("evidence of number key.11: 1 messages, 0 inbound, 0 refusals, without texts").and.not.include(NUMBER);
  });

  it("clause 2.1(5): has the person's consent and opt-out, where they came from and since when", async () => {
    const at = host();
    const own = { accountNo: 1, signatureNo: 0 };
    const entry = { number: NUMBER, messageId: 0, endedAtMs: 0, endedBy: "" };
    at.fakeNumbers.find = (number) => Promise.resolve([
      { ...entry, number, list: { kind: "optout", ...own }, value: 0, atMs: 1_763_950_000_000, source: "MO TD", messageId: 77 },
      { ...entry, number, list: { kind: "consent", ...own }, value: 0, atMs: 1_740_787_200_000, source: "consents.csv", endedAtMs: 1_763_950_000_000, endedBy: "MO TD" },
    ]);
    const { out } = await run(`evidence --to ${NUMBER}`, { host: at });
    expect(out).to.match(/^2025-11-24 10:06:40 {2,}optout .*MO TD +77/m).and.match(/^2025-03-01 08:00:00 {2,}consent .*consents\.csv .*2025-11-24 10:06:40 MO TD$/m);
  });

  it("shows texts for a reason only", async () => {
    const at = host();
    const refused = await run(["evidence", "--to", NUMBER, "--text"], { host: at });
    expect([refused.code === 0, refused.err]).to.deep.equal([false, "texts are shown for a reason only [say why with --reason; it goes into the audit log]"]);
    expect(at.queries).to.deep.equal([]);
    const shown = await run(["evidence", "--to", NUMBER, "--text", "--reason", `12321 asks about ${NUMBER}`], { host: at });
    expect(shown.out).to.include("<b onclick='x'>hi</b>");
    expect(at.commands[0]).to.include({ reason: "12321 asks about 138****8000" });
  });

  it("writes a page that only its owner may read, in which a text stays text", async () => {
    const dir = mkdtempSync(join(tmpdir(), "tollgate-page-"));
    const file = join(dir, "pack.html");
    const { out } = await run(["evidence", "--to", NUMBER, "--text", "--reason", "x", "--html", "--lang", "zh", "--output", file], { host: host() });
    expect(out).to.equal(`${file}: 1 messages, 0 inbound, 0 refusals`);
    const page = readFileSync(file, "utf8");
    expect(page).to.include('<html lang="zh-CN">').and.include("号码证据材料").and.include("&#60;b onclick=&#39;x&#39;&#62;hi&#60;/b&#62;\ufffd").and.include("无记录");
    expect(page).to.not.match(/<b |<script|https?:/);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    rmSync(dir, { recursive: true });
  });

  it("is one JSON document for scripts", async () => {
    const { out } = await run(`evidence --to ${NUMBER} --json`, { host: host() });
    expect(JSON.parse(out)).to.deep.include({ to: NUMBER, cut: true, texts: false, complaint: null });
  });

  it("is made for a complaint, whose register notes it", async () => {
    const at = host();
    const { out } = await run("complaint evidence 7", { host: at });
    expect(out).to.match(/^made for complaint {2,}7$/m);
    expect(at.commands.map((command) => command.kind)).to.deep.equal(["audit", "complaint.line"]);
    expect(JSON.stringify(at.commands)).to.not.include(NUMBER);
  });

  for (const wrong of [`--to ${NUMBER} --lang fr`, `--to ${NUMBER} --html --json`, `--to ${NUMBER} --days 0`, "--days 3"]) {
    it(`refuses ${wrong}`, async () => expect((await run(`evidence ${wrong}`, { host: host() })).code).to.equal(2));
  }

  it("nothing is handed out when the log cannot be written", async () => {
    const at = host();
    at.change = () => Promise.resolve({ ok: false, code: "unavailable", message: "the disk is full" });
    const { out, code } = await run(`evidence --to ${NUMBER}`, { host: at });
    expect([code, out]).to.deep.equal([69, ""]);
  });
});
