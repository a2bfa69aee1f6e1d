/** The codec: what it refuses and with which Result, what it tolerates, and that it reads what it writes. */
import { expect } from "chai";
import fc from "fast-check";
import { CommandId } from "../../../protocols/cmpp/commands.js";
import {
  DELIVER_MAX_OCTETS, SUBMIT_DESTINATION_OCTETS, SUBMIT_FIXED_OCTETS, blankBody, blankDeliver, blankReport, blankSubmit, decodeBody,
  decodeCancel, decodeCancelResp, decodeConnect, decodeConnectResp, decodeDeliver, decodeDeliverResp, decodeQuery, decodeReport,
  decodeSubmit, decodeSubmitResp, encodeActiveTestResp, encodeBody, encodeCancelResp, encodeConnect, encodeConnectResp, encodeDeliver,
  encodeDeliverResp, encodeHeaderOnly, encodeReport, encodeSubmit, encodeSubmitResp, fieldFault, isFault, layoutVersion, readCommandId,
  readHeader, readSequence, roomFor,
} from "../../../protocols/cmpp/codec.js";
import type { AnyBody, FieldFault, SubmitBody } from "../../../protocols/cmpp/codec.js";
import { MAX_FRAME_OCTETS } from "../../../protocols/cmpp/operations.js";
import { CODECS, REPORT } from "../../../protocols/cmpp/tables.js";
import type { TableName } from "../../../protocols/cmpp/tables.js";
import type { Field } from "../../../protocols/wire/fields.js";
import { NO_OCTETS } from "../../../protocols/wire/octets.js";
import { vector } from "./vectors.js";

const V20 = 0x20;
const V30 = 0x30;
const VERSIONS = [V20, V30] as const;
const TABLES = Object.keys(CODECS) as TableName[];

function faultOf(result: object | null): [field: string, status: number] {
  if (result === null || !isFault(result)) throw new Error("no fault");
  return [result.field, result.status];
}

function good<B extends object>(result: B | FieldFault | null): B {
  if (result === null) throw new Error("no table");
  if (isFault(result)) throw new Error(`${result.field}: ${result.detail}`);
  return result;
}

/** A SUBMIT with these fields changed, as octets. */
function submit(version: number, change: Partial<SubmitBody>): Buffer {
  const body = { ...blankSubmit(), Dest_terminal_Id: ["13800138000"], Msg_Content: Buffer.from("hi"), ...change };
  const frame = Buffer.alloc(roomFor(CommandId.SUBMIT, version, body));
  return frame.subarray(0, encodeSubmit(frame, 0, 2, version, body));
}

const more = (frame: Buffer, hex: string): Buffer => Buffer.concat([frame, Buffer.from(hex, "hex")]);
const submitVector = (version: number): Buffer => vector(version === V20 ? "SUBMIT_20" : "SUBMIT_30");

describe("CMPP codec: malformed bodies", () => {
  for (const version of VERSIONS) {
    const name = version === V20 ? "2.0" : "3.0";
    const tail = version === V20 ? 8 : 20;

    it(`of ${name} that end too soon are answered 1, or 4 within their text`, () => {
      const frame = submitVector(version);
      const textAt = frame.length - tail - 32;
      for (let length = 0; length < frame.length - tail; length++) {
        const [, status] = faultOf(decodeSubmit(frame.subarray(0, length), version));
        const within = length >= textAt - 1;
        expect(status, String(length)).to.be.oneOf(within ? [4] : [1, 13]);
      }
    });

    it(`of ${name} without their zero tail, or with a part of it, are taken; with more than it they are not`, () => {
      const frame = submitVector(version);
      const whole = good(decodeSubmit(frame, version));
      for (let missing = 1; missing <= tail; missing++) {
        expect(decodeSubmit(frame.subarray(0, frame.length - missing), version), String(missing)).to.deep.equal(whole);
      }
      expect(faultOf(decodeSubmit(more(frame, "00"), version))).to.deep.equal(["Total_Length", 1]);
      frame[frame.length - 2] = 0x41;
      expect(faultOf(decodeSubmit(frame.subarray(0, -1), version))[1]).to.equal(1);
    });

    it(`of ${name} with a Msg_Length that is not their text's are answered 4 or 1`, () => {
      const at = submitVector(version).length - tail - 33;
      for (let length = 0; length < 256; length++) {
        const frame = submitVector(version);
        frame[at] = length;
        const read = decodeSubmit(frame, version);
        // The zeros of the tail may as well be the text's: who leaves them out writes just that.
        if (length >= 32 && length <= 32 + tail && length % 2 === 0) expect(isFault(read), String(length)).to.equal(false);
        else expect(faultOf(read)[1], String(length)).to.be.oneOf([1, 4]);
      }
    });

    it(`quirk 9: of ${name} with 0, 101 or 255 destinations are answered 13; with 1 to 100 they are taken`, () => {
      const many = Array.from({ length: 100 }, (_, at) => `1380013${String(8_000 + at)}`);
      for (const count of [1, 2, 99, 100]) {
        const frame = submit(version, { Dest_terminal_Id: many.slice(0, count) });
        expect(frame.length).to.equal((version === V20 ? 138 + 21 * count : 163 + 32 * count) + 2);
        expect(good(decodeSubmit(frame, version)).Dest_terminal_Id).to.deep.equal(many.slice(0, count));
      }
      const at = version === V20 ? 128 : 140;
      for (const count of [0, 101, 255]) {
        const frame = submit(version, { Dest_terminal_Id: many });
        frame[at] = count;
        expect(faultOf(decodeSubmit(frame, version))).to.deep.equal(["DestUsr_tl", 13]);
      }
      expect(() => submit(version, { Dest_terminal_Id: [...many, "13900139000"] })).to.throw(RangeError, /DestUsr_tl/);
      expect(submit(version, { Dest_terminal_Id: many, Msg_Content: Buffer.alloc(255) }).length).to.be.at.most(MAX_FRAME_OCTETS);
    });

    it(`quirk 10: of ${name} with a text longer than a message, or with half a character, are answered 4`, () => {
      const content = (Msg_Fmt: number, octets: number, TP_udhi = 0, first = 0x41): object =>
        decodeSubmit(submit(version, { Msg_Fmt, TP_udhi, Msg_Content: Buffer.alloc(octets, first) }), version);
      for (const [fmt, most] of [[0, 160], [4, 140], [8, 140], [15, 140], [24, 140], [3, 140]] as const) {
        expect(isFault(content(fmt, most)), `${fmt} ${most}`).to.equal(false);
        expect(faultOf(content(fmt, most + 1))).to.deep.equal(["Msg_Length", 4]);
        expect(faultOf(content(fmt, 255))).to.deep.equal(["Msg_Length", 4]);
      }
      expect(faultOf(content(8, 139))).to.deep.equal(["Msg_Length", 4]);
      expect(faultOf(content(24, 1))).to.deep.equal(["Msg_Length", 4]);
      // Behind a header of 7 octets an odd number in all is whole characters; what runs over its content is judged as text.
      expect(isFault(content(8, 139, 1, 6))).to.equal(false);
      expect(faultOf(content(8, 138, 0x40, 6))).to.deep.equal(["Msg_Length", 4]);
      expect(isFault(content(8, 5, 1, 200))).to.equal(false);
    });
  }

  it("of 100 destinations of 2.0 are counted wide: 255 x 21 is no 5,355 - 4,096", () => {
    const frame = Buffer.alloc(MAX_FRAME_OCTETS);
    encodeHeaderOnly(frame, 0, CommandId.SUBMIT, 1);
    frame[128] = 195;
    expect(faultOf(decodeSubmit(frame, V20))).to.deep.equal(["DestUsr_tl", 13]);
  });

  it("of every command with one octet too many or too few are faults, but answers with more are taken", () => {
    for (const name of TABLES) {
      for (const version of VERSIONS) {
        const blank = blankBody(name);
        const body = name === "SUBMIT" ? { ...blank, Dest_terminal_Id: ["1"] } : name === "FWD" ? { ...blank, Dest_Id: ["1"] } : blank;
        const frame = Buffer.alloc(roomFor(CommandId[name], version, body) + 1);
        const end = encodeBody(CommandId[name] as number, frame, 0, 1, version, body);
        expect(end, name).to.equal(frame.length - 1);
        const long = decodeBody(CommandId[name] as number, frame, version);
        const tolerant = ["CONNECT_RESP", "SUBMIT_RESP", "DELIVER_RESP", "CANCEL_RESP", "FWD_RESP", "ACTIVE_TEST_RESP"].includes(name);
        expect(isFault(long!), `${name} ${version}`).to.equal(!tolerant);
        if (!tolerant && end > 12 && !["SUBMIT", "DELIVER", "FWD"].includes(name)) {
          expect(faultOf(decodeBody(CommandId[name] as number, frame.subarray(0, end - 1), version))[1], name).to.equal(1);
        }
      }
    }
  });

  it("of less than a header, and of commands without a table, are told apart", () => {
    const frame = vector("SUBMIT_20");
    for (const decode of [decodeConnect, decodeConnectResp, decodeSubmitResp, decodeDeliverResp, decodeQuery, decodeCancel, decodeCancelResp]) {
      expect(faultOf(decode(frame.subarray(0, 11)))).to.deep.equal(["Total_Length", 1]);
    }
    expect(faultOf(decodeDeliver(frame.subarray(0, 11), V20))).to.deep.equal(["Total_Length", 1]);
    for (const id of [0, 3, CommandId.MT_ROUTE, CommandId.GET_MO_ROUTE_RESP, 0x80000003]) expect(decodeBody(id, frame, V20)).to.equal(null);
    expect(() => encodeBody(CommandId.MT_ROUTE as number, Buffer.alloc(99), 0, 1, V20, blankBody("TERMINATE"))).to.throw(RangeError, /no command/);
  });

  it("can be said of a field beyond what the codec checks", () => {
    expect(fieldFault("Src_Id", "not ours")).to.deep.equal({ fault: true, field: "Src_Id", status: 10, detail: "not ours" });
  });
});

describe("CMPP codec: what peers do and we take", () => {
  it("quirk 1: reports of 60 and 71 octets in either version", () => {
    for (const [name, version] of [["DELIVER_20_report", V30], ["DELIVER_30_report", V20]] as const) {
      const body = good(decodeDeliver(vector(name), version === V30 ? V20 : V30));
      const frame = Buffer.alloc(DELIVER_MAX_OCTETS);
      const end = encodeDeliver(frame, 0, 7, version, body);
      const report = good(decodeReport(good(decodeDeliver(frame, version, 0, end)).Msg_Content));
      expect(report).to.include({ Stat: "DELIVRD", Dest_terminal_Id: "13800138000", SMSC_sequence: 0x12345678 });
    }
    for (const length of [0, 1, 59]) expect(faultOf(decodeReport(Buffer.alloc(length)))).to.deep.equal(["Msg_Length", 4]);
  });

  it("a report of 3.0 whose PDU is 11 octets short at the tail", () => {
    const frame = vector("DELIVER_30_report");
    const body = good(decodeDeliver(frame.subarray(0, -11), V30));
    expect(good(decodeReport(body.Msg_Content)).Stat).to.equal("DELIVRD");
  });

  it("quirk 17: a Stat with spaces or NULs at its end", () => {
    const report = vector("REPORT_BODY_20");
    for (const [stat, read] of [["DELIVRD", "DELIVRD"], ["MA:0001", "MA:0001"], ["OK     ", "OK"], ["OK\0\0\0\0\0", "OK"], ["OK \0\0\0\0", "OK"], ["\0\0\0\0\0\0\0", ""]] as const) {
      report.write(stat, 8, "latin1");
      expect(good(decodeReport(report))).to.include({ Stat: read, Submit_time: "2405150930" });
    }
  });

  it("quirk 2: TP_udhi 64 comes through as it is", () => {
    expect(good(decodeSubmit(submit(V20, { TP_udhi: 64 }), V20)).TP_udhi).to.equal(64);
  });

  it("quirk 3: ACTIVE_TEST_RESP with and without its octet", () => {
    for (const frame of [vector("ACTIVE_TEST_RESP"), vector("ACTIVE_TEST_RESP").subarray(0, 12)]) {
      expect(decodeBody(CommandId.ACTIVE_TEST_RESP, frame, V30)).to.deep.equal({ Reserved: 0 });
    }
  });

  it("quirk 8: destinations with 86, +86, 0086 and spaces, each as its sender wrote it", () => {
    const written = ["8613800138000", "+8613800138000", "008613800138000", "138 0013 8000"];
    expect(good(decodeSubmit(submit(V20, { Dest_terminal_Id: written }), V20)).Dest_terminal_Id).to.deep.equal(written);
  });

  it("quirk 12: a Sequence_Id of any 32 bits, echoed", () => {
    const frame = Buffer.alloc(24);
    for (const sequence of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      encodeSubmitResp(frame, 0, sequence, V30, 0, 0, 0);
      expect(readHeader(frame)).to.deep.equal({ totalLength: 24, commandId: 0x80000004, sequenceId: sequence });
      expect([readCommandId(frame), readSequence(frame)]).to.deep.equal([0x80000004, sequence]);
    }
  });

  it("C116 fields filled with spaces or to their last octet", () => {
    const frame = vector("SUBMIT_20");
    const destination = frame.indexOf("13800138000");
    frame.fill(0x20, destination + 11, destination + 21);
    const service = frame.indexOf("TEST");
    frame.write("ABCDEFGHIJ", service, "latin1");
    const body = good(decodeSubmit(frame, V20));
    expect(body).to.deep.include({ Dest_terminal_Id: ["13800138000"], Service_Id: "ABCDEFGHIJ", Fee_UserType: 2 });
    expect(body.Service_Id.length).to.equal(10);
    const written = Buffer.alloc(191, 0xee);
    encodeSubmit(written, 0, 2, V20, body);
    expect(written.toString("hex", destination, destination + 21)).to.equal(`3133383030313338303030${"00".repeat(10)}`);

    const report = Buffer.concat([vector("REPORT_BODY_20").subarray(0, 8), Buffer.from("REJECTD2405150930"), vector("REPORT_BODY_20").subarray(25)]);
    expect(good(decodeReport(report))).to.include({ Stat: "REJECTD", Submit_time: "2405150930" });
    expect(good(decodeSubmit(submit(V30, { Service_Id: "A B C" }), V30)).Service_Id).to.equal("A B C");
  });

  it("answers with the other version's widths, by their length", () => {
    expect(good(decodeSubmitResp(vector("SUBMIT_RESP_20_flow"))).Result).to.equal(8);
    expect(good(decodeSubmitResp(vector("SUBMIT_RESP_30_flow"))).Result).to.equal(8);
    expect(good(decodeCancelResp(vector("CANCEL_RESP_20"))).Success_Id).to.equal(0);
    expect(good(decodeCancelResp(vector("CANCEL_RESP_30"))).Success_Id).to.equal(1);
    expect(good(decodeConnectResp(vector("CONNECT_RESP_20_authfail"))).Status).to.equal(3);
    expect(good(decodeConnectResp(vector("CONNECT_RESP_30_vertoohigh"))).Status).to.equal(4);
    const frame = Buffer.alloc(64);
    for (const octets of [1, 2, 7]) {
      expect(good(decodeSubmitResp(frame.subarray(0, encodeSubmitResp(frame, 0, 1, V30, 1, 2, 0x01020304) + octets))).Result).to.equal(0x01020304);
    }
    for (let length = 12; length < 21; length++) expect(faultOf(decodeSubmitResp(frame.subarray(0, length)))).to.deep.equal(["Total_Length", 1]);
    for (let length = 12; length < 30; length++) expect(faultOf(decodeConnectResp(frame.subarray(0, length)))).to.deep.equal(["Total_Length", 1]);
    expect(faultOf(decodeCancelResp(frame.subarray(0, 12)))).to.deep.equal(["Total_Length", 1]);
  });
});

describe("CMPP codec: what we write", () => {
  const target = Buffer.alloc(500, 0xee);
  const written = (end: number): string => target.toString("hex", 0, end);

  it("the answers equal the vectors", () => {
    const id = [0x57a5eb80, 0x03e91234] as const;
    const reportId = [0x57a5f080, 0x03e91235] as const;
    expect(written(encodeSubmitResp(target, 0, 2, V20, ...id, 0))).to.equal(vector("SUBMIT_RESP_20").toString("hex"));
    expect(written(encodeSubmitResp(target, 0, 2, V30, ...id, 0))).to.equal(vector("SUBMIT_RESP_30").toString("hex"));
    expect(written(encodeSubmitResp(target, 0, 2, V20, 0, 0, 8))).to.equal(vector("SUBMIT_RESP_20_flow").toString("hex"));
    expect(written(encodeDeliverResp(target, 0, 7, V20, ...reportId, 0))).to.equal(vector("DELIVER_RESP_20").toString("hex"));
    expect(written(encodeDeliverResp(target, 0, 7, V30, ...reportId, 0))).to.equal(vector("DELIVER_RESP_30").toString("hex"));
    expect(written(encodeCancelResp(target, 0, 11, V20, 0))).to.equal(vector("CANCEL_RESP_20").toString("hex"));
    expect(written(encodeCancelResp(target, 0, 11, V30, 1))).to.equal(vector("CANCEL_RESP_30").toString("hex"));
    expect(written(encodeActiveTestResp(target, 0, 9))).to.equal(vector("ACTIVE_TEST_RESP").toString("hex"));
    expect(written(encodeHeaderOnly(target, 0, CommandId.TERMINATE_RESP, 10))).to.equal(vector("TERMINATE_RESP").toString("hex"));
    expect(written(encodeConnectResp(target, 0, 1, V20, 3, NO_OCTETS, V20))).to.equal(vector("CONNECT_RESP_20_authfail").toString("hex"));
    expect(written(encodeConnectResp(target, 0, 1, V30, 4, NO_OCTETS, V30))).to.equal(vector("CONNECT_RESP_30_vertoohigh").toString("hex"));
    expect(written(encodeConnect(target, 0, 1, good(decodeConnect(vector("CONNECT_30")))))).to.equal(vector("CONNECT_30").toString("hex"));
  });

  it("never more than the sizes we state", () => {
    for (const version of VERSIONS) {
      const body = { ...blankSubmit(), Dest_terminal_Id: ["1"], Msg_Content: Buffer.alloc(255) };
      expect(roomFor(CommandId.SUBMIT, version, body)).to.be.at.most(SUBMIT_FIXED_OCTETS + SUBMIT_DESTINATION_OCTETS);
      expect(roomFor(CommandId.DELIVER, version, { ...blankDeliver(), Msg_Content: Buffer.alloc(255) })).to.be.at.most(DELIVER_MAX_OCTETS);
    }
  });

  it("refuses our own mistakes, naming the field", () => {
    const long = (change: Partial<SubmitBody>) => () => submit(V20, change);
    expect(long({ Service_Id: "x".repeat(11) })).to.throw(RangeError, "SUBMIT_20.Service_Id cannot be written: text of 11");
    expect(long({ Dest_terminal_Id: ["1".repeat(22)] })).to.throw(RangeError, /Dest_terminal_Id/);
    expect(long({ Dest_terminal_Id: [] })).to.not.throw();
    expect(long({ Msg_Content: Buffer.alloc(256) })).to.throw(RangeError, /Msg_Length/);
    expect(() => encodeSubmitResp(target, 0, 1, V20, 0, 0, 256)).to.throw(RangeError, /one octet: 256/);
    expect(() => encodeSubmitResp(target, 480, 1, V20, 0, 0, 0)).to.throw(RangeError, /no room/);
    expect(() => encodeHeaderOnly(target, 489, CommandId.TERMINATE, 1)).to.throw(RangeError, /no room/);
    expect(() => encodeReport(target, 450, V20, blankReport())).to.throw(RangeError);
  });

  it("is read back equal, for every command, body and version", () => {
    const latin = (max: number): fc.Arbitrary<string> =>
      fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: max }).map((codes) => String.fromCharCode(...codes).replace(/ +$/, ""));
    const some = (min: number, max: number): fc.Arbitrary<Buffer> => fc.uint8Array({ minLength: min, maxLength: max }).map((each) => Buffer.from(each));
    const arbitrary = (field: Field): fc.Arbitrary<unknown> => {
      switch (field.kind) {
        case "int":
          return fc.nat(2 ** (8 * field.width) - 1);
        case "padded":
        case "padded_tail":
          return latin(field.size);
        case "raw":
          return some(field.size, field.size);
        case "octets":
          // Even, and no longer than any coding allows, so that Msg_Fmt and TP_udhi may be anything.
          return some(0, 70).map((half) => Buffer.concat([half, half]));
        case "padded_list":
          return fc.array(latin(field.size), { minLength: 1, maxLength: 100 });
        case "absent":
          return fc.constant(field.blank);
        default:
          throw new Error(`no bodies for ${field.kind}`);
      }
    };
    const bodiesOf = (fields: readonly Field[]): fc.Arbitrary<AnyBody> =>
      fc.record(Object.fromEntries(
        fields.filter((field) => !["length", "count", "end"].includes(field.kind)).map((field) => [field.name, arbitrary(field)]),
      )) as unknown as fc.Arbitrary<AnyBody>;
    const room = Buffer.alloc(2 * MAX_FRAME_OCTETS, 0xee);
    for (const name of TABLES) {
      for (const version of VERSIONS) {
        const { table } = version === V20 ? CODECS[name].v20 : CODECS[name].v30;
        fc.assert(fc.property(bodiesOf(table), fc.nat(100), (made, offset) => {
          const body = name === "SUBMIT" ? { ...made, TP_udhi: 0 } : made;
          const end = encodeBody(CommandId[name] as number, room, offset, 9, version, body);
          expect(end - offset).to.equal(roomFor(CommandId[name], version, body));
          expect(readHeader(room, offset).totalLength).to.equal(end - offset);
          expect(decodeBody(CommandId[name] as number, room, version, offset, end), name).to.deep.equal(body);
        }), { numRuns: name === "SUBMIT" || name === "DELIVER" ? 200 : 25 });
      }
    }
    for (const version of VERSIONS) {
      fc.assert(fc.property(bodiesOf((version === V20 ? REPORT.v20 : REPORT.v30).table), (report) => {
        const end = encodeReport(room, 3, version, report as never);
        expect(decodeReport(room.subarray(3, end))).to.deep.equal(report);
      }), { numRuns: 50 });
    }
  });

  it("is told apart by version from its octets alone, for any ordinary SUBMIT and DELIVER", () => {
    const number = fc.stringMatching(/^[0-9]{5,21}$/);
    fc.assert(fc.property(fc.constantFrom(...VERSIONS), fc.array(number, { minLength: 1, maxLength: 100 }), fc.nat(140), number, (version, numbers, octets, source) => {
      const frame = submit(version, { Dest_terminal_Id: numbers, Src_Id: source, Msg_Fmt: 4, Msg_Content: Buffer.alloc(octets, 0x31) });
      expect(layoutVersion(CommandId.SUBMIT, frame)).to.equal(version);
      const room = Buffer.alloc(DELIVER_MAX_OCTETS);
      const body = { ...blankDeliver(), Dest_Id: source, Src_terminal_Id: numbers[0]!.slice(0, 15), Msg_Content: Buffer.alloc(octets, 0x31) };
      expect(layoutVersion(CommandId.DELIVER, room, 0, encodeDeliver(room, 0, 1, version, body))).to.equal(version);
    }));
  });
});
