/** Word lists that change while messages wait: each text is judged anew as one before any of it goes out, after a reload and after a restart. */
import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./daemon.js";
import { ucs2 } from "./package-customer.js";
import { PackageOperator, textOf } from "./package-operator.js";
import { Road } from "./road.js";

/** 66 characters, then the word that the border of two parts cuts. */
const CUT = ucs2(`${"短".repeat(66)}发票${"短".repeat(20)}`);
const ENCRYPTED = '[filter]\nkeywords = ["words.txt"]\n[privacy]\nencrypt_bodies = true\n';
const HARMLESS = ucs2("短".repeat(100));

describe("word lists that change while texts wait", () => {
  for (const how of ["reloaded", "changed over a restart", "changed over a restart, texts encrypted on disk"] as const) {
    it(`let no word through that a part's border cuts: ${how}`, async () => {
      const operator = new PackageOperator();
      operator.reports = true;
      const port = await freePort();
      const road = await Road.open({ operatorPort: port, ...(how.endsWith("encrypted on disk") ? { more: ENCRYPTED } : {}) });
      try {
        await road.account("waiting", 100);
        const customer = await road.customer("waiting");
        const part = (number: number, text: string) =>
          customer.submit("13800138000", Buffer.concat([Buffer.from(`0500032a020${String(number)}`, "hex"), ucs2(text)]), { esm_class: 0x40, data_coding: 8 });
        const forbidden = [
          (await customer.submit("13800138000", undefined, { data_coding: 8, message_payload: CUT })).message_id,
          (await part(1, "开发")).message_id,
          (await part(2, "票")).message_id,
        ];
        await customer.submit("13800138000", undefined, { data_coding: 8, message_payload: HARMLESS });
        await customer.submit("13800138000", ucs2("尾"), { data_coding: 8 });
        await road.eventually(() => road.metric("tollgate_spool_messages"), (queued) => queued === 7);
        writeFileSync(join(road.daemon.folder, "words.txt"), "发票\n");
        if (how === "reloaded") {
          await road.daemon.call("reload", { actor: "test" });
        } else {
          await road.daemon.kill();
          road.daemon.start();
          await road.daemon.ready();
        }
        await operator.start(port);
        await operator.linked();
        const submits = await operator.submitted(3, 10_000);
        for (const id of forbidden) {
          const trace = await road.eventually(() => road.trace(id ?? ""), ({ state }) => state === "rejected");
          expect([trace.state, trace.receipt?.word], id).to.deep.equal(["rejected", "TG:0101"]);
        }
        // All seven have come to their end, or out: none is left to follow.
        expect(submits.map((submit) => textOf(submit).length)).to.have.members([67, 33, 1]);
        expect(await road.eventually(() => road.money("waiting"), (money) => money === "3.395/0.00")).to.equal("3.395/0.00");
        expect((await road.daemon.call("verify", { full: true })).problems).to.deep.equal([]);
      } finally {
        await road.close();
        await operator.stop();
      }
    });
  }
});
