import { expect } from "chai";
import fc from "fast-check";
import type { Account } from "../../../src/ledger/account.js";
import { Routes, type RouteRule } from "../../../src/route/route.js";

const OPERATORS: readonly (readonly [string, number])[] = [["mobile", 3], ["unicom", 5], ["abroad", 8]];

function routes(...rules: readonly (readonly [account: string, prefix: string, operator: string])[]): Routes {
  const made = new Routes();
  for (const [name, no] of OPERATORS) made.addOperator(name, no);
  made.replace(rules.map(([account, prefix, operator]): RouteRule => ({ account, prefix, operator, note: "" })));
  return made;
}

function account(operator = "", name = "demo", permittedOperators: readonly string[] = []): Account {
  return { name, operator, permittedOperators } as unknown as Account;
}

describe("Routes", () => {
  it("without rules take the account's operator, else the first configured", () => {
    expect(routes().choose(account("unicom"), "13800138000")).to.equal(5);
    expect(routes().choose(account(), "13800138000")).to.equal(3);
  });

  it("are -1 where the account's operator is not configured, never another one", () => {
    expect(routes().choose(account("telecom"), "13800138000")).to.equal(-1);
    expect(new Routes().choose(account(), "13800138000")).to.equal(-1);
  });

  const table = routes(["*", "", "mobile"], ["*", "130", "unicom"], ["*", "1301", "mobile"], ["*", "+", "abroad"], ["*", "+852", "unicom"], ["vip", "13", "abroad"]);
  const cases: readonly (readonly [string, string, number])[] = [
    ["demo", "13001234567", 5], ["demo", "13011234567", 3], ["demo", "13800138000", 3], ["demo", "+85291234567", 5], ["demo", "+8613800138000", 8],
    ["demo", "10086", 3], ["demo", "", 3], ["demo", "130", 5], ["demo", "+", 8],
    ["vip", "13011234567", 8], ["vip", "18900000000", 3], ["vip", "+85291234567", 5],
  ];
  for (const [name, destination, operatorNo] of cases) {
    it(`take ${name}'s ${destination === "" ? "empty destination" : destination} to ${operatorNo}: the account's own rules first, then the longest prefix`, () => {
      expect(table.choose(account("unicom", name), destination)).to.equal(operatorNo);
    });
  }

  it("come before the account's own operator, which comes before the first", () => {
    const some = routes(["*", "130", "abroad"]);
    expect(some.choose(account("unicom"), "13000000000")).to.equal(8);
    expect(some.choose(account("unicom"), "13800000000")).to.equal(5);
  });

  it("lead nowhere where what decides is an operator that the contract does not permit", () => {
    const some = routes(["*", "130", "abroad"]);
    expect(some.choose(account("", "demo", ["unicom", "abroad"]), "13000000000")).to.equal(8);
    expect(some.choose(account("", "demo", ["unicom"]), "13000000000")).to.equal(-1);
    expect(some.choose(account("mobile", "demo", ["unicom"]), "13800000000")).to.equal(-1);
    expect(some.explain(account("mobile", "demo", ["unicom"]), "13800000000")).to.deep.include({ operatorNo: -1, operator: "mobile", permitted: false });
  });

  it("take what nothing decides to the first operator that the contract permits", () => {
    expect(routes().choose(account("", "demo", ["abroad", "unicom"]), "13800138000")).to.equal(5);
    expect(routes().choose(account("", "demo", ["gone"]), "13800138000")).to.equal(-1);
  });

  it("are replaced whole", () => {
    const some = routes(["*", "", "abroad"]);
    some.replace([{ account: "demo", prefix: "138", operator: "unicom", note: "" }]);
    expect([some.choose(account(), "13800138000"), some.choose(account(), "13900000000"), some.choose(account("", "vip"), "13800138000")]).to.deep.equal([5, 3, 3]);
  });

  it("know operators that come after the rules", () => {
    const some = routes(["*", "", "late"]);
    expect(some.choose(account(), "13800138000")).to.equal(-1);
    some.addOperator("late", 9);
    expect(some.choose(account(), "13800138000")).to.equal(9);
  });

  it("do what the plain reading of the rules says, and explain just that", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123"), maxLength: 4 });
    const number = fc.oneof(digits, digits.map((text) => `+${text}`));
    const rule = fc.tuple(fc.constantFrom("*", "demo", "vip"), number, fc.constantFrom("mobile", "unicom", "abroad", "gone"));
    fc.assert(fc.property(fc.array(rule, { maxLength: 12 }), fc.constantFrom("", "unicom", "gone"), fc.constantFrom("demo", "vip", "other"), number, (rules, own, name, destination) => {
      const fits = rules.map(([who, prefix], index) => ({ who, prefix, index }))
        .filter((one) => (one.who === "*" || one.who === name) && destination.startsWith(one.prefix))
        .sort((a, b) => Number(a.who === "*") - Number(b.who === "*") || b.prefix.length - a.prefix.length || a.index - b.index)
        .filter((one, index, all) => all.findIndex((other) => other.who === one.who && other.prefix === one.prefix) === index);
      const operator = fits[0] === undefined ? (own === "" ? "mobile" : own) : rules[fits[0].index]![2];
      const operatorNo = new Map(OPERATORS).get(operator) ?? -1;
      const some = routes(...rules);
      expect(some.choose(account(own, name), destination)).to.equal(operatorNo);
      expect(some.explain(account(own, name), destination)).to.deep.equal({
        operatorNo, operator,
        reason: fits[0] === undefined ? { by: own === "" ? "first" : "account" } : { by: "rule", rule: fits[0].index },
        passedOver: fits.slice(1).map((one) => one.index),
        permitted: true,
      });
    }), { numRuns: 500 });
  });
});
