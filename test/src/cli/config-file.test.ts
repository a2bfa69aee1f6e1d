/** Which configuration file is read. */
import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findConfigFile } from "../../../src/cli/config-file.js";
import { CliError } from "../../../src/cli/exit.js";

describe("configuration file", () => {
  let folder = "";
  let systemFile = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tollgate-cli-"));
    systemFile = join(folder, "system.toml");
    mkdirSync(join(folder, "config"));
    writeFileSync(join(folder, "config/demo.toml"), "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const find = (option?: string, environment: Record<string, string> = {}): string => findConfigFile(option, { environment, cwd: folder, systemFile });
  const project = (name: string): void => writeFileSync(join(folder, "package.json"), JSON.stringify({ name }));

  it("is the one named, then TOLLGATE_CONFIG's, then the system's, then the demo's", () => {
    project("tollgate");
    expect(find()).to.equal("config/demo.toml");
    writeFileSync(systemFile, "");
    expect(find()).to.equal(systemFile);
    expect(find(undefined, { TOLLGATE_CONFIG: "env.toml" })).to.equal("env.toml");
    expect(find("flag.toml", { TOLLGATE_CONFIG: "env.toml" })).to.equal("flag.toml");
  });

  it("is not the demo's in another project's folder", () => {
    project("else");
    expect(() => find()).to.throw(CliError, "no configuration");
  });

  it("says what to do when there is none", () => {
    try {
      find(undefined, { TOLLGATE_CONFIG: "" });
      expect.fail("it found one");
    } catch (error) {
      expect(error).to.include({ exit: 78, hint: "name a file with --config FILE or TOLLGATE_CONFIG" });
    }
  });
});
