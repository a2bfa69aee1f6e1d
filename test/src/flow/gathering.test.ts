import { expect } from "chai";
import fc from "fast-check";
import { Encoding, SegmentForm, newMessage, type Message } from "../../../protocols/model/message.js";
import { readConcatenation } from "../../../protocols/model/udh.js";
import { Gathering } from "../../../src/flow/gathering.js";
import type { Submission } from "../../../src/flow/submission.js";

let lastId = 0;

/** A part as far as gathering looks at it. `hex` is the user data with its UDH. */
function part(hex: string, accountNo = 1, change: Partial<Message> = {}): Submission {
  const message = newMessage();
  message.id = ++lastId;
  message.source = "1069";
  message.destination = "13800138000";
  message.encoding = Encoding.ucs2;
  message.octets = Buffer.from(hex, "hex");
  message.hasUdh = true;
  readConcatenation(message.octets, message);
  return { message: Object.assign(message, change), accountNo } as unknown as Submission;
}

const FIRST = "0500032a02015f0053d1";
const SECOND = "0500032a02027968";

describe("Gathering", () => {
  it("C036 joins the parts of one account, whatever bind they came over", () => {
    const gathering = new Gathering(10);
    const first = part(FIRST);
    const second = part(SECOND);
    expect(gathering.add(first)).to.equal(null);
    expect(gathering.add(second)).to.deep.equal({ parts: [first, second], text: "开发票" });
    expect([gathering.groups, gathering.parts]).to.deep.equal([0, 0]);
  });

  it("C036 does not join the same parts of two accounts, of two sources or to two destinations", () => {
    const gathering = new Gathering(10);
    gathering.add(part(FIRST));
    expect(gathering.add(part(SECOND, 2))).to.equal(null);
    expect(gathering.add(part(SECOND, 1, { source: "10690" }))).to.equal(null);
    expect(gathering.add(part(SECOND, 1, { destination: "13800138001" }))).to.equal(null);
    expect([gathering.groups, gathering.parts]).to.deep.equal([4, 4]);
  });

  it("C038 leaves parts with differing references to their deadline, each alone", () => {
    const gathering = new Gathering(10);
    const one = part("05000341020160a8597d");
    const other = part("050003420202518d89c1");
    expect([gathering.add(one), gathering.add(other)]).to.deep.equal([null, null]);
    expect(gathering.groups).to.equal(2);
    expect([gathering.take(one.message.id), gathering.take(other.message.id)]).to.deep.equal([one, other]);
    expect([gathering.groups, gathering.parts]).to.deep.equal([0, 0]);
    expect(gathering.take(one.message.id)).to.equal(null);
  });

  it("keeps a repeated part with its text and does not let it complete the text", () => {
    const gathering = new Gathering(10);
    const first = part(FIRST);
    const again = part(FIRST);
    gathering.add(first);
    expect(gathering.add(again)).to.equal(null);
    const second = part(SECOND);
    expect(gathering.add(second)).to.deep.equal({ parts: [first, second, again], text: "开发票" });
    expect([gathering.groups, gathering.parts]).to.deep.equal([0, 0]);
  });

  it("takes the same octets in another encoding, or behind another kind of mark, for another text", () => {
    const sar = { hasUdh: false, segmentForm: SegmentForm.sar };
    for (const change of [{ encoding: Encoding.latin1 }, { encoding: Encoding.binary }, sar]) {
      const gathering = new Gathering(10);
      gathering.add(part("0500032a020153d17968", 1, change));
      const read = part("0500032a020153d17968");
      expect(gathering.add(read)).to.equal(null);
      const second = part("0500032a02025f00");
      expect(gathering.add(second)).to.deep.equal({ parts: [read, second], text: "发票开" });
    }
  });

  it("puts a repeated part in the place of one whose deadline has passed", () => {
    const gathering = new Gathering(10);
    const [first, again, more] = [part(FIRST), part(FIRST), part(FIRST)];
    for (const one of [first, again, more]) gathering.add(one);
    expect(gathering.take(first.message.id)).to.equal(first);
    expect(gathering.take(more.message.id)).to.equal(more);
    const second = part(SECOND);
    expect(gathering.add(second)?.parts).to.deep.equal([again, second]);
    expect([gathering.groups, gathering.parts]).to.deep.equal([0, 0]);
    gathering.add(again);
    expect(gathering.take(again.message.id)).to.equal(again);
    expect([gathering.groups, gathering.parts]).to.deep.equal([0, 0]);
  });

  it("starts anew when another text uses the reference again", () => {
    const gathering = new Gathering(10);
    const old = part("0500032a02014f60");
    const first = part(FIRST);
    gathering.add(old);
    expect(gathering.add(first)).to.equal(null);
    expect(gathering.add(part(SECOND))?.text).to.equal("开发票");
    expect([gathering.groups, gathering.parts, gathering.takeText(old.message.id)]).to.deep.equal([0, 1, [old]]);
    expect(gathering.parts).to.equal(0);
  });

  it("joins 8-bit, 16-bit and SAR forms of one reference", () => {
    const gathering = new Gathering(10);
    gathering.add(part("060804002a03015f00"));
    gathering.add(part("0500032a030253d1"));
    const sar = { hasUdh: false, segmentReference: 0x2a, segmentTotal: 3, segmentNumber: 3, segmentForm: SegmentForm.sar };
    expect(gathering.add(part("7968", 1, sar))?.text).to.equal("开发票");
  });

  it("reads a character that was cut in two between parts", () => {
    const gathering = new Gathering(10);
    gathering.add(part("0500032a0201d83c"));
    expect(gathering.add(part("0500032a0202df38"))?.text).to.equal("🌸");
    // GB18030 发票 cut inside its second character.
    gathering.add(part("0500032b0201b7a2c6", 1, { encoding: Encoding.gb18030 }));
    expect(gathering.add(part("0500032b0202b1", 1, { encoding: Encoding.gb18030 }))?.text).to.equal("发票");
  });

  it("reads parts in different encodings each in its own", () => {
    const gathering = new Gathering(10);
    gathering.add(part("0500032a02015f0053d1"));
    expect(gathering.add(part("0500032a0202c6b1", 1, { encoding: Encoding.gb18030 }))?.text).to.equal("开发票");
  });

  it("reads what can be read beside a binary part, so that none hides its siblings from the word lists", () => {
    const gathering = new Gathering(10);
    gathering.add(part("0500032a03015f0053d1"));
    gathering.add(part("0500032a0303796800", 1, { encoding: Encoding.binary }));
    expect(gathering.add(part("0500032a03027968"))?.text).to.equal("开发票");
    const binary = { encoding: Encoding.binary };
    gathering.add(part("0500032b020100ff", 1, binary));
    expect(gathering.add(part("0500032b020200ff", 1, binary))?.text).to.equal("");
  });

  it("reads no text where a part claims to be one and cannot be read", () => {
    const gathering = new Gathering(10);
    gathering.add(part("0500032a02015f0053d1"));
    expect(gathering.add(part("0500032a0202ff", 1, { encoding: Encoding.gsm7 }))?.text).to.equal(null);
  });

  it("reads GSM parts with the national tables their headers name", () => {
    const gathering = new Gathering(10);
    gathering.add(part("0800032a02012501030b", 1, { encoding: Encoding.gsm7 }));
    expect(gathering.add(part("0800032a02022501030b", 1, { encoding: Encoding.gsm7 }))?.text).to.equal("ÔÔ");
    // Table 4 is not known here: not readable, as in a message that is no part.
    gathering.add(part("0800032b02012501040b", 1, { encoding: Encoding.gsm7 }));
    expect(gathering.add(part("0500032b02020b", 1, { encoding: Encoding.gsm7 }))?.text).to.equal(null);
  });

  it("holds no more parts than its limit; those beyond wait on disk", () => {
    const gathering = new Gathering(2);
    gathering.add(part(FIRST));
    gathering.add(part(FIRST, 2));
    const beyond = part(FIRST, 3);
    expect(gathering.add(beyond)).to.equal(null);
    expect(gathering.take(beyond.message.id)).to.equal(null);
    expect(gathering.parts).to.equal(2);
  });

  it("forgets parts that have expired: the store has ended them", () => {
    const gathering = new Gathering(10);
    const [first, again, other] = [part(FIRST, 1, { expiresAtMs: 5_000 }), part(FIRST, 1, { expiresAtMs: 6_000 }), part(FIRST, 2)];
    for (const one of [first, again, other]) gathering.add(one);
    gathering.forgetExpired(4_999);
    expect(gathering.parts).to.equal(3);
    gathering.forgetExpired(5_000);
    expect([gathering.groups, gathering.parts, gathering.take(first.message.id)]).to.deep.equal([2, 2, null]);
    gathering.forgetExpired(6_000);
    expect([gathering.groups, gathering.parts, gathering.full(1)]).to.deep.equal([1, 1, null]);
  });

  it("forgets very many that came again and expire at once in no time", () => {
    const gathering = new Gathering(100_000);
    for (let i = 0; i < 30_000; i++) gathering.add(part(FIRST, 1, { expiresAtMs: i === 20_000 ? 9_000 : 5_000 }));
    const before = performance.now();
    gathering.forgetExpired(5_000);
    expect(performance.now() - before).to.be.below(1_000);
    expect([gathering.groups, gathering.parts]).to.deep.equal([1, 1]);
    expect(gathering.add(part(SECOND))?.parts).to.have.length(2);
  });

  it("holds no more octets than 64 MiB, whatever the number of parts", () => {
    const gathering = new Gathering(100_000);
    const octets = Buffer.alloc(65_535);
    let last = part(FIRST, 1, { octets });
    let accountNo = 1;
    for (; gathering.full(1) === null; last = part(FIRST, ++accountNo, { octets })) gathering.add(last);
    expect(gathering.parts).to.equal(1_025);
    expect(gathering.add(last)).to.equal(null);
    // What makes a text whole is taken all the same, and makes room.
    expect(gathering.add(part(SECOND, 1))?.parts).to.have.length(2);
    expect([gathering.parts, gathering.full(1)]).to.deep.equal([1_024, null]);
  });

  it("counts among a part's octets what only its protocol understands, and gives them back", () => {
    const gathering = new Gathering(1_000_000, 0.5);
    const extras = Buffer.alloc(4_096);
    const octets = Buffer.alloc(0);
    for (let at = 0; at < 10_000; at++) gathering.add(part(FIRST, 1, { octets, extras, segmentReference: at }));
    expect([gathering.parts, gathering.full(1), gathering.full(2)]).to.deep.equal([8_192, "account", null]);
    gathering.take(lastId - 9_999);
    expect([gathering.parts, gathering.full(1)]).to.deep.equal([8_191, null]);
  });

  it("holds no more parts of one account than its share, nor more than its share of the octets", () => {
    const gathering = new Gathering(4, 0.5);
    const references = ["01", "02", "03"];
    const parts = references.map((reference) => part(`050003${reference}02015f00`));
    for (const one of parts) gathering.add(one);
    expect([gathering.parts, gathering.partsOf(1), gathering.full(1), gathering.full(2)]).to.deep.equal([2, 2, "account", null]);
    for (const reference of references) gathering.add(part(`050003${reference}02015f00`, 2));
    expect([gathering.parts, gathering.full(1), gathering.full(3)]).to.deep.equal([4, "all", "all"]);
    gathering.take(parts[0]?.message.id ?? 0);
    expect([gathering.partsOf(1), gathering.full(1), gathering.full(2)]).to.deep.equal([1, null, "account"]);

    const large = new Gathering(100_000, 0.25);
    const octets = Buffer.alloc(65_535);
    for (let at = 0; at < 300; at++) large.add(part(FIRST, 1, { octets, segmentReference: at }));
    expect([large.parts, large.full(1), large.full(2)]).to.deep.equal([257, "account", null]);
  });

  it("puts parts in order however they come", () => {
    const text = "您好，这是一条分成好几段的长短信";
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8, maxLength: 8 }), (order) => {
        const gathering = new Gathering(10);
        const results = order.map((i) => {
          const piece = Buffer.from(text.slice(i * 2, i * 2 + 2), "utf16le").swap16().toString("hex");
          return gathering.add(part(`05000307080${String(i + 1)}${piece}`));
        });
        expect(results.pop()?.text).to.equal(text);
        expect(results).to.deep.equal(new Array(7).fill(null));
      }),
    );
  });
});
