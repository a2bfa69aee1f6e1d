/** tollgate decode: which protocol octets are of, what stands in them, and what is said of octets that are none. */
import { expect } from "chai";
import { describePdu as describeCmpp } from "../../../protocols/cmpp/describe.js";
import { describePdu as describeSmpp } from "../../../protocols/smpp/describe.js";
import { cutFrames, decodeFrames, readHex } from "../../../src/cli/decode.js";
import { VECTORS as CMPP, vector as cmpp } from "../../protocols/cmpp/vectors.js";
import { VECTORS as SMPP, vector as smpp } from "../../protocols/smpp/vectors.js";
import { run } from "./fixtures.js";

const BOTH = [{ name: "smpp", describe: describeSmpp }, { name: "cmpp", describe: describeCmpp }];

describe("decode", () => {
  it("tells every vector's protocol from its octets, but for one answer that may be either", () => {
    const wrong: string[] = [];
    for (const [protocol, vectors] of [["smpp", SMPP], ["cmpp", CMPP]] as const) {
      for (const { name, hex } of vectors) {
        const [frame] = decodeFrames(Buffer.from(hex, "hex"), BOTH);
        expect(frame?.pdu.faulty, name).to.equal(false);
        if (frame?.protocol !== protocol || frame.orElse.length > 0) wrong.push(name);
      }
    }
    expect(wrong).to.deep.equal(["CANCEL_RESP_30"]);
    expect(decodeFrames(cmpp("CANCEL_RESP_30"), BOTH)[0]).to.include({ protocol: "smpp" }).and.deep.include({ orElse: ["cmpp"] });
  });

  it("has what may be either go with the frames around it", () => {
    const frames = decodeFrames(Buffer.concat([cmpp("CANCEL_RESP_30"), cmpp("CANCEL"), cmpp("QUERY"), smpp("UNBIND")]), BOTH);
    expect(frames.map((frame) => frame.protocol)).to.deep.equal(["cmpp", "cmpp", "cmpp", "smpp"]);
    expect(frames.map((frame) => frame.offset)).to.deep.equal([0, 16, 36, 75]);
    expect(frames[0]?.orElse).to.deep.equal([]);
  });

  it("C106 reads frames of 2.0 and 3.0 alike, each by its own lengths", () => {
    for (const { name, hex } of CMPP.filter((each) => /_[23]0/.test(each.name) && !each.name.startsWith("CONNECT_2") && !each.name.startsWith("CONNECT_3"))) {
      const { title } = describeCmpp(Buffer.from(hex, "hex"));
      expect(title, name).to.contain(`laid out as ${/_20/.test(name) ? "2.0" : "3.0"}`);
    }
  });

  it("cuts octets into frames by their lengths, and leaves what is no whole frame as it is", () => {
    const two = Buffer.concat([cmpp("ACTIVE_TEST"), cmpp("TERMINATE")]);
    expect(cutFrames(two)).to.deep.equal([cmpp("ACTIVE_TEST"), cmpp("TERMINATE")]);
    expect(cutFrames(two.subarray(0, 20)).map((frame) => frame.length)).to.deep.equal([12, 8]);
    for (const hex of ["", "00", "00000000", "0000000700000008", "ffffffff00000001"]) {
      expect(cutFrames(Buffer.from(hex, "hex")).map((frame) => frame.length), hex).to.deep.equal(hex === "" ? [] : [hex.length / 2]);
    }
  });

  it("finds every vector that is cut off faulty, and its protocol from what is left, or says that it may be either", () => {
    const wrong: string[] = [];
    for (const [protocol, vectors, least] of [["smpp", SMPP, 16], ["cmpp", CMPP, 12]] as const) {
      for (const { name, hex } of vectors) {
        const whole = Buffer.from(hex, "hex");
        for (let length = least; length < whole.length; length++) {
          const [frame] = decodeFrames(whole.subarray(0, length), BOTH);
          expect(frame?.pdu.faulty, `${name} to ${length}`).to.equal(true);
          if (frame?.protocol !== protocol && frame?.orElse.includes(protocol) !== true) wrong.push(`${name} to ${length}`);
        }
      }
    }
    expect(wrong).to.deep.equal([]);
  });

  it("never throws and loses no octet, whatever the octets", () => {
    for (const { hex } of CMPP) {
      const whole = Buffer.from(hex, "hex");
      for (let length = 1; length <= whole.length; length++) {
        const frames = decodeFrames(whole.subarray(0, length), BOTH);
        expect(frames.reduce((sum, frame) => sum + frame.octets.length, 0)).to.equal(length);
      }
    }
  });
});

describe("readHex", () => {
  it("skips blanks, line ends, commas and 0x between octets", () => {
    for (const text of ["0000000c", "00 00 00 0c", "0x00,0x00,0x00,0x0C", " 0000\n000c\r\n", "0X0000 000C"]) expect(readHex(text).toString("hex"), text).to.equal("0000000c");
  });

  it("says where something else stands", () => {
    expect(() => readHex("00 0g")).to.throw('"g" at character 5 stands within an octet');
    expect(() => readHex("00 zz")).to.throw('"z" at character 4 is no hexadecimal digit');
    expect(() => readHex("0000\n00:0c")).to.throw('":" at line 2, character 3 is no hexadecimal digit');
    expect(() => readHex("0 00")).to.throw('" " at character 2 stands within an octet');
    expect(() => readHex("000")).to.throw("3 hexadecimal digits are no whole octets");
    for (const nothing of ["", "  \n"]) expect(() => readHex(nothing)).to.throw("there is nothing to decode");
  });
});

describe("tollgate decode", () => {
  it("prints a frame's fields with their meanings, numbers and texts in full", async () => {
    const { code, out } = await run(["decode", smpp("SUBMIT_UCS2").toString("hex")]);
    expect(code).to.equal(0);
    expect(out).to.contain("SMPP submit_sm seq 2, 89 octets");
    expect(out).to.match(/destination_addr +"13800138000"/).and.match(/data_coding +0x08 = ucs2/).and.contain("您的验证码是123456");
  });

  it("prints a CMPP frame likewise, a report's fields with it, guessed or told", async () => {
    const hex = cmpp("DELIVER_30_report").toString("hex");
    for (const argv of [["decode", hex], ["decode", "--protocol", "cmpp", hex]]) {
      const { code, out } = await run(argv);
      expect(code).to.equal(0);
      expect(out).to.contain("CMPP DELIVER seq 7, 180 octets, laid out as 3.0").and.match(/report\.Stat +"DELIVRD" = delivered/);
    }
    expect((await run(["decode", "--protocol", "smpp", hex])).code).to.equal(1);
  });

  it("masks them when asked to, and never shows a password", async () => {
    const masked = await run(["decode", "--mask", smpp("SUBMIT_UCS2").toString("hex"), smpp("BIND_TRX_34").toString("hex")]);
    expect(masked.out).to.match(/destination_addr +"138\*{6}00"/).and.not.contain("验证码");
    for (const flag of ["--personal", "--mask"]) expect((await run(["decode", flag, smpp("BIND_TRX_34").toString("hex")])).out).to.contain("(not shown)").and.not.contain("demo1234");
  });

  it("reads standard input, and several frames", async () => {
    const input = `${smpp("ENQUIRE_LINK").toString("hex")}\n 0x${smpp("UNBIND").toString("hex")}\n`;
    const { out } = await run("decode", { input });
    expect(out).to.match(/SMPP enquire_link seq 21[^]*\n\nSMPP unbind seq 20/);
  });

  it("exits with 1 for a faulty frame, and says what is wrong", async () => {
    const { code, out } = await run(["decode", "--protocol", "smpp", smpp("SUBMIT_UCS2").subarray(0, 80).toString("hex")]);
    expect(code).to.equal(1);
    expect(out).to.match(/fault +"short_message: sm_length reaches beyond the PDU"/);
  });

  it("refuses a protocol we do not speak, and names those we do", async () => {
    const { code, err } = await run(["decode", "--protocol", "xmpp", "0000000c0000000800000009"]);
    expect(code).to.equal(2);
    expect(err).to.match(/xmpp is no protocol we speak.*smpp/);
  });

  it("gives one JSON document", async () => {
    const { out } = await run(["decode", "--json", smpp("SUBMIT_RESP_THROTTLED").toString("hex")]);
    const [frame] = JSON.parse(out) as { protocol: string; title: string; faulty: boolean; fields: { name: string }[] }[];
    expect(frame).to.include({ protocol: "smpp", faulty: false });
    expect(frame?.fields.map((field) => field.name)).to.deep.equal(["message_id"]);
  });

  it("refuses what is no hexadecimal, with its place", async () => {
    const { code, err } = await run(["decode", "00", "xx"]);
    expect(code).to.equal(2);
    expect(err).to.contain('"x" at character 4 is no hexadecimal digit');
  });
});
