/**
 * Sample: a CMPP_SUBMIT for a customer's interface sheet, in the highest layout that its account may speak.
 */
import { sampleContent, type Sample, type SampleRequest } from "../wire/sample.js";
import { VERSION_20, versionName } from "./bind.js";
import { SUBMIT_DESTINATION_OCTETS, SUBMIT_FIXED_OCTETS, VERSION_30, blankSubmit, encodeSubmit } from "./codec.js";
import { MsgFmt } from "./coding.js";

export function sampleSubmit({ login, versions, source, destination, text }: SampleRequest): Sample {
  // 2.1 is laid out as 2.0.
  const version = versions.includes(versionName(VERSION_30)) ? VERSION_30 : VERSION_20;
  const body = blankSubmit();
  Object.assign(body, {
    Pk_total: 1, Pk_number: 1, Registered_Delivery: 1, Msg_level: 1, Service_Id: "SMS", Msg_Fmt: MsgFmt.ucs2, Msg_src: login, FeeType: "01", FeeCode: "0",
    Src_Id: source, Dest_terminal_Id: [destination], Msg_Content: sampleContent(text),
  });
  const octets = Buffer.alloc(SUBMIT_FIXED_OCTETS + SUBMIT_DESTINATION_OCTETS);
  return { title: `CMPP_SUBMIT (${versionName(version)})`, octets: octets.subarray(0, encodeSubmit(octets, 0, 1, version, body)) };
}
