/** The codec against the smpp package, both ways: it reads what we write, and we read what it writes. */
import { expect } from "chai";
import fc from "fast-check";
import { CommandId } from "../../../protocols/smpp/commands.js";
import type { CommandName } from "../../../protocols/smpp/commands.js";
import { blankBody, decodeBody, encodeBody, isFault, readHeader, roomFor } from "../../../protocols/smpp/codec.js";
import type { AnyBody, BodyOf } from "../../../protocols/smpp/codec.js";
import { Tlv, TlvWriter, readTlvInteger, readTlvText, findTlv } from "../../../protocols/smpp/tlvs.js";
import { smppPackage } from "./package.js";
import type { PackagePdu } from "./package.js";
import { VECTORS, vector } from "./vectors.js";

function read(frame: Buffer): AnyBody {
  const body = decodeBody(readHeader(frame).commandId, frame);
  if (body === null || isFault(body)) throw new Error("not read");
  return body;
}

function write<N extends CommandName>(name: N, sequence: number, change: Partial<BodyOf<N>>): Buffer {
  const body = { ...blankBody(name), ...change } as AnyBody;
  const frame = Buffer.alloc(roomFor(CommandId[name], body));
  return frame.subarray(0, encodeBody(CommandId[name] as number, frame, 0, 0, sequence, body));
}

/** Vectors that the package does not write as it read them, and why. */
const THEIR_FAULTS: Readonly<Record<string, string>> = {
  SUBMIT_RESP_FAIL_BODY: "it drops the body of an answer with an error status",
  DATA_SM_RESP_FAIL: "it drops the body of an answer with an error status",
  SUBMIT_TIMES: "it rewrites times as UTC",
  QUERY_SM_RESP: "it rewrites times as UTC",
  REPLACE_SM: "it rewrites times as UTC",
  BROADCAST_SM: "it rewrites times as UTC",
  SUBMIT_UDH8_1: "it cannot write a UDH that it took apart",
  SUBMIT_UDH8_2: "it cannot write a UDH that it took apart",
  SUBMIT_UDH16_2: "it cannot write a UDH that it took apart",
  SUBMIT_VENDOR_TLV: "it drops TLVs that it does not know",
  SUBMIT_TLVS: "it gives the empty alert_on_message_delivery the next TLV's first octet",
  DELIVER_RECEIPT_BOTH: "it reads a receipted_message_id without NUL on into the next TLV",
};

describe("the codec and the smpp package", () => {
  const shared = VECTORS.filter((each) => !each.name.endsWith("_33x"));

  it("read the same header off every vector that both know", () => {
    for (const { name, hex } of shared) {
      const frame = Buffer.from(hex, "hex");
      const theirs = new smppPackage.PDU(frame);
      const ours = readHeader(frame);
      expect([theirs.command_id, theirs.command_status, theirs.sequence_number], name).to.deep.equal([ours.commandId, ours.commandStatus, ours.sequenceNumber]);
    }
  });

  it("read the same numbers and texts off every body that it reads right", () => {
    for (const { name, hex } of shared) {
      const frame = Buffer.from(hex, "hex");
      const theirs = new smppPackage.PDU(frame);
      if (theirs.command_status !== 0) continue;
      for (const [field, value] of Object.entries(read(frame))) {
        // Times and texts it turns into objects of its own; lists and TLVs are compared below.
        if (typeof value === "number" || (typeof value === "string" && typeof theirs[field] === "string")) expect(theirs[field], `${name} ${field}`).to.equal(value);
      }
    }
  });

  it("write the same octets for what it can write", () => {
    for (const { name, hex } of shared.filter((each) => !(each.name in THEIR_FAULTS))) {
      expect(new smppPackage.PDU(Buffer.from(hex, "hex")).toBuffer().toString("hex"), name).to.equal(hex);
    }
  });

  it("differ where it is known to be wrong, and only there", () => {
    const wrong = shared.filter(({ hex }) => {
      try {
        return new smppPackage.PDU(Buffer.from(hex, "hex")).toBuffer().toString("hex") !== hex;
      } catch {
        return true;
      }
    });
    expect(wrong.map((each) => each.name).sort()).to.deep.equal(Object.keys(THEIR_FAULTS).sort());
  });

  it("read each other's submit_sm and deliver_sm, whatever is in them", () => {
    const latin = fc.array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength: 20 }).map((codes) => String.fromCharCode(...codes));
    // Without a UDH, and in 8-bit coding: there the package leaves the text as it is.
    const bodies = fc.record({
      service_type: fc.constantFrom("", "CMT"), source_addr_ton: fc.nat(255), source_addr_npi: fc.nat(255), source_addr: latin,
      dest_addr_ton: fc.nat(255), dest_addr_npi: fc.nat(255), destination_addr: latin, esm_class: fc.constantFrom(0, 3, 4, 0x20),
      protocol_id: fc.nat(255), priority_flag: fc.nat(255), registered_delivery: fc.nat(255), replace_if_present_flag: fc.nat(255),
      data_coding: fc.constant(4), sm_default_msg_id: fc.nat(255),
      short_message: fc.uint8Array({ maxLength: 254 }).map((each) => Buffer.from(each)),
    });
    fc.assert(fc.property(fc.constantFrom("submit_sm" as const, "deliver_sm" as const), bodies, fc.integer({ min: 1, max: 0x7fffffff }), (name, body, sequence) => {
      const ours = write(name, sequence, body);
      const theirs = new smppPackage.PDU(ours);
      const { message } = theirs["short_message"] as { message: Buffer };
      expect({ ...pick(theirs, Object.keys(body)), short_message: message }).to.deep.equal(body);
      const back = new smppPackage.PDU(name, { ...body, sequence_number: sequence }).toBuffer();
      expect(back.toString("hex")).to.equal(ours.toString("hex"));
      expect(read(back)).to.deep.equal({ ...blankBody(name), ...body });
    }));
  });

  it("read each other's binds and answers", () => {
    const bind = { system_id: "demo", password: "demo1234", system_type: "VMA", interface_version: 0x34, addr_ton: 1, addr_npi: 1, address_range: "^1069" };
    for (const name of ["bind_transceiver", "bind_transmitter", "bind_receiver"] as const) {
      const ours = write(name, 5, bind);
      expect(pick(new smppPackage.PDU(ours), Object.keys(bind))).to.deep.equal(bind);
      expect(new smppPackage.PDU(name, { ...bind, sequence_number: 5 }).toBuffer().toString("hex")).to.equal(ours.toString("hex"));
    }
    const theirs = new smppPackage.PDU("bind_transceiver_resp", { system_id: "smsc", sc_interface_version: 0x34, sequence_number: 5 }).toBuffer();
    expect(read(theirs)).to.deep.equal({ ...blankBody("bind_transceiver_resp"), system_id: "smsc", tlvs: Buffer.from("0210000134", "hex") });
    const failed = new smppPackage.PDU("submit_sm_resp", { command_status: 0x58, sequence_number: 9 }).toBuffer();
    expect(read(failed)).to.deep.equal(blankBody("submit_sm_resp"));
  });

  it("read each other's lists of submit_multi", () => {
    const theirs = new smppPackage.PDU("submit_multi", {
      source_addr: "1069", dest_address: [{ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "13800138000" }, { dl_name: "VIPS" }],
      data_coding: 4, short_message: Buffer.from("hello"), sequence_number: 3,
    }).toBuffer();
    const body = read(theirs) as BodyOf<"submit_multi">;
    expect(body.dest_address.map((each) => [each.dest_flag, each.destination_addr, each.dl_name])).to.deep.equal([[1, "13800138000", ""], [2, "", "VIPS"]]);
    expect(write("submit_multi", 3, body).toString("hex")).to.equal(theirs.toString("hex"));
    const answer = new smppPackage.PDU(vector("SUBMIT_MULTI_RESP"));
    expect(answer["unsuccess_sme"]).to.deep.equal((read(vector("SUBMIT_MULTI_RESP")) as BodyOf<"submit_multi_resp">).unsuccess_sme);
  });

  it("read each other's TLVs", () => {
    const theirs = new smppPackage.PDU("deliver_sm", {
      esm_class: 4, data_coding: 4, receipted_message_id: "0123456789abcdef", message_state: 2, network_error_code: Buffer.from("03001b", "hex"),
      user_message_reference: 0x102, qos_time_to_live: 3600, message_payload: Buffer.from("long"), sequence_number: 3,
    }).toBuffer();
    const { tlvs } = read(theirs);
    expect(readTlvText(tlvs, Tlv.receipted_message_id)).to.equal("0123456789abcdef");
    expect([Tlv.message_state, Tlv.user_message_reference, Tlv.qos_time_to_live].map((tag) => readTlvInteger(tlvs, tag))).to.deep.equal([2, 0x102, 3600]);
    expect(findTlv(tlvs, Tlv.network_error_code)?.toString("hex")).to.equal("03001b");
    expect(findTlv(tlvs, Tlv.message_payload)?.toString()).to.equal("long");
    const area = new TlvWriter().text(Tlv.receipted_message_id, "abc").integer(Tlv.message_state, 5).integer(Tlv.user_message_reference, 7)
      .octets(Tlv.network_error_code, Buffer.from("030001", "hex")).view();
    const read34 = new smppPackage.PDU(write("deliver_sm", 4, { esm_class: 4, tlvs: area }));
    expect(pick(read34, ["receipted_message_id", "message_state", "user_message_reference"])).to.deep.equal(
      { receipted_message_id: "abc", message_state: 5, user_message_reference: 7 });
    expect((read34["network_error_code"] as Buffer).toString("hex")).to.equal("030001");
  });
});

function pick(pdu: PackagePdu, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field, pdu[field]]));
}
