/** The house rules, read off the tree: a broken one fails with file, line and what to do. */
import { expect } from "chai";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check, type Violation } from "./tidy/rules.js";
import { ROOT } from "./root.js";


function sources(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? sources(path) : entry.name.endsWith(".ts") ? [path] : [];
  });
}

const say = (violation: Violation): string => `${violation.file}:${String(violation.line)}: ${violation.what}: ${violation.todo}`;

const RULES: readonly (readonly [rule: string, sentence: string])[] = [
  ["imports", "imports only the way the house faces"],
  ["packages", "uses each package only in the place that owns it"],
  ["pure", "keeps clocks, sockets, files and threads out of the pure folders"],
  ["zone", "asks for the machine's own time zone nowhere"],
  ["time", "reads time, sets timers and draws chance only in clock.ts"],
  ["console", "prints only through the command line's output"],
  ["exit", "ends the process only in main.ts"],
  ["wire-words", "keeps the wire's words out of src"],
  ["default-export", "exports by name"],
  ["enum", "has const objects instead of enums"],
  ["any", "gives up no type"],
  ["given-up", "silences no checker"],
  ["left-open", "leaves no notes of work undone"],
  ["alone", "has no test that runs alone or never"],
  ["names", "names files after ideas"],
  ["opening", "opens each file with a sentence that says what it is"],
  ["length", "keeps each file to one idea's length"],
];

describe("the house", () => {
  let found: Violation[];

  before(() => {
    const files = ["src", "protocols", "test"].flatMap(sources);
    expect(files.length).to.be.greaterThan(20);
    found = files.flatMap((file) => check(file, readFileSync(join(ROOT, file), "utf8")));
  });

  for (const [rule, sentence] of RULES) {
    it(sentence, () => {
      const broken = found.filter((violation) => violation.rule === rule).map(say);
      expect(broken, `\n${broken.join("\n")}\n`).to.have.length(0);
    });
  }

  it("has every rule above", () => {
    expect(found.map(({ rule }) => rule).filter((rule) => !RULES.some(([name]) => name === rule))).to.deep.equal([]);
  });

  it("has the same words for the stages everywhere", () => {
    const stages = /STAGE_NAMES = \[([^\]]*)\]/.exec(readFileSync(join(ROOT, "src/flow/stages.ts"), "utf8"))?.[1]?.match(/\w+/g) ?? [];
    expect(stages).to.deep.equal(["accept", "screen", "charge", "spool", "dispatch", "receipt", "settle", "notify"]);
    for (const stage of stages) expect(existsSync(join(ROOT, "src/flow", `${stage}.ts`)), `src/flow/${stage}.ts`).to.equal(true);
  });
});

describe("the house's checker", () => {
  const rules = (file: string, source: string): string[] => check(file, `/** A sample. */\n${source}\n`).map(({ rule, line }) => `${rule}@${String(line)}`);

  it("sees imports against the way the house faces", () => {
    expect(rules("protocols/model/x.ts", 'import { a } from "../wire/clock.js";')).to.deep.equal(["imports@2"]);
    expect(rules("protocols/wire/x.ts", 'import { a } from "../smpp/codec.js";')).to.deep.equal(["imports@2"]);
    expect(rules("protocols/smpp/x.ts", 'import { a } from "../cmpp/codec.js";')).to.deep.equal(["imports@2"]);
    expect(rules("protocols/smpp/x.ts", 'import { a } from "../../src/flow/flow.js";')).to.deep.equal(["imports@2"]);
    expect(rules("protocols/third/x.ts", 'import { a } from "../cmpp/codec.js";')).to.deep.equal(["imports@2"]);
    expect(rules("protocols/third/x.ts", 'import { a } from "../wire/session.js";')).to.deep.equal([]);
    expect(rules("src/flow/x.ts", 'import { a } from "../store/sqlite/writer.js";')).to.deep.equal(["imports@2"]);
    expect(rules("src/flow/x.ts", 'export { a } from "../customer/gate.js";')).to.deep.equal(["imports@2"]);
    expect(rules("src/customer/x.ts", 'import type { A } from "../operator/link.js";')).to.deep.equal(["imports@2"]);
    expect(rules("src/customer/x.ts", 'import { a } from "../../protocols/smpp/codec.js";')).to.deep.equal(["imports@2"]);
    expect(rules("src/store/x.ts", 'const a = await import("../flow/flow.js");')).to.deep.equal(["imports@2"]);
    expect(rules("src/gateway.ts", 'import { a } from "./cli/output.js";')).to.deep.equal(["imports@2"]);
    expect(rules("src/limiter/x.ts", 'import { a } from "../ledger/account.js";')).to.deep.equal(["imports@2"]);
    expect(rules("src/limiter/x.ts", 'import type { A } from "../ledger/account.js";')).to.deep.equal([]);
    expect(rules("src/flow/x.ts", 'import { a } from "./y";')).to.deep.equal(["imports@2"]);
    expect(rules("src/gateway.ts", 'import { a } from "./store/sqlite/open.js";\nimport { b } from "../protocols/index.js";')).to.deep.equal([]);
  });

  it("sees packages out of their place, and packages without one", () => {
    expect(rules("src/flow/x.ts", 'import winston from "winston";')).to.deep.equal(["packages@2"]);
    expect(rules("src/flow/x.ts", 'import x from "left-pad/deep.js";')).to.deep.equal(["packages@2"]);
    expect(rules("src/flow/x.ts", 'import fs from "fs";')).to.deep.equal(["packages@2"]);
    expect(rules("src/store/sqlite/x.ts", 'import Database from "better-sqlite3";')).to.deep.equal([]);
    expect(rules("test/x.ts", 'import smpp from "smpp";')).to.deep.equal([]);
  });

  it("sees time, chance, printing and exits in code, and not in words", () => {
    expect(rules("src/flow/x.ts", "const a = Date.now();\nsetTimeout(f, 1);\nconst r = Math.random;\nconst d = new Date();")).to.deep.equal(["time@2", "time@3", "time@4", "time@5"]);
    expect(rules("src/flow/x.ts", 'import { setTimeout as sleep } from "node:timers/promises";')).to.include("time@2");
    expect(rules("src/flow/x.ts", '// Date.now() and setTimeout\nconst a = "console.log";\nsocket.setTimeout(5);\nnew Date(5);')).to.deep.equal([]);
    expect(rules("src/flow/x.ts", "console.log(1);\nprocess.exit(1);")).to.deep.equal(["console@2", "exit@3"]);
    expect(rules("src/cli/output.ts", "console.log(1);")).to.deep.equal([]);
  });

  it("sees the machine's own time zone asked for", () => {
    expect(rules("protocols/model/x.ts", "const hour = date.getHours();\ndate.setDate(1);\nconst at = date.getUTCHours();")).to.deep.equal(["zone@2", "zone@3"]);
    expect(rules("src/cli/x.ts", "output(date.toLocaleString());\nconst iso = date.toISOString();")).to.deep.equal(["zone@2"]);
  });

  it("sees files and sockets in the pure folders", () => {
    expect(rules("src/filter/x.ts", 'import { readFileSync } from "node:fs";')).to.deep.equal(["pure@2"]);
    expect(rules("src/config/x.ts", 'import { readFileSync } from "node:fs";')).to.deep.equal([]);
    expect(rules("src/ledger/x.ts", 'import { isIP, BlockList } from "node:net";')).to.deep.equal([]);
    expect(rules("src/ledger/x.ts", 'import { isIP, connect } from "node:net";')).to.deep.equal(["pure@2"]);
    expect(rules("src/ledger/x.ts", 'import { scrypt } from "node:crypto";')).to.deep.equal([]);
  });

  it("sees types given up, enums, default exports and the wire's words", () => {
    expect(rules("src/flow/x.ts", "const a = b as any;\nenum C { d }\nexport default a;\nexport default function f() {}")).to.deep.equal(["any@2", "enum@3", "default-export@4", "default-export@5"]);
    expect(rules("src/flow/x.ts", "switch (a) { default: b(); }\n// any of them")).to.deep.equal([]);
    expect(rules("src/flow/x.ts", "// reads the esm_class")).to.deep.equal(["wire-words@2"]);
    expect(rules("src/simulator/x.ts", "// reads the esm_class")).to.deep.equal([]);
    expect(rules("src/flow/x.ts", `// ${"TO" + "DO"}: later\n// ${"eslint-" + "disable"} x`)).to.deep.equal(["left-open@2", "given-up@3"]);
  });

  it("sees how a file is named, opened and how long it is", () => {
    expect(check("src/flow/string-utils.ts", "/** A sample. */\n").map(({ rule }) => rule)).to.deep.equal(["names"]);
    expect(check("src/flow/commonplace.ts", "/** A sample. */\n")).to.deep.equal([]);
    expect(check("src/flow/x.ts", "const a = 1;\n").map(({ rule }) => rule)).to.deep.equal(["opening"]);
    expect(check("src/main.ts", "#!/usr/bin/env node\n/**\n * The start.\n */\n")).to.deep.equal([]);
    expect(check("src/flow/x.ts", `/** A sample. */\n${"f();\n".repeat(400)}`).map(({ rule }) => rule)).to.deep.equal(["length"]);
    expect(check("src/flow/x.ts", `/** A sample. */\n${"f();\n".repeat(399)}`)).to.deep.equal([]);
  });

  it("sees a test that runs alone", () => {
    expect(rules("test/x.test.ts", `${"it" + ".only"}("x", () => {});`)).to.deep.equal(["alone@2"]);
  });
});
