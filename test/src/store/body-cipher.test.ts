/** What stands encrypted in a day's file: the same again under its key and in its row, and nothing anywhere else. */
import "../../seed.js";
import { expect } from "chai";
import fc from "fast-check";
import { newMessage } from "../../../protocols/model/message.js";
import { BodyCipher, BodyKind, BodyUnreadable, isEncryptedLine } from "../../../src/store/body-cipher.js";
import { ROW_STRETCH, contentProtocolNo, contentServiceType, contentSize, isEncryptedContent, packContent, tellsExtras, unpackContent, withoutText } from "../../../src/store/content.js";

const KEY = Buffer.alloc(32, 7);
const cipher = new BodyCipher(KEY);
const octets = (maxLength: number): fc.Arbitrary<Buffer> => fc.uint8Array({ maxLength }).map((some) => Buffer.from(some));
const ids = fc.nat(2 ** 31).map((some) => some * 1_024);
const kinds = fc.constantFrom(...Object.values(BodyKind));
const bodies: fc.Arbitrary<Buffer> = fc.tuple(
  fc.record({ octets: octets(300), extras: fc.option(octets(20)), extrasWithReceipt: fc.boolean(), protocolNo: fc.nat(15), serviceType: fc.string({ maxLength: 10 }), segmentTotal: fc.nat(255) }),
  fc.string({ maxLength: 30 }),
).map(([some, flags]) => {
  const message = Object.assign(newMessage(), some);
  const body = Buffer.alloc(contentSize(message, flags));
  return body.subarray(0, packContent(body, 0, message, flags));
});

describe("a body encrypted for the disk", () => {
  it("is the same again, and says without a key only what rows and counts are made of", () => {
    fc.assert(fc.property(bodies, ids, kinds, (body, id, kind) => {
      const kept = cipher.encrypt(kind, id, body);
      expect(isEncryptedContent(kept)).to.equal(true);
      expect(new BodyCipher(KEY).decrypt(kind, id, kept).equals(body)).to.equal(true);
      const [plain, stretch] = [body, kept].map((each) => each.subarray(ROW_STRETCH.at, ROW_STRETCH.at + ROW_STRETCH.octets)) as [Buffer, Buffer];
      for (const read of [tellsExtras, contentProtocolNo, contentServiceType]) expect(read(stretch, ROW_STRETCH.at)).to.equal(read(plain, ROW_STRETCH.at));
      expect(kept.subarray(7, 11).equals(body.subarray(7, 11)), "which part of which text").to.equal(true);
      expect(withoutText(kept)).to.deep.equal(withoutText(body));
      expect(() => unpackContent({ id, kinds: 0, source: "", destination: "", wanted: 0, expires: 0, body: kept })).to.throw(RangeError, "version 2");
    }));
  });

  it("has nothing of its text in its octets, and never the same octets twice", () => {
    fc.assert(fc.property(fc.string({ minLength: 6, maxLength: 60 }), ids, (text, id) => {
      const message = Object.assign(newMessage(), { octets: Buffer.from(text) });
      const body = Buffer.alloc(contentSize(message, text));
      const plain = body.subarray(0, packContent(body, 0, message, text));
      const [one, other] = [cipher.encrypt(BodyKind.content, id, plain), cipher.encrypt(BodyKind.content, id, plain)];
      expect(one.includes(Buffer.from(text))).to.equal(false);
      expect(one.equals(other)).to.equal(false);
    }));
  });

  it("does not open in another row, as another kind, under another key, or with one bit changed", () => {
    fc.assert(fc.property(bodies, ids, fc.nat(), (body, id, place) => {
      const kept = cipher.encrypt(BodyKind.content, id, body);
      expect(() => cipher.decrypt(BodyKind.content, id + 1, kept)).to.throw(BodyUnreadable);
      expect(() => cipher.decrypt(BodyKind.inbound, id, kept)).to.throw(BodyUnreadable);
      expect(() => new BodyCipher(Buffer.alloc(32, 8)).decrypt(BodyKind.content, id, kept)).to.throw(BodyUnreadable);
      // The first octet says that it is encrypted at all; another service type's length is another head.
      const at = 1 + (place % (kept.length - 1));
      kept[at] = (kept[at] as number) ^ 1;
      expect(() => cipher.decrypt(BodyKind.content, id, kept)).to.throw(BodyUnreadable);
      expect(() => cipher.decrypt(BodyKind.content, id, kept.subarray(0, 20))).to.throw(BodyUnreadable);
    }));
  });

  it("leaves what is plain as it is, and what has no octets", () => {
    fc.assert(fc.property(bodies, ids, (body, id) => {
      expect(cipher.decrypt(BodyKind.content, id, body)).to.equal(body);
    }));
    expect(cipher.encrypt(BodyKind.refusal, 1, Buffer.alloc(0)).length).to.equal(0);
    expect(cipher.decrypt(BodyKind.refusal, 1, Buffer.alloc(0)).length).to.equal(0);
  });

  it("may be a line: the same again, of printable letters, and an empty one is empty", () => {
    fc.assert(fc.property(fc.string({ maxLength: 80 }), ids, (line, id) => {
      const kept = cipher.encryptLine(BodyKind.reviewRule, id, line);
      expect(cipher.decryptLine(BodyKind.reviewRule, id, kept)).to.equal(line);
      expect(isEncryptedLine(kept)).to.equal(line !== "");
      if (line !== "") expect(() => cipher.decryptLine(BodyKind.refusalRule, id, kept)).to.throw(BodyUnreadable);
    }));
    for (const plain of ["loan:贷款@words.txt:3", "\u0001", "\u0001short", ""]) expect(cipher.decryptLine(BodyKind.reviewRule, 1, plain)).to.equal(plain);
  });
});
