/** Reloads: one audit record each, swapped whole or not at all, one after the other. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadContractFiles } from "../../../src/admin/contract-files.js";
import { Reloads, type ReloadPlan } from "../../../src/admin/reload.js";
import type { Settings } from "../../../src/config/settings.js";
import type { LedgerCommand, LedgerResult } from "../../../src/ledger/commands.js";
import type { Log } from "../../../src/observe/log.js";
import { GOOD, load } from "../config/fixtures.js";

const BY = { actor: "cli:root", reason: "new list" };

describe("Reloads", () => {
  let folder = "";
  let list = "";
  let present: Settings;
  let file: () => Settings;
  let answer: LedgerResult;
  let commands: LedgerCommand[];
  let plans: ReloadPlan[];
  let lines: string[];
  let reloads: Reloads;
  let shipped: string;

  before(function () {
    // A worker runs the compiled entry; there is none beside a TypeScript source.
    if (import.meta.url.endsWith(".ts")) this.skip();
  });
  before(async () => {
    shipped = (await loadContractFiles(load(GOOD).settings.contract)).version;
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tollgate-reload-"));
    list = join(folder, "words.txt");
    writeFileSync(list, "发票\n");
    present = settings();
    file = settings;
    answer = { ok: true, repeated: false };
    [commands, plans, lines] = [[], [], []];
    const line = (event: string, fields?: object): void => void lines.push(`${event} ${JSON.stringify(fields)}`);
    reloads = new Reloads({
      log: () => ({ info: line, warn: line, error: line }) as unknown as Log,
      settings: () => present,
      read: () => file(),
      hasAccount: (name) => name === "demo",
      contractVersion: () => plans.at(-1)?.contract.version ?? shipped,
      wordsVersion: () => plans.at(-1)?.screen.version ?? 0,
      change: (command) => {
        commands.push(command);
        return Promise.resolve(answer);
      },
      swap: (plan) => {
        plans.push(plan);
        present = plan.settings;
      },
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function settings(more = ""): Settings {
    return load(`${GOOD}[filter]\nkeywords = ["${list}"]\n${more}`).settings;
  }

  it("writes one record, in the name of who asked", async () => {
    const { wordsVersion } = await reloads.run(BY);
    expect(commands).to.deep.equal([{ kind: "audit", what: `reload: word lists; words version ${wordsVersion}`, ...BY }]);
    expect(plans).to.have.length(1);
  });

  it("tells the ledger what operators charge where that has changed, and only then", async () => {
    file = () => settings('[[cost]]\noperator = "simulator"\nprice = "0.02"\nfrom = "2026-11-01"\n');
    await reloads.run(BY);
    await reloads.run(BY);
    expect(commands.filter(({ kind }) => kind === "costs.set")).to.have.length(1);
  });

  it("writes a record that the audit log takes, however much has changed", async () => {
    const operator = (no: number): string => `[[operator]]\nname = "op${no}"\nhost = "127.0.0.1"\nsystem_id = "x"\npassword = "pw"\n`;
    file = () => settings(Array.from({ length: 60 }, (_, no) => operator(no)).join(""));
    const { needRestart } = await reloads.run(BY);
    expect(needRestart).to.have.length.greaterThan(60);
    const what = commands[0]?.kind === "audit" ? commands[0].what : "";
    expect(what).to.have.length.below(1_000);
    expect(what).to.match(/^reload: word lists, operator\.0\.name \(at restart\), .*, \d+ more; words version \d+$/);
  });

  const ROUTE = '[[route]]\nprefix = "138"\noperator = "simulator"\n';

  it("puts routes in force at once", async () => {
    file = () => settings(ROUTE);
    expect((await reloads.run(BY)).applied).to.deep.equal(["route.0", "word lists"]);
    expect(plans[0]?.settings.route).to.deep.include({ account: "*", prefix: "138", operator: "simulator", note: "", line: 7 });
    file = () => settings(`# moved\n${ROUTE}`);
    expect((await reloads.run(BY)).applied).to.deep.equal([]);
    expect(present.route[0]?.line).to.equal(8);
  });

  it("refuses a route to an operator that starts with a restart only", async () => {
    const operators = ["simulator", "new"].map((name) => `[[operator]]\nname = "${name}"\nhost = "127.0.0.1"\nsystem_id = "x"\npassword = "pw"\n`).join("");
    file = () => settings(`${operators}[[route]]\noperator = "new"\n`);
    const error: unknown = await reloads.run(BY).then(() => null, (thrown: unknown) => thrown);
    expect(error).to.include({ code: "config_invalid" }).and.property("message").to.match(/names operator new, which starts with a restart only/);
    expect([plans, commands]).to.deep.equal([[], []]);
  });

  it("changes nothing that could not be written down", async () => {
    answer = { ok: false, code: "unavailable", message: "the store is not available: disk full" };
    const error: unknown = await reloads.run(BY).then(() => null, (thrown: unknown) => thrown);
    expect(error).to.include({ code: "unavailable" });
    expect(plans).to.deep.equal([]);
    expect(lines.join()).to.match(/^reload_refused/);
  });

  it("tells what is odd in the new lists", async () => {
    writeFileSync(list, "发票\n发票\n");
    await reloads.run(BY);
    expect(lines[0]).to.match(/^word_list_warning .*"line":2,.*the same word as line 1/);
  });

  it("reads how advertisements read again, and refuses a bad line of it", async () => {
    const path = join(folder, "adverts.txt");
    file = () => settings(`[contract]\nadverts = ${JSON.stringify(path)}\n`);
    writeFileSync(path, "threshold 5\n[offer 5]\n半价\n");
    expect((await reloads.run(BY)).applied).to.include("segments, reply words and adverts");
    expect(plans.at(-1)?.contract.adverts?.screen.screen("半价")).to.include({ category: "offer" });
    for (const [bad, line] of [["threshold 5\n[offer]\n半价\n", 2], ["threshold 5\n[offer 5]\n半\n", 3]] as const) {
      writeFileSync(path, bad);
      const error: unknown = await reloads.run(BY).then(() => null, (thrown: unknown) => thrown);
      expect(error).to.include({ code: "config_invalid" }).and.have.property("message").that.contains(`adverts.txt:${String(line)}: `);
    }
    expect(plans).to.have.length(1);
  });

  it("tells of routes for accounts that do not exist, of no others", async () => {
    const route = (account: string): string => `[[route]]\naccount = "${account}"\noperator = "simulator"\n`;
    file = () => settings(`${route("demo")}${route("*")}${route("strangers")}`);
    await reloads.run(BY);
    expect(lines.filter((line) => line.startsWith("route_without_account"))).to.have.length(1);
    expect(lines[0]).to.match(/^route_without_account .*"account":"strangers".*"line":13/);
  });

  it("lets the later of two have the last word", async () => {
    writeFileSync(list, `${Array.from({ length: 5_000 }, (_, no) => `很长的词${no}`).join("\n")}\n`);
    const first = reloads.run(BY);
    const second = reloads.run(BY);
    await first;
    writeFileSync(list, "贷款\n");
    await second;
    expect(plans.map((plan) => plan.screen.size)).to.deep.equal([5_000, 1]);
  });

  it("goes on after one that was refused", async () => {
    writeFileSync(list, "的\n");
    const refused = reloads.run(BY).then(() => "swapped", () => "refused");
    expect(await refused).to.equal("refused");
    writeFileSync(list, "贷款\n");
    await reloads.run(BY);
    expect(plans.map((plan) => plan.screen.size)).to.deep.equal([1]);
  });
});
