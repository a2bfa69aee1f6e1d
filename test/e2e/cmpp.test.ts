/** What only CMPP has, through the whole gateway: the sheet's vectors, several destinations, submits sent again, CANCEL, QUERY, At_Time. */
import { expect } from "chai";
import { readHex } from "../../src/simulator/cmpp-octets.js";
import { readSubmitResult } from "../../src/simulator/load-cmpp.js";
import type { CmppCustomer, CmppOperator } from "./cmpp-peers.js";
import { Command } from "./cmpp-peers.js";
import type { PeerMessage } from "./peer.js";
import { Road, newOperator, roadWith } from "./road.js";

const SUBMIT: Readonly<Record<"2.0" | "3.0", Buffer>> = {
  "2.0": Buffer.from("000000bf00000004000000020000000000000000010101005445535400000000000002000000000000000000000000000000000000000000000008393031323334303130303030303000000000000000000000000000000000000000000000000000000000000000000000313036393031323334353637380000000000000000013133383030313338303030000000000000000000002030106d4b8bd5301160a876849a8c8bc17801662f0031003200330034003500360000000000000000", "hex"),
  "3.0": Buffer.from("000000e300000004000000020000000000000000010101005445535400000000000002000000000000000000000000000000000000000000000000000000000000000000000008393031323334303130303030303000000000000000000000000000000000000000000000000000000000000000000000313036393031323334353637380000000000000000013133383030313338303030000000000000000000000000000000000000000000002030106d4b8bd5301160a876849a8c8bc17801662f0031003200330034003500360000000000000000000000000000000000000000", "hex"),
};
const TWO_DESTINATIONS = Buffer.from("000000b900000004000000050000000000000000010101005445535400000000000002000000000000000000000000000000000000000000000000393031323334303130303030303000000000000000000000000000000000000000000000000000000000000000000000313036393031323334353637380000000000000000023133383030313338303030000000000000000000003836313339303031333930303000000000000000000568656c6c6f0000000000000000", "hex");

for (const version of ["2.0", "3.0"] as const) {
  const wide = version === "3.0";
  const octet = wide ? 0x30 : 0x20;
  /** Where a SUBMIT has these fields. */
  const msgSrcAt = wide ? 71 : 59;
  const atTimeAt = wide ? 102 : 90;
  const destinationsAt = wide ? 141 : 129;
  const udhiAt = wide ? 69 : 57;

  describe(`CMPP ${version} through the gateway`, () => {
    const operator = newOperator("cmpp", octet) as CmppOperator;
    const laid = roadWith(operator, { combination: { customer: "cmpp", operator: "cmpp" }, operator: `[operator.cmpp]\nversion = "${version}"` });
    let road: Road;
    let sp: CmppCustomer;
    let accounts = 0;
    let lastId = 0;

    beforeEach(async () => {
      ({ road } = laid);
      const name = `sp${++accounts}`;
      // Msg_src of the vectors; each test has an account of its own, and one SP_Id for all would be refused.
      await road.account(name, 10, { checkContentSource: false });
      sp = await road.sp(name, octet);
    });

    const account = (): string => `sp${accounts}`;

    /** Writes octets whose answer has this sequence number; resolves with the answer. */
    const ask = (customer: CmppCustomer, octets: Buffer): Promise<Buffer> => {
      const answered = customer.answered(octets.readUInt32BE(8));
      customer.raw(octets);
      return answered;
    };

    const withSequence = (octets: Buffer, sequence: number): Buffer => {
      const copy = Buffer.from(octets);
      copy.writeUInt32BE(sequence, 8);
      return copy;
    };

    it("takes the sheet's SUBMIT, sends it on with every field as it came, and its report bears the id it was answered with", async () => {
      const answer = await ask(sp, SUBMIT[version]);
      expect(answer.length).to.equal(wide ? 24 : 21);
      expect(readSubmitResult(answer)).to.equal(0);
      const id = readHex(answer, 12);
      await operator.submitted(1);
      const sent = operator.frames[0] ?? Buffer.alloc(0);
      // Msg_src is the link's own, ValId_Time the end of our waiting.
      const kept = (frame: Buffer): string[] => [[20, msgSrcAt], [msgSrcAt + 6, atTimeAt - 17], [atTimeAt, destinationsAt]].map(([from, to]) => frame.toString("hex", from, to));
      expect(kept(sent)).to.deep.equal(kept(SUBMIT[version]));
      expect(operator.submits[0]).to.include({ destination: "13800138000", source: "1069012345678", text: "【测试】您的验证码是123456" });
      const [receipt] = await sp.received(1);
      expect(receipt).to.include({ id, state: "DELIVRD", source: "13800138000", destination: "1069012345678" });
      expect(receipt?.raw).to.have.length(2 * (wide ? 71 : 60));
      const deliver = sp.frames.find((frame) => frame.readUInt32BE(4) === Command.deliver) ?? Buffer.alloc(0);
      expect(deliver.length).to.equal(wide ? 180 : 145);
      expect(readHex(deliver, 12)).to.not.equal(id);
      expect(deliver.toString("latin1", 41, 51)).to.equal("TEST\0\0\0\0\0\0");
      const trace = await road.eventually(() => road.trace(id), ({ notify }) => notify === "done");
      expect(trace).to.include({ state: "delivered", charge: "0.035", chargeState: "settled" });
    });

    it("C060 the same Sequence_Id on two connections is two messages, with the same text too", async () => {
      const other = await road.sp(account(), octet);
      const submissions = [
        sp.submit({ to: "13800138000", text: "first", sequence: 7 }), other.submit({ to: "13800138000", text: "second", sequence: 7 }),
        sp.submit({ to: "13800138000", text: "same", sequence: 8 }), other.submit({ to: "13800138000", text: "same", sequence: 8 }),
      ];
      const answers = await Promise.all(submissions);
      expect(answers.map(({ status }) => status)).to.deep.equal([0, 0, 0, 0]);
      expect(new Set(answers.map(({ id }) => id)).size).to.equal(4);
      const submits = await operator.submitted(4);
      expect(submits.map(({ text }) => text).sort()).to.deep.equal(["first", "same", "same", "second"]);
      expect(await road.eventually(() => road.money(account()), (money) => money === "0.21/0.00")).to.equal("0.21/0.00");
    });

    it("a submit sent again on its connection gets its answer again and is no second message; another text under its number is refused", async () => {
      const first = await sp.submit({ to: "13800138000", text: "again", sequence: 50 });
      expect(await sp.submit({ to: "13800138000", text: "again", sequence: 50 })).to.deep.equal(first);
      expect((await sp.submit({ to: "13800138000", text: "another", sequence: 50 })).status).to.equal(3);
      await operator.submitted(1);
      await sp.received(1);
      expect(operator.submits).to.have.length(1);
      expect(await road.money(account())).to.equal("0.315/0.00");
    });

    it("a submit sent again on the next connection gets its old answer, after a kill of the gateway too", async () => {
      const first = await sp.submit({ to: "13800138000", text: "once", sequence: 90 });
      await sp.received(1);
      sp.destroy();
      await road.eventually(async () => (await road.daemon.call("status", {})).customers.length, (count) => count === 0);
      const second = await road.sp(account(), octet);
      expect(await second.submit({ to: "13800138000", text: "once", sequence: 90 })).to.deep.equal(first);
      await road.daemon.kill();
      road.daemon.start();
      await road.daemon.ready();
      await operator.linked();
      const third = await road.sp(account(), octet);
      expect(await third.submit({ to: "13800138000", text: "once", sequence: 90 })).to.deep.equal(first);
      expect((await third.submit({ to: "13800138000", text: "once", sequence: 91 })).id).to.not.equal(first.id);
      await operator.submitted(2);
      expect(operator.submits).to.have.length(2);
      expect(await road.eventually(() => road.money(account()), (money) => money === "0.28/0.00")).to.equal("0.28/0.00");
    });

    it("C118 a submit to two destinations is two messages: one answer, ids in a row, two charges, and each its own report", async () => {
      operator.answer = () => null;
      const octets = wide ? null : TWO_DESTINATIONS;
      const { status, id } = octets === null
        ? await sp.submit({ to: "13800138000", others: ["8613900139000"], text: "hello", coding: "ascii", from: "1069012345678" })
        : await ask(sp, octets).then((answer) => ({ status: readSubmitResult(answer), id: readHex(answer, 12) }));
      expect(status).to.equal(0);
      const submits = await operator.submitted(2);
      expect(await road.money(account())).to.equal("0.28/0.07");
      expect(submits.map(({ destination, text, coding }: PeerMessage) => `${destination} ${text} ${coding}`)).to.deep.equal(["13800138000 hello 0", "13900139000 hello 0"]);
      expect(operator.frames.map((frame) => frame[destinationsAt - 1])).to.deep.equal([1, 1]);
      const given = [operator.id(++lastId), operator.id(++lastId)];
      given.forEach((one, place) => operator.respond(place, one));
      await operator.receipt({ id: given[1] ?? "", state: "UNDELIV", from: "1069012345678", to: "13900139000" });
      await operator.receipt({ id: given[0] ?? "", state: "DELIVRD", from: "1069012345678", to: "13800138000" });
      const receipts = await sp.received(2);
      const next = id.slice(0, 12) + ((Number.parseInt(id.slice(12), 16) + 1) & 0xffff).toString(16).padStart(4, "0");
      expect(receipts.map((one) => [one.id, one.state])).to.deep.equal([[next, "UNDELIV"], [id, "DELIVRD"]]);
    });

    it("C118 with a header the parts to two destinations keep TP_udhi, Pk and Msg_Fmt", async () => {
      const others = ["13900139000"];
      for (const [at, text] of ["长", "短"].entries()) {
        expect((await sp.submit({ to: "13800138000", others, text, udh: `05000333020${at + 1}` })).status).to.equal(0);
      }
      const submits = await operator.submitted(4);
      expect(submits.map(({ destination, udh, text, coding }: PeerMessage) => `${destination} ${udh.slice(8)} ${text} ${coding}`).sort()).to.deep.equal([
        "13800138000 0201 长 8", "13800138000 0202 短 8", "13900139000 0201 长 8", "13900139000 0202 短 8",
      ]);
      expect(operator.frames.map((frame) => `${frame[20]} ${frame[udhiAt]}`)).to.deep.equal(["2 1", "2 1", "2 1", "2 1"]);
      expect(await sp.received(4)).to.have.length(4);
    });

    it("refuses all destinations when one is wrong", async () => {
      expect((await sp.submit({ to: "13800138000", others: ["12345"], text: "hello" })).status).to.equal(13);
      expect(await road.money(account())).to.equal("0.35/0.00");
      expect(operator.submits).to.have.length(0);
    });

    it("C112 at its At_Time goes out, not before, over a kill too; CANCEL before it takes one back, and costs nothing", async function () {
      this.timeout(30_000);
      const later = (sequence: number): Buffer => {
        const octets = withSequence(SUBMIT[version], sequence);
        octets.write(absolute(Date.now() + 6_000), atTimeAt, "latin1");
        return octets;
      };
      const startedMs = performance.now();
      const kept = await ask(sp, later(201));
      const back = await ask(sp, later(202));
      expect([kept, back].map(readSubmitResult)).to.deep.equal([0, 0]);
      expect(await road.money(account())).to.equal("0.28/0.07");
      const cancel = Buffer.alloc(20);
      [20, Command.cancel, 203].forEach((value, place) => cancel.writeUInt32BE(value, place * 4));
      back.copy(cancel, 12, 12, 20);
      const cancelled = await ask(sp, cancel);
      expect(cancelled[cancelled.length - 1]).to.equal(0);
      expect((await sp.received(1))[0]).to.include({ id: readHex(back, 12), state: "DELETED" });
      expect(await road.money(account())).to.equal("0.315/0.035");
      await road.daemon.kill();
      road.daemon.start();
      await road.daemon.ready();
      sp = await road.sp(account(), octet);
      expect(operator.submits).to.have.length(0);
      await operator.submitted(1, 15_000);
      expect(performance.now() - startedMs).to.be.at.least(5_000);
      expect((await sp.received(1))[0]).to.include({ id: readHex(kept, 12), state: "DELIVRD" });
      expect(operator.submits).to.have.length(1);
      expect(await road.eventually(() => road.money(account()), (money) => money === "0.315/0.00")).to.equal("0.315/0.00");
    });

    it("answers QUERY with the day's figures of the account", async () => {
      await sp.submit({ to: "13800138000", text: "counted" });
      await sp.submit({ to: "13800138000", text: "counted too" });
      await sp.received(2);
      const query = Buffer.alloc(39);
      [39, Command.query, 300].forEach((value, place) => query.writeUInt32BE(value, place * 4));
      query.write(new Date(Date.now() + 8 * 3_600_000).toISOString().replace(/\D/g, "").slice(0, 8), 12, "latin1");
      const answer = await ask(sp, query);
      expect(answer.length).to.equal(63);
      const figures = Array.from({ length: 8 }, (_, place) => answer.readUInt32BE(31 + 4 * place));
      expect(figures).to.deep.equal([2, 2, 2, 0, 0, 0, 0, 0]);
    });

    it("leaves books that balance", async () => {
      expect(await road.daemon.call("verify", { full: true })).to.deep.include({ clean: true, problems: [] });
    });
  });
}

describe("CMPP to SMPP", () => {
  it("C084 a phone's GBK comes to an SMPP customer in UCS-2", async () => {
    const operator = newOperator("cmpp") as CmppOperator;
    const road = await Road.open({ combination: { customer: "smpp", operator: "cmpp" }, operatorPort: await operator.start() });
    try {
      await operator.linked();
      await road.account("owner", 0, { serviceCodes: ["1069012345678"] });
      const customer = await road.peer("owner");
      expect(await operator.deliver({ source: "13800138000", destination: "1069012345678", text: "ＴＤ", coding: "gb18030" })).to.equal(0);
      await customer.until(() => customer.inbound.length === 1, 3_000, () => "no message came");
      expect(customer.inbound[0]).to.include({ source: "13800138000", coding: 8, text: "ＴＤ" });
    } finally {
      await road.close();
      await operator.stop();
    }
  });
});

/** YYMMDDhhmmsstnnp of a moment, in Beijing time. */
function absolute(ms: number): string {
  const digits = new Date(ms + 8 * 3_600_000).toISOString().replace(/\D/g, "");
  return `${digits.slice(2, 14)}${digits.slice(14, 15)}32+`;
}
