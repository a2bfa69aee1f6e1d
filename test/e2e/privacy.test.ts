/** What the daemon lets out of itself at its default level: neither a number nor a word of anybody's. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { PackageOperator } from "./package-operator.js";
import { Road } from "./road.js";

const WORDS = "测试违禁词";

describe("privacy of the daemon", () => {
  const operator = new PackageOperator();
  let road: Road;

  before(async () => {
    road = await Road.open({ operatorPort: await operator.start() });
    await operator.linked();
  });

  after(async () => {
    await road.close();
    await operator.stop();
  });

  it("clause 4.1-4.3: numbers and texts of messages delivered, refused, unroutable, inbound and malformed are neither in its log nor in its metrics", async () => {
    const marked = { sent: "13811110001", refused: "13811110002", segment: "13811110003", phone: "13811110004", stray: "13811110005", unknown: "13811110006", complained: "13811110007" };
    const texts = ["marked-text-sent", "marked-text-refused", "marked-text-from-phone", "marked-text-stray", "marked-note"];
    await road.account("kept", 10, { serviceCodes: ["10690000"] });
    await road.account("after", 10, { refuseBy: "receipt" });
    const customer = await road.customer("kept");
    operator.reports = true;
    expect((await customer.submit(marked.sent, "marked-text-sent")).command_status).to.equal(0);
    await customer.received(1);
    const blocked = Buffer.from(`${WORDS}marked-text-refused`, "utf16le").swap16();
    expect((await customer.submit(marked.refused, blocked, { data_coding: 8 })).command_status).to.not.equal(0);
    const late = await road.customer("after");
    expect((await late.submit(marked.refused, blocked, { data_coding: 8 })).command_status).to.equal(0);
    const part = Buffer.concat([Buffer.from("050003070201", "hex"), Buffer.from("marked-text-sent")]);
    expect((await customer.submit(marked.segment, part, { esm_class: 0x40 })).command_status).to.equal(0);
    expect((await customer.submit(`${marked.sent}99999x`, "marked-text-sent")).command_status).to.not.equal(0);
    expect(await operator.deliver({ source_addr: marked.phone, destination_addr: "10690000", short_message: "marked-text-from-phone" })).to.equal(0);
    await operator.deliver({ source_addr: marked.stray, destination_addr: "99999999", short_message: "marked-text-stray" });
    await operator.receipt({ id: "nobody-knows-it", state: "DELIVRD", from: "10690000", to: marked.unknown });
    await road.daemon.call("complaint.add", { to: marked.complained, source: "12321", note: "marked-note", atMs: road.clock.wallMs, reason: `of ${marked.complained}` });
    await road.daemon.call("evidence", { to: marked.sent, fromMs: 0, toMs: road.clock.wallMs + 60_000, texts: true, reason: `shown of ${marked.sent}` });
    await road.daemon.call("trace", { by: "destination", value: marked.sent, limit: 5 });
    const metrics = await (await fetch(`http://127.0.0.1:${road.httpPort}/metrics`)).text();
    const log = readFileSync(road.daemon.logPath, "utf8");
    expect(log).to.include('"event":"ready"');
    expect(metrics).to.include("tollgate_");
    for (const number of Object.values(marked)) {
      // Nor with the country's code in front, nor without the first digit.
      expect(log.includes(number.slice(1)), `${number} in the log`).to.equal(false);
      expect(metrics.includes(number.slice(1)), `${number} in the metrics`).to.equal(false);
    }
    for (const words of [...texts, WORDS]) {
      for (const form of [words, Buffer.from(words).toString("hex"), Buffer.from(words, "utf16le").swap16().toString("hex"), Buffer.from(words).toString("base64").slice(0, -3)]) {
        expect(log.includes(form), `${words} in the log`).to.equal(false);
        expect(metrics.includes(form), `${words} in the metrics`).to.equal(false);
      }
    }
    const said = (await road.daemon.call("audit", { limit: 20 })).map(({ what }) => what).join("\n");
    expect(said).to.match(/evidence of number \S+: 1 messages/).and.include("trace shows 1 texts, of message");
    for (const number of Object.values(marked)) expect(said.includes(number), `${number} in the audit log`).to.equal(false);
  });
});
