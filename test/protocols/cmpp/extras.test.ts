import { expect } from "chai";
import fc from "fast-check";
import { blankExtras, readExtras, writeExtras, type Extras } from "../../../protocols/cmpp/extras.js";

const EXTRAS: Extras = {
  Msg_level: 7, Fee_UserType: 3, Fee_terminal_type: 1, phoneType: 1, FeeType: "02", FeeCode: "000100", Msg_src: "901234",
  Fee_terminal_Id: "13800138000", LinkID: "01234567890123456789",
};

describe("CMPP extras", () => {
  it("come back as they were written, whatever stands in them", () => {
    const text = (maxLength: number) => fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength });
    const octet = fc.integer({ min: 0, max: 255 });
    const all = fc.record({
      Msg_level: octet, Fee_UserType: octet, Fee_terminal_type: octet, phoneType: octet, FeeType: text(2), FeeCode: text(6), Msg_src: text(6),
      Fee_terminal_Id: text(32), LinkID: text(20),
    });
    fc.assert(
      fc.property(all, (extras) => {
        const read = blankExtras();
        expect(readExtras(writeExtras(extras), read)).to.equal(true);
        expect(read).to.deep.equal(extras);
      }),
      { numRuns: 200 },
    );
  });

  it("are not read out of another protocol's, nor out of octets that end too early", () => {
    const read = blankExtras();
    const octets = writeExtras(EXTRAS);
    expect(readExtras(null, read)).to.equal(false);
    expect(readExtras(Buffer.from("5314000000", "hex"), read)).to.equal(false);
    for (let length = 0; length < octets.length; length++) expect(readExtras(octets.subarray(0, length), read)).to.equal(false);
    expect(read).to.deep.equal(blankExtras());
  });
});
