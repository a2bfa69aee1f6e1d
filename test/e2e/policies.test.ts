/** The contract in the message's way, by both protocols: each rule refuses with its number, nothing is charged, and why is kept. */
import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SAME_PROTOCOL } from "./peer.js";
import type { PeerProtocol, TestCustomer } from "./peer.js";
import { newOperator, roadWith } from "./road.js";

const DAY_MS = 86_400_000;
const TEXT = "您的快递已到";

/** An hour of the day that is not now, in business time. */
function otherHour(wallMs: number): string {
  const hour = Math.floor((wallMs / 3_600_000 + 8) % 24);
  return hour < 12 ? "20:00-21:00" : "02:00-03:00";
}

/** On the wire: the number itself over CMPP, a status of our own over SMPP. */
function statusOf(protocol: PeerProtocol, number: number): number {
  return protocol === "cmpp" ? number : 0x400 + number;
}

interface Case {
  readonly outcome: string;
  readonly number: number;
  readonly terms: Readonly<Record<string, string | number | readonly string[]>>;
  readonly text?: string;
  readonly to?: string;
  /** What passes before. */
  readonly before?: readonly string[];
  /** Texts that come before are all different; they are the same as the one refused. */
  readonly same?: true;
  readonly rule: RegExp;
}

const CASES: readonly Case[] = [
  { outcome: "blocked_content", number: 101, terms: {}, text: "有测试违禁词", rule: /^words:测试违禁词@.*words\.txt:1#\d+$/ },
  { outcome: "signature", number: 102, terms: { signatureRule: "required" }, rule: /^signature:/ },
  { outcome: "template", number: 103, terms: { templateRule: "only" }, rule: /^template:/ },
  { outcome: "advert", number: 101, terms: { links: "refuse" }, text: "详见 http://t.example.cn/a", rule: /^link:/ },
  { outcome: "destination_blocked", number: 104, terms: { recipients: "listed" }, rule: /^not_listed$/ },
  { outcome: "off_net", number: 105, terms: { networks: ["mobile"] }, to: "13000138000", rule: /^off_net:unicom$/ },
  { outcome: "international", number: 106, terms: { abroad: "refuse" }, to: "0085291234567", rule: /^abroad$/ },
  { outcome: "blasting", number: 107, terms: { blastRun: 3, blastRate: 1_000 }, to: "13800138003", before: ["13800138001", "13800138002"], rule: /^blasting$/ },
  { outcome: "hours", number: 108, terms: { hours: ["now"] }, rule: /^hours$/ },
  { outcome: "frequency", number: 109, terms: { frequency: ["1/d"] }, before: ["13800138000"], rule: /^1\/d/ },
  { outcome: "duplicate", number: 110, terms: { duplicateWindowMs: 600_000 }, before: ["13800138000"], same: true, rule: /^duplicate$/ },
  { outcome: "quota", number: 112, terms: { quotaDay: 1 }, before: ["13800138000"], rule: /^/ },
];

for (const combination of SAME_PROTOCOL) {
  const { customer: protocol } = combination;

  describe(`the rules of a contract, over ${protocol}`, () => {
    const operator = newOperator(combination.operator);
    const laid = roadWith(operator, { combination, words: ["[loan hold]", "低息贷款"] });
    const refusals = async (to: string): Promise<readonly { readonly outcome: string; readonly rule: string; readonly account: string }[]> => {
      const { clock, daemon } = laid.road;
      const toMs = clock.wallMs + DAY_MS;
      return (await daemon.call("evidence", { to, fromMs: toMs - 2 * DAY_MS, toMs, texts: true, actor: "test", reason: "test" })).refusals;
    };

    for (const { outcome, number, terms, text = TEXT, to = "13800138000", before = [], same, rule } of CASES) {
      it(`refuse ${outcome} with ${String(number)}`, async () => {
        const { road } = laid;
        const name = `r${String(number)}${outcome.slice(0, 3)}`;
        const hours = "hours" in terms ? { hours: [otherHour(road.clock.wallMs)] } : {};
        await road.account(name, 10, { ...terms, ...hours });
        const customer: TestCustomer = await road.peer(name);
        for (const [at, earlier] of before.entries()) {
          expect((await customer.submit({ to: earlier, text: same === true ? text : `${text}${String(at)}` })).status).to.equal(0);
        }
        await road.eventually(() => road.money(name), (money) => money.endsWith("/0.00"));
        const money = await road.money(name);
        const answer = await customer.submit({ to, text });
        expect(answer).to.include({ status: statusOf(protocol, number), id: "" });
        expect(await road.money(name)).to.equal(money);
        // The store refuses it like credit, by its own books: counted, but nothing of the text is kept.
        if (outcome === "quota") return;
        const kept = await road.eventually(() => refusals(to), (all) => all.some((one) => one.account === name));
        const own = kept.filter((one) => one.account === name);
        expect(own.map((one) => one.outcome)).to.deep.equal([outcome]);
        expect(own[0]?.rule).to.match(rule);
      });
    }

    it("clause 2.2(3): a refused message leaves the balance unchanged, and a row with the word, its rule and the lists' version", async () => {
      const { road } = laid;
      await road.account("clause", 1);
      const customer = await road.peer("clause");
      const before = await road.money("clause");
      expect((await customer.submit({ to: "13800138555", text: "有测试违禁词" })).status).to.equal(statusOf(protocol, 101));
      const { wordsVersion } = await road.daemon.call("status", {});
      const [row] = await road.eventually(() => refusals("13800138555"), (all) => all.length > 0);
      expect(row).to.include({ account: "clause", outcome: "blocked_content" });
      expect(row?.rule).to.match(new RegExp(`^words:测试违禁词@.*words\\.txt:1#${String(wordsVersion)}$`));
      expect([await road.money("clause"), operator.submits]).to.deep.equal([before, []]);
    });

    it("hold a text for a person across a restart: one goes out when it is approved, one is refused by receipt with its money back", async function () {
      // Four command lines, each a process of its own.
      this.timeout(60_000);
      const { road } = laid;
      await road.account("held", 4);
      let customer = await road.peer("held");
      const [good, bad] = [await customer.submit({ to: "13800138061", text: "低息贷款一" }), await customer.submit({ to: "13800138062", text: "低息贷款二" })];
      expect([good.status, bad.status, await road.money("held")]).to.deep.equal([0, 0, "0.07/0.07"]);
      expect(await road.metric("tollgate_review_messages")).to.equal(2);
      await road.daemon.kill();
      road.daemon.start();
      await road.daemon.ready();
      await operator.linked();
      customer = await road.peer("held");
      const { entries } = await road.daemon.call("review.list", { account: "held", limit: 10 });
      expect(entries.map(({ id, outcome, to }) => [id, outcome, to])).to.deep.equal([
        [road.ourId(good.id), "blocked_content", "138****8061"], [road.ourId(bad.id), "blocked_content", "138****8062"],
      ]);
      const shown = await road.daemon.command("review", "show", good.id);
      expect([shown.code, shown.out.includes("低息贷款一")]).to.deep.equal([0, true]);
      const approved = await road.daemon.command("review", "approve", good.id, "--reason", "a bank's own");
      expect([approved.code, approved.out]).to.deep.equal([0, "1 text on the way\n"]);
      const rejected = await road.daemon.command("review", "reject", "--all", "--account", "held", "--rule", "loan", "--reason", "an advertisement");
      expect([rejected.code, rejected.out]).to.deep.equal([0, "1 text refused\n"]);
      const receipts = await customer.received(2);
      expect(receipts.map(({ id, state }) => [id, state]).sort()).to.deep.equal([[good.id, "DELIVRD"], [bad.id, "TG:0101"]].sort());
      expect(await road.eventually(() => road.money("held"), (money) => money === "0.105/0.00")).to.equal("0.105/0.00");
      expect([await road.metric("tollgate_review_messages"), (await road.daemon.call("review.list", { limit: 10 })).entries]).to.deep.equal([0, []]);
      const again = await road.daemon.command("review", "approve", good.id);
      expect(again.code).to.not.equal(0);
      const audit = (await road.daemon.call("audit", { limit: 10 })).map(({ what }) => what).join("\n");
      expect(audit).to.include(`review: approved ${road.ourId(good.id)} (reason: a bank's own)`).and.include(`review: rejected ${road.ourId(bad.id)} (reason: an advertisement)`);
      expect((await road.daemon.call("verify", { full: true })).problems).to.deep.equal([]);
    });

    it("are tried on the texts on disk before they go live: a list says what it would have refused, and refuses nothing", async function () {
      this.timeout(60_000);
      const { road } = laid;
      await road.account("tried", 5);
      const customer = await road.peer("tried");
      for (const text of ["房产特惠", "会议通知"]) expect((await customer.submit({ to: "13800138081", text })).status).to.equal(0);
      for (const [at, text] of ["郊外房", "产特惠"].entries()) await customer.submit({ to: "13800138081", text, udh: `0500038802${`0${String(at + 1)}`}` });
      await operator.submitted(4);
      writeFileSync(join(road.daemon.folder, "new.txt"), "[estate reject]\n房产\n");
      const masked = await road.daemon.command("screen", "--replay", "new.txt", "--account", "tried", "--json");
      const { total, rules } = JSON.parse(masked.out) as { total: object; rules: readonly { texts: number; percent: number; examples: readonly { text: string; to: string }[] }[] };
      expect(total).to.deep.equal({ texts: 3, reject: 2, hold: 0, flag: 0, freed: 0 });
      expect(rules.map(({ texts, percent, examples }) => [texts, percent, examples])).to.deep.equal([[2, 66.67, [{ to: "138****8081", text: "····" }]]]);
      const shown = await road.daemon.command("screen", "--replay", "new.txt", "--account", "tried", "--show", "--reason", "before it goes live");
      expect([shown.code, shown.out.includes("房产特惠")]).to.deep.equal([0, true]);
      expect((await road.daemon.call("audit", { limit: 1 }))[0]?.what).to.equal("screen replay: texts of account tried of 7 days were shown (reason: before it goes live)");
      expect((await customer.submit({ to: "13800138081", text: "房产特惠又来" })).status).to.equal(0);
      await operator.submitted(5);
    });

    it("hold the parts of a text as one", async () => {
      const { road } = laid;
      await road.account("parts", 4);
      const customer = await road.peer("parts");
      const ids: string[] = [];
      for (const [at, text] of ["这是低息", "贷款广告"].entries()) ids.push((await customer.submit({ to: "13800138071", text, udh: `0500037702${`0${String(at + 1)}`}` })).id);
      const { entries } = await road.eventually(() => road.daemon.call("review.list", { account: "parts", limit: 10 }), (list) => list.entries.length > 0);
      expect(entries.map(({ messageIds, segments }) => [messageIds, segments])).to.deep.equal([[ids.map((id) => road.ourId(id)), 2]]);
      const { decided } = await road.daemon.call("review.approve", { ids: [Number(entries[0]?.id)], actor: "test" });
      expect(decided.map(({ outcome }) => outcome)).to.deep.equal(["ok"]);
      expect((await operator.submitted(2)).map(({ text }) => text)).to.deep.equal(["这是低息", "贷款广告"]);
    });
  });
}
