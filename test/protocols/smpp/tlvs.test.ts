/** TLVs: walking, reading and writing the raw area. */
import { expect } from "chai";
import fc from "fast-check";
import { Tlv, TlvWriter, checkTlvArea, checkTlvWidths, eachTlv, findTlv, readTlvInteger, readTlvText } from "../../../protocols/smpp/tlvs.js";

const area = (hex: string): Buffer => Buffer.from(hex, "hex");

describe("a TLV area", () => {
  it("is whole, or says where the whole TLVs stop", () => {
    const stop = (hex: string): number => checkTlvArea(area(hex), 0, hex.length / 2);
    expect(stop("")).to.equal(0);
    expect(stop("0427000102")).to.equal(5);
    expect(stop("130c0000")).to.equal(4);
    expect(stop("0424ffff0102030405"), "a length beyond the end").to.equal(~0);
    expect(stop("0427000102" + "0427000202")).to.equal(~5);
  });

  it("may have one to three zero octets behind it, which are left out", () => {
    for (const tail of ["00", "0000", "000000"]) expect(checkTlvArea(area(`0427000102${tail}`), 0, 5 + tail.length / 2)).to.equal(5);
    for (const tail of ["01", "0001", "000001"]) expect(checkTlvArea(area(`0427000102${tail}`), 0, 5 + tail.length / 2)).to.equal(~5);
  });

  it("is searched for the first of a tag", () => {
    const tlvs = area("0427000102" + "001e000361 6200".replace(" ", "") + "0427000105");
    expect(findTlv(tlvs, Tlv.message_state)).to.deep.equal(Buffer.from([2]));
    expect(findTlv(tlvs, Tlv.receipted_message_id)?.toString("latin1")).to.equal("ab\0");
    expect(findTlv(tlvs, Tlv.network_error_code)).to.equal(null);
    expect(findTlv(area(""), Tlv.message_state)).to.equal(null);
  });

  it("gives every TLV in order, repeated ones repeatedly", () => {
    const seen: string[] = [];
    eachTlv(area("06070004 00000109 0606000100 06070004 0000010a".replaceAll(" ", "")), (tag, value) => seen.push(`${tag.toString(16)}=${value.toString("hex")}`));
    expect(seen).to.deep.equal(["607=00000109", "606=00", "607=0000010a"]);
  });

  it("that was not checked and is broken ends every walk", () => {
    const broken = area("0427000102" + "001e0040" + "61");
    expect(findTlv(broken, Tlv.receipted_message_id)).to.equal(null);
    expect(readTlvText(broken, Tlv.receipted_message_id)).to.equal(null);
    let count = 0;
    eachTlv(broken, () => count++);
    expect(count).to.equal(1);
    checkTlvWidths(area("042700"));
  });

  it("reads numbers in the standard's width or a narrower one, never a wider", () => {
    expect(readTlvInteger(area("0017000400000e10"), Tlv.qos_time_to_live)).to.equal(3600);
    expect(readTlvInteger(area("00170004ffffffff"), Tlv.qos_time_to_live)).to.equal(0xffffffff);
    expect(readTlvInteger(area("020c000107"), Tlv.sar_msg_ref_num), "one octet for two").to.equal(7);
    expect(readTlvInteger(area("0204000431303000"), Tlv.user_message_reference), "text for a number").to.equal(-1);
    expect(readTlvInteger(area("130c0000"), Tlv.alert_on_message_delivery), "empty").to.equal(-1);
    expect(readTlvInteger(area(""), Tlv.user_message_reference), "absent").to.equal(-1);
    expect(readTlvInteger(area("14180004 0000000a".replace(" ", "")), 0x1418), "a vendor's").to.equal(10);
  });

  it("reads text to its length or its first NUL, whichever comes first", () => {
    expect(readTlvText(area("001e0003616200" + "0427000102"), Tlv.receipted_message_id)).to.equal("ab");
    expect(readTlvText(area("001e00026162" + "0427000102"), Tlv.receipted_message_id), "NUL left out").to.equal("ab");
    expect(readTlvText(area("001e00056100620000"), Tlv.receipted_message_id)).to.equal("a");
    expect(readTlvText(area("001e0000"), Tlv.receipted_message_id)).to.equal("");
    expect(readTlvText(area(""), Tlv.receipted_message_id)).to.equal(null);
  });

  it("C020 names the first TLV of a wrong width", () => {
    expect(checkTlvWidths(area("0204000431303000"))).to.equal(Tlv.user_message_reference);
    expect(checkTlvWidths(area("020c000107"))).to.equal(Tlv.sar_msg_ref_num);
    expect(checkTlvWidths(area("12040002 0000".replace(" ", "")))).to.equal(Tlv.ms_validity);
    expect(checkTlvWidths(area("0423000203e7"))).to.equal(Tlv.network_error_code);
    expect(checkTlvWidths(area("1400000500000000 00 120400010 0 130c0000 06090010".replaceAll(" ", "") + "30".repeat(16)))).to.equal(0);
  });
});

describe("TlvWriter", () => {
  it("writes numbers in the standard's width, text with its NUL, and octets as they are", () => {
    const writer = new TlvWriter(4);
    const written = writer.text(Tlv.receipted_message_id, "ab").integer(Tlv.message_state, 2).octets(Tlv.network_error_code, area("03001b"))
      .integer(Tlv.user_message_reference, 0x102).integer(Tlv.qos_time_to_live, 0xfffffffe).integer(0x1400, 5, 2).view();
    expect(written.toString("hex")).to.equal("001e0003616200" + "0427000102" + "0423000303001b" + "020400020102" + "00170004fffffffe" + "140000020005");
    expect(writer.clear().view()).to.have.length(0);
    expect(writer.integer(Tlv.dpf_result, 1).view().toString("hex")).to.equal("0420000101");
  });

  it("refuses what does not fit its tag", () => {
    const writer = new TlvWriter();
    expect(() => writer.integer(Tlv.message_state, 256)).to.throw(RangeError, /0x0427/);
    expect(() => writer.integer(Tlv.message_state, -1)).to.throw(RangeError);
    expect(() => writer.integer(Tlv.message_payload, 1)).to.throw(RangeError, /no number/);
    expect(() => writer.text(Tlv.receipted_message_id, "x".repeat(65))).to.throw(RangeError, /too long/);
    expect(() => writer.text(Tlv.receipted_message_id, "短")).to.throw(RangeError, /Latin-1/);
    expect(() => writer.octets(Tlv.message_payload, Buffer.alloc(65536))).to.throw(RangeError, /two octets/);
    expect(writer.view(), "nothing half written is left").to.have.length(0);
  });

  it("writes what the readers read", () => {
    const writer = new TlvWriter(8);
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0x1400, max: 0x3fff }), fc.uint8Array({ maxLength: 70 })), { maxLength: 12 }), (list) => {
      writer.clear();
      for (const [tag, value] of list) writer.octets(tag, value);
      const written = writer.view();
      expect(checkTlvArea(written, 0, written.length)).to.equal(written.length);
      const read: [number, string][] = [];
      eachTlv(written, (tag, value) => read.push([tag, value.toString("hex")]));
      expect(read).to.deep.equal(list.map(([tag, value]) => [tag, Buffer.from(value).toString("hex")]));
    }));
  });
});
