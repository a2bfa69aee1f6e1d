import { expect } from "chai";
import fc from "fast-check";
import { decodeSubmit, encodeSubmit, isFault, type SubmitBody } from "../../../protocols/cmpp/codec.js";
import { encodingOf } from "../../../protocols/cmpp/coding.js";
import { writeExtras } from "../../../protocols/cmpp/extras.js";
import { linkTerms } from "../../../protocols/cmpp/settings.js";
import { explainStatus } from "../../../protocols/cmpp/status.js";
import { SubmitComposer } from "../../../protocols/cmpp/submit.js";
import { Encoding, SegmentForm, newMessage, type Message } from "../../../protocols/model/message.js";
import { encodeText, messageText } from "../../../protocols/model/text.js";
import type { ProtocolSettings } from "../../../protocols/wire/protocol.js";
import { hex } from "../peers.js";
import { NOW_MS, message } from "./gateway.js";

const composer = new SubmitComposer();
const TARGET = Buffer.alloc(500);

/** What goes on the wire, read back; or the name of the Result that says why nothing does. */
function told(change: Partial<Message>, settings: ProtocolSettings = {}, version = 0x30): SubmitBody | string {
  const status = composer.compose(message(change), linkTerms(settings), version, "901234", NOW_MS);
  if (status !== 0) return explainStatus(status).name;
  const end = encodeSubmit(TARGET, 0, 1, version, composer.body);
  const body = decodeSubmit(Buffer.from(TARGET.subarray(0, end)), version);
  if (isFault(body)) throw new Error(`${body.field}: ${body.detail}`);
  return body;
}

function body(change: Partial<Message>, settings: ProtocolSettings = {}, version = 0x30): SubmitBody {
  const found = told(change, settings, version);
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** Msg_Fmt and content of a text that is said in an encoding under a coding octet. */
function said(text: string, encoding: Encoding, codingOctet: number, settings: ProtocolSettings = {}): [number, string] | string {
  const octets = encodeText(text, encoding);
  if (octets === null) throw new Error("cannot be said");
  const found = told({ octets, encoding, codingOctet }, settings);
  return typeof found === "string" ? found : [found.Msg_Fmt, found.Msg_Content.toString("hex")];
}

const ascii = (text: string): string => Buffer.from(text, "latin1").toString("hex");
const ucs2 = (text: string): string => Buffer.from(text, "utf16le").swap16().toString("hex");

describe("A SUBMIT to an operator", () => {
  describe("text", () => {
    it("goes out octet for octet where CMPP has its coding", () => {
      expect(said("短信", Encoding.ucs2, 8)).to.deep.equal([8, ucs2("短信")]);
      expect(said("短信", Encoding.gb18030, 15)).to.deep.equal([15, "b6ccd0c5"]);
      expect(said("hello", Encoding.ascii, 1)).to.deep.equal([0, ascii("hello")]);
      expect(said("hello", Encoding.ascii, 0)).to.deep.equal([0, ascii("hello")]);
      expect(said("hello", Encoding.gsm7, 0)).to.deep.equal([0, ascii("hello")]);
      const bom = body({ octets: hex("feff77ed"), encoding: Encoding.ucs2, codingOctet: 8 });
      expect(bom.Msg_Content.toString("hex")).to.equal("feff77ed");
      const binary = body({ octets: hex("00ff10"), encoding: Encoding.binary, codingOctet: 4 });
      expect([binary.Msg_Fmt, binary.Msg_Content.toString("hex")]).to.deep.equal([4, "00ff10"]);
    });

    it("of the GSM alphabet is ASCII where ASCII can say it all, whatever the octets were, else UCS-2", () => {
      expect(said("a@b_c {1}", Encoding.gsm7, 0)).to.deep.equal([0, ascii("a@b_c {1}")]);
      expect(said("5 €", Encoding.gsm7, 0)).to.deep.equal([8, ucs2("5 €")]);
      expect(said("grüß", Encoding.gsm7, 0)).to.deep.equal([8, ucs2("grüß")]);
      expect(said("packed", Encoding.gsm7_packed, 0)).to.deep.equal([0, ascii("packed")]);
    });

    it("in a coding that CMPP lacks is said in ASCII or UCS-2", () => {
      expect(said("plain", Encoding.latin1, 3)).to.deep.equal([0, ascii("plain")]);
      expect(said("grün", Encoding.latin1, 3)).to.deep.equal([8, ucs2("grün")]);
      expect(said("Привет", Encoding.cyrillic, 6)).to.deep.equal([8, ucs2("Привет")]);
      expect(said("שלום", Encoding.hebrew, 7)).to.deep.equal([8, ucs2("שלום")]);
      expect(said("短信", Encoding.utf8, 0)).to.deep.equal([8, ucs2("短信")]);
    });

    it("for the screen at once stays so: data_coding 0x10, 0x18 and 0xF0, and Msg_Fmt 24", () => {
      expect(said("短信", Encoding.ucs2, 0x18)).to.deep.equal([24, ucs2("短信")]);
      expect(said("now", Encoding.gsm7, 0x10)).to.deep.equal([24, ucs2("now")]);
      expect(said("now", Encoding.gsm7, 0xf0)).to.deep.equal([24, ucs2("now")]);
      expect(said("now", Encoding.gsm7, 0xf1)).to.deep.equal([0, ascii("now")]);
      expect(said("短信", Encoding.ucs2, 0x19)).to.deep.equal([8, ucs2("短信")]);
    });

    it("keeps a Msg_Fmt that only another CMPP peer knows", () => {
      const extras = writeExtras({
        Msg_level: 0, Fee_UserType: 2, Fee_terminal_type: 0, phoneType: 0, FeeType: "01", FeeCode: "0", Msg_src: "901234", Fee_terminal_Id: "", LinkID: "",
      });
      expect(body({ codingOctet: 25, extras }).Msg_Fmt).to.equal(25);
      expect(body({ codingOctet: 25 }).Msg_Fmt).to.equal(8);
      expect(body({ codingOctet: 3, encoding: Encoding.binary, octets: hex("01"), extras }).Msg_Fmt).to.equal(3);
    });

    it("is said as the link's setting wants", () => {
      expect(said("hi", Encoding.ascii, 0, { encode_as: "ucs2" })).to.deep.equal([8, ucs2("hi")]);
      expect(said("短信", Encoding.gb18030, 15, { encode_as: "ucs2" })).to.deep.equal([8, ucs2("短信")]);
      expect(said("短信", Encoding.ucs2, 8, { encode_as: "gb18030" })).to.deep.equal([15, "b6ccd0c5"]);
      expect(said("短信", Encoding.ucs2, 0x18, { encode_as: "gb18030" })).to.deep.equal([24, ucs2("短信")]);
      expect(said("😀", Encoding.ucs2, 8, { encode_as: "gb18030" })).to.deep.equal([15, "9439fc36"]);
      const binary = body({ octets: hex("00ff"), encoding: Encoding.binary, codingOctet: 4 }, { encode_as: "ucs2" });
      expect([binary.Msg_Fmt, binary.Msg_Content.length]).to.deep.equal([4, 2]);
    });

    it("that is none in its coding, or longer than a short message, is refused and never mangled", () => {
      expect(told({ octets: hex("ff"), encoding: Encoding.gsm7, codingOctet: 0 })).to.equal("CMPP_MSG_LENGTH");
      expect(told({ octets: hex("81"), encoding: Encoding.gb18030, codingOctet: 15 }, { encode_as: "ucs2" })).to.equal("CMPP_MSG_LENGTH");
      expect(said("x".repeat(160), Encoding.gsm7, 0)).to.deep.equal([0, ascii("x".repeat(160))]);
      expect(said("x".repeat(161), Encoding.ascii, 0)).to.equal("CMPP_TOO_LONG");
      expect(said("ü".repeat(71), Encoding.gsm7, 0)).to.equal("CMPP_TOO_LONG");
      expect(said("短".repeat(71), Encoding.ucs2, 8)).to.equal("CMPP_TOO_LONG");
    });

    it("means the same after it, whatever it was said in", () => {
      const encodings = [Encoding.gsm7, Encoding.ascii, Encoding.latin1, Encoding.ucs2, Encoding.gb18030, Encoding.cyrillic, Encoding.utf8];
      const ways = ["keep", "ucs2", "gb18030"];
      fc.assert(
        fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), fc.constantFrom(...encodings), fc.constantFrom(...ways), (text, encoding, encode_as) => {
          const octets = encodeText(text, encoding);
          if (octets === null) return;
          const change = { octets, encoding, codingOctet: encoding === Encoding.ucs2 ? 8 : 0 };
          const found = told(change, { encode_as });
          if (typeof found === "string") return void expect(found).to.equal("CMPP_TOO_LONG");
          const read = messageText(Object.assign(newMessage(), { octets: found.Msg_Content, encoding: encodingOf(found.Msg_Fmt) }));
          expect(read).to.equal(messageText(message(change)));
        }),
        { numRuns: 500 },
      );
    });
  });

  describe("parts", () => {
    const part = { segmentTotal: 3, segmentNumber: 2, octets: hex("77ed") };
    const behind = (header: string, form: SegmentForm, segmentReference: number): Partial<Message> => ({
      ...part, octets: hex(`${header}77ed`), hasUdh: true, segmentForm: form, segmentReference,
    });
    const udh8 = behind("050003390302", SegmentForm.udh8, 0x39);
    const udh16 = behind("06080412390302", SegmentForm.udh16, 0x1239);
    const sar: Partial<Message> = { ...part, segmentForm: SegmentForm.sar, segmentReference: 0x39 };
    const pk: Partial<Message> = { ...part, segmentForm: SegmentForm.pk, segmentReference: 0x39 };

    const CASES = [
      ["a header of 8 bits", udh8, "udh", 1, "05000339030277ed"], ["a header of 8 bits", udh8, "udh16", 1, "05000339030277ed"],
      ["a header of 8 bits", udh8, "pk", 0, "77ed"], ["a header of 16 bits", udh16, "udh", 1, "0608041239030277ed"],
      ["a header of 16 bits", udh16, "udh16", 1, "0608041239030277ed"], ["a header of 16 bits", udh16, "pk", 0, "77ed"],
      ["SAR TLVs", sar, "udh", 1, "05000339030277ed"], ["SAR TLVs", sar, "udh16", 1, "0608040039030277ed"], ["SAR TLVs", sar, "pk", 0, "77ed"],
      ["Pk fields alone", pk, "udh", 1, "05000339030277ed"], ["Pk fields alone", pk, "pk", 0, "77ed"],
    ] as const;
    for (const [name, change, long_messages, udhi, content] of CASES) {
      it(`marked by ${name} go out over a link of ${long_messages} so, with Pk_total and Pk_number always`, () => {
        const found = body(change, { long_messages });
        expect(found).to.deep.include({ TP_udhi: udhi, Pk_total: 3, Pk_number: 2 });
        expect(found.Msg_Content.toString("hex")).to.equal(content);
      });
    }

    it("C092 bear the same reference, total and number however often they go out", () => {
      const first = body(sar).Msg_Content.toString("hex");
      body(udh8);
      expect(body(sar).Msg_Content.toString("hex")).to.equal(first);
    });

    it("announce their header by 64 where the operator wants it (quirk 2)", () => {
      expect(body(udh8, { udhi: 64 }).TP_udhi).to.equal(64);
      expect(body({}, { udhi: 64 }).TP_udhi).to.equal(0);
    });

    it("keep a header of 16 bits where that alone tells two texts to one number apart", () => {
      const other = behind("06080413390302", SegmentForm.udh16, 0x1339);
      const [one, two] = [body(udh16).Msg_Content.toString("hex"), body(other).Msg_Content.toString("hex")];
      expect([one, two]).to.deep.equal(["0608041239030277ed", "0608041339030277ed"]);
    });

    it("keep a header that says more, and all parts of a text one width, though some had room for another", () => {
      const ports = { ...part, octets: hex("0b000339030205040b8423f077ed"), hasUdh: true, segmentForm: SegmentForm.udh8, segmentReference: 0x39 };
      for (const long_messages of ["udh", "udh16", "pk"]) {
        expect(body(ports, { long_messages }).Msg_Content.toString("hex")).to.equal("0b000339030205040b8423f077ed");
      }
      const full = { ...udh8, octets: hex(`050003390302${"77ed".repeat(67)}`) };
      for (const each of [full, udh8]) expect(body(each, { long_messages: "udh16" }).Msg_Content.toString("hex", 0, 6)).to.equal("050003390302");
      const septets = { ...udh8, octets: hex(`050003390302${ascii("x".repeat(153))}`), encoding: Encoding.ascii, codingOctet: 0 };
      expect(body(septets, { long_messages: "udh16" }).Msg_Content.toString("hex", 0, 6)).to.equal("050003390302");
      expect(told({ ...septets, octets: hex(`050003390302${ascii("x".repeat(154))}`) })).to.equal("CMPP_TOO_LONG");
    });

    it("that have no room for their mark are refused", () => {
      expect(told({ ...sar, octets: hex("77ed".repeat(70)) })).to.equal("CMPP_TOO_LONG");
      expect(body({ ...sar, octets: hex("77ed".repeat(67)) }).Msg_Content.length).to.equal(140);
    });

    it("are re-coded behind their header", () => {
      const found = body({ ...udh8, octets: hex(`050003390302${ascii("a")}00`), encoding: Encoding.gsm7, codingOctet: 0 });
      expect([found.Msg_Fmt, found.Msg_Content.toString("hex")]).to.deep.equal([0, `050003390302${ascii("a@")}`]);
      const wide = body({ ...udh8, octets: hex("0500033903027e"), encoding: Encoding.gsm7, codingOctet: 0 });
      expect([wide.Msg_Fmt, wide.Msg_Content.toString("hex")]).to.deep.equal([8, `050003390302${ucs2("ü")}`]);
    });
  });

  describe("addresses", () => {
    for (const [given, strip, keep, add] of [
      ["13800138000", "13800138000", "13800138000", "8613800138000"], ["8613800138000", "13800138000", "8613800138000", "8613800138000"],
      ["+8613800138000", "13800138000", "+8613800138000", "8613800138000"], ["008613800138000", "13800138000", "008613800138000", "8613800138000"],
      ["+86 138-0013-8000", "13800138000", "+86 138-0013-8000", "8613800138000"], ["+85291234567", "+85291234567", "+85291234567", "+85291234567"],
    ] as const) {
      it(`${given} as the operator wants it (quirk 8)`, () => {
        expect(["strip", "keep", "add"].map((destination_86) => body({ destination: given }, { destination_86 }).Dest_terminal_Id)).to.deep.equal([
          [strip], [keep], [add],
        ]);
      });
    }

    it("fill their fields to the last octet, and are refused when they are longer", () => {
      const full = "1".repeat(21);
      expect(body({ source: full, destination: full, serviceType: "ABCDEFGHIJ" }, {}, 0x20)).to.deep.include({
        Src_Id: full, Dest_terminal_Id: [full], Service_Id: "ABCDEFGHIJ",
      });
      expect(told({ destination: "1".repeat(22) }, {}, 0x20)).to.equal("CMPP_DEST_TERMINAL_ID");
      expect(body({ destination: "1".repeat(32) }).Dest_terminal_Id).to.deep.equal(["1".repeat(32)]);
      expect(told({ destination: "" })).to.equal("CMPP_DEST_TERMINAL_ID");
      expect(told({ source: "1".repeat(22) })).to.equal("CMPP_SRC_ID");
      expect(told({ serviceType: "ABCDEFGHIJK" })).to.equal("CMPP_SERVICE_ID");
      expect(body({ source: "+1069012345678" }).Src_Id).to.equal("1069012345678");
    });

    it("C116 of a 2.0 SUBMIT are padded with NULs", () => {
      body({ serviceType: "A B" }, {}, 0x20);
      expect(TARGET.toString("hex", 24, 34)).to.equal("41204200000000000000");
      expect(TARGET.toString("hex", 129, 150)).to.equal(`3133383030313338303030${"00".repeat(10)}`);
    });
  });

  describe("fees, priority and service", () => {
    const extras = writeExtras({
      Msg_level: 5, Fee_UserType: 3, Fee_terminal_type: 1, phoneType: 1, FeeType: "02", FeeCode: "000100", Msg_src: "777777",
      Fee_terminal_Id: "13900139000", LinkID: "LINK0001",
    });

    it("are the link's for a message that did not come by CMPP", () => {
      expect(body({ extras: hex("53140000") })).to.deep.include({
        Fee_UserType: 2, FeeType: "01", FeeCode: "000000", Fee_terminal_Id: "", Fee_terminal_type: 0, Msg_src: "901234", LinkID: "", Msg_level: 0,
      });
      const settings = { fee_user_type: 3, fee_type: "03", fee_code: "005", fee_terminal_id: "13700137000", msg_src: "901111", service_id: "OTP" };
      expect(body({}, settings)).to.deep.include({
        Fee_UserType: 3, FeeType: "03", FeeCode: "005", Fee_terminal_Id: "13700137000", Msg_src: "901111", Service_Id: "OTP",
      });
    });

    it("are the submitter's own when it came by CMPP, but for Msg_src", () => {
      const found = body({ extras, priority: 2 });
      expect(found).to.deep.include({
        Msg_level: 5, Fee_UserType: 3, Fee_terminal_type: 1, Dest_terminal_type: 1, FeeType: "02", FeeCode: "000100", Msg_src: "901234",
        Fee_terminal_Id: "13900139000", LinkID: "LINK0001",
      });
      expect(body({ extras }, {}, 0x20)).to.deep.include({ Fee_UserType: 3, Fee_terminal_Id: "13900139000", LinkID: "" });
      // The next message, without any, has none of it.
      expect(body({})).to.deep.include({ Fee_UserType: 2, LinkID: "", Msg_level: 0, Dest_terminal_type: 0 });
    });

    it("are the link's for all where the settings say so; level and LinkID stay the submitter's", () => {
      expect(body({ extras }, { fees: "link" })).to.deep.include({ Msg_level: 5, Fee_UserType: 2, FeeType: "01", Fee_terminal_Id: "", LinkID: "LINK0001" });
    });

    it("have the four priorities as four of ten levels", () => {
      expect([0, 1, 2, 3].map((priority) => body({ priority }).Msg_level)).to.deep.equal([0, 3, 6, 9]);
    });

    it("refuse a Fee_terminal_Id of 3.0 that 2.0 has no room for", () => {
      const long = writeExtras({
        Msg_level: 0, Fee_UserType: 3, Fee_terminal_type: 0, phoneType: 0, FeeType: "01", FeeCode: "0", Msg_src: "", Fee_terminal_Id: "1".repeat(32), LinkID: "",
      });
      expect(told({ extras: long }, {}, 0x20)).to.equal("CMPP_FEE_TERMINAL_ID");
      expect(body({ extras: long }).Fee_terminal_Id.length).to.equal(32);
    });
  });

  it("asks for a report always, or where the submitter did", () => {
    expect(body({}).Registered_Delivery).to.equal(1);
    expect(body({}, { receipts: "wanted" }).Registered_Delivery).to.equal(0);
    expect(body({ receiptWanted: 2 }, { receipts: "wanted" }).Registered_Delivery).to.equal(1);
  });

  it("says until when it counts, in Beijing time, as a time to live, or not at all", () => {
    const expiresAtMs = NOW_MS + 90_061_000;
    expect(body({ expiresAtMs }).ValId_Time).to.equal("240516103146032+");
    expect(body({ expiresAtMs }, { times: "relative" }).ValId_Time).to.equal("000001010101000R");
    expect(body({ expiresAtMs }, { times: "off" }).ValId_Time).to.equal("");
    expect(body({}).ValId_Time).to.equal("");
    expect(body({ scheduledAtMs: NOW_MS + 60_000 }).At_Time).to.equal("240515093145032+");
    expect(body({ scheduledAtMs: NOW_MS - 60_000 }).At_Time).to.equal("");
  });
});
