import { expect } from "chai";
import type { Account } from "../../../src/ledger/account.js";
import { chooseOperator, type RouteTable } from "../../../src/route/route.js";

const TABLE: RouteTable = { first: 3, byName: new Map([["mobile", 3], ["unicom", 5]]) };

function account(operator: string): Account {
  return { operator } as unknown as Account;
}

describe("chooseOperator", () => {
  it("takes the account's operator, else the first configured", () => {
    expect(chooseOperator(TABLE, account("unicom"), "8613800138000")).to.equal(5);
    expect(chooseOperator(TABLE, account(""), "8613800138000")).to.equal(3);
  });

  it("is -1 where the account's operator is not configured, never another one", () => {
    expect(chooseOperator(TABLE, account("telecom"), "8613800138000")).to.equal(-1);
  });
});
