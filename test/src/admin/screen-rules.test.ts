/** What `tollgate screen --account` tells of every rule of a contract. */
import { expect } from "chai";
import { explainRules, type RuleGround, type RuleQuestion, type RuleReport } from "../../../src/admin/screen-rules.js";
import { NO_ADVERTS } from "../../../src/contract/adverts.js";
import { NetworkTable } from "../../../src/contract/network.js";
import { NumberLists } from "../../../src/contract/number-lists.js";
import { compileTrafficPolicy, Trackers } from "../../../src/contract/traffic-policy.js";
import type { Account } from "../../../src/ledger/account.js";
import type { AccountView } from "../../../src/ledger/commands.js";
import { accountView } from "./fixtures.js";

const TEN = Date.parse("2025-11-25T02:00:00Z");
const HOUR = 3_600_000;
const TO = "13800138000";
const TEXT = "【顺风】会议三点开始";

function viewOf(terms: Partial<Account>): AccountView {
  const view = accountView("demo");
  return { ...view, account: { ...view.account, ...terms } };
}

class Asked {
  readonly lists = new NumberLists(480);
  readonly trackers = new Trackers({ zoneMinutes: 480, maxNumbers: 100, maxTexts: 100, maxBlocks: 100 }, { blasting: () => undefined });
  readonly ground: RuleGround;

  constructor(known = true) {
    const networks = new NetworkTable(this.lists.ported);
    networks.replace([{ prefix: "138", network: "mobile", virtual: false }, { prefix: "130", network: "unicom", virtual: false }], "2025-11-25");
    this.ground = { lists: this.lists, networks, adverts: NO_ADVERTS, zoneMinutes: 480, trackers: known ? this.trackers : null };
  }

  ask(terms: Partial<Account>, question: Partial<RuleQuestion> = {}): readonly RuleReport[] {
    return explainRules(viewOf(terms), { text: TEXT, destination: TO, segments: 1, wallMs: TEN, words: null, used: { day: 0, month: 0 }, ...question }, this.ground).rules;
  }

  /** "rule says outcome detail" of those that do not just pass or are off; the one that decides first marked. */
  told(terms: Partial<Account>, question: Partial<RuleQuestion> = {}): string[] {
    return this.ask(terms, question).filter(({ says }) => says !== "passes" && says !== "off")
      .map(({ rule, says, outcome, detail, decides }) => `${decides ? "> " : ""}${rule} ${says} ${outcome} ${detail}`);
  }
}

describe("the rules of a contract, asked about one text", () => {
  it("come in the order of refusals, each with its own outcome, and the first that refuses decides", () => {
    const each = new Asked();
    each.lists.all.block.change(TO, 0);
    expect(each.ask({}).map(({ rule }) => rule)).to.deep.equal([
      "account", "words", "signature", "template", "links", "adverts", "lists", "network", "abroad", "blasting", "hours", "frequency", "duplicate", "credit", "quota",
    ]);
    expect(each.told({ signatureRule: "registered", templateRule: "only", networks: ["unicom"], hours: ["22:00-23:00"], quotaDay: 5 }, { used: { day: 5, month: 9 } })).to.deep.equal([
      "> signature refuses signature signature:顺风@unregistered", "template refuses template template:none@templates", "lists refuses destination_blocked blocked:all",
      "network refuses off_net off_net:mobile", "hours refuses hours 22:00-23:00", "quota refuses quota 0 of 5 segments left of the day",
    ]);
  });

  it("let a person decide only where none refuses", () => {
    const words = { action: "hold", detail: "loan:贷款@words.txt:3" };
    expect(new Asked().told({}, { words })).to.deep.equal(["> words holds blocked_content loan:贷款@words.txt:3"]);
    expect(new Asked().told({ networks: ["unicom"] }, { words })).to.deep.equal(["words holds blocked_content loan:贷款@words.txt:3", "> network refuses off_net off_net:mobile"]);
    expect(new Asked().told({}, { words: { action: "flag", detail: "x" } })).to.deep.equal([]);
  });

  it("know what was sent of late, and count nothing by being asked", () => {
    const each = new Asked();
    const terms = { frequency: ["1/m"], duplicateWindowMs: HOUR, blastRun: 50 };
    const { account } = viewOf(terms);
    for (let i = 0; i < 3; i++) expect(each.told(terms)).to.deep.equal([]);
    compileTrafficPolicy(account)?.accepted(each.trackers, account, TO, TEXT, 0, TEN);
    expect(each.told(terms)).to.deep.equal(["> frequency refuses frequency 1/m", "duplicate refuses duplicate duplicate"]);
    each.lists.account(account.no).optout.change(TO, 0);
    expect(each.told({})).to.deep.equal(["> lists refuses destination_blocked opted_out:account"]);
    expect(each.lists.account(account.no).optOutHits).to.equal(0);
  });

  it("say what cannot be told: without a number, and without a gateway", () => {
    const terms = { networks: ["mobile"], duplicateWindowMs: HOUR };
    expect(new Asked().told(terms, { destination: "" })).to.deep.equal(["lists", "network", "duplicate"].map((rule) => `${rule} unknown ok give the number with --to`));
    expect(new Asked(false).told(terms)).to.deep.equal(["duplicate unknown ok only a running gateway knows what was sent of late"]);
  });

  it("tell of the account's state and term, of its credit and of what its quotas leave", () => {
    expect(new Asked().told({ state: "suspended" })).to.deep.equal(["> account refuses account_suspended suspended"]);
    expect(new Asked().told({ validTo: "2025-11-24" })[0]).to.match(/^> account refuses account_suspended outside/);
    expect(new Asked().told({ priceMicros: 10_000_000_000 })[0]).to.match(/^> credit refuses no_credit 10000\.00 of /);
    expect(new Asked().ask({ quotaDay: 10, quotaMonth: 100 }, { used: { day: 4, month: 60 } }).at(-1)?.detail).to.equal("6 of 10 segments left of the day, 40 of 100 segments left of the month");
  });

  it("price the text to its number, by its unit", () => {
    const each = new Asked();
    const price = (terms: Partial<Account>): bigint => explainRules(viewOf(terms), { text: TEXT, destination: TO, segments: 3, wallMs: TEN, words: null, used: { day: 0, month: 0 } }, each.ground).chargeMicros;
    const tariffs = [{ prefix: "138", priceMicros: 50_000, fromMs: 0 }];
    expect([price({ tariffs }), price({ tariffs, chargeUnit: "message" }), price({ tariffs, test: true })]).to.deep.equal([150_000n, 50_000n, 0n]);
  });
});
