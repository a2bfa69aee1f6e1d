import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountSettings, LedgerCommand } from "../../../src/ledger/commands.js";
import { formatMoney, parseMoney } from "../../../src/ledger/money.js";
import { newSecretKey, seal } from "../../../src/ledger/secret.js";
import { ChargeState } from "../../../src/ledger/settlement.js";
import { MessageState } from "../../../protocols/model/state.js";
import { applyCommand } from "../../../src/store/sqlite/change.js";
import type { DayBooks, MessageCharge, OpenTotals } from "../../../src/store/sqlite/change-context.js";
import { LedgerDb } from "../../../src/store/sqlite/ledger-db.js";

const NOW = 1_764_000_000_000;
const NOTHING: OpenTotals = { availableDeltaMicros: 0n, heldMicros: 0n, openMessages: 0, openHolds: 0 };

describe("ledger commands", () => {
  let dir: string;
  let ledger: LedgerDb;
  let totals: OpenTotals;
  let charges: Map<number, MessageCharge>;
  const days: DayBooks = { totals: () => totals, charge: (id) => charges.get(id) ?? null };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-change-"));
    ledger = LedgerDb.open(join(dir, "ledger.db"));
    totals = NOTHING;
    charges = new Map();
  });
  afterEach(() => {
    ledger.close();
    rmSync(dir, { recursive: true });
  });

  type Asked = LedgerCommand extends infer C ? (C extends LedgerCommand ? Omit<C, "actor"> : never) : never;
  const apply = (command: Asked) => applyCommand(ledger, days, { actor: "cli:test", ...command } as LedgerCommand, NOW);
  /** "ok", "repeated" or the refusal's code. */
  const outcome = (command: Asked): string => {
    const { result } = apply(command);
    return result.ok ? (result.repeated ? "repeated" : "ok") : result.code;
  };
  const add = (name: string, settings = {}) => outcome({ kind: "account.add", name, settings: { priceMicros: 35_000, ...settings } });
  const topUp = (amount: string, reference: string, name = "acme") => outcome({ kind: "topup", name, amountMicros: parseMoney(amount), reference });
  const available = (name = "acme") => formatMoney(ledger.available(ledger.accountRow(name)!.account.no));
  const audit = () => ledger.db.prepare("SELECT what FROM audit ORDER BY no").pluck().all() as string[];

  it("takes 1750.00 at 0.035 as exactly 50,000 segments", () => {
    expect(add("acme")).to.equal("ok");
    const { result, effect } = apply({ kind: "topup", name: "acme", amountMicros: parseMoney("1750.00"), reference: "BANK-1" });
    expect(result).to.deep.include({ ok: true, repeated: false, amountMicros: 1_750_000_000n });
    expect(effect).to.include({ accountNo: 1, deltaAvailableMicros: 1_750_000_000, credited: true });
    expect(effect!.deltaAvailableMicros / effect!.account.priceMicros).to.equal(50_000);
  });

  for (const text of ["4.18", "8.29", "1.005", "19.99", "0.000001", "1750.00"]) {
    it(`C068 a top-up of ${text} is printed back as typed`, () => {
      add("acme");
      expect(topUp(text, "B1")).to.equal("ok");
      expect(available()).to.equal(text);
    });
  }

  it("C074 refuses what a double cannot hold by a named limit, and keeps the largest amount to the last micro", () => {
    add("acme");
    expect(topUp("9007199254.740993", "B1")).to.equal("limit_exceeded");
    expect(topUp("9007199254.740991", "B2")).to.equal("ok");
    expect(available()).to.equal("9007199254.740991");
    expect(topUp("0.000001", "B3")).to.equal("limit_exceeded");
    expect(outcome({ kind: "account.set", name: "acme", settings: { creditLimitMicros: 1 } })).to.equal("limit_exceeded");
  });

  it("C074 sums beyond 2^53 over an account's life stay exact", () => {
    add("acme");
    topUp("9007199254.740991", "B1");
    // Two such sums have been spent: the running balance of the ledger alone is now above 2^53.
    totals = { ...NOTHING, availableDeltaMicros: -9_007_199_254_740_991n };
    expect(topUp("9007199254.740991", "B2")).to.equal("ok");
    expect(available()).to.equal("18014398509.481982");
    totals = { ...NOTHING, availableDeltaMicros: -18_014_398_509_481_981n };
    const { result } = apply({ kind: "topup", name: "acme", amountMicros: 1n, reference: "B3" });
    expect(result.ok && result.account?.availableMicros).to.equal(2n);
  });

  it("books one top-up however often the same reference and amount come", () => {
    add("acme");
    add("other");
    const table: readonly (readonly [string, string, string, string])[] = [
      ["acme", "10", "B1", "ok"],
      ["acme", "10.00", "B1", "repeated"],
      ["acme", "10.01", "B1", "reference_conflict"],
      ["other", "7", "B1", "ok"],
      ["acme", "0", "B2", "invalid_value"],
      ["acme", "1", "", "invalid_value"],
      ["acme", "1", " B2", "invalid_value"],
      ["acme", "1", "B\n2", "invalid_value"],
      ["nobody", "1", "B2", "no_such_account"],
    ];
    for (const [name, amount, reference, expected] of table) expect(topUp(amount, reference, name), `${name} ${amount} ${reference}`).to.equal(expected);
    expect(available()).to.equal("10.00");
    expect(available("other")).to.equal("7.00");
  });

  it("reverses a top-up once, and only what is still there or may be owed", () => {
    add("acme");
    topUp("10", "B1");
    topUp("5", "B2");
    const reverse = (reference: string) => outcome({ kind: "topup.reverse", name: "acme", reference });
    totals = { ...NOTHING, availableDeltaMicros: -6_000_000n };
    expect(reverse("B1")).to.equal("insufficient_balance");
    expect(reverse("B9")).to.equal("no_such_topup");
    outcome({ kind: "account.set", name: "acme", settings: { creditLimitMicros: 1_000_000 } });
    expect(apply({ kind: "topup.reverse", name: "acme", reference: "B1" }).effect).to.include({ deltaAvailableMicros: -10_000_000, credited: false });
    expect(reverse("B1")).to.equal("already_reversed");
    expect(topUp("10", "B1")).to.equal("already_reversed");
    expect(available()).to.equal("5.00");
  });

  it("refunds a settled message once, at most its charge", () => {
    add("acme");
    const at = (chargeState: number, state: number) => ({ accountNo: 1, chargeMicros: 70_000n, chargeState, state });
    charges = new Map([
      [1, at(ChargeState.settled, MessageState.delivered)],
      [2, at(ChargeState.settled, MessageState.delivered)],
      [3, at(ChargeState.held, MessageState.queued)],
      [4, at(ChargeState.released, MessageState.expired)],
      [5, at(ChargeState.refunded, MessageState.undeliverable)],
      [6, at(ChargeState.free, MessageState.delivered)],
      [7, at(ChargeState.settled, MessageState.sent)],
    ]);
    const table: readonly (readonly [number, bigint | undefined, string])[] = [
      [1, 70_001n, "exceeds_charge"],
      [1, 0n, "invalid_value"],
      [1, undefined, "ok"],
      [1, undefined, "repeated"],
      [1, 70_000n, "repeated"],
      [1, 1n, "already_refunded"],
      [2, 35_000n, "ok"],
      [2, 35_000n, "repeated"],
      [2, undefined, "already_refunded"],
      [3, undefined, "not_charged"],
      [4, undefined, "not_charged"],
      [5, undefined, "already_refunded"],
      [6, undefined, "not_charged"],
      [7, undefined, "not_charged"],
      [8, undefined, "no_such_message"],
      [0.5, undefined, "invalid_value"],
    ];
    for (const [messageId, amountMicros, expected] of table) {
      const command = amountMicros === undefined ? { kind: "refund" as const, messageId } : { kind: "refund" as const, messageId, amountMicros };
      expect(outcome(command), `message ${messageId}, ${String(amountMicros)}`).to.equal(expected);
    }
    expect(available()).to.equal("0.105");
    charges.clear();
    expect(outcome({ kind: "refund", messageId: 1 }), "its day is long gone").to.equal("repeated");
  });

  it("closes only when nothing is on its way, and forfeits or pays out the rest", () => {
    add("acme");
    topUp("10", "B1");
    const close = (rest: "forfeit" | "payout", name = "acme") => outcome({ kind: "account.close", name, rest });
    totals = { availableDeltaMicros: -35_000n, heldMicros: 35_000n, openMessages: 1, openHolds: 1 };
    expect(close("forfeit")).to.equal("open_holds");
    totals = { availableDeltaMicros: -35_000n, heldMicros: 0n, openMessages: 1, openHolds: 0 };
    outcome({ kind: "account.set", name: "acme", settings: { refundOnFailure: true } });
    expect(close("forfeit"), "a refund may still come").to.equal("open_holds");
    outcome({ kind: "account.set", name: "acme", settings: { refundOnFailure: false } });
    const { result, effect } = apply({ kind: "account.close", name: "acme", rest: "forfeit" });
    expect(result).to.deep.include({ ok: true, amountMicros: 9_965_000n });
    expect(effect).to.include({ deltaAvailableMicros: -9_965_000 });
    expect(effect!.account.state).to.equal("closed");
    expect(result.ok && result.account?.availableMicros).to.equal(0n);
    for (const kind of ["account.suspend", "account.resume"] as const) expect(outcome({ kind, name: "acme" })).to.equal("account_closed");
    expect(topUp("1", "B2")).to.equal("account_closed");
    expect(add("acme")).to.equal("account_exists");

    totals = NOTHING;
    add("debtor", { creditLimitMicros: 1_000_000 });
    totals = { ...NOTHING, availableDeltaMicros: -1n };
    expect(close("payout", "debtor")).to.equal("insufficient_balance");
  });

  it("suspends and resumes with a reason, and says when nothing changed", () => {
    add("acme");
    expect(apply({ kind: "account.suspend", name: "acme", reason: "spam" }).effect!.account).to.include({ state: "suspended", stateReason: "spam" });
    expect(outcome({ kind: "account.suspend", name: "acme" })).to.equal("repeated");
    expect(apply({ kind: "account.resume", name: "acme" }).effect!.account).to.include({ state: "active", stateReason: "" });
    expect(outcome({ kind: "account.resume", name: "nobody" })).to.equal("no_such_account");
  });

  it("refuses settings that may not stand", () => {
    expect(add("Acme")).to.equal("invalid_value");
    expect(add("acme", { rate: 0 })).to.equal("invalid_value");
    expect(outcome({ kind: "account.add", name: "acme", settings: {} })).to.equal("invalid_value");
    expect(add("acme")).to.equal("ok");
    expect(outcome({ kind: "account.set", name: "acme", settings: { maxBinds: 101 } })).to.equal("invalid_value");
    totals = { ...NOTHING, availableDeltaMicros: -5n };
    outcome({ kind: "account.set", name: "acme", settings: { creditLimitMicros: 10 } });
    expect(outcome({ kind: "account.set", name: "acme", settings: { creditLimitMicros: 4 } })).to.equal("insufficient_balance");
    expect(outcome({ kind: "account.set", name: "acme", settings: { creditLimitMicros: 5 } })).to.equal("ok");
    expect(outcome({ kind: "account.set", name: "acme", settings: { creditLimitMicros: 5 } })).to.equal("repeated");
  });

  it("puts tariffs in force, and lets a price set later take the place of the base tariff", () => {
    add("acme");
    const tariff = (prefix: string, priceMicros: number, fromMs: number) => outcome({ kind: "tariff.add", name: "acme", prefix, priceMicros, fromMs });
    expect(tariff("86", 40_000, NOW - 1)).to.equal("ok");
    expect(tariff("86", 40_000, NOW - 1)).to.equal("repeated");
    expect(tariff("86", 41_000, NOW - 1)).to.equal("ok");
    expect(tariff("", 39_000, NOW - 1)).to.equal("ok");
    expect(tariff("", 38_000, NOW + 1)).to.equal("ok");
    expect(tariff("86x", 1, 0)).to.equal("invalid_value");
    expect(tariff("86", -1, 0)).to.equal("invalid_value");
    const { effect } = apply({ kind: "account.set", name: "acme", settings: { priceMicros: 30_000 } });
    expect(effect!.account).to.deep.include({
      priceMicros: 30_000,
      tariffs: [{ prefix: "", priceMicros: 38_000, fromMs: NOW + 1 }, { prefix: "1", priceMicros: 41_000, fromMs: NOW - 1 }],
    });
  });

  it("gives a service code to one account at a time", () => {
    const code = (name: string, serviceCodes: readonly string[]) => outcome({ kind: "account.set", name, settings: { serviceCodes } });
    add("acme", { serviceCodes: ["1069", "1068"] });
    expect(outcome({ kind: "account.add", name: "other", settings: { priceMicros: 1, serviceCodes: ["1068"] } })).to.equal("invalid_value");
    add("other", { serviceCodes: ["10690"] });
    expect(code("other", ["10690", "1069"])).to.equal("invalid_value");
    expect(code("acme", ["1069"])).to.equal("ok");
    expect(code("other", ["1068"])).to.equal("ok");
    expect(outcome({ kind: "account.close", name: "acme", rest: "forfeit" })).to.equal("ok");
    expect(code("other", ["1069"])).to.equal("ok");
  });

  it("gives a protocol's own name to one account only, and no account's SP_Id that holds there too", () => {
    const set = (name: string, settings: AccountSettings) => outcome({ kind: "account.set", name, settings });
    add("acme", { spId: "901234", protocolNames: ["smgp=12345678"] });
    expect(apply({ kind: "account.add", name: "other", settings: { priceMicros: 1, protocolNames: ["smgp=12345678"] } }).result)
      .to.include({ message: "protocol-name: smgp=12345678 is account acme's" });
    expect(add("other", { spId: "905678", protocolNames: ["smgp=901234"] }), "acme binds so over other protocols only").to.equal("ok");
    expect(set("other", { protocolNames: ["cmpp=901234"] })).to.equal("invalid_value");
    expect(set("acme", { protocolNames: [] }), "its SP_Id would hold there again").to.equal("invalid_value");
    expect(outcome({ kind: "account.close", name: "other", rest: "forfeit" })).to.equal("ok");
    expect(set("acme", { protocolNames: [] })).to.equal("ok");
  });

  it("gives an SP_Id to one account only, until that one is closed", () => {
    const code = (name: string, spId: string) => outcome({ kind: "account.set", name, settings: { spId } });
    add("acme", { spId: "901234" });
    expect(add("other", { spId: "901234" })).to.equal("invalid_value");
    expect(add("other", { spId: "" })).to.equal("ok");
    expect(apply({ kind: "account.set", name: "other", settings: { spId: "901234" } }).result).to.include({ message: "sp-id: 901234 is account acme's" });
    expect(code("acme", "901234")).to.equal("repeated");
    expect(outcome({ kind: "account.close", name: "acme", rest: "forfeit" })).to.equal("ok");
    expect(code("other", "901234")).to.equal("ok");
  });

  it("seals secrets anew all together, but none that has changed meanwhile, and logs each without saying it", () => {
    const [old, mine, now] = [newSecretKey(), seal(newSecretKey(), "third", "x"), newSecretKey()];
    const before = new Map(["acme", "other", "third"].map((name) => [name, name === "third" ? mine : seal(old, name, "tollgate1")]));
    for (const [name, cmppSecret] of before) add(name, { cmppSecret });
    const secrets = ["acme", "other", "third"].map((name) => ({
      name, from: name === "third" ? seal(old, "third", "x") : before.get(name)!, to: seal(now, name, "tollgate1"),
    }));
    const { result, accounts } = apply({ kind: "secrets.reseal", secrets, what: "key rotated" });
    expect(result.ok).to.equal(true);
    expect(accounts!.map((one) => one.name)).to.deep.equal(["acme", "other"]);
    expect(ledger.accountRow("acme")!.account.cmppSecret).to.equal(secrets[0]!.to);
    expect(ledger.accountRow("third")!.account.cmppSecret).to.equal(mine);
    expect(audit().slice(-3)).to.deep.equal(["account acme: secret sealed under another key", "account other: secret sealed under another key", "key rotated"]);
    expect(audit()[0]).to.contain("cmpp-secret set").and.not.contain("v1:");
  });

  it("logs every change with its reason, and never a password", () => {
    const hash = `scrypt$16384$8$1$${"s".repeat(22)}$${"h".repeat(43)}`;
    add("acme", { passwordHash: hash });
    outcome({ kind: "account.set", name: "acme", settings: { rate: 200, passwordHash: hash.replace("hhh", "iii") }, reason: "ticket 7" });
    topUp("1", "B1");
    topUp("1", "B1");
    outcome({ kind: "audit", what: "words: version 2, 10000 words" });
    expect(audit()).to.have.length(5);
    expect(audit()[1]).to.equal("account acme set: password changed, rate 100 -> 200");
    expect(audit()[2]).to.equal("account acme: password as of now, no former one");
    expect(audit()[3]).to.equal("account acme topped up by 1.00, reference B1");
    expect(JSON.stringify(ledger.db.prepare("SELECT actor, reason, what, subject FROM audit").all())).to.not.match(/scrypt|hhh|iii/);
  });

  it("leaves nothing behind when a command is refused or fails", () => {
    add("acme");
    const rows = () => ["account", "entry", "topup", "audit", "balance"].map((table) => Number(ledger.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()));
    const before = rows();
    ledger.db.exec("CREATE TEMP TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk trouble'); END");
    expect(() => topUp("1", "B1")).to.throw("disk trouble");
    ledger.db.exec("DROP TRIGGER broken");
    expect(rows()).to.deep.equal(before);
    expect(outcome({ kind: "audit", what: "two\nlines" })).to.equal("invalid_value");
    expect(topUp("1", "B1")).to.equal("ok");
  });
});
