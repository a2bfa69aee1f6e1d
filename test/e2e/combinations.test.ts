/** One suite, two protocols: a message's way from either kind of customer to either kind of operator, and back. */
import { expect } from "chai";
import { COMBINATIONS, STATUSES, combinationName } from "./peer.js";
import type { PeerCoding, TestCustomer } from "./peer.js";
import { Road, newOperator } from "./road.js";

const FROM = "10690000";
/** The ten extension characters, and letters that ASCII lacks. */
const GSM_SPECIALS = "[a]{b}|c~^\\ à la Ångström €5 @Δ";

for (const combination of COMBINATIONS) {
  const status = STATUSES[combination.customer];

  describe(`a message, ${combinationName(combination)}`, () => {
    const operator = newOperator(combination.operator);
    let road: Road;
    let number = 13_600_000_000;

    before(async () => {
      road = await Road.open({
        combination, operatorPort: await operator.start(), words: ["发票"],
        more: '[filter]\nkeywords = ["words.txt"]\ngather_time = "1s"\n',
      });
      await operator.linked();
    });

    after(async () => {
      await road.close();
      await operator.stop();
    });

    beforeEach(() => {
      operator.reset();
      operator.reports = true;
    });

    const next = (): string => String(++number);

    const open = async (name: string, messages = 10, settings = {}): Promise<TestCustomer> => {
      await road.account(name, messages, settings);
      return road.peer(name);
    };

    it("goes from its submit to the operator and its receipt back, and costs 35000 micro-units", async () => {
      const customer = await open("first");
      const to = next();
      const { status: answered, id } = await customer.submit({ to, text: "【测试】您的验证码是123456" });
      expect(answered).to.equal(0);
      expect(id).to.match(combination.customer === "smpp" ? /^\d+$/ : /^[0-9a-f]{16}$/);
      const [submit] = await operator.submitted(1);
      expect(submit).to.include({ source: FROM, destination: to, coding: 8, hasUdh: false, text: "【测试】您的验证码是123456" });
      const [receipt] = await customer.received(1);
      expect(receipt).to.include({ id, state: "DELIVRD", source: to, destination: FROM });
      const trace = await road.eventually(() => road.trace(id), ({ notify }) => notify === "done");
      expect(trace).to.include({ state: "delivered", charge: "0.035", chargeState: "settled", text: "【测试】您的验证码是123456", notify: "done" });
      expect(trace.events.map(({ stage }) => stage)).to.include.members(["accept", "screen", "charge", "spool", "dispatch", "receipt", "settle", "notify"]);
      expect(await road.money("first")).to.equal("0.315/0.00");
    });

    const texts: [string, PeerCoding, string][] = [
      ["GSM or ASCII letters", combination.customer === "smpp" ? "gsm7" : "ascii", "Your code is 123456"],
      ["an emoji in UCS-2", "ucs2", "天气晴😀"],
      ["characters of the GSM extension", combination.customer === "smpp" ? "gsm7" : "ucs2", GSM_SPECIALS],
    ];
    if (combination.customer === "cmpp") texts.push(["GB18030 with a character of four octets", "gb18030", "【测试】验证码𠀀，㐀"]);
    for (const [what, coding, text] of texts) {
      it(`arrives as it was sent: ${what}`, async () => {
        const customer = await open(`text${texts.findIndex(([each]) => each === what)}`);
        const { status: answered } = await customer.submit({ to: next(), text, coding });
        expect(answered).to.equal(0);
        const [submit] = await operator.submitted(1);
        expect(submit?.text).to.equal(text);
        expect((await customer.received(1))[0]?.state).to.equal("DELIVRD");
      });
    }

    it("in three parts is gathered, arrives whole, is charged by the part, and each part has its receipt", async () => {
      const customer = await open("long");
      const text = `【测试】${"长".repeat(150)}`;
      const parts = [text.slice(0, 67), text.slice(67, 134), text.slice(134)];
      const to = next();
      const ids: string[] = [];
      for (const [at, part] of parts.entries()) {
        const { status: answered, id } = await customer.submit({ to, text: part, udh: `050003570${3}0${at + 1}` });
        expect(answered).to.equal(0);
        ids.push(id);
      }
      const submits = await operator.submitted(3);
      const ordered = [...submits].sort((a, b) => a.udh.localeCompare(b.udh));
      expect(ordered.map((one) => one.text).join("")).to.equal(text);
      expect(new Set(ordered.map(({ udh }) => udh.slice(6, 8))).size).to.equal(1);
      const receipts = await customer.received(3);
      expect(receipts.map(({ id }) => id)).to.have.members(ids);
      expect(await road.eventually(() => road.money("long"), (money) => money === "0.245/0.00")).to.equal("0.245/0.00");
    });

    it("is refused with a status of its own for each reason", async () => {
      const customer = await open("refused", 1);
      const answer = async (to: string, text: string): Promise<number> => (await customer.submit({ to, text })).status;
      expect(await answer(next(), "开发 票")).to.equal(status.blockedContent);
      expect(await answer("12345", "short number")).to.equal(status.badDestination);
      expect(await answer("13800138a00", "letters")).to.equal(status.badDestination);
      expect(await road.money("refused")).to.equal("0.035/0.00");
      expect(await answer(next(), "pays")).to.equal(0);
      expect(await answer(next(), "does not pay")).to.equal(status.noCredit);
      await operator.submitted(1);
      expect(operator.submits).to.have.length(1);
    });

    it("whose parts hold a blocked word across their border is stopped whole, and its money comes back", async () => {
      const customer = await open("blocked");
      const to = next();
      const answers = [await customer.submit({ to, text: "开发", udh: "050003420201" }), await customer.submit({ to, text: "票据", udh: "050003420202" })];
      expect(answers.map((each) => each.status)).to.deep.equal([0, 0]);
      const receipts = await customer.received(2);
      expect(receipts.every(({ state }) => /^(REJECTD|TG:0101)$/.test(state)), JSON.stringify(receipts)).to.equal(true);
      expect(await road.eventually(() => road.money("blocked"), (money) => money === "0.35/0.00")).to.equal("0.35/0.00");
      expect(operator.submits).to.have.length(0);
      // Each part of it shows what the whole was refused for.
      const traces = await Promise.all(answers.map((each) => road.trace(each.id)));
      expect(traces.map((trace) => trace.flags)).to.satisfy((flags: string[]) => flags.every((one) => one.includes(":发票@")), traces[0]?.flags);
      expect(traces[0]?.events.find((event) => event.stage === "screen")?.text).to.equal(`refused for ${traces[0]?.flags ?? ""}`);
    });

    it("comes from a phone to the account whose number it was sent to: short, in GB18030 where the operator speaks it, and long in parts", async () => {
      const owner = await open("owner", 0, { serviceCodes: ["106900017"] });
      const stranger = await open("stranger", 0, { serviceCodes: ["1069000"] });
      const source = next();
      expect(await operator.deliver({ source, destination: "10690001799", text: "退订" })).to.equal(0);
      await owner.until(() => owner.inbound.length === 1, 3_000, () => "no message came");
      expect(owner.inbound[0]).to.include({ source, destination: "10690001799", text: "退订", hasUdh: false });
      const coding = combination.operator === "cmpp" ? "gb18030" : "ucs2";
      expect(await operator.deliver({ source, destination: "10690001799", text: "ＴＤ退订", coding })).to.equal(0);
      await owner.until(() => owner.inbound.length === 2, 3_000, () => "no message came");
      expect(owner.inbound[1]?.text).to.equal("ＴＤ退订");
      for (const [at, part] of ["长".repeat(67), "短".repeat(20)].entries()) {
        expect(await operator.deliver({ source, destination: "10690001799", text: part, udh: `05000311020${at + 1}` })).to.equal(0);
      }
      await owner.until(() => owner.inbound.length === 4, 3_000, () => "no message came");
      expect(owner.inbound.slice(2).map(({ udh, text }) => `${udh} ${text.length}`)).to.deep.equal(["050003110201 67", "050003110202 20"]);
      expect(await operator.deliver({ source, destination: FROM, text: "TD" })).to.equal(0);
      await stranger.until(() => stranger.inbound.length > 0, 3_000, () => "no message came");
      expect([owner.inbound.length, stranger.inbound.length]).to.deep.equal([4, 1]);
    });

    it("comes from a phone in one delivery that the customer's protocol cannot hold: told in parts, all of one text", async () => {
      const owner = await open("longowner", 0, { serviceCodes: ["106900018"] });
      const smpp = combination.operator === "smpp";
      const text = smpp ? "长".repeat(150) : `${"退订".repeat(25)}${"TD".repeat(20)}`;
      expect(await operator.deliver({ source: next(), destination: "106900018", text, coding: smpp ? "ucs2" : "gb18030" })).to.equal(0);
      const parts = combination.customer === combination.operator ? 1 : smpp ? 3 : 2;
      await owner.until(() => owner.inbound.length >= parts, 3_000, () => "no message came");
      expect(owner.inbound.map((one) => one.text).join("")).to.equal(text);
      const marks = owner.inbound.map(({ udh }) => [udh.slice(0, 6), udh.slice(8)]);
      expect(marks).to.deep.equal(parts === 1 ? [["", ""]] : Array.from({ length: parts }, (_, at) => ["050003", `0${parts}0${at + 1}`]));
    });

    it("C066 of two to one number, reported in the other order, each has its own receipt", async () => {
      operator.reports = false;
      const customer = await open("c066");
      const to = next();
      const first = await customer.submit({ to, text: "first" });
      const second = await customer.submit({ to, text: "second" });
      expect(new Set([first.id, second.id, "0000000000000000"]).size).to.equal(3);
      await operator.submitted(2);
      await road.eventually(async () => (await road.trace(second.id)).state, (state) => state === "sent");
      const given = new Map<string, string>();
      for (const { id } of [first, second]) given.set(id, (await road.trace(id)).attempts[0]?.operatorMessageId ?? "");
      expect(await operator.receipt({ id: given.get(second.id) ?? "", state: "UNDELIV", from: FROM, to })).to.equal(0);
      expect(await operator.receipt({ id: given.get(first.id) ?? "", state: "DELIVRD", from: FROM, to })).to.equal(0);
      const receipts = await customer.received(2);
      expect(receipts.map(({ id, state }) => [id, state])).to.deep.equal([[second.id, "UNDELIV"], [first.id, "DELIVRD"]]);
    });

    it("that failed by a code of the operator's own brings it back: as it came over CMPP, UNDELIV over SMPP", async () => {
      operator.reports = false;
      const customer = await open("coded");
      for (const code of ["MK:0005", "HD:29"]) {
        const to = next();
        const { id } = await customer.submit({ to, text: code });
        await road.eventually(async () => (await road.trace(id)).state, (state) => state === "sent");
        const given = (await road.trace(id)).attempts[0]?.operatorMessageId ?? "";
        expect(await operator.receipt({ id: given, state: code, from: FROM, to })).to.equal(0);
        const receipts = await customer.received(code === "MK:0005" ? 1 : 2);
        expect(receipts.at(-1)).to.include({ id, state: combination.customer === "cmpp" ? code : "UNDELIV" });
        expect((await road.trace(id)).events.find(({ stage }) => stage === "receipt")?.text).to.contain(code);
      }
    });

    it("leaves books that balance", async () => {
      expect(await road.daemon.call("verify", { full: true })).to.deep.include({ clean: true, problems: [] });
    });
  });
}
