/** A gateway that encrypts what messages say: killed, rotated, switched off and on, started with a wrong key; its files say nothing, its owner sees all. */
import { expect } from "chai";
import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newSecretKey, secretKeyText } from "../../src/ledger/secret.js";
import { freePort } from "./daemon.js";
import { PackageOperator } from "./package-operator.js";
import { Road } from "./road.js";

const TO = "13811112222";
const PLAIN = "in-plain-words";
const ON = "encrypt_bodies = true";
const OFF = "encrypt_bodies = false";

describe("a gateway that encrypts texts at rest", () => {
  const operator = new PackageOperator();
  let road: Road;
  let data = "";
  /** What was submitted, by id. */
  const texts = new Map<string, string>();

  before(async () => {
    operator.reports = true;
    // Nobody answers there yet: what is submitted waits.
    road = await Road.open({ operatorPort: await freePort(), more: `[privacy]\n${ON}\n` });
    data = join(road.daemon.folder, "data");
    await road.account("bank", 100, { serviceCodes: ["10690000"] });
  });
  after(async () => {
    await road.close();
    await operator.stop();
  });

  const send = async (name: string, count: number, of = "hush"): Promise<void> => {
    const customer = await road.customer(name);
    for (let i = 0; i < count; i++) {
      const text = `${of}-${texts.size}-do-not-tell`;
      texts.set((await customer.submit(TO, text)).message_id ?? "", text);
    }
    customer.session.destroy();
  };
  const shown = async (): Promise<void> => {
    for (const [id, text] of texts) expect((await road.trace(id)).text, id).to.equal(text);
  };
  const holding = (word: string): string[] => readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(word)).map(({ name }) => name);
  const configure = (from: string, to: string): void => writeFileSync(road.daemon.configPath, readFileSync(road.daemon.configPath, "utf8").replace(from, to));
  const again = async (): Promise<void> => {
    road.daemon.start();
    await road.daemon.ready();
  };

  it("makes the key by itself, and no file holds a text, the log of its pages neither", async () => {
    await send("bank", 5);
    expect(readdirSync(data)).to.include("secret.key");
    await shown();
    expect(holding("do-not-tell")).to.deep.equal([]);
    expect(holding(TO)).to.not.deep.equal([]);
    expect(await road.daemon.call("key.check", {})).to.deep.include({ days: 1, unreadableDays: [] });
  });

  it("is killed and started again: all is there, and what waited is what the operator gets", async () => {
    await road.daemon.kill();
    expect(holding("do-not-tell")).to.deep.equal([]);
    const port = Number(/^port = (\d+)\nsystem_id/m.exec(readFileSync(road.daemon.configPath, "utf8"))?.[1]);
    await again();
    await shown();
    await operator.start(port);
    await operator.linked();
    const submits = await operator.submitted(5, 10_000);
    expect(submits.map(({ short_message: message }) => String((message as { message?: unknown }).message))).to.have.members([...texts.values()]);
  });

  it("changes its key under way, and without a daemon, and reads everything after each", async () => {
    expect((await road.daemon.command("key", "rotate")).out).to.match(/^0 secrets and the keys of 1 day's texts sealed anew; all are under key /);
    await send("bank", 2);
    await shown();
    await road.daemon.stop();
    expect((await road.daemon.command("key", "rotate")).out).to.match(/ and the keys of 1 day's texts sealed anew/);
    const [[first = ""] = []] = [...texts];
    const traced = await road.daemon.command("trace", first, "--json");
    expect(traced.out, traced.err).to.contain(texts.get(first));
    await again();
    await shown();
  });

  it("is switched off and on again: what was encrypted stays so, and both are read", async () => {
    await road.daemon.stop();
    configure(ON, OFF);
    await again();
    await send("bank", 1, PLAIN);
    expect(holding(PLAIN)).to.not.deep.equal([]);
    expect(holding("hush-")).to.deep.equal([]);
    await shown();
    await road.daemon.kill();
    configure(OFF, ON);
    await again();
    await send("bank", 1);
    await shown();
    expect(holding("hush-")).to.deep.equal([]);
  });

  it("does not start with another key or without one, says which it wants, and loses nothing by it", async () => {
    await road.daemon.stop();
    const key = join(data, "secret.key");
    const kept = join(road.daemon.folder, "kept.key");
    copyFileSync(key, kept);
    writeFileSync(key, secretKeyText(newSecretKey()));
    road.daemon.start();
    expect((await road.daemon.ended).code).to.not.equal(0);
    expect(road.daemon.logTail()).to.match(/the texts of \d{4}-\d\d-\d\d are encrypted under key [\w-]{8}, but what is there is [\w-]{8}: put that key back/);
    const offline = await road.daemon.command("account", "list");
    expect([offline.code === 0, /are encrypted under key [\w-]{8}, but what is there is/.test(offline.err)]).to.deep.equal([false, true]);
    copyFileSync(kept, key);
    await again();
    await shown();
    expect((await road.daemon.call("verify", { full: true })).problems).to.deep.equal([]);
    const log = readFileSync(road.daemon.logPath, "utf8");
    expect([log.includes(readFileSync(kept, "utf8").trim()), log.includes("do-not-tell")]).to.deep.equal([false, false]);
  });
});
