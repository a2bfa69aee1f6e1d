import { expect } from "chai";
import type { Account } from "../../../src/ledger/account.js";
import { ServiceCodes } from "../../../src/route/service-codes.js";

function account(no: number, serviceCodes: string[], state: Account["state"] = "active"): Account {
  return { no, serviceCodes, state } as unknown as Account;
}

describe("ServiceCodes", () => {
  it("gives an MO to the account with the longest code that begins its destination", () => {
    const codes = new ServiceCodes();
    codes.rebuild([account(1, ["1069"]), account(2, ["106901"]), account(3, ["10655"])]);
    expect(codes.accountOf("1069012345")).to.equal(2);
    expect(codes.accountOf("1069112345")).to.equal(1);
    expect(codes.accountOf("10655")).to.equal(3);
    expect(codes.accountOf("10010")).to.equal(0);
  });

  it("does not give a closed account's number away to it", () => {
    const codes = new ServiceCodes();
    codes.rebuild([account(1, ["1069"], "closed")]);
    expect(codes.accountOf("1069")).to.equal(0);
  });

  it("leaves a code that two accounts claim with the older one", () => {
    const codes = new ServiceCodes();
    codes.rebuild([account(2, ["1069"]), account(1, ["1069"])]);
    expect(codes.accountOf("1069")).to.equal(1);
  });
});
