import "../../seed.js";
import { expect } from "chai";
import fc from "fast-check";
import { OctetReader, Octets, textSize } from "../../../src/store/octets.js";

describe("octets between the threads", () => {
  it("carry any text, in a buffer that is no larger than the text needs", () => {
    fc.assert(fc.property(fc.string({ maxLength: 120, unit: "binary" }), fc.nat(40), (text, before) => {
      const octets = new Octets(0);
      octets.need(before + textSize(text));
      octets.at = before;
      octets.text(text);
      const reader = new OctetReader();
      reader.use(octets.buffer);
      reader.at = before;
      expect(reader.text()).to.equal(text);
      expect(reader.at).to.equal(octets.at);
    }));
  });

  it("cut a text of which more octets come than its length can tell, between two characters", () => {
    const octets = new Octets(0);
    const text = "发".repeat(3_000);
    octets.need(textSize(text));
    octets.text(text);
    const reader = new OctetReader();
    reader.use(octets.buffer);
    expect(reader.text()).to.equal("发".repeat(2_730));
  });
});
