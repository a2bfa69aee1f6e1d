import { expect } from "chai";
import { AllowList } from "../../../src/customer/addresses.js";

describe("AllowList", () => {
  const rows: [blocks: string[], address: string, allowed: boolean][] = [
    [[], "203.0.113.9", true],
    [["192.0.2.0/24"], "192.0.2.77", true],
    [["192.0.2.0/24"], "192.0.3.77", false],
    [["192.0.2.10"], "192.0.2.10", true],
    [["192.0.2.10"], "::ffff:192.0.2.10", true],
    [["192.0.2.10"], "::ffff:192.0.2.11", false],
    [["2001:db8::/32"], "2001:db8:1::1", true],
    [["2001:db8::/32"], "192.0.2.1", false],
    [["127.0.0.1", "10.0.0.0/8"], "10.200.0.1", true],
  ];
  for (const [blocks, address, allowed] of rows) {
    it(`${allowed ? "allows" : "refuses"} ${address} with [${blocks.join(", ")}]`, () => {
      expect(new AllowList(blocks).allows(address)).to.equal(allowed);
    });
  }

  it("names a block that is none", () => {
    expect(() => new AllowList(["example.net"])).to.throw(RangeError, "example.net");
  });
});
