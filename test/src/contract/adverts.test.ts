import { join } from "node:path";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Adverts, readAdvertFile } from "../../../src/contract/adverts.js";
import { syllablesOf } from "../../../src/filter/pinyin.js";
import { buildScreen } from "../../../src/filter/screen.js";
import { shippedScreen } from "../filter/shipped-lists.js";
import { judge, said } from "./text-terms.js";
import { ROOT } from "../../root.js";

function advertsOf(text: string): Adverts {
  const file = readAdvertFile("adverts.txt", text);
  if ("errors" in file) throw new Error(JSON.stringify(file.errors));
  const build = buildScreen([file.words], { maxInserted: 4 }, 1, syllablesOf);
  if ("errors" in build) throw new Error(JSON.stringify(build.errors));
  const adverts = new Adverts();
  adverts.replace(file, build.screen);
  return adverts;
}

function errors(text: string): string[] {
  const file = readAdvertFile("adverts.txt", text);
  return "errors" in file ? file.errors.map(({ line, reason }) => `${String(line)}: ${reason}`) : [];
}

const ADVERTS = [
  "【某商城】双十一限时抢购，全场低至三折，点击 https://example.cn/a 立即抢购，退订回T",
  "【某超市】周年庆优惠，满200减50，数量有限，先到先得！",
  "尊敬的会员，专属福利已到账，0元领好礼，速领：example.cn/x 拒收请回复R",
  "【某健身】新店开业，办卡送三个月，免费体验名额有限，回TD退订",
  "【某教育】名师免费试听课火热报名中，名额有限，咨询热线4001234567",
  "楼上的朋友，第二件半价，买一送一，仅限今日",
  "【某银行】信用卡周末加油立减20元，满100减20，退订回N",
  "Mega sale today only! 50% off everything, shop now at https://example.com/s. Reply STOP to opt out",
];

/** The same as senders write them to get past. */
const EVASIVE = [
  "【某商城】限.时.抢.购，全場低至三折，點擊鏈接領取",
  "限时 抢 购！xian时抢购，立\u200b即抢购",
  "满２００减５０，先·到·先·得，退 订 回 T",
  "0元🌸领好礼，速💰领，退訂回TD",
  "mai一送一，第②件半价，手慢无",
];

const NOTICES = [
  "【某公司】您的验证码是123456，请在5分钟内使用，请勿泄露给他人。",
  "【某快递】您的快件SF1234567890已由前台签收，如有疑问请致电95338。",
  "【某银行】您尾号6969的账户11月25日10:32支出人民币88.00元，余额1,069.88元。",
  "您预约的11月26日上午9:30内科门诊已成功，请携带身份证到3号窗口取号。",
  "本周末物业将检修水泵，8:00-18:00停水，请提前储水，给您带来不便敬请谅解。",
  "家长您好！明天（周五）下午3点召开家长会，请准时参加。",
  "您的订单已发货，点击 https://example.cn/o/1 查看物流。",
  "亲爱的会员，您有2张优惠券将于3天后到期，点击查看：https://example.com/c/69a8",
  "尊敬的客户，您本月话费账单为58.69元，请于25日前缴费。",
  "您的退订申请已受理，如需恢复请拨打10086。",
  "Your verification code is 886969. It expires in 10 minutes. Do not share it.",
  "Your parcel will arrive today between 2 and 4 p.m., track it at https://example.com/t/1",
];

describe("adverts", () => {
  const shipped = advertsOf(readFileSync(join(ROOT, "config/adverts.txt"), "utf8"));

  it("clause 2.1(11): advertisements and their evasions are refused 101, notices pass", () => {
    for (const text of [...ADVERTS, ...EVASIVE]) expect(said({ adverts: "refuse" }, text, "106900", shipped), text).to.equal("advert");
    for (const text of NOTICES) expect(said({ adverts: "refuse" }, text, "106900", shipped), text).to.equal("ok");
  });

  it("what no law lets be sent is refused by the shipped lists, notices pass them", () => {
    const screen = shippedScreen();
    for (const text of ["线上赌场首存送彩金", "dai开发票点数优惠", "六.合.彩特码", "美女上门，包夜服务", "恭喜您中奖，领奖请登录"]) expect(screen.screen(text)?.action, text).to.equal("reject");
    for (const text of ["无抵押贷款，当天放款", "加我微信 abc123456", "详情 t.cn/Ab3"]) expect(screen.screen(text)?.action, text).to.equal("hold");
    for (const text of NOTICES) expect(screen.screen(text), text).to.equal(null);
  });

  it("weigh each word of a kind, two of a kind at most, and tell which", () => {
    const rules = advertsOf("threshold 5\n[offer 2]\n优惠\n特价\n半价\n[link 1]\nhttp");
    expect(rules.isAdvert("优惠 特价 半价")).to.equal(false);
    expect(rules.isAdvert("优惠 优惠 优惠 http")).to.equal(false);
    expect(judge({ adverts: "refuse" }, "优惠，特 价，http://a.cn/", "1", rules).evidence).to.equal("advert:优惠+特价+http@5");
  });

  it("read a file by line, and say what is wrong with it", () => {
    expect(errors("threshold 5\n# kinds\n[offer 3]\n优惠")).to.deep.equal([]);
    expect(errors("[offer 3]\n优惠")).to.deep.equal(["1: says no threshold: write threshold 5 in a line of its own"]);
    expect(errors("threshold 5\n优惠\n[offer]\n[offer 200]").map((one) => one.slice(0, 1))).to.deep.equal(["2", "3", "4"]);
    const file = readAdvertFile("a.txt", "threshold 5\n[offer 3]\n优");
    const build = "errors" in file ? null : buildScreen([file.words], { maxInserted: 4 }, 1);
    expect(build !== null && "errors" in build && build.errors.map(({ line }) => line)).to.deep.equal([3]);
  });

  it("are replaced while they are in force", () => {
    const rules = new Adverts();
    expect(rules.isAdvert("优惠")).to.equal(false);
    const file = readAdvertFile("a.txt", "threshold 1\n[offer 1]\n优惠");
    const build = "errors" in file ? null : buildScreen([file.words], { maxInserted: 4 }, 1);
    if ("errors" in file || build === null || "errors" in build) throw new Error("refused");
    rules.replace(file, build.screen);
    expect(rules.isAdvert("优惠")).to.equal(true);
  });
});
