import { expect } from "chai";
import { Replay } from "../../../src/flow/replay.js";
import { account } from "./fixtures.js";
import { chinese, partsOf } from "./policy-road.js";
import { screenOf } from "./road.js";

const LISTS = screenOf(9, "[fraud reject]", "发票", "[loan hold]", "贷款", "[tax flag]", "税务");

describe("a replay of word lists over texts of the past", () => {
  const replay = (terms = {}): Replay => new Replay(LISTS, [account(1, terms), account(2)], 2);
  let id = 0;
  const said = (each: Replay, text: string, accountNo = 1, refusedThen = false): void => each.add({ accountNo, message: chinese(text, "13800138000", { id: ++id }), refusedThen });

  it("counts by account and rule what would have been refused, held and flagged, with a few examples", () => {
    const each = replay();
    for (const text of ["开发票一", "开发票二", "开发票三", "低息贷款", "税务通知", "开会了"]) said(each, text);
    said(each, "开发票四", 2);
    each.finish();
    expect([...each.byAccount]).to.deep.equal([
      [1, { texts: 6, reject: 3, hold: 1, flag: 1, freed: 0 }], [2, { texts: 1, reject: 1, hold: 0, flag: 0, freed: 0 }],
    ]);
    expect([...each.rules.values()].map(({ accountNo, rule, action, texts, examples }) => [accountNo, rule, action, texts, examples.map(({ text }) => text)])).to.deep.equal([
      [1, "fraud:发票@words.txt:2", "reject", 3, ["开发票一", "开发票二"]],
      [1, "loan:贷款@words.txt:4", "hold", 1, ["低息贷款"]],
      [1, "tax:税务@words.txt:6", "flag", 1, ["税务通知"]],
      [2, "fraud:发票@words.txt:2", "reject", 1, ["开发票四"]],
    ]);
  });

  it("puts longer texts together, however their parts lie, and judges what never became whole as it is", () => {
    const each = replay();
    const [first, second] = partsOf(["开发", "票了"]);
    const [lone] = partsOf(["发票", "尾"], 9);
    for (const message of [second, lone, first]) each.add({ accountNo: 1, message: Object.assign(message as object as ReturnType<typeof chinese>, { id: ++id }), refusedThen: false });
    expect(each.byAccount.get(1)).to.include({ texts: 1, reject: 1 });
    each.finish();
    expect(each.byAccount.get(1)).to.include({ texts: 2, reject: 2 });
  });

  it("takes categories and phrases as the account's terms have them", () => {
    const each = replay({ categories: ["fraud=pass", "loan=reject"] });
    for (const text of ["开发票", "低息贷款"]) said(each, text);
    expect(each.byAccount.get(1)).to.include({ texts: 2, reject: 1, hold: 0 });
  });

  it("counts what was refused then and would not be now", () => {
    const each = replay();
    said(each, "正常通知", 1, true);
    said(each, "低息贷款", 1, true);
    said(each, "开发票", 1, true);
    expect(each.byAccount.get(1)).to.deep.equal({ texts: 3, reject: 1, hold: 1, flag: 0, freed: 2 });
  });
});
