/** A PDU for human eyes: complete, masked unless asked, and never a password or a stray control character. */
import { expect } from "chai";
import { maskNumber, printPdu, printPduLine } from "../../../protocols/wire/print.js";
import { describePdu } from "../../../protocols/smpp/describe.js";
import { VECTORS, vector } from "../smpp/vectors.js";

const full = (frame: Buffer): string => printPdu(describePdu(frame), { personal: true });
const masked = (frame: Buffer): string => printPdu(describePdu(frame), { personal: false });

describe("a printed PDU", () => {
  it("has a line for every field and every TLV", () => {
    const lines = full(vector("DELIVER_RECEIPT_BOTH")).split("\n").map((line) => line.replace(/ +/g, " "));
    expect(lines[0]).to.equal("deliver_sm seq 4, 201 octets");
    expect(lines).to.include(' source_addr "13800138000"');
    expect(lines).to.include(" esm_class 0x04 = receipt");
    expect(lines).to.include(' receipted_message_id "0123456789abcdef" (tlv 0x001E)');
    expect(lines).to.include(" message_state 5 (tlv 0x0427) = undeliverable");
    expect(lines).to.include(" network_error_code 3 octets 03001b (tlv 0x0423) = GSM, error 27");
    expect(lines).to.have.length(1 + 17 + 3);
  });

  it("fits one line with the fields that hold something", () => {
    expect(printPduLine(describePdu(vector("SUBMIT_RESP_THROTTLED")), { personal: true })).to.equal("submit_sm_resp seq 2, 16 octets, ESME_RTHROTTLED (0x58)");
    const line = printPduLine(describePdu(vector("SUBMIT_UCS2")), { personal: false });
    expect(line).to.equal(
      'submit_sm seq 2, 89 octets source_addr="106********78" dest_addr_ton=1 dest_addr_npi=1 destination_addr="138******00" ' +
      "registered_delivery=0x01 data_coding=0x08 short_message=32 octets");
  });

  it("never shows a password", () => {
    for (const name of ["BIND_TRX_34", "BIND_TX_34", "OUTBIND"]) {
      const frame = vector(name);
      for (let length = 0; length <= frame.length; length++) {
        // Shorter than a header it is no bind; masked, as logs have it, nothing is shown of that either.
        const shown = masked(frame.subarray(0, length)) + (length < 16 ? "" : full(frame.subarray(0, length)));
        expect(shown, name).to.not.match(/demo1|out12|64656d6f31/);
      }
    }
    expect(full(vector("BIND_TRX_34"))).to.match(/password +\(not shown\)/);
  });

  it("masks numbers and texts unless they are asked for", () => {
    for (const { name, hex } of VECTORS) {
      expect(masked(Buffer.from(hex, "hex")), name).to.not.match(/13800138000|1069012345678|30106d4b|hello/);
    }
    expect(["", "12345", "123456", "13800138000"].map(maskNumber)).to.deep.equal(["", "*****", "123*56", "138******00"]);
  });

  it("says what is wrong with a broken one, and shows what could be read", () => {
    const shown = full(vector("SUBMIT_UCS2").subarray(0, 80));
    expect(shown).to.match(/command_length +89/);
    expect(shown).to.match(/source_addr +"1069012345678"/);
    expect(shown).to.match(/fault +"short_message: sm_length reaches beyond the PDU" \(ESME_RINVMSGLEN\)/);
    expect(full(Buffer.from("GET / HTTP/1.1\r\n\r\n"))).to.match(/^unknown command 0x2f204854 seq/);
    expect(full(Buffer.from("0102", "hex"))).to.match(/^no PDU: 2 octets/);
  });

  it("escapes whatever could break a line or move a cursor", () => {
    const frame = vector("SUBMIT_GSM");
    frame.write("\x1b[2J\r\n\x9b\x7f", frame.indexOf("TOLLGATE"), "latin1");
    const shown = full(frame);
    expect(shown).to.include('"\\u001b[2J\\r\\n\\u009b\\u007f"');
    expect(shown.replaceAll("\n", "")).to.not.match(/[\p{Cc}\p{Cf}\u00a0\u2028\u2029]/u);
    // The text itself, whatever its alphabet and whichever way it runs.
    const text = vector("SUBMIT_UCS2");
    text.write("202e0007d8000041", text.length - 32, "hex");
    expect(full(text)).to.include('"\\u202e\\u0007\\ud800A');
  });
});
