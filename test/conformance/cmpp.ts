/** What we do with every command, field and code of CMPP, and the test that proves each: the statement of protocols/cmpp/README.md. */
import { VERSIONS, versionName } from "../../protocols/cmpp/bind.js";
import { MsgFmt } from "../../protocols/cmpp/coding.js";
import { COMMAND_NAMES, CommandId } from "../../protocols/cmpp/commands.js";
import type { CommandName } from "../../protocols/cmpp/commands.js";
import { CONNECT_STATUSES, RESULTS, explainOutcome } from "../../protocols/cmpp/status.js";
import { CODECS, REPORT } from "../../protocols/cmpp/tables.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { REFUSALS } from "../../protocols/model/refusals.js";
import { MessageState } from "../../protocols/model/state.js";
import { wordOfState } from "../../protocols/model/state-words.js";
import type { Field } from "../../protocols/wire/fields.js";
import { claim } from "./statement.js";
import type { Claim, Item, Section, Statement } from "./statement.js";
import { outcomesGiven } from "./titles.js";

// ---------------------------------------------------------------- items, from the tables

function commandItems(): Item[] {
  return COMMAND_NAMES.map((name) => ({ key: name, cells: [name, `0x${CommandId[name].toString(16).toUpperCase().padStart(8, "0")}`] }));
}

/** A field's octets on the wire; "–" where a layout has not got it. */
function widthOf(field: Field | undefined): string {
  switch (field?.kind) {
    case "int":
    case "length":
    case "count":
      return String(field.width);
    case "padded":
    case "raw":
    case "padded_tail":
      return String(field.size);
    case "padded_list":
      return `${field.size} × ${field.count}`;
    case "octets":
      return field.length;
    default:
      return "–";
  }
}

function fieldItems(command: string, layouts: { readonly v20: { readonly table: readonly Field[] }; readonly v30: { readonly table: readonly Field[] } }): Item[] {
  const wide = new Map(layouts.v30.table.map((field) => [field.name, field]));
  return layouts.v20.table.flatMap((field) => {
    if (field.kind === "end" || field.name === "Msg_Id_low") return [];
    const name = field.name === "Msg_Id_high" ? "Msg_Id" : field.name;
    const widths = name === "Msg_Id" ? ["8", "8"] : [widthOf(field), widthOf(wide.get(field.name))];
    return [{ key: `${command}.${name}`, cells: [command, name, ...widths] }];
  });
}

const allFields = (): Item[] => [
  ...Object.entries(CODECS).flatMap(([name, layouts]) => fieldItems(name, layouts)),
  ...fieldItems("report", REPORT),
];

const resultItems = (): Item[] => RESULTS.map(({ code, name, meaning }) => ({ key: String(code), cells: [String(code), name, meaning] }));

/** One row a number of ours: content and adverts share 101. */
function ownItems(): Item[] {
  const numbers = [...new Set(Object.values(REFUSALS).map(({ number }) => number))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const of = Object.entries(REFUSALS).filter(([, refusal]) => refusal.number === number);
    const names = of.map(([outcome]) => explainOutcome(Outcome[outcome as keyof typeof Outcome]).name);
    return { key: String(number), cells: [String(number), names.join(", "), of.map(([, { meaning }]) => meaning).join("; ")] };
  });
}

const connectItems = (): Item[] => CONNECT_STATUSES.map(({ code, name, meaning }) => ({ key: String(code), cells: [String(code), name, meaning] }));

function formatItems(): Item[] {
  const known = Object.entries(MsgFmt).map(([name, code]) => ({ key: String(code), cells: [String(code), name] }));
  return [...known, { key: "16-31", cells: ["16 to 31", "general group with class bits"] }, { key: "other", cells: ["others", "not defined"] }];
}

function statItems(): Item[] {
  const words = [...new Set(Object.values(MessageState).map(wordOfState))].filter((word) => word !== "ENROUTE");
  return [...words, "ACCEPTD", "XX:nnnn"].map((word) => ({ key: word, cells: [word] }));
}

const versionItems = (): Item[] => [
  ...VERSIONS.map((version) => ({ key: versionName(version), cells: [versionName(version), `0x${version.toString(16)}`] })),
  { key: "other", cells: ["others", ""] },
];

// ---------------------------------------------------------------- claims

/** Titles that prove more than one thing. */
const T = {
  connect: "answers ${name} octet for octet as the vector has it",
  connecting: "${version}: is the vector octet for octet, and the vector's answer binds without a warning",
  taken: "hands over ${name} with its octets untouched, and answers with our id as the vector has it",
  sent: "${version}: are the vector octet for octet; the vector's answer gives the id as 16 digits",
  refused: "refuses ${name} with Result ${result}, names the field, and lives on",
  kept: "a SUBMIT keeps its source, service, level, pid, fees, types and LinkID",
  coded: "a SUBMIT keeps its coding and octets, header and all, whatever they are",
  keptBack: "a DELIVER keeps its service, pid, types, LinkID, coding and octets",
  several: "C118 makes a message of each destination, hands them over together and answers with the first one's Msg_Id",
  times: "takes relative and absolute times in quarter hours of any zone",
  phone: "writes DELIVER_20_mo and DELIVER_30_mo octet for octet",
  report: "writes DELIVER_${version}_report but for its own Msg_Id",
  readReport: "${version}: the vector is read whole, addresses swapped back, and answered by the vector with the DELIVER's own id",
  result: "takes Result ${result} for \"${means}\", in either width",
  cancel: "asks for the message that the Msg_Id is, and answers as the vectors have it",
  query: "answers a day's figures as the vector has them, but messages and users are one number",
  oneService: "asks for one Service_Id's where Query_Type is 1, and repeats the question in the answer",
  gatewayOnly: "closes at 0x${command.toString(16)} and says so in one line",
  gatewayOnlyLink: "that only gateways speak among each other are refused or passed over, and the link stays",
  final: "C064 takes every Result but 8 for final, and keeps the Msg_Id of a refusal for none",
  outcomes: "answer every outcome, 8 wherever trying again helps, and our own refusals by their numbers",
  stat: "${stat} is ${final ? \"final\" : \"not final\"}",
  saysStat: "says ${stat} of ${name}",
  formats: "reads every Msg_Fmt: text where it is known, else binary",
  odd: "quirk 10: of ${name} with a text longer than a message, or with half a character, are answered 4",
  tail: "takes a SUBMIT without its last field, of which all is zero, and refuses any other length with Result 1",
  statuses: "has its Status for every reason, none of them 0",
  lasting: "takes Status ${status} for a lasting refusal, in either width, and says why",
  layout: "${name}: ${note}",
} as const;

const REQUESTS: Readonly<Partial<Record<CommandName, Claim>>> = {
  CONNECT: claim("supported", T.connect, "from customers in 2.0, 2.1 and 3.0; to operators in the version set"),
  TERMINATE: claim("supported", "sends the answers it owes before it agrees to part, and takes no more", "from either end, when what is owed has been answered"),
  SUBMIT: claim("supported", T.taken, "1 to 100 destinations from customers; one each to operators"),
  DELIVER: claim("supported", T.phone, "messages from phones and status reports"),
  QUERY: claim("supported", T.query, "from customers; never sent to operators"),
  CANCEL: claim("supported", T.cancel, "from customers, while the message waits; never sent to operators"),
  ACTIVE_TEST: claim("supported", "sends three ACTIVE_TESTs to a quiet peer, then closes", "by either end, C, T and N as set"),
  FWD: claim("refused", T.gatewayOnlyLink, "Result 2 to an operator; a customer's connection ends"),
  FWD_RESP: claim("supported", T.gatewayOnlyLink, "says Result 2, and nothing else"),
};

function commandClaims(): Record<string, Claim> {
  const routing = claim("refused", T.gatewayOnly, "a customer's connection ends; an operator's is passed over");
  const unasked = claim("unused", "ignores answers to nothing", "passed over");
  return Object.fromEntries(COMMAND_NAMES.map((name) => {
    const request = name.replace(/_RESP$/, "") as CommandName;
    return [name, REQUESTS[name] ?? REQUESTS[request] ?? (name === request ? routing : unasked)];
  }));
}

const fees = claim("passed", T.kept, "to a CMPP operator; a link's settings say them for all others");

const FIELDS: Readonly<Record<string, Claim>> = {
  "CONNECT.Source_Addr": claim("supported", "quirk 4: takes the digest over a short Source_Addr with and without its padding", "the account's SP_Id"),
  "CONNECT.AuthenticatorSource": claim("supported", "proves the secret and no other", "compared in constant time"),
  "CONNECT.Version": claim("supported", T.connect),
  "CONNECT.Timestamp": claim("supported", "of 901234, tollgate1 and 0515093045 is the sheet's, the month's leading zero kept", "part of the digest; its distance from our clock is not judged"),
  "CONNECT_RESP.Status": claim("supported", T.statuses),
  "CONNECT_RESP.AuthenticatorISMG": claim("supported", "warns of a wrong AuthenticatorISMG and goes on; a strict link parts from it", "zeros with a refusal; an operator's is checked over one and four octets of Status"),
  "CONNECT_RESP.Version": claim("supported", "quirk 15: tells a 3.0 client on an account of 2.0 alone that 4, and the highest version we speak"),
  "SUBMIT.Msg_Id": claim("supported", T.sent, "not looked at; 0 to operators"),
  "SUBMIT.Pk_total": claim("supported", "reads SUBMIT_20_long1 and _long2 as parts of one text, and Pk fields where no header says it", "where a header says another, the header counts"),
  "SUBMIT.Pk_number": claim("supported", T.refused, "1 to Pk_total, else Result 1; 0 of 0 is one of one"),
  "SUBMIT.Registered_Delivery": claim("supported", T.refused, "0 and 1; 2, the billing ticket of 2.0, is Result 1"),
  "SUBMIT.Msg_level": claim("supported", "says ten levels as four priorities", "and kept to a CMPP operator"),
  "SUBMIT.Service_Id": claim("passed", T.kept, "and in reports and QUERY; a link may set its own"),
  "SUBMIT.Fee_UserType": fees,
  "SUBMIT.Fee_terminal_Id": fees,
  "SUBMIT.Fee_terminal_type": fees,
  "SUBMIT.TP_pId": claim("passed", T.kept),
  "SUBMIT.TP_udhi": claim("supported", "quirk 2: takes TP_udhi 64 for a header, and text that looks like one without the flag for text", "1 or 64; to operators as set"),
  "SUBMIT.Msg_Fmt": claim("supported", T.formats),
  "SUBMIT.Msg_src": claim("supported", T.refused, "must be the SP_Id, else Result 11, unless the account says otherwise; ours to operators"),
  "SUBMIT.FeeType": fees,
  "SUBMIT.FeeCode": fees,
  "SUBMIT.ValId_Time": claim("supported", T.times, "expired messages end with a report; at most 31 days count; one that is no time to come is Result 1"),
  "SUBMIT.At_Time": claim("supported", T.times, "held here until then; one that is no time, or more than 31 days ahead, is Result 1"),
  "SUBMIT.Src_Id": claim("supported", "answers an outcome with its Result and Msg_Id 0", "must begin with a number of the account, else Result 10"),
  "SUBMIT.DestUsr_tl": claim("supported", "quirk 9: refuses no destination, and 101 and 255 of them, and takes 100", "1 to 100, else Result 13"),
  "SUBMIT.Dest_terminal_Id": claim("supported", "quirk 8: takes destinations with 86, +86, 0086 and blanks", "one bad number refuses all with Result 13"),
  "SUBMIT.Dest_terminal_type": claim("passed", T.kept),
  "SUBMIT.Msg_Length": claim("supported", T.odd, "1 to 160 octets of ASCII, 1 to 140 of anything else, else Result 4; an empty text is no message here, though SMPP takes one"),
  "SUBMIT.Msg_Content": claim("supported", T.coded, "octets untouched where the other side speaks the coding"),
  "SUBMIT.Reserve": claim("supported", T.tail, "not looked at; may be missing"),
  "SUBMIT.LinkID": claim("passed", T.kept, "may be missing where it is zeros"),
  "SUBMIT_RESP.Msg_Id": claim("supported", T.several, "computed from our id; 0 with a refusal"),
  "SUBMIT_RESP.Result": claim("supported", "${version}: answers of the other version's width are read by their length", "see Result"),
  "DELIVER.Msg_Id": claim("supported", "C066 begins with the Msg_Id of its own SUBMIT, which is not the DELIVER's", "the same octets whenever a delivery is repeated"),
  "DELIVER.Dest_Id": claim("supported", T.readReport, "routed by its longest known beginning"),
  "DELIVER.Service_Id": claim("passed", T.keptBack, "in a report: its SUBMIT's"),
  "DELIVER.TP_pid": claim("passed", T.keptBack),
  "DELIVER.TP_udhi": claim("supported", "parts behind a header, announced by TP_udhi 1 or 64 (quirk 2)"),
  "DELIVER.Msg_Fmt": claim("supported", "says a text that 140 octets of UCS-2 do not hold in GB18030, and gives back what has no room"),
  "DELIVER.Src_terminal_Id": claim("supported", T.readReport),
  "DELIVER.Src_terminal_type": claim("passed", T.keptBack),
  "DELIVER.Registered_Delivery": claim("supported", T.report),
  "DELIVER.Msg_Length": claim("supported", "quirk 1: reports of 60 and 71 octets in either version", "tells a report's layout, whatever the version"),
  "DELIVER.Msg_Content": claim("supported", T.keptBack),
  "DELIVER.Reserve": claim("supported", "a report of 3.0 that is 11 octets short at its end", "not looked at; may be missing"),
  "DELIVER.LinkID": claim("passed", T.keptBack),
  "DELIVER_RESP.Msg_Id": claim("supported", T.readReport, "the DELIVER's own"),
  "DELIVER_RESP.Result": claim("supported", T.result, "anything but 0 is delivered again"),
  "QUERY.Time": claim("supported", "answers zeros to a day that is none and to a Query_Type nobody knows, and asks nobody"),
  "QUERY.Query_Type": claim("supported", T.oneService),
  "QUERY.Query_Code": claim("supported", T.oneService),
  "QUERY.Reserve": claim("supported", T.layout, "not looked at"),
  "QUERY_RESP.*": claim("supported", T.query, "from the books; a message to several destinations counts once each"),
  "CANCEL.Msg_Id": claim("supported", T.cancel),
  "CANCEL_RESP.Success_Id": claim("supported", "answers \"${given}\" with Success_Id 1", "0 when it was cancelled"),
  "ACTIVE_TEST_RESP.Reserved": claim("supported", "quirk 3: keeps a peer that answers them, with or without the reserved octet", "written as 0; may be missing"),
  "FWD.*": claim("refused", T.gatewayOnlyLink, "read by `tollgate decode` alone"),
  "FWD_RESP.*": claim("supported", T.gatewayOnlyLink, "Result 2, and nothing else"),
  "report.Msg_Id": claim("supported", T.several, "what SUBMIT_RESP gave, and one more for each further destination"),
  "report.Stat": claim("supported", T.saysStat, "see Stat"),
  "report.Submit_time": claim("supported", "writes dates and ids over New Year in Beijing's time"),
  "report.Done_time": claim("supported", "never says that it was done before it was submitted"),
  "report.Dest_terminal_Id": claim("supported", T.readReport),
  "report.SMSC_sequence": claim("supported", T.layout, "our own count; an operator's is not looked at"),
};

const given = (note: string, proof: string = T.outcomes): Claim => claim("supported", proof, note);
const read = claim("unused", T.final, "from operators it is final");
const RESULT_CLAIMS: Readonly<Record<string, Claim>> = {
  0: given("", T.taken),
  1: given("a field or the length is wrong", T.tail),
  2: given("to FWD alone", T.gatewayOnlyLink),
  3: given("another body under a Sequence_Id of the last 180 s", "with another body under the same sequence gets Result 3, before and after the answer, and the first is not harmed"),
  4: given("Msg_Length, half characters, octets that are no text", T.odd),
  5: read,
  6: given("a text of more than 255 parts"),
  7: read,
  8: given("the rate, the window or the queue is full, or the store is away; from operators the message is tried again, slower", "answers flow excess with Result 8 as SUBMIT_RESP_${version}_flow has it"),
  9: claim("supported", "${version}: what cannot be stored now is answered with 8, what never will with 9", "to a delivery that we never take; from operators it is final"),
  10: given("the source is none of the account's"),
  11: given("Msg_src is another's", T.refused),
  12: read,
  13: given("no destination, too many, or one that is no number", "refuses all destinations for one bad one, with Result 13, and nothing is handed over"),
};

/** Supported where something gives it: for the rest there are numbers, but no rules yet. */
function ownClaims(): Record<string, Claim> {
  const outcomes = outcomesGiven();
  const given = new Set(Object.entries(REFUSALS).filter(([outcome]) => outcomes.has(outcome)).map(([, { number }]) => String(number)));
  return Object.fromEntries(ownItems().map(({ key }) => [key, given.has(key) ? claim("supported", T.outcomes) : claim("unused", T.outcomes, "no rule gives it yet")]));
}

const STATUS_CLAIMS: Readonly<Record<string, Claim>> = {
  0: claim("supported", T.connect),
  1: claim("supported", "answers a CONNECT that is cut off or too long with Status 1, then closes"),
  2: claim("supported", T.statuses, "the address is not on the account's list"),
  3: claim("supported", "answers a wrong digest with Status 3 and no authenticator, as the vector has it, then closes", "a wrong digest and a name nobody has, alike"),
  4: claim("supported", "answers version 0x${version.toString(16)} with Status 4 in ${length} octets and asks nobody", "also a version that the account may not speak"),
  5: claim("supported", T.statuses, "too many connections, suspended, closed, shutting down; an operator's is asked again soon, 1 to 4 seldom"),
};

const FORMAT_CLAIMS: Readonly<Record<string, Claim>> = {
  0: claim("supported", T.formats, "octets from 0x80 on are Result 4"),
  3: claim("passed", T.coded, "as binary"),
  4: claim("passed", T.coded),
  8: claim("supported", T.formats),
  15: claim("supported", T.formats),
  24: claim("supported", "for the screen at once stays so: data_coding 0x10, 0x18 and 0xF0, and Msg_Fmt 24"),
  "16-31": claim("supported", T.formats, "text by its alphabet bits, else binary"),
  other: claim("passed", "keeps a Msg_Fmt that only another CMPP peer knows", "as binary"),
};

const STAT_CLAIMS: Readonly<Record<string, Claim>> = {
  ...Object.fromEntries(["DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "REJECTD"].map((word) => [word, claim("supported", T.stat)])),
  UNKNOWN: claim("supported", T.stat, "an end like every other failure"),
  ACCEPTD: claim("supported", T.stat, "never final; given on where interim reports are wanted"),
  "XX:nnnn": claim("supported", "${stat} is kept as it is, undeliverable, with error \"${error}\"", "classed anew by a link's settings; ours are TG:nnnn"),
};

const VERSION_CLAIMS: Readonly<Record<string, Claim>> = {
  "2.0": claim("supported", T.connecting),
  "2.1": claim("supported", "speaks 2.1 as 2.0 is laid out, and says so"),
  "3.0": claim("supported", T.connecting),
  other: claim("refused", "are 2.0, 2.1 and 3.0; anything else is too high", "Status 4"),
};

const section = (title: string, intro: string, heads: readonly string[], items: readonly Item[], claims: Readonly<Record<string, Claim>>): Section => ({
  title, intro, heads, items, claims,
});

export const CMPP_STATEMENT: Statement = {
  protocol: "cmpp",
  title: "CMPP: what is supported",
  intro: [
    "CMPP 2.0, 2.1 and 3.0, as the gateway (ISMG) for customers and as a service provider (SP) to operators. This page is made from the",
    "tables of this folder and from `test/conformance/cmpp.ts`; a test fails when they differ, when a command, field or code has no entry,",
    "or when a test named here (behind its file under test/) does not exist (`UPDATE_DOCS=1 npm test` writes the page anew).",
    "",
    "*supported*: does what the standard says; *passed*: kept and given on as it came, where the other side has a place for it; *refused*:",
    "answered as said, or by the end of the connection; *unused*: never sent by us.",
  ].join("\n"),
  sections: [
    section("Versions", "", ["version", "octet"], versionItems(), VERSION_CLAIMS),
    section("Commands", "", ["command", "number"], commandItems(), commandClaims()),
    section("Fields", "Octets on the wire in 2.0 (and 2.1) and in 3.0.", ["command", "field", "2.0", "3.0"], allFields(), FIELDS),
    section("Result", "Of SUBMIT_RESP and DELIVER_RESP. Every one is read from operators; a link's settings may name more than 8 to be tried again.", ["Result", "name", "meaning"], resultItems(), RESULT_CLAIMS),
    section("Result: our own", "What the standard leaves to vendors.", ["Result", "name", "meaning"], ownItems(),
      ownClaims()),
    section("Status", "Of CONNECT_RESP.", ["Status", "name", "meaning"], connectItems(), STATUS_CLAIMS),
    section("Msg_Fmt", "", ["Msg_Fmt", "coding"], formatItems(), FORMAT_CLAIMS),
    section("Stat", "Of status reports.", ["Stat"], statItems(), STAT_CLAIMS),
  ],
};
