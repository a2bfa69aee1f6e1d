import { expect } from "chai";
import fc from "fast-check";
import { Encoding, newMessage } from "../../../protocols/model/message.js";
import { packSeptets, unpackSeptets } from "../../../protocols/model/septets.js";
import {
  decodeText,
  encodeText,
  gsmSeptets,
  isGsm,
  messageText,
  userData,
} from "../../../protocols/model/text.js";

const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ""), "hex");
const TEXT_A = "【测试】您的验证码是123456";
const TEXT_A_UCS2 = "30106d4b8bd5301160a876849a8c8bc17801662f003100320033003400350036";
const GSM_ALPHABET =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€";

function message(octets: Buffer, encoding: Encoding, hasUdh: boolean): ReturnType<typeof newMessage> {
  return Object.assign(newMessage(), { octets, encoding, hasUdh });
}

describe("decodeText", () => {
  it("reads UCS-2 as big-endian and leaves the octets alone", () => {
    const octets = hex(TEXT_A_UCS2);
    expect(decodeText(octets, Encoding.ucs2)).to.equal(TEXT_A);
    expect(octets.toString("hex")).to.equal(TEXT_A_UCS2);
  });

  it("C034 byte order: 短信 is big-endian, its little-endian octets are other characters", () => {
    expect(decodeText(hex("77ed4fe1"), Encoding.ucs2)).to.equal("短信");
    expect(decodeText(hex("ed77e14f"), Encoding.ucs2)).to.equal("\ued77\ue14f");
  });

  it("drops the mark FEFF and swaps behind FFFE", () => {
    expect(decodeText(hex("feff77ed4fe1"), Encoding.ucs2)).to.equal("短信");
    expect(decodeText(hex("fffeed77e14f"), Encoding.ucs2)).to.equal("短信");
    expect(decodeText(hex("feff"), Encoding.ucs2)).to.equal("");
  });

  it("refuses UCS-2 of odd length", () => {
    expect(decodeText(hex("77ed4f"), Encoding.ucs2)).to.equal(null);
    expect(decodeText(hex("fe"), Encoding.ucs2)).to.equal(null);
  });

  it("keeps unpaired surrogates without throwing", () => {
    expect(decodeText(hex("d83d0061dc00"), Encoding.ucs2)).to.equal("\ud83da\udc00");
  });

  it("reads texts longer than its scratch space", () => {
    const long = "长".repeat(32_000);
    expect(decodeText(encodeText(long, Encoding.ucs2)!, Encoding.ucs2)).to.equal(long);
    const gsm = "é€".repeat(30_000);
    expect(decodeText(encodeText(gsm, Encoding.gsm7)!, Encoding.gsm7)).to.equal(gsm);
  });

  it("reads unpacked GSM with its extension table", () => {
    const octets = hex("000102201b281b3c1b651b3e1b292048656c6c6f");
    expect(decodeText(octets, Encoding.gsm7)).to.equal("@£$ {[€]} Hello");
  });

  it("shows an unknown escape as the default character, a doubled or dangling one as a blank", () => {
    expect(decodeText(hex("1b41"), Encoding.gsm7)).to.equal("A");
    expect(decodeText(hex("1b1b41"), Encoding.gsm7)).to.equal(" A");
    expect(decodeText(hex("411b"), Encoding.gsm7)).to.equal("A ");
  });

  it("C032 refuses 0xFC as GSM and reads it as ü in Latin-1", () => {
    expect(decodeText(hex("66fc72"), Encoding.gsm7)).to.equal(null);
    expect(decodeText(hex("661bfc"), Encoding.gsm7)).to.equal(null);
    expect(decodeText(hex("66fc72"), Encoding.ascii)).to.equal(null);
    expect(decodeText(hex("66fc72"), Encoding.latin1)).to.equal("für");
    expect(encodeText("für", Encoding.ucs2)!.toString("hex")).to.equal("006600fc0072");
  });

  it("reads the packed alphabet and drops the padding of a last spare septet", () => {
    expect(decodeText(hex("e8329bfd4697d9ec37"), Encoding.gsm7_packed)).to.equal("hellohello");
    // Seven characters leave seven bits, where a carriage return stands.
    expect(encodeText("1234567", Encoding.gsm7_packed)!.toString("hex")).to.equal("31d98c56b3dd1a");
    expect(decodeText(hex("31d98c56b3dd1a"), Encoding.gsm7_packed)).to.equal("1234567");
    expect(decodeText(hex("31d98c56b3dd00"), Encoding.gsm7_packed)).to.equal("1234567");
    expect(decodeText(hex("31d98c56b3dd70"), Encoding.gsm7_packed)).to.equal("12345678");
  });

  it("reads GB18030, also of four octets, and refuses what is none", () => {
    expect(decodeText(hex("d1e9d6a4c2eb313233"), Encoding.gb18030)).to.equal("验证码123");
    expect(decodeText(hex("9439da33"), Encoding.gb18030)).to.equal("💩");
    expect(decodeText(hex("d1"), Encoding.gb18030)).to.equal(null);
    expect(decodeText(hex("d1ff"), Encoding.gb18030)).to.equal(null);
    expect(decodeText(hex("d1e9"), Encoding.gb18030), "a refusal leaves no state behind").to.equal("验");
  });

  it("reads the charsets of the standard", () => {
    expect(decodeText(hex("bfe0d8d2d5e2"), Encoding.cyrillic)).to.equal("Привет");
    expect(decodeText(hex("f9ece5ed"), Encoding.hebrew)).to.equal("שלום");
    expect(decodeText(hex("93fa967b"), Encoding.jis)).to.equal("日本");
    expect(decodeText(hex("c7d1b1db"), Encoding.ksc5601)).to.equal("한글");
    expect(decodeText(hex("1b2442467c4b5c1b2842"), Encoding.iso2022jp)).to.equal("日本");
    expect(decodeText(hex("e79fade4bfa1"), Encoding.utf8)).to.equal("短信");
  });

  it("refuses octets that the charset does not have", () => {
    expect(decodeText(hex("80ff"), Encoding.utf8)).to.equal(null);
    expect(decodeText(hex("eda080"), Encoding.utf8)).to.equal(null);
    expect(decodeText(hex("a1"), Encoding.hebrew)).to.equal(null);
    expect(decodeText(hex("93"), Encoding.jis)).to.equal(null);
    expect(decodeText(hex("c7"), Encoding.ksc5601)).to.equal(null);
    expect(decodeText(hex("1b24427f7f"), Encoding.iso2022jp)).to.equal(null);
  });

  it("has no text for binary", () => {
    expect(decodeText(hex("0102"), Encoding.binary)).to.equal(null);
    expect(encodeText("a", Encoding.binary)).to.equal(null);
  });

  it("never throws, whatever the octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...Object.values(Encoding)), (octets, encoding) => {
        const before = Buffer.from(octets);
        const given = Buffer.from(octets);
        const text = decodeText(given, encoding);
        expect(text === null || typeof text === "string").to.equal(true);
        expect(given.equals(before)).to.equal(true);
      }),
    );
  });
});

describe("encodeText", () => {
  it("says nothing rather than mangle", () => {
    expect(encodeText("短信", Encoding.gsm7)).to.equal(null);
    expect(encodeText("a`b", Encoding.gsm7)).to.equal(null);
    expect(encodeText("ç", Encoding.gsm7)).to.equal(null);
    expect(encodeText("é", Encoding.ascii)).to.equal(null);
    expect(encodeText("€", Encoding.latin1)).to.equal(null);
    expect(encodeText("短", Encoding.cyrillic)).to.equal(null);
    expect(encodeText("短", Encoding.hebrew)).to.equal(null);
    expect(encodeText("信号简", Encoding.jis)).to.equal(null);
    expect(encodeText("简", Encoding.ksc5601)).to.equal(null);
    expect(encodeText("简", Encoding.iso2022jp)).to.equal(null);
    for (const encoding of [Encoding.utf8, Encoding.gb18030, Encoding.jis, Encoding.iso2022jp]) {
      expect(encodeText("a\ud83d", encoding), "unpaired surrogate").to.equal(null);
    }
  });

  it("never makes a mark of byte order out of text", () => {
    expect(encodeText("\ufffeab", Encoding.ucs2)).to.equal(null);
  });

  it("refuses packed text that ends in what a reader takes for padding", () => {
    expect(encodeText("1234567@", Encoding.gsm7_packed)).to.equal(null);
    expect(encodeText("1234567\r", Encoding.gsm7_packed)).to.equal(null);
    expect(encodeText("123456@", Encoding.gsm7_packed)).not.to.equal(null);
  });

  const characters: Partial<Record<keyof typeof Encoding, fc.Arbitrary<string>>> = {
    gsm7: fc.constantFrom(...GSM_ALPHABET),
    gsm7_packed: fc.constantFrom(...GSM_ALPHABET),
    ascii: fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCharCode(code)),
    latin1: fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)),
    ucs2: fc.integer({ min: 0, max: 0xfeef }).map((code) => String.fromCharCode(code)),
    gb18030: fc.constantFrom(..."短信验证码您好abc123。，！😀€龥㐀"),
    utf8: fc.constantFrom(..."短信abc😀€\u0000é"),
    cyrillic: fc.constantFrom(..."ПриветЁёabc1№"),
    hebrew: fc.constantFrom(..."שלוםabc1"),
    jis: fc.constantFrom(..."日本カナｱｲｳabc。"),
    ksc5601: fc.constantFrom(..."한글漢字abc。"),
    iso2022jp: fc.constantFrom(..."日本カナｱｲｳabc。\n"),
  };
  for (const [name, character] of Object.entries(characters)) {
    const encoding = Encoding[name as keyof typeof Encoding];
    it(`round-trips every text that ${name} can say`, () => {
      fc.assert(
        fc.property(fc.array(character, { maxLength: 170 }), (parts) => {
          const text = parts.join("");
          const octets = encodeText(text, encoding);
          const ambiguous = encoding === Encoding.gsm7_packed && gsmSeptets(text) % 8 === 0 && /[@\r]$/.test(text);
          expect(octets === null, text).to.equal(ambiguous);
          if (octets !== null) expect(decodeText(octets, encoding)).to.equal(text);
        }),
        { numRuns: 60 },
      );
    });
  }

  it("gives octets that say the very text, or none, for any text in any encoding", () => {
    const texts = fc.string({ unit: "binary", maxLength: 20 });
    fc.assert(
      fc.property(texts, fc.constantFrom(...Object.values(Encoding)), (text, encoding) => {
        const octets = encodeText(text, encoding);
        const said = text.startsWith("\ufeff") && encoding === Encoding.ucs2 ? text.slice(1) : text;
        if (octets !== null) expect(decodeText(octets, encoding)).to.equal(said);
      }),
      { numRuns: 300 },
    );
  });
});

describe("gsmSeptets", () => {
  it("counts extension characters twice and knows what is not GSM", () => {
    expect(gsmSeptets("abc")).to.equal(3);
    expect(gsmSeptets("|".repeat(80))).to.equal(160);
    expect(gsmSeptets("[€]")).to.equal(6);
    expect(gsmSeptets("\t")).to.equal(-1);
    expect(gsmSeptets("a短")).to.equal(-1);
    expect(gsmSeptets("\u001b")).to.equal(-1);
  });

  it("accepts exactly the characters of the alphabet and its extension", () => {
    const known = new Set(GSM_ALPHABET);
    for (let unit = 0; unit <= 0xffff; unit++) {
      const character = String.fromCharCode(unit);
      if (isGsm(character) !== known.has(character)) expect.fail(`U+${unit.toString(16)}`);
    }
    expect(known.size).to.equal(137);
  });
});

describe("messageText and userData", () => {
  it("read the octets behind the UDH", () => {
    const part = message(hex("05000339020277ed4fe1"), Encoding.ucs2, true);
    expect(messageText(part)).to.equal("短信");
    expect(userData(part).toString("hex")).to.equal("77ed4fe1");
    const plain = message(hex("77ed4fe1"), Encoding.ucs2, false);
    expect(messageText(plain)).to.equal("短信");
    expect(userData(plain)).to.equal(plain.octets);
  });

  it("take a UDH that claims more than there is for text", () => {
    const odd = message(hex("61626364"), Encoding.ascii, true);
    expect(messageText(odd)).to.equal("abcd");
    expect(userData(odd)).to.equal(odd.octets);
  });

  it("are empty when there is nothing behind the UDH", () => {
    const empty = message(hex("050003390202"), Encoding.ucs2, true);
    expect(messageText(empty)).to.equal("");
    expect(userData(empty)).to.have.length(0);
  });

  it("obey the Turkish, Spanish and Portuguese tables", () => {
    expect(messageText(message(hex("03250101 0b0c1c1d 40 07 04"), Encoding.gsm7, true))).to.equal("ĞğŞşİı€");
    expect(messageText(message(hex("03240101 1b47 1b63 41"), Encoding.gsm7, true))).to.equal("ĞçA");
    expect(messageText(message(hex("03240102 1b61 1b75 1b65"), Encoding.gsm7, true))).to.equal("áú€");
    expect(messageText(message(hex("06240103 250103 1b61 7b 24"), Encoding.gsm7, true))).to.equal("Âãº");
  });

  it("have no text in a national table that is not known", () => {
    expect(messageText(message(hex("03250106 4142"), Encoding.gsm7, true))).to.equal(null);
    expect(messageText(message(hex("03240106 4142"), Encoding.gsm7, true))).to.equal(null);
  });

  it("skip the fill bits between a UDH and packed text", () => {
    const octets = packSeptets(encodeText("hello €", Encoding.gsm7)!, 6)!;
    octets.set(hex("050003390201"));
    expect(messageText(message(octets, Encoding.gsm7_packed, true))).to.equal("hello €");
  });
});

describe("packSeptets", () => {
  it("is undone by unpackSeptets behind a header of any length", () => {
    const septets = fc.uint8Array({ min: 1, max: 127, maxLength: 160 }).filter((text) => text.at(-1) !== 13);
    fc.assert(
      fc.property(septets, fc.integer({ min: 0, max: 12 }), (text, header) => {
        fc.pre(text.length > 0);
        const packed = packSeptets(text, header)!;
        expect(packed.subarray(0, header).every((octet) => octet === 0)).to.equal(true);
        expect(Buffer.from(unpackSeptets(packed, header)).equals(text)).to.equal(true);
      }),
    );
  });

  it("fits 160 septets in 140 octets, and 153 behind six", () => {
    expect(packSeptets(new Uint8Array(160).fill(0x61), 0)).to.have.length(140);
    expect(packSeptets(new Uint8Array(153).fill(0x61), 6)).to.have.length(140);
    expect(packSeptets(new Uint8Array(152).fill(0x61), 7)).to.have.length(140);
  });
});
