/**
 * Result and Status: every value of CMPP 2.x and 3.0 with its meaning and what it asks of us, the Result of each field
 * that can be wrong, and the Result that each Outcome is answered with. [protocols sheet 1.4, 1.7, 1.11]
 */
import type { Outcome, OutcomeName } from "../model/outcome.js";
import { Answers } from "../wire/answers.js";
import type { Reaction, StatusTable } from "../wire/protocol.js";

/** Result of SUBMIT_RESP (10..13 since 2.1), and 0..8 of DELIVER_RESP. The standard has numbers only; the names are ours. */
export const Result = {
  CMPP_OK: 0,
  CMPP_STRUCTURE: 1,
  CMPP_COMMAND: 2,
  CMPP_DUPLICATE_SEQUENCE: 3,
  CMPP_MSG_LENGTH: 4,
  CMPP_FEE: 5,
  CMPP_TOO_LONG: 6,
  CMPP_SERVICE_ID: 7,
  CMPP_FLOW_CONTROL: 8,
  CMPP_NOT_SERVED: 9,
  CMPP_SRC_ID: 10,
  CMPP_MSG_SRC: 11,
  CMPP_FEE_TERMINAL_ID: 12,
  CMPP_DEST_TERMINAL_ID: 13,
} as const;
export type ResultName = keyof typeof Result;

/** Status of CONNECT_RESP; 5 and more are "other", and 5 is what gateways say to one connection too many. */
export const ConnectStatus = {
  CONNECT_OK: 0,
  CONNECT_STRUCTURE: 1,
  CONNECT_SOURCE_ADDR: 2,
  CONNECT_AUTHENTICATION: 3,
  CONNECT_VERSION: 4,
  CONNECT_OTHER: 5,
} as const;
export type ConnectStatusName = keyof typeof ConnectStatus;

export interface StatusDescription {
  readonly code: number;
  readonly name: string;
  readonly meaning: string;
  /** What an operator's answer with it asks of us. */
  readonly reaction: Reaction;
}

type Entry = readonly [reaction: Reaction, meaning: string];
const ENTRIES: Readonly<Record<ResultName, Entry>> = {
  CMPP_OK: ["ok", "no error"],
  CMPP_STRUCTURE: ["refuse_alarm", "the message's structure is wrong"],
  CMPP_COMMAND: ["refuse_alarm", "the command is unknown or not allowed"],
  CMPP_DUPLICATE_SEQUENCE: ["refuse_alarm", "the Sequence_Id was used before"],
  CMPP_MSG_LENGTH: ["refuse_alarm", "Msg_Length or the coding of the text is wrong"],
  CMPP_FEE: ["refuse_alarm", "the fee is wrong"],
  CMPP_TOO_LONG: ["refuse_alarm", "the text is longer than a message may be"],
  CMPP_SERVICE_ID: ["refuse_alarm", "Service_Id is wrong"],
  CMPP_FLOW_CONTROL: ["slow_down", "the allowed rate is exceeded: try again later"],
  CMPP_NOT_SERVED: ["refuse", "the gateway does not serve this number"],
  CMPP_SRC_ID: ["refuse_alarm", "Src_Id is wrong or not allowed"],
  CMPP_MSG_SRC: ["refuse_alarm", "Msg_src is wrong"],
  CMPP_FEE_TERMINAL_ID: ["refuse_alarm", "Fee_terminal_Id is wrong"],
  CMPP_DEST_TERMINAL_ID: ["refuse", "Dest_terminal_Id is wrong"],
};

const CONNECT_ENTRIES: Readonly<Record<ConnectStatusName, Entry>> = {
  CONNECT_OK: ["ok", "connected"],
  CONNECT_STRUCTURE: ["rebind", "the message's structure is wrong"],
  CONNECT_SOURCE_ADDR: ["rebind", "the source address is not allowed"],
  CONNECT_AUTHENTICATION: ["rebind", "authentication failed"],
  CONNECT_VERSION: ["rebind", "the version is too high"],
  CONNECT_OTHER: ["rebind", "refused, as for too many connections"],
};

function describe(name: string, code: number, [reaction, meaning]: Entry): StatusDescription {
  return { code, name, meaning, reaction };
}

/** Every Result of the standard, in order of value. */
export const RESULTS: readonly StatusDescription[] = (Object.keys(Result) as ResultName[]).map((name) =>
  describe(name, Result[name], ENTRIES[name]),
);
/** Every Status of CONNECT_RESP, in order of value. */
export const CONNECT_STATUSES: readonly StatusDescription[] = (Object.keys(ConnectStatus) as ConnectStatusName[]).map((name) =>
  describe(name, ConnectStatus[name], CONNECT_ENTRIES[name]),
);

/** The outcomes that the standard has a Result of its own for. */
const STANDARD: Readonly<Partial<Record<OutcomeName, ResultName>>> = {
  ok: "CMPP_OK",
  // A malformed submit is answered with its field's own Result; this one is for what no field explains.
  malformed: "CMPP_STRUCTURE",
  // Clients repeat a submit that got 8, and only 8.
  throttled: "CMPP_FLOW_CONTROL",
  queue_full: "CMPP_FLOW_CONTROL",
  store_unavailable: "CMPP_FLOW_CONTROL",
  invalid_destination: "CMPP_DEST_TERMINAL_ID",
  invalid_source: "CMPP_SRC_ID",
  invalid_encoding: "CMPP_MSG_LENGTH",
  too_long: "CMPP_TOO_LONG",
};

const ANSWERS = new Answers(STANDARD, Result, 0, "CMPP_FLOW_CONTROL");

/** The Result that an outcome is answered with. */
export function outcomeStatus(outcome: Outcome): number {
  return ANSWERS.statusOf(outcome);
}

/** Result and name of an outcome's answer. */
export function explainOutcome(outcome: Outcome): { readonly status: number; readonly name: string } {
  return ANSWERS.explain(outcome);
}

/** The first and the last of the Results that the standard leaves to vendors, who must document them. */
const VENDOR_FIRST = 100;
const VENDOR_LAST = 199;

const BY_CODE = new Map<number, StatusDescription>(RESULTS.map((each) => [each.code, each]));
for (const refusal of ANSWERS.refusals) if (!BY_CODE.has(refusal.code)) BY_CODE.set(refusal.code, refusal);

/** Every Result that has a name, by number: the standard's and our own. */
export const RESULT_NAMES: ReadonlyMap<number, string> = new Map([...BY_CODE].map(([code, { name }]) => [code, name]));

/**
 * What a Result says and asks of us, for every number there is. Only 8 is ever tried again by itself: gateways answer
 * what has no number of its own with any other, and a blanket repetition hammers them.
 */
export function explainStatus(result: number): StatusDescription {
  const known = BY_CODE.get(result);
  if (known !== undefined) return known;
  const vendor = result >= VENDOR_FIRST && result <= VENDOR_LAST;
  return {
    code: result,
    name: `${vendor ? "VENDOR" : "RESERVED"}_${result}`,
    meaning: vendor ? "a vendor's own Result" : "a Result nobody defined",
    reaction: "refuse_alarm",
  };
}

/** The reaction alone, without allocating for what is known. */
export function reactionTo(result: number): Reaction {
  return result === 0 ? "ok" : explainStatus(result).reaction;
}

const CONNECT_BY_CODE = new Map<number, StatusDescription>(CONNECT_STATUSES.map((each) => [each.code, each]));

/** What a Status of CONNECT_RESP says, for every number there is. */
export function explainConnectStatus(status: number): StatusDescription {
  return CONNECT_BY_CODE.get(status) ?? describe(`CONNECT_OTHER_${status}`, status, CONNECT_ENTRIES.CONNECT_OTHER);
}

/** The last Result that DELIVER_RESP has; above it is "other". [protocols sheet 1.11] */
const DELIVER_LAST = Result.CMPP_FLOW_CONTROL;

/** The numbers that are no Result of SUBMIT_RESP. */
export const OTHER_STATUSES: readonly StatusTable[] = [
  {
    of: "Status of CONNECT_RESP",
    names: new Map(CONNECT_STATUSES.map(({ code, name }) => [code, name])),
    explain: (status) => ({
      ...explainConnectStatus(status),
      action: status === 0 ? "Nothing."
        : status === ConnectStatus.CONNECT_OTHER ? "Close connections that are not needed, or have more allowed; ask whether the account is suspended."
        : "Check SP_Id, secret, version, and the address that connects; trying again alone does not help.",
    }),
  },
  {
    of: "Result of DELIVER_RESP",
    names: new Map(RESULTS.filter(({ code }) => code <= DELIVER_LAST).map(({ code, name }) => [code, name])),
    explain: (status) => ({ ...explainStatus(status), action: status === 0 ? "Nothing." : "From a customer it asks us to: deliver it again later." }),
  },
];

/**
 * The Result that a wrong field is answered with. Fields of fixed width can only be missing, and then the structure is
 * wrong; these are for what their content says (`fieldFault`). [protocols sheet 1.7; design: refusals]
 */
export const FIELD_STATUS = {
  Total_Length: Result.CMPP_STRUCTURE,
  Msg_Id: Result.CMPP_STRUCTURE,
  Pk_total: Result.CMPP_STRUCTURE,
  Pk_number: Result.CMPP_STRUCTURE,
  Registered_Delivery: Result.CMPP_STRUCTURE,
  Msg_level: Result.CMPP_STRUCTURE,
  Service_Id: Result.CMPP_SERVICE_ID,
  Fee_UserType: Result.CMPP_FEE,
  Fee_terminal_Id: Result.CMPP_FEE_TERMINAL_ID,
  Fee_terminal_type: Result.CMPP_FEE_TERMINAL_ID,
  TP_pId: Result.CMPP_STRUCTURE,
  TP_udhi: Result.CMPP_STRUCTURE,
  Msg_Fmt: Result.CMPP_MSG_LENGTH,
  Msg_src: Result.CMPP_MSG_SRC,
  FeeType: Result.CMPP_FEE,
  FeeCode: Result.CMPP_FEE,
  ValId_Time: Result.CMPP_STRUCTURE,
  At_Time: Result.CMPP_STRUCTURE,
  Src_Id: Result.CMPP_SRC_ID,
  DestUsr_tl: Result.CMPP_DEST_TERMINAL_ID,
  Dest_terminal_Id: Result.CMPP_DEST_TERMINAL_ID,
  Dest_terminal_type: Result.CMPP_DEST_TERMINAL_ID,
  Msg_Length: Result.CMPP_MSG_LENGTH,
  Msg_Content: Result.CMPP_MSG_LENGTH,
} as const;
export type FieldName = keyof typeof FIELD_STATUS;
