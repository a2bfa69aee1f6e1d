/** The codec: what it refuses and with which status, what it tolerates, and that it reads what it writes. */
import { expect } from "chai";
import fc from "fast-check";
import { CommandId, COMMAND_NAMES } from "../../../protocols/smpp/commands.js";
import {
  blankBody, blankSubmitSm, decodeBind, decodeBindResp, decodeBody, decodeDeliverSm, decodeSubmitSm, decodeSubmitSmResp, encodeBind,
  encodeBindResp, encodeBody, encodeDeliverSm, encodeDeliverSmResp, encodeHeaderOnly, encodeSubmitSm, encodeSubmitSmResp, fieldFault,
  isFault, readCommandId, readHeader, readSequence, readStatus, roomFor, MESSAGE_ID_RESP_MAX_OCTETS, MESSAGE_MAX_OCTETS,
} from "../../../protocols/smpp/codec.js";
import type { AnyBody, FieldFault, SubmitSm } from "../../../protocols/smpp/codec.js";
import { CODECS } from "../../../protocols/smpp/tables.js";
import { Tlv, checkTlvWidths, findTlv, readTlvInteger } from "../../../protocols/smpp/tlvs.js";
import type { Field } from "../../../protocols/wire/fields.js";
import { vector } from "./vectors.js";

/** A PDU of these body octets, its command_length right. */
function pdu(commandId: number, bodyHex: string, status = 0): Buffer {
  const frame = Buffer.alloc(16 + bodyHex.length / 2);
  encodeHeaderOnly(frame, 0, commandId, status, 7);
  frame.writeUInt32BE(frame.length, 0);
  frame.write(bodyHex, 16, "hex");
  return frame;
}

const tail = (frame: Buffer, hex: string): Buffer => Buffer.concat([frame, Buffer.from(hex, "hex")]);

function faultOf(result: object | null): [field: string, status: number] {
  if (result === null || !isFault(result)) throw new Error("no fault");
  return [result.field, result.status];
}

function good<B extends object>(result: B | FieldFault): B {
  if (isFault(result)) throw new Error(`${result.field}: ${result.detail}`);
  return result;
}

/** submit_sm octets up to and with the field before `until`, from SUBMIT_UCS2. */
const FRONT: readonly [field: string, hex: string][] = [
  ["service_type", "00"], ["source_addr_ton", "00"], ["source_addr_npi", "00"], ["source_addr", "3130363900"], ["dest_addr_ton", "01"],
  ["dest_addr_npi", "01"], ["destination_addr", "313338303000"], ["esm_class", "00"], ["protocol_id", "00"], ["priority_flag", "00"],
  ["schedule_delivery_time", "00"], ["validity_period", "00"], ["registered_delivery", "01"], ["replace_if_present_flag", "00"],
  ["data_coding", "08"], ["sm_default_msg_id", "00"], ["sm_length", "02"], ["short_message", "77ed"],
];
const upTo = (until: string): string => {
  const at = FRONT.findIndex(([field]) => field === until);
  return FRONT.slice(0, at).map(([, hex]) => hex).join("");
};

describe("SMPP codec: malformed bodies", () => {
  const statuses: Record<string, number> = {
    service_type: 0x15, source_addr_ton: 0x48, source_addr_npi: 0x49, source_addr: 0x0a, dest_addr_ton: 0x50, dest_addr_npi: 0x51,
    destination_addr: 0x0b, esm_class: 0x43, protocol_id: 0x02, priority_flag: 0x06, schedule_delivery_time: 0x61, validity_period: 0x62,
    registered_delivery: 0x07, replace_if_present_flag: 0x54, data_coding: 0x104, sm_default_msg_id: 0x63, sm_length: 0x01, short_message: 0x01,
  };
  for (const [field, status] of Object.entries(statuses)) {
    it(`that end before ${field} are answered 0x${status.toString(16)}`, () => {
      for (const decode of [decodeSubmitSm, decodeDeliverSm]) expect(faultOf(decode(pdu(CommandId.submit_sm, upTo(field))))).to.deep.equal([field, status]);
    });
  }

  it("that are no more than a header are answered for their first field", () => {
    expect(faultOf(decodeSubmitSm(pdu(CommandId.submit_sm, "")))).to.deep.equal(["service_type", 0x15]);
    expect(faultOf(decodeBind(pdu(CommandId.bind_transmitter, "")))).to.deep.equal(["system_id", 0x0f]);
    expect(faultOf(decodeBody(CommandId.query_sm, pdu(CommandId.query_sm, "")))).to.deep.equal(["message_id", 0x0c]);
  });

  it("with a source_addr of 21 characters and no NUL are answered 0x0A", () => {
    expect(faultOf(decodeSubmitSm(pdu(CommandId.submit_sm, `${upTo("source_addr")}${"31".repeat(21)}${"00".repeat(40)}`)))).to.deep.equal(["source_addr", 0x0a]);
    const longest = `${upTo("source_addr")}${"31".repeat(20)}00${FRONT.slice(4).map(([, hex]) => hex).join("")}`;
    expect(good(decodeSubmitSm(pdu(CommandId.submit_sm, longest))).source_addr).to.equal("1".repeat(20));
  });

  it("with sm_length 255 and 3 octets left are answered 0x01", () => {
    expect(faultOf(decodeSubmitSm(pdu(CommandId.submit_sm, `${upTo("sm_length")}ff414243`)))).to.deep.equal(["short_message", 0x01]);
  });

  it("with a TLV longer than the rest are answered 0xC0", () => {
    expect(faultOf(decodeSubmitSm(pdu(CommandId.submit_sm, `${upTo("sm_length")}000424ffff0102030405`)))).to.deep.equal(["tlvs", 0xc0]);
  });

  it("with a command_length one short lack the text's end, one long have a broken TLV", () => {
    const frame = vector("SUBMIT_UCS2");
    expect(faultOf(decodeSubmitSm(frame.subarray(0, -1)))).to.deep.equal(["short_message", 0x01]);
    expect(faultOf(decodeSubmitSm(tail(frame, "01")))).to.deep.equal(["tlvs", 0xc0]);
    expect(faultOf(decodeSubmitSm(frame.subarray(0, 15)))).to.deep.equal(["command_length", 0x02]);
  });

  it("with a time of neither 1 nor 17 octets are answered for that time", () => {
    const rest = "00".repeat(10);
    const twelve = Buffer.from("261124180000\0", "latin1").toString("hex");
    expect(faultOf(decodeSubmitSm(pdu(CommandId.submit_sm, upTo("schedule_delivery_time") + twelve + rest)))).to.deep.equal(["schedule_delivery_time", 0x61]);
    expect(faultOf(decodeSubmitSm(pdu(CommandId.submit_sm, upTo("validity_period") + twelve + rest)))).to.deep.equal(["validity_period", 0x62]);
    expect(faultOf(decodeSubmitSm(pdu(CommandId.submit_sm, `${upTo("validity_period")}${"30".repeat(17)}00${rest}`)))).to.deep.equal(["validity_period", 0x62]);
  });

  it("of submit_multi with 0 destinations are answered 0x33, with dest_flag 3 0x40, with an unnamed list 0x34", () => {
    const front = "000000" + "313000";
    const submit = (dests: string): object | null => decodeBody(CommandId.submit_multi, pdu(CommandId.submit_multi, front + dests));
    expect(faultOf(submit("00"))).to.deep.equal(["number_of_dests", 0x33]);
    expect(faultOf(submit("0103"))).to.deep.equal(["dest_flag", 0x40]);
    expect(faultOf(submit(`0102${"41".repeat(21)}00`))).to.deep.equal(["dl_name", 0x34]);
    expect(faultOf(submit(`020101013100`))).to.deep.equal(["dest_flag", 0x40]);
  });

  it("C022 with addresses in UCS-2 get one fault with an ESME_RINV status", () => {
    const frame = Buffer.from(
      "00000043000000040000000000000005000001003100300036003900010100310033003800300030003100330038003000300030000000000000010008000400370037", "hex");
    // The sender reads as empty and the destination as "0"; the next text that cannot be is the validity.
    expect(faultOf(decodeSubmitSm(frame))).to.deep.equal(["validity_period", 0x62]);
  });

  it("of unknown commands are nobody's", () => {
    for (const id of [0x0000000a, 0x00010200, 0x80000055, 0]) expect(decodeBody(id, pdu(id, "00"))).to.equal(null);
  });

  it("can be said of a field beyond what the codec checks", () => {
    expect(fieldFault("data_coding", "reserved")).to.deep.equal({ fault: true, field: "data_coding", status: 0x104, detail: "reserved" });
  });
});

describe("SMPP codec: what peers do and we take", () => {
  it("one to three zero octets behind a body", () => {
    const frame = vector("SUBMIT_UCS2");
    const body = good(decodeSubmitSm(frame));
    for (const zeros of ["00", "0000", "000000"]) expect(decodeSubmitSm(tail(frame, zeros))).to.deep.equal(body);
    expect(faultOf(decodeSubmitSm(tail(frame, "0001")))).to.deep.equal(["tlvs", 0xc0]);
    expect(decodeBody(CommandId.enquire_link_resp, tail(vector("ENQUIRE_LINK_RESP"), "00"))).to.deep.equal(blankBody("enquire_link_resp"));
  });

  it("sm_length 255", () => {
    const body = good(decodeSubmitSm(pdu(CommandId.submit_sm, `${upTo("sm_length")}ff${"41".repeat(255)}`)));
    expect(body.short_message).to.have.length(255);
  });

  it("submit_multi with 255 destinations", () => {
    const body = { ...blankBody("submit_multi"), dest_address: Array.from({ length: 255 }, (_, at) => ({
      dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: `1380013${String(8000 + at)}`, dl_name: "" })) };
    const frame = Buffer.alloc(roomFor(CommandId.submit_multi, body));
    const end = encodeBody(CommandId.submit_multi, frame, 0, 0, 1, body);
    expect(decodeBody(CommandId.submit_multi, frame, 0, end)).to.deep.equal(body);
  });

  it("answers to deliver_sm with an id, with a NUL, or as a header alone", () => {
    for (const body of ["", "00", "414200"]) {
      const answer = decodeBody(CommandId.deliver_sm_resp, pdu(CommandId.deliver_sm_resp, body));
      expect(answer).to.deep.equal({ ...blankBody("deliver_sm_resp"), message_id: body === "414200" ? "AB" : "" });
    }
  });

  it("answers to submit_sm without an id, without its NUL, too long, or with broken TLVs behind it", () => {
    const id = (hex: string): string => decodeSubmitSmResp(pdu(CommandId.submit_sm_resp, hex)).message_id;
    expect(id("")).to.equal("");
    expect(id("414243")).to.equal("ABC");
    expect(id(`${"41".repeat(80)}00`)).to.equal("A".repeat(64));
    const broken = decodeSubmitSmResp(pdu(CommandId.submit_sm_resp, "4100" + "0428000105" + "0427ffff"));
    expect(broken.message_id).to.equal("A");
    expect(readTlvInteger(broken.tlvs, Tlv.congestion_state)).to.equal(5);
  });

  it("answers with an error status and any body or none", () => {
    for (const name of COMMAND_NAMES.filter((each) => each.endsWith("_resp"))) {
      for (const body of ["", "00", "ff", "41".repeat(120)]) {
        const answer = decodeBody(CommandId[name], pdu(CommandId[name], body, 0x45));
        expect(answer !== null && !isFault(answer), `${name} ${body}`).to.equal(true);
      }
    }
  });

  it("but not an answer to query_sm that ends before the state: 0 would be a state", () => {
    expect(faultOf(decodeBody(CommandId.query_sm_resp, pdu(CommandId.query_sm_resp, "414200" + "00")))).to.deep.equal(["message_state", 0x02]);
    const twelve = Buffer.from("261124180100\0", "latin1").toString("hex");
    expect(decodeBody(CommandId.query_sm_resp, pdu(CommandId.query_sm_resp, `414200${twelve}0200`))).to.include({ final_date: "261124180100", message_state: 2 });
  });

  it("C018 an answer with a 36-character id and congestion_state", () => {
    const answer = decodeSubmitSmResp(Buffer.from(
      "0000003a800000040000000000000007" + "30663165326433632d346235612d343639372d383837372d363635353434333332323131000428000100", "hex"));
    expect(answer.message_id).to.equal("0f1e2d3c-4b5a-4697-8877-665544332211");
    expect(readTlvInteger(answer.tlvs, Tlv.congestion_state)).to.equal(0);
  });

  it("C020 user_message_reference as text: found by the width check, octets kept", () => {
    const frame = Buffer.from("0000003a000000040000000000000007000000313036390001013133383030313338303030000000000000010000000268690204000431303000", "hex");
    const body = good(decodeSubmitSm(frame));
    expect(checkTlvWidths(body.tlvs)).to.equal(Tlv.user_message_reference);
    expect(findTlv(body.tlvs, Tlv.user_message_reference)?.toString("hex")).to.equal("31303000");
  });

  it("passwords and names longer than the standard's, when asked to", () => {
    const body = { ...blankBody("bind_transceiver"), system_id: "s".repeat(40), password: "p".repeat(64), interface_version: 0x34 };
    const frame = Buffer.alloc(400);
    const end = encodeBind(CommandId.bind_transceiver, frame, 0, 1, body);
    expect(faultOf(decodeBind(frame, false, 0, end))).to.deep.equal(["system_id", 0x0f]);
    expect(decodeBind(frame, true, 0, end)).to.deep.equal(body);
    const password = { ...body, system_id: "demo" };
    expect(faultOf(decodeBind(frame, false, 0, encodeBind(CommandId.bind_receiver, frame, 0, 1, password)))).to.deep.equal(["password", 0x0e]);
  });

  it("sequence numbers of every size, unsigned", () => {
    const frame = Buffer.alloc(16);
    for (const sequence of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      encodeHeaderOnly(frame, 0, CommandId.generic_nack, 0x400, sequence);
      expect(readHeader(frame)).to.deep.equal({ commandLength: 16, commandId: 0x80000000, commandStatus: 0x400, sequenceNumber: sequence });
      expect([readCommandId(frame), readStatus(frame), readSequence(frame)]).to.deep.equal([0x80000000, 0x400, sequence]);
    }
  });
});

describe("SMPP codec: what we write", () => {
  const target = Buffer.alloc(400);
  const written = (end: number): string => target.toString("hex", 0, end);

  it("the hot answers equal the vectors", () => {
    expect(written(encodeSubmitSmResp(target, 0, 2, 0, "0123456789abcdef"))).to.equal(vector("SUBMIT_RESP").toString("hex"));
    expect(written(encodeSubmitSmResp(target, 0, 2, 0x58, "ignored"))).to.equal(vector("SUBMIT_RESP_THROTTLED").toString("hex"));
    expect(written(encodeDeliverSmResp(target, 0, 2, 0))).to.equal(vector("DELIVER_RESP").toString("hex"));
    expect(written(encodeDeliverSmResp(target, 0, 2, 0x64))).to.equal(vector("DELIVER_RESP_TEMP").toString("hex"));
    expect(written(encodeBindResp(CommandId.bind_transceiver_resp, target, 0, 1, 0, "tollgate", 0x34))).to.equal(vector("BIND_TRX_RESP").toString("hex"));
    expect(written(encodeBindResp(CommandId.bind_transmitter_resp, target, 0, 1, 0, "tollgate", -1))).to.equal(vector("BIND_TX_RESP_33").toString("hex"));
    expect(written(encodeBindResp(CommandId.bind_transceiver_resp, target, 0, 1, 0x0d, "tollgate", 0x34))).to.equal(vector("BIND_TRX_RESP_FAIL").toString("hex"));
  });

  it("submit_sm, deliver_sm and binds equal the vectors", () => {
    const submit = vector("SUBMIT_TLVS");
    expect(written(encodeSubmitSm(target, 0, 12, good(decodeSubmitSm(submit))))).to.equal(submit.toString("hex"));
    const deliver = vector("DELIVER_RECEIPT_BOTH");
    expect(written(encodeDeliverSm(target, 0, 4, good(decodeDeliverSm(deliver))))).to.equal(deliver.toString("hex"));
    const bind = vector("BIND_RX_34");
    expect(written(encodeBind(CommandId.bind_receiver, target, 0, 1, good(decodeBind(bind))))).to.equal(bind.toString("hex"));
    expect(decodeBindResp(vector("BIND_TRX_RESP_50")).system_id).to.equal("tollgate");
  });

  it("never more than the sizes we state", () => {
    const full: SubmitSm = { ...blankSubmitSm(), service_type: "x".repeat(5), source_addr: "x".repeat(20), destination_addr: "x".repeat(20),
      schedule_delivery_time: "x".repeat(16), validity_period: "x".repeat(16), short_message: Buffer.alloc(255) };
    expect(encodeSubmitSm(target, 0, 1, full)).to.equal(MESSAGE_MAX_OCTETS);
    expect(roomFor(CommandId.submit_sm, full)).to.equal(MESSAGE_MAX_OCTETS);
    expect(encodeSubmitSmResp(target, 0, 1, 0, "x".repeat(64))).to.equal(MESSAGE_ID_RESP_MAX_OCTETS);
  });

  it("refuses our own mistakes, naming the field", () => {
    expect(() => encodeSubmitSmResp(target, 0, 1, 0, "x".repeat(65))).to.throw(RangeError, /message_id/);
    expect(() => encodeSubmitSmResp(target, 0, 1, 0, "短")).to.throw(RangeError, /message_id/);
    expect(() => encodeSubmitSm(target, 0, 1, { ...blankSubmitSm(), short_message: Buffer.alloc(256) })).to.throw(RangeError, /sm_length/);
    expect(() => encodeSubmitSm(target, 390, 1, blankSubmitSm())).to.throw(RangeError);
    expect(() => encodeDeliverSmResp(target, 384, 1, 0)).to.throw(RangeError, /no room/);
    expect(() => encodeSubmitSmResp(target, 384, 1, 0, "")).to.throw(RangeError, /no room/);
    expect(() => encodeHeaderOnly(target, 385, CommandId.unbind, 0, 1)).to.throw(RangeError, /no room/);
    expect(() => encodeBody(0x0a, target, 0, 0, 1, null)).to.throw(RangeError, /no command/);
  });

  it("is read back equal, for every command and every body", () => {
    const latin = (max: number): fc.Arbitrary<string> =>
      fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: max }).map((codes) => String.fromCharCode(...codes));
    const some = (max: number): fc.Arbitrary<Buffer> => fc.uint8Array({ maxLength: max }).map((each) => Buffer.from(each));
    const areas = fc.array(fc.tuple(fc.nat(0xffff), some(40)), { maxLength: 4 }).map((list) =>
      Buffer.concat(list.map(([tag, value]) => Buffer.concat([Buffer.from([tag >> 8, tag & 255, 0, value.length]), value]))));
    const address = fc.oneof(
      fc.record({ dest_flag: fc.constant(1), dest_addr_ton: fc.nat(255), dest_addr_npi: fc.nat(255), destination_addr: latin(20), dl_name: fc.constant("") }),
      fc.record({ dest_flag: fc.constant(2), dest_addr_ton: fc.constant(0), dest_addr_npi: fc.constant(0), destination_addr: fc.constant(""), dl_name: latin(20) }),
    );
    const lists: Record<string, fc.Arbitrary<unknown>> = {
      dest_address: fc.array(address, { minLength: 1, maxLength: 6 }),
      unsuccess_sme: fc.array(fc.record({ dest_addr_ton: fc.nat(255), dest_addr_npi: fc.nat(255), destination_addr: latin(20), error_status_code: fc.nat(0xffffffff) }), { maxLength: 6 }),
      messages: fc.array(fc.record({ message_id: latin(8) }), { maxLength: 6 }),
    };
    const arbitrary = (field: Field): fc.Arbitrary<unknown> => {
      if (field.kind === "int") return fc.nat(2 ** (8 * field.width) - 1);
      if (field.kind === "text") return latin(Math.min(field.max - 1, 40));
      if (field.kind === "fixed_text") return fc.constantFrom("", "261124180000032+");
      if (field.kind === "octets") return some(255);
      return field.kind === "tail" ? areas : lists[field.name]!;
    };
    const room = Buffer.alloc(4096);
    for (const name of COMMAND_NAMES) {
      const fields: readonly Field[] = CODECS[name].table;
      const shown = fields.filter((field) => field.kind !== "length" && field.kind !== "count");
      const bodies = fc.record(Object.fromEntries(shown.map((field) => [field.name, arbitrary(field)])));
      const id = CommandId[name];
      fc.assert(fc.property(bodies, fc.nat(100), (made, offset) => {
        const body = made as unknown as AnyBody;
        const end = encodeBody(id as number, room, offset, 0, 9, body);
        expect(end - offset).to.be.at.most(roomFor(id, body));
        expect(readHeader(room, offset).commandLength).to.equal(end - offset);
        expect(decodeBody(id as number, room, offset, end), name).to.deep.equal(body);
      }), { numRuns: name === "submit_sm" || name === "deliver_sm" ? 200 : 25 });
    }
  });
});
