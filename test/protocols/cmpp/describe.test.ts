/** A CMPP PDU for human eyes: complete, with meanings, masked unless asked, never an authenticator, and never a throw. */
import { expect } from "chai";
import { describePdu } from "../../../protocols/cmpp/describe.js";
import { CODECS } from "../../../protocols/cmpp/tables.js";
import type { Field } from "../../../protocols/wire/fields.js";
import { printPdu, printPduLine, showFields } from "../../../protocols/wire/print.js";
import { VECTORS, vector } from "./vectors.js";

const full = (frame: Buffer): string => printPdu(describePdu(frame), { personal: true }).replace(/ +/g, " ");
const masked = (frame: Buffer): string => printPdu(describePdu(frame), { personal: false });

describe("a described CMPP PDU", () => {
  it("has a line for every field of its own layout, and none of the other's", () => {
    for (const [name, codec] of [["SUBMIT_20", CODECS.SUBMIT.v20], ["SUBMIT_30", CODECS.SUBMIT.v30], ["DELIVER_30_mo", CODECS.DELIVER.v30]] as const) {
      const table: readonly Field[] = codec.table;
      const names = table.filter((field) => field.kind !== "absent" && field.kind !== "end" && field.name !== "Msg_Id_low");
      expect(describePdu(vector(name)).fields.map((field) => field.name), name).to.deep.equal(
        names.map((field) => (field.name === "Msg_Id_high" ? "Msg_Id" : field.name)),
      );
    }
  });

  it("says what the values mean", () => {
    const submit = full(vector("SUBMIT_20_long2"));
    expect(submit).to.contain("SUBMIT seq 4, 179 octets, laid out as 2.0");
    for (const line of [
      "Registered_Delivery 1 = report wanted", "Fee_UserType 2 = the SP pays", "Msg_Fmt 8 = UCS-2", 'FeeType "01" = free', "DestUsr_tl 1",
      "Dest_terminal_Id [number=\"13800138000\"]", "TP_udhi 0x01 = a header stands in front of the text", "Msg_Length 20",
    ]) expect(submit, line).to.contain(`\n ${line}`);
    expect(submit).to.contain('= part 2 of 2 (reference 57), "短短短短短短短"');
    expect(full(vector("DELIVER_20_mo"))).to.contain('Msg_Fmt 15 = GB18030').and.contain('= "退订"').and.contain("= a message from a phone");
    expect(full(vector("SUBMIT_RESP_30_flow"))).to.contain("Result 8 = CMPP_FLOW_CONTROL, the allowed rate is exceeded");
    expect(full(vector("CONNECT_RESP_30_vertoohigh"))).to.contain("Status 4 = CONNECT_VERSION, the version is too high");
    expect(full(vector("CONNECT_20"))).to.contain("Version 0x20 = 2.0").and.contain("Timestamp 515093045 = 05-15 09:30:45");
    expect(full(vector("QUERY_RESP"))).to.contain("MT_WT 4 = waiting");
  });

  it("has a report's fields below the DELIVER's, whichever length it has", () => {
    for (const name of ["DELIVER_20_report", "DELIVER_30_report"]) {
      const shown = full(vector(name));
      expect(shown, name).to.contain('report.Msg_Id "57a5eb8003e91234" = 05-15 09:30:46, gateway 1001, sequence 4660');
      expect(shown, name).to.contain('report.Stat "DELIVRD" = delivered').and.contain('report.Done_time "2405150931" = 2024-05-15 09:31');
      expect(shown, name).to.contain('report.Dest_terminal_Id "13800138000"').and.contain("report.SMSC_sequence 305419896");
    }
    const vendor = vector("DELIVER_20_report");
    vendor.write("MB:0069", vendor.indexOf("DELIVRD"), "latin1");
    expect(full(vendor)).to.contain('report.Stat "MB:0069" = the message centre\'s error');
  });

  it("has no meaning for a value that every object of the language knows by name", () => {
    const frame = vector("DELIVER_20_report");
    frame.write("valueOf", frame.indexOf("DELIVRD"), "latin1");
    expect(full(frame)).to.match(/report.Stat +"valueOf"$/m);
  });

  it("never shows an authenticator, with which a secret can be guessed at leisure", () => {
    for (const { name, hex } of VECTORS.filter((each) => each.name.startsWith("CONNECT"))) {
      const frame = Buffer.from(hex, "hex");
      for (let length = 12; length <= frame.length; length++) {
        const shown = full(frame.subarray(0, length)) + JSON.stringify(showFields(describePdu(frame.subarray(0, length)).fields, { personal: true }));
        expect(shown, name).to.not.match(/6bcfc92c|e34cd919|e3ee88b8/);
      }
      expect(full(frame), name).to.match(/Authenticator(Source|ISMG) \(not shown\)/);
    }
  });

  it("masks numbers and texts unless they are asked for", () => {
    for (const { name, hex } of VECTORS) {
      const frame = Buffer.from(hex, "hex");
      const shown = masked(frame) + printPduLine(describePdu(frame), { personal: false }) + JSON.stringify(showFields(describePdu(frame).fields, { personal: false }));
      expect(shown, name).to.not.match(/13800138000|13900139000|1069012345678|30106d4b|hello|cdcbb6a9|验证码|退订/);
    }
  });

  it("says what is wrong with a broken one, and shows what could be read", () => {
    const broken = describePdu(vector("SUBMIT_20").subarray(0, 170));
    expect(broken.faulty).to.equal(true);
    const shown = printPdu(broken, { personal: true });
    expect(shown).to.match(/Total_Length +191/).and.match(/Src_Id +"1069012345678"/);
    expect(shown).to.match(/fault +"Msg_Content: Msg_Length reaches beyond the PDU" \(CMPP_MSG_LENGTH\)/);
    expect(full(Buffer.from("GET / HTTP/1.1\r\n\r\n"))).to.match(/^unknown command 0x2f204854 seq/);
    expect(full(Buffer.from("0102", "hex"))).to.match(/^no PDU: 2 octets/);
    expect(full(Buffer.from("0000000c0000001000000001", "hex"))).to.match(/^MT_ROUTE seq 1/);
    const report = vector("DELIVER_20_report");
    report[76] = 59;
    expect(printPdu(describePdu(Buffer.concat([report.subarray(0, 136), report.subarray(137)])), { personal: true })).to.match(/report +"Msg_Length: fewer octets/);
  });
});
