import { expect } from "chai";
import { BindFailures } from "../../../src/customer/failures.js";

describe("BindFailures", () => {
  it("refuses an address unheard after its failures of a minute, and lets it try again as they come back", () => {
    const failures = new BindFailures(6);
    for (let i = 0; i < 6; i++) {
      expect(failures.blocked("192.0.2.1", 1_000)).to.equal(false);
      failures.failed("192.0.2.1", 1_000);
    }
    expect(failures.blocked("192.0.2.1", 1_000)).to.equal(true);
    expect(failures.blocked("192.0.2.2", 1_000)).to.equal(false);
    expect(failures.blocked("192.0.2.1", 11_100)).to.equal(false);
  });

  it("forgets an address that has bound", () => {
    const failures = new BindFailures(1);
    failures.failed("192.0.2.1", 0);
    failures.succeeded("192.0.2.1");
    expect(failures.blocked("192.0.2.1", 0)).to.equal(false);
  });

  it("remembers at most ten thousand addresses, the latest ones", () => {
    const failures = new BindFailures(1);
    for (let i = 0; i < 20_000; i++) failures.failed(`10.0.${i >> 8}.${i & 255}`, 0);
    expect(failures.size).to.equal(10_000);
    expect(failures.blocked("10.0.78.31", 0)).to.equal(true);
    expect(failures.blocked("10.0.0.1", 0)).to.equal(false);
  });
});
