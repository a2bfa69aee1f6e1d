import { expect } from "chai";
import { Encoding } from "../../../protocols/model/message.js";
import { codingOf, encodingOf } from "../../../protocols/smpp/coding.js";
import { linkTerms, LINK_SETTINGS } from "../../../protocols/smpp/settings.js";
import { PROTOCOL_NAMES, protocolByName } from "../../../protocols/index.js";

describe("data_coding", () => {
  const table: readonly (readonly [number, Encoding])[] = [
    [0x00, Encoding.gsm7], [0x01, Encoding.ascii], [0x02, Encoding.binary], [0x03, Encoding.latin1], [0x04, Encoding.binary], [0x05, Encoding.jis],
    [0x06, Encoding.cyrillic], [0x07, Encoding.hebrew], [0x08, Encoding.ucs2], [0x0a, Encoding.iso2022jp], [0x0e, Encoding.ksc5601],
    [0x0f, Encoding.gb18030], [0x10, Encoding.gsm7], [0x11, Encoding.gsm7], [0x14, Encoding.binary], [0x17, Encoding.binary],
    [0x18, Encoding.ucs2], [0x19, Encoding.ucs2], [0x1c, Encoding.binary], [0x20, Encoding.binary], [0xc0, Encoding.gsm7], [0xd9, Encoding.gsm7],
    [0xe0, Encoding.ucs2], [0xf0, Encoding.gsm7], [0xf4, Encoding.binary], [0xf5, Encoding.binary], [0xf6, Encoding.binary], [0xff, Encoding.binary],
  ];
  for (const [coding, encoding] of table) {
    it(`0x${coding.toString(16).padStart(2, "0")} is read as its own column says`, () => {
      expect(encodingOf(coding, "gsm7")).to.equal(encoding);
    });
  }

  it("0 is what the peer's setting says, and no other value is touched by it", () => {
    expect(["gsm7", "ascii", "latin1", "utf8"].map((alphabet) => encodingOf(0, alphabet as "gsm7"))).to.deep.equal([
      Encoding.gsm7, Encoding.ascii, Encoding.latin1, Encoding.utf8,
    ]);
    for (let coding = 1; coding < 256; coding++) expect(encodingOf(coding, "utf8")).to.equal(encodingOf(coding, "gsm7"));
  });

  it("says every encoding it has a value for so that it is read as the same", () => {
    for (const alphabet0 of ["gsm7", "ascii", "latin1", "utf8"] as const) {
      for (const encoding of Object.values(Encoding)) {
        const coding = codingOf(encoding, alphabet0);
        if (coding >= 0) expect(encodingOf(coding, alphabet0)).to.equal(encoding);
      }
    }
    expect(codingOf(Encoding.gsm7, "ascii")).to.equal(-1);
    expect(codingOf(Encoding.utf8, "gsm7")).to.equal(-1);
  });
});

describe("linkTerms", () => {
  it("takes the defaults of the table for an empty table of settings", () => {
    expect(linkTerms({})).to.deep.include({
      bindCommand: 9, interfaceVersion: 0x34, sourceTon: -1, destNpi: -1, alphabet0: "gsm7", receiptsAlways: true, tlvs: "auto", zoneMinutes: 480,
    });
  });

  it("falls back to a default where a value makes no sense", () => {
    expect(linkTerms({ bind_mode: "sideways", source_ton: 900, alphabet0: "ebcdic", deliver_window: 0 })).to.deep.include({
      bindCommand: 9, sourceTon: -1, alphabet0: "gsm7", deliverWindow: 1_000,
    });
  });

  it("has a default of its type, among its choices, for every setting", () => {
    for (const setting of LINK_SETTINGS) {
      expect(typeof setting.default, setting.name).to.equal(setting.type);
      if (setting.choices !== undefined) expect(setting.choices).to.include(setting.default);
    }
  });
});

describe("protocolByName", () => {
  it("knows every protocol it names, and no other", () => {
    expect(PROTOCOL_NAMES).to.deep.equal(["smpp", "cmpp"]);
    for (const name of PROTOCOL_NAMES) expect(protocolByName(name)?.name).to.equal(name);
    expect(protocolByName("toString")).to.equal(undefined);
  });

  it("shows an id in decimal whatever its size", () => {
    const protocol = protocolByName("smpp");
    for (const id of [1, 9_999_999, 10_000_000, 10_000_001, 60_000_000_000_001, Number.MAX_SAFE_INTEGER]) {
      expect(protocol?.formatMessageId(id, {})).to.equal(String(id));
    }
  });
});
