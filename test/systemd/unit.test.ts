/** The unit: what it says of credentials fits the configuration, and systemd finds no fault in it. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SCHEMA } from "../../src/config/schema.js";
import { ROOT } from "../root.js";

const path = join(ROOT, "systemd/tollgate.service");

describe("systemd/tollgate.service", () => {
  it("shows how a password and the key of the accounts' secrets are given as credentials, under the example's names", () => {
    const unit = readFileSync(path, "utf8");
    expect(unit).to.match(/^# LoadCredential=operator\.password:/m);
    expect(unit).to.match(new RegExp(`^# LoadCredential=${SCHEMA.secrets.fields.key_credential.example as string}:/etc/tollgate/credentials/`, "m"));
  });

  it("has no fault that systemd finds, where it is installed and node stands where the unit says", function () {
    if (spawnSync("systemd-analyze", ["--version"]).status !== 0 || !existsSync("/usr/bin/node")) this.skip();
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
    expect(stdout + stderr).to.not.match(/tollgate\.service/);
    expect(status).to.equal(0);
  });
});
