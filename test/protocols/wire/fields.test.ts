/** The field language: wrong tables stop the program, right ones read and write what they say. */
import { expect } from "chai";
import fc from "fast-check";
import {
  absent, choice, compileTable, countOf, end, fixedText, int, isFault, lengthOf, octets, padded, paddedList, paddedTail, raw, recurring, repeat, tail, text,
} from "../../../protocols/wire/fields.js";
import type { Field, TailCheck } from "../../../protocols/wire/fields.js";
import { NO_OCTETS } from "../../../protocols/wire/octets.js";

/** Even numbers of octets are good; an odd one at the end is not. */
const evenOnly: TailCheck = (_frame, start, end) => ((end - start) % 2 === 0 ? end : ~(end - 1));

const SAMPLE = compileTable("sample", [
  int("one", 1, 11), int("two", 2, 12), int("four", 4, 14),
  text("name", 5, 15), fixedText("code", 4, 16),
  lengthOf("size", 2, 17), octets("data", "size", 18),
  countOf("number", 1, 1, 19),
  repeat("list", "number", [
    choice("kind", { 1: [int("ton", 1, 21), text("address", 4, 22)], 2: [text("title", 3, 23)], 3: [] }, 24),
    int("code", 4, 25),
  ]),
  tail("rest", evenOnly, 30),
]);
type Sample = ReturnType<typeof SAMPLE.blank>;

const GOOD = "01" + "0203" + "fedcba98" + "61626300" + "78797a00" + "0003" + "aabbcc" + "03" +
  "01" + "05" + "313200" + "00000001" + "02" + "4c00" + "00000002" + "03" + "80000000" + "cafe";

function read(hex: string): Sample {
  const frame = Buffer.from(hex, "hex");
  const body = SAMPLE.decode(frame, 0, frame.length);
  if (isFault(body)) throw new Error(`${body.field}: ${body.detail}`);
  return body;
}

function faultOf(hex: string): [field: string, status: number] {
  const frame = Buffer.from(hex, "hex");
  const body = SAMPLE.decode(frame, 0, frame.length);
  if (!isFault(body)) throw new Error("no fault");
  return [body.field, body.status];
}

describe("a field table at load", () => {
  const status = 1;
  const wrong: [string, Field[], RegExp][] = [
    ["a name twice", [int("a", 1, status), int("a", 2, status)], /field a: named twice/],
    ["a name that is no identifier", [int("a-b", 1, status)], /field a-b: the name is no identifier/],
    ["a name that would be code", [int("a){}", 1, status)], /no identifier/],
    ["a width of 3", [int("a", 3 as 4, status)], /width is not 1, 2 or 4/],
    ["a text without room for its NUL", [text("a", 0, status)], /max 0 is not/],
    ["a fixed text of one octet", [fixedText("a", 1, status)], /size 1 is not/],
    ["status 0, which would say all is well", [int("a", 1, 0)], /status 0 is not/],
    ["octets without their length", [octets("a", "b", status)], /field a: no unused length field b/],
    ["octets before their length", [octets("a", "b", status), lengthOf("b", 1, status)], /no unused length field b/],
    ["octets with a count for a length", [countOf("b", 1, 0, status), octets("a", "b", status)], /no unused length field b/],
    ["a length used twice", [lengthOf("b", 1, status), octets("a", "b", status), octets("c", "b", status)], /field c: no unused/],
    ["a length that nothing uses", [lengthOf("b", 1, status)], /field b: nothing uses it/],
    ["a list without its count", [repeat("a", "b", [int("c", 1, status)])], /no unused count field b/],
    ["entries without fields", [countOf("b", 1, 0, status), repeat("a", "b", [])], /would never end/],
    ["a wrong field inside an entry", [countOf("b", 1, 0, status), repeat("a", "b", [text("c", 0, status)])], /field c: max 0/],
    ["a choice without cases", [choice("a", {}, status)], /without cases/],
    ["a case above one octet", [choice("a", { 256: [] }, status)], /case 256 is not/],
    ["a name twice in one case", [choice("a", { 1: [int("b", 1, status), int("b", 1, status)] }, status)], /twice in one case/],
    ["a case's name used outside", [int("b", 1, status), choice("a", { 1: [int("b", 1, status)] }, status)], /field b: named twice/],
    ["a padded text of no octets", [padded("a", 0, status)], /size 0 is not/],
    ["raw octets of no size", [raw("a", 0, status)], /size 0 is not/],
    ["a count that may be 0 at the most", [countOf("b", 1, 0, status, 0), paddedList("a", "b", 4, status)], /max 0 is not/],
    ["a count beyond its octet", [countOf("b", 1, 0, status, 256), paddedList("a", "b", 4, status)], /max 256 is not/],
    ["a padded list without its count", [paddedList("a", "b", 4, status)], /no unused count field b/],
    ["a padded tail that is not last", [paddedTail("a", 4, status), int("b", 1, status), end("c", status)], /the tail must be the last/],
    ["an end that is not last", [end("a", status), int("b", 1, status)], /the end must be the last/],
    ["an absent field's name used again", [absent("a", 0), int("a", 1, status)], /named twice/],
    ["a tail that is not last", [tail("a", evenOnly, status), int("b", 1, status)], /the tail must be the last/],
  ];
  for (const [what, table, message] of wrong) {
    it(`with ${what} throws`, () => {
      expect(() => compileTable("wrong", table)).to.throw(TypeError, message);
    });
  }
});

describe("a compiled field table", () => {
  it("reads every kind of field", () => {
    expect(read(GOOD)).to.deep.equal({
      one: 1, two: 0x0203, four: 0xfedcba98, name: "abc", code: "xyz", data: Buffer.from("aabbcc", "hex"),
      list: [
        { kind: 1, ton: 5, address: "12", title: "", code: 1 },
        { kind: 2, ton: 0, address: "", title: "L", code: 2 },
        { kind: 3, ton: 0, address: "", title: "", code: 0x80000000 },
      ],
      rest: Buffer.from("cafe", "hex"),
    });
  });

  it("writes it back octet for octet, at any place", () => {
    const body = read(GOOD);
    const target = Buffer.alloc(7 + SAMPLE.room(body), 0xee);
    const end = SAMPLE.encode(target, 7, body);
    expect(target.toString("hex", 7, end)).to.equal(GOOD);
    expect(target.toString("hex", 0, 7)).to.equal("ee".repeat(7));
  });

  it("gives octets as views, and one empty buffer for none", () => {
    const frame = Buffer.from(GOOD, "hex");
    const body = SAMPLE.decode(frame, 0, frame.length) as Sample;
    expect(body.data.buffer).to.equal(frame.buffer);
    frame[frame.indexOf("aabbcc", "hex")] = 0x11;
    expect(body.data[0]).to.equal(0x11);
    expect(SAMPLE.blank().data).to.equal(NO_OCTETS);
    expect(SAMPLE.blank().list).to.not.equal(SAMPLE.blank().list);
  });

  it("names the field that is wrong, with its own status", () => {
    expect(faultOf("")).to.deep.equal(["one", 11]);
    expect(faultOf("0102")).to.deep.equal(["two", 12]);
    expect(faultOf("01020300")).to.deep.equal(["four", 14]);
    expect(faultOf("01020300000000" + "6162636465")).to.deep.equal(["name", 15]);
    expect(faultOf("01020300000000" + "616263")).to.deep.equal(["name", 15]);
    expect(faultOf("01020300000000" + "00" + "616200")).to.deep.equal(["code", 16]);
    expect(faultOf("01020300000000" + "0000" + "0004aabbcc")).to.deep.equal(["data", 18]);
    expect(faultOf("01020300000000" + "0000" + "0000" + "00")).to.deep.equal(["number", 19]);
    expect(faultOf("01020300000000" + "0000" + "0000" + "01" + "04")).to.deep.equal(["kind", 24]);
    expect(faultOf("01020300000000" + "0000" + "0000" + "01" + "0105" + "31323334")).to.deep.equal(["address", 22]);
    expect(faultOf(`${GOOD}00`)).to.deep.equal(["rest", 30]);
  });

  it("leniently keeps what it could read and leaves the rest blank", () => {
    const frame = Buffer.from("01020300000000" + "616263646566", "hex");
    expect(SAMPLE.decodeLeniently(frame, 0, frame.length)).to.deep.equal({ ...SAMPLE.blank(), one: 1, two: 0x0203, name: "abcd" });
    const whole = Buffer.from(`${GOOD}00`, "hex");
    expect(SAMPLE.decodeLeniently(whole, 0, whole.length)).to.deep.equal(read(GOOD));
  });

  it("refuses to write what the wire cannot hold, naming the field", () => {
    const target = Buffer.alloc(200);
    const write = (change: Partial<Sample>) => () => SAMPLE.encode(target, 0, { ...read(GOOD), ...change });
    expect(write({ one: 256 })).to.throw(RangeError, "sample.one cannot be written: 256");
    expect(write({ one: -1 })).to.throw(RangeError, /sample.one/);
    expect(write({ two: 0.5 })).to.throw(RangeError, /sample.two/);
    expect(write({ four: 2 ** 32 })).to.throw(RangeError, /sample.four/);
    expect(write({ name: "abcde" })).to.throw(RangeError, "sample.name cannot be written: text of 5");
    expect(write({ name: "a\0b" })).to.throw(RangeError, /sample.name/);
    expect(write({ name: "短" })).to.throw(RangeError, /sample.name/);
    expect(write({ code: "ab" })).to.throw(RangeError, /sample.code/);
    expect(write({ data: Buffer.alloc(65536) })).to.throw(RangeError, /sample.size/);
    expect(write({ list: [{ kind: 9, ton: 0, address: "", title: "", code: 0 }] })).to.throw(RangeError, /sample.list.kind/);
  });

  it("refuses to write beyond the target's end", () => {
    const small = Buffer.alloc(20);
    const body = { ...SAMPLE.blank(), list: [{ kind: 3, ton: 0, address: "", title: "", code: 0 }] };
    for (let offset = 0; offset <= 20; offset++) {
      if (offset + 17 <= 20) expect(SAMPLE.encode(small, offset, body)).to.equal(offset + 17);
      else expect(() => SAMPLE.encode(small, offset, body), String(offset)).to.throw(RangeError);
    }
  });

  it("refuses to read a body that does not lie inside its buffer", () => {
    expect(() => SAMPLE.decode(Buffer.alloc(4), 0, 5)).to.throw(RangeError, /outside its buffer/);
    expect(() => SAMPLE.decode(Buffer.alloc(4), -1, 4)).to.throw(RangeError, /outside its buffer/);
  });

  it("reads what it wrote, for every body", () => {
    const latin = (max: number): fc.Arbitrary<string> =>
      fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: max }).map((codes) => String.fromCharCode(...codes));
    const entry = fc.oneof(
      fc.record({ kind: fc.constant(1), ton: fc.nat(255), address: latin(3), title: fc.constant(""), code: fc.nat(0xffffffff) }),
      fc.record({ kind: fc.constant(2), ton: fc.constant(0), address: fc.constant(""), title: latin(2), code: fc.nat(0xffffffff) }),
    );
    const bodies = fc.record({
      one: fc.nat(255), two: fc.nat(65535), four: fc.nat(0xffffffff), name: latin(4), code: fc.constantFrom("", "abc"),
      data: fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each)),
      list: fc.array(entry, { minLength: 1, maxLength: 20 }),
      rest: fc.uint8Array({ maxLength: 4 }).filter((each) => each.length % 2 === 0).map((each) => Buffer.from(each)),
    });
    fc.assert(fc.property(bodies, (body) => {
      const target = Buffer.alloc(SAMPLE.room(body));
      const end = SAMPLE.encode(target, 0, body);
      expect(SAMPLE.decode(target, 0, end)).to.deep.equal(body);
    }));
  });
});

/** Fields of fixed widths, as CMPP has them; `gone` is on another version's wire. */
const WIDE = compileTable("wide", [
  recurring("name", 6, 11), raw("proof", 4, 12), absent("gone", 0), countOf("number", 1, 1, 13, 3), paddedList("list", "number", 4, 14),
  paddedTail("link", 4, 15), absent("lost", ""), end("length", 16),
]);
type Wide = ReturnType<typeof WIDE.blank>;

describe("a table of fixed widths", () => {
  const front = "6162000000000a0b0c0d";
  const whole = `${front}02${"31323300"}${"34353637"}${"6c690000"}`;
  const readWide = (hex: string): Wide => {
    const frame = Buffer.from(hex, "hex");
    const body = WIDE.decode(frame, 0, frame.length);
    if (isFault(body)) throw new Error(`${body.field}: ${body.detail}`);
    return body;
  };
  const faultIn = (hex: string): [string, number] => {
    const frame = Buffer.from(hex, "hex");
    const body = WIDE.decode(frame, 0, frame.length);
    if (!isFault(body)) throw new Error("no fault");
    return [body.field, body.status];
  };

  it("reads texts up to their padding, and writes them back octet for octet over whatever stood there", () => {
    const body = readWide(whole);
    expect(body).to.deep.equal({ name: "ab", proof: Buffer.from("0a0b0c0d", "hex"), gone: 0, list: ["123", "4567"], link: "li", lost: "" });
    const target = Buffer.alloc(WIDE.room(body) + 6, 0xee);
    const stop = WIDE.encode(target, 3, body);
    expect(target.toString("hex", 3, stop)).to.equal(whole);
    expect([target.toString("hex", 0, 3), target.toString("hex", stop)]).to.deep.equal(["eeeeee", "eeeeee"]);
  });

  it("takes a field that is filled to its last octet, and drops spaces and what stands behind a NUL", () => {
    expect(readWide(`616263646566${whole.slice(12)}`).name).to.equal("abcdef");
    expect(readWide(`612062202020${whole.slice(12)}`).name).to.equal("a b");
    expect(readWide(`202020202020${whole.slice(12)}`).name).to.equal("");
    expect(readWide(`612000626364${whole.slice(12)}`).name).to.equal("a");
  });

  it("does without the zeros of its tail, all or some, but not without anything else", () => {
    for (const zeros of ["", "00", "0000", "000000", "00000000"]) {
      expect(readWide(`${front}0131320000${zeros}`), zeros).to.include({ link: "" });
    }
    expect(faultIn(`${front}01313200006c69`)).to.deep.equal(["link", 15]);
    expect(faultIn(`${front}0131320000000000000000`.concat("01"))).to.deep.equal(["length", 16]);
    expect(faultIn(`${front}01313200`)).to.deep.equal(["list", 14]);
  });

  it("holds counts between their bounds, both ways", () => {
    expect(faultIn(`${front}00`)).to.deep.equal(["number", 13]);
    expect(faultIn(`${front}04${"31323300".repeat(4)}`)).to.deep.equal(["number", 13]);
    const target = Buffer.alloc(100);
    const body = { ...WIDE.blank(), list: ["1", "2", "3", "4"] };
    expect(() => WIDE.encode(target, 0, body)).to.throw(RangeError, "wide.number cannot be written: 4");
  });

  it("refuses to write text or octets that do not fit, and writes no octets as zeros", () => {
    const target = Buffer.alloc(100, 0xee);
    const write = (change: Partial<Wide>) => () => WIDE.encode(target, 0, { ...readWide(whole), ...change });
    expect(write({ name: "abcdefg" })).to.throw(RangeError, "wide.name cannot be written: text of 7");
    expect(write({ name: "a\0b" })).to.throw(RangeError, /wide.name/);
    expect(write({ list: ["短"] })).to.throw(RangeError, /wide.list/);
    expect(write({ link: "12345" })).to.throw(RangeError, /wide.link/);
    expect(write({ proof: Buffer.alloc(3) })).to.throw(RangeError, "wide.proof cannot be written: 3");
    const end = write({ proof: NO_OCTETS, gone: 7, lost: "not on this wire" })();
    expect(target.toString("hex", 0, end)).to.equal(whole.replace("0a0b0c0d", "00000000"));
    expect(() => WIDE.encode(target, 90, readWide(whole))).to.throw(RangeError);
  });

  it("leniently keeps what it could read", () => {
    const read = (hex: string): Wide => WIDE.decodeLeniently(Buffer.from(hex, "hex"), 0, hex.length / 2);
    expect(read(front)).to.deep.include({ name: "ab", list: [] });
    expect(read(`${front}0a31323300`)).to.deep.include({ name: "ab", list: ["123"] });
    expect(read(`${whole}ffff`)).to.deep.equal(readWide(whole));
  });

  it("reads what it wrote, for every body", () => {
    const latin = (max: number): fc.Arbitrary<string> =>
      fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: max }).map((codes) => String.fromCharCode(...codes).replace(/ +$/, ""));
    const bodies = fc.record({
      name: latin(6), proof: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((each) => Buffer.from(each)), gone: fc.constant(0),
      list: fc.array(latin(4), { minLength: 1, maxLength: 3 }), link: latin(4), lost: fc.constant(""),
    });
    fc.assert(fc.property(bodies, (body) => {
      const target = Buffer.alloc(WIDE.room(body), 0xee);
      const end = WIDE.encode(target, 0, body);
      expect(end).to.equal(target.length);
      expect(WIDE.decode(target, 0, end)).to.deep.equal(body);
    }));
  });
});
