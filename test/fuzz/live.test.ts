/** A short run of the fuzzer through a running gateway: 3,000 mutated frames of each protocol; `npm run fuzz` sends 50,000. */
import { SAME_PROTOCOL } from "../e2e/peer.js";
import { fuzzLive } from "./live.js";

describe("a running gateway", () => {
  for (const { customer } of SAME_PROTOCOL) {
    it(`after 3,000 mutated frames of ${customer} has its sessions, memory and descriptors as before, and sends on`, async function () {
      this.timeout(120_000);
      await fuzzLive(customer, 3_000, 20_261_125);
    });
  }
});
