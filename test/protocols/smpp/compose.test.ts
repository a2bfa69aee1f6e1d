import { expect } from "chai";
import { Encoding, SegmentForm, newMessage, type Message } from "../../../protocols/model/message.js";
import { encodeText } from "../../../protocols/model/text.js";
import { readConcatenation } from "../../../protocols/model/udh.js";
import { linkTerms } from "../../../protocols/smpp/settings.js";
import { Status } from "../../../protocols/smpp/status.js";
import { SubmitComposer } from "../../../protocols/smpp/submit.js";
import type { ProtocolSettings } from "../../../protocols/wire/protocol.js";
import { hex } from "../peers.js";

type Told = readonly [coding: number, esmClass: number, text: string, tlvs: string];

/** What a submit_sm says, or its refusal's status. */
function told(message: Message, settings: ProtocolSettings = {}, takesTlvs = true): Told | number {
  const composer = new SubmitComposer();
  const status = composer.compose(message, linkTerms(settings), takesTlvs, 0);
  if (status !== 0) return status;
  const { data_coding, esm_class, short_message, tlvs } = composer.body;
  return [data_coding, esm_class, short_message.toString("hex"), tlvs.toString("hex")];
}

function message(encoding: Encoding, octets: string, codingOctet: number, change: Partial<Message> = {}): Message {
  const made = Object.assign(newMessage(), { source: "1069", destination: "13800138000", encoding, octets: hex(octets), codingOctet, ...change });
  if (made.hasUdh) readConcatenation(made.octets, made);
  return made;
}

describe("submit_sm of a text", () => {
  const said = (text: string, encoding: Encoding): string => encodeText(text, encoding)?.toString("hex") ?? "unsayable";

  it("keeps the octets and the coding, class bits too, wherever the operator reads them alike", () => {
    for (const [encoding, coding] of [
      [Encoding.gsm7, 0], [Encoding.gsm7, 0x11], [Encoding.gsm7, 0xf1], [Encoding.latin1, 3], [Encoding.binary, 4], [Encoding.jis, 5], [Encoding.cyrillic, 6],
      [Encoding.hebrew, 7], [Encoding.ucs2, 8], [Encoding.iso2022jp, 10], [Encoding.ksc5601, 14], [Encoding.ucs2, 0x18], [Encoding.ucs2, 0x19], [Encoding.binary, 0xf5],
    ] as const) {
      expect(told(message(encoding, "4142", coding))).to.deep.equal([coding, 0, "4142", ""]);
    }
  });

  it("says CMPP's Msg_Fmt 15 in UCS-2, since SMPP has no value for it, unless the link reads 0x0f so", () => {
    const gb = message(Encoding.gb18030, "cdcbb6a9", 15);
    expect(told(gb)).to.deep.equal([8, 0, "90008ba2", ""]);
    expect(told(gb, { gb18030: true })).to.deep.equal([15, 0, "cdcbb6a9", ""]);
    expect(told(message(Encoding.gb18030, "cdcbb6", 15))).to.equal(Status.ESME_RINVDCS);
  });

  it("says CMPP's flash text, Msg_Fmt 24, under 0x18, and its binary under 4", () => {
    expect(told(message(Encoding.ucs2, "77ed", 24))).to.deep.equal([0x18, 0, "77ed", ""]);
    expect(told(message(Encoding.binary, "01", 3))).to.deep.equal([4, 0, "01", ""]);
  });

  it("never puts ASCII octets under the GSM alphabet where they are other characters: $ @ _ are said anew, ` in UCS-2", () => {
    expect(told(message(Encoding.ascii, Buffer.from("TD 12").toString("hex"), 0))).to.deep.equal([0, 0, "5444203132", ""]);
    expect(told(message(Encoding.ascii, Buffer.from("$1 a_b@c").toString("hex"), 0))).to.deep.equal([0, 0, said("$1 a_b@c", Encoding.gsm7), ""]);
    expect(told(message(Encoding.ascii, Buffer.from("a`b").toString("hex"), 0))).to.deep.equal([8, 0, "006100600062", ""]);
    // An SMPP customer who says ASCII by its own value is taken at its word.
    expect(told(message(Encoding.ascii, "24", 1))).to.deep.equal([1, 0, "24", ""]);
  });

  it("says GSM text to an operator whose default is ASCII: the same octets, else ASCII, else UCS-2", () => {
    const ascii = { alphabet0: "ascii" };
    expect(told(message(Encoding.gsm7, "68690d0a", 0), ascii)).to.deep.equal([0, 0, "68690d0a", ""]);
    expect(told(message(Encoding.gsm7, "02001b3d", 0), ascii)).to.deep.equal([0, 0, Buffer.from("$@~").toString("hex"), ""]);
    expect(told(message(Encoding.gsm7, "1b65", 0), ascii)).to.deep.equal([8, 0, "20ac", ""]);
  });

  it("says UTF-8 in what the operator's default can say, else in UCS-2", () => {
    expect(told(message(Encoding.utf8, "c3bc", 0))).to.deep.equal([0, 0, "7e", ""]);
    expect(told(message(Encoding.utf8, "e79fad", 0))).to.deep.equal([8, 0, "77ed", ""]);
  });

  it("says everything but binary in UCS-2 where encode_as says so, keeping the message class and the header", () => {
    const all = { encode_as: "ucs2" };
    expect(told(message(Encoding.gsm7, "02", 0x11), all)).to.deep.equal([0x19, 0, "0024", ""]);
    expect(told(message(Encoding.gsm7, "02", 0xf0), all)).to.deep.equal([0x18, 0, "0024", ""]);
    expect(told(message(Encoding.binary, "02", 4), all)).to.deep.equal([4, 0, "02", ""]);
    expect(told(message(Encoding.gsm7, "05000339020141", 0, { hasUdh: true }), all)).to.deep.equal([8, 0x40, "0500033902010041", ""]);
  });
});

describe("submit_sm of a part", () => {
  const sar = message(Encoding.ucs2, "77ed", 8, { segmentForm: SegmentForm.sar, segmentReference: 0x1234, segmentTotal: 2, segmentNumber: 1 });

  it("puts a header in front of SAR parts unless the link wants SAR and takes TLVs (C010)", () => {
    expect(told(sar)).to.deep.equal([8, 0x40, "05000334020177ed", ""]);
    expect(told(sar, { long_messages: "udh16" })).to.deep.equal([8, 0x40, "0608041234020177ed", ""]);
    expect(told(sar, { long_messages: "sar" })).to.deep.equal([8, 0, "77ed", "020c00021234020e000102020f000101"]);
    expect(told(sar, { long_messages: "sar" }, false)).to.deep.equal([8, 0x40, "05000334020177ed", ""]);
    expect(told(sar, { long_messages: "sar", tlvs: "off" }, false)).to.deep.equal([8, 0x40, "05000334020177ed", ""]);
  });

  it("takes a header off where the link wants SAR and it says nothing else", () => {
    const part = (octets: string): Message => message(Encoding.ucs2, octets, 8, { hasUdh: true });
    const settings = { long_messages: "sar" };
    expect(told(part("05000334020177ed"), settings)).to.deep.equal([8, 0, "77ed", "020c00020034020e000102020f000101"]);
    expect(told(part("0608041234020177ed"), settings)).to.deep.equal([8, 0, "77ed", "020c00021234020e000102020f000101"]);
    expect(told(part("090003340201040201ff77ed"), settings)).to.deep.equal([8, 0x40, "090003340201040201ff77ed", ""]);
    expect(told(part("05000334020177ed"), settings, false)).to.deep.equal([8, 0x40, "05000334020177ed", ""]);
  });

  it("writes a long text whole where the link takes message_payload, a short one never", () => {
    const settings = { long_messages: "payload" };
    expect(told(message(Encoding.ucs2, "77ed".repeat(71), 8), settings)).to.deep.equal([8, 0, "", "0424008e" + "77ed".repeat(71)]);
    expect(told(message(Encoding.ucs2, "77ed".repeat(70), 8), settings)).to.deep.equal([8, 0, "77ed".repeat(70), ""]);
    expect(told(message(Encoding.gsm7, "61".repeat(160), 0), settings)).to.deep.equal([0, 0, "61".repeat(160), ""]);
  });
});

describe("submit_sm of a message from another protocol", () => {
  it("leaves out a service name of more than five characters and what is not SMPP's own", () => {
    const composer = new SubmitComposer();
    const cmpp = message(Encoding.ascii, "31", 0, { serviceType: "TENLETTERS", extras: hex("431234"), priority: 3 });
    expect(composer.compose(cmpp, linkTerms({}), true, 0)).to.equal(0);
    expect(composer.body).to.deep.include({ service_type: "", priority_flag: 3 });
    expect(composer.body.tlvs.length).to.equal(0);
    composer.compose({ ...cmpp, serviceType: "CMT" }, linkTerms({}), true, 0);
    expect(composer.body.service_type).to.equal("CMT");
  });
});
