/** SGIP's header and bodies as far as a customer's session needs them, in the field language. [protocols sheet 2] */
import { compileTable, countOf, int, lengthOf, octets, padded, paddedList, paddedTail, raw } from "../../protocols/wire/fields.js";

export const HEADER_OCTETS = 20;
export const Id = { BIND: 1, UNBIND: 2, SUBMIT: 3, DELIVER: 4, REPORT: 5 } as const;
export const RESPONSE = 0x8000_0000;
/** Result: parameter format, length. */
const FORMAT = 5;
const LENGTH = 8;

const int1 = <N extends string>(name: N) => int(name, 1, FORMAT);
const string = <N extends string>(name: N, size: number) => padded(name, size, FORMAT);
const RESERVE = paddedTail("Reserve", 8, FORMAT);
const CONTENT = [lengthOf("MessageLength", 4, LENGTH), octets("MessageContent", "MessageLength", LENGTH), RESERVE] as const;

export const BIND = compileTable("BIND", [int1("LoginType"), string("LoginName", 16), string("LoginPassword", 16), RESERVE]);
export const RESULT = compileTable("RESULT", [int1("Result"), RESERVE]);
export const SUBMIT = compileTable("SUBMIT", [
  string("SPNumber", 21), string("ChargeNumber", 21), countOf("UserCount", 1, 1, FORMAT, 100), paddedList("UserNumber", "UserCount", 21, FORMAT),
  string("CorpId", 5), string("ServiceType", 10), int1("FeeType"), string("FeeValue", 6), string("GivenValue", 6), int1("AgentFlag"),
  int1("MorelatetoMTFlag"), int1("Priority"), string("ExpireTime", 16), string("ScheduleTime", 16), int1("ReportFlag"), int1("TP_pid"),
  int1("TP_udhi"), int1("MessageCoding"), int1("MessageType"), ...CONTENT,
]);
export const DELIVER = compileTable("DELIVER", [
  string("UserNumber", 21), string("SPNumber", 21), int1("TP_pid"), int1("TP_udhi"), int1("MessageCoding"), ...CONTENT,
]);
export const REPORT = compileTable("REPORT", [
  raw("SubmitSequenceNumber", 12, FORMAT), int1("ReportType"), string("UserNumber", 21), int1("State"), int1("ErrorCode"), RESERVE,
]);

/** Writes a header; `sequence` has the three numbers of which a message's is made. Returns where the body starts. */
export function writeHeader(target: Buffer, at: number, octetsInAll: number, id: number, sequence: Buffer): number {
  target.writeUInt32BE(octetsInAll, at);
  target.writeUInt32BE(id >>> 0, at + 4);
  target.set(sequence, at + 8);
  return at + HEADER_OCTETS;
}
