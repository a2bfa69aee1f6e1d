/**
 * Every command of CMPP 2.0, 2.1 and 3.0: number, who may send it, in which session state, and what answers it.
 *
 * ```
 *  OPEN --CONNECT ok--> BOUND --TERMINATE answered--> UNBOUND --> CLOSED
 * ```
 * 0x09 and 0x10..0x17 are spoken among gateways and with the routing server: known by name, never served to an SP.
 * [protocols sheet 1.2]
 */
import { commandTable, isResponse } from "../wire/command-table.js";

/** Command numbers under the standard's names; an answer's number is its request's with bit 31 set. */
export const CommandId = {
  CONNECT: 0x00000001,
  CONNECT_RESP: 0x80000001,
  TERMINATE: 0x00000002,
  TERMINATE_RESP: 0x80000002,
  SUBMIT: 0x00000004,
  SUBMIT_RESP: 0x80000004,
  DELIVER: 0x00000005,
  DELIVER_RESP: 0x80000005,
  QUERY: 0x00000006,
  QUERY_RESP: 0x80000006,
  CANCEL: 0x00000007,
  CANCEL_RESP: 0x80000007,
  ACTIVE_TEST: 0x00000008,
  ACTIVE_TEST_RESP: 0x80000008,
  FWD: 0x00000009,
  FWD_RESP: 0x80000009,
  // Hexadecimal: the command after 0x09 is 16, not 10.
  MT_ROUTE: 0x00000010,
  MT_ROUTE_RESP: 0x80000010,
  MO_ROUTE: 0x00000011,
  MO_ROUTE_RESP: 0x80000011,
  GET_MT_ROUTE: 0x00000012,
  GET_MT_ROUTE_RESP: 0x80000012,
  MT_ROUTE_UPDATE: 0x00000013,
  MT_ROUTE_UPDATE_RESP: 0x80000013,
  MO_ROUTE_UPDATE: 0x00000014,
  MO_ROUTE_UPDATE_RESP: 0x80000014,
  PUSH_MT_ROUTE_UPDATE: 0x00000015,
  PUSH_MT_ROUTE_UPDATE_RESP: 0x80000015,
  PUSH_MO_ROUTE_UPDATE: 0x00000016,
  PUSH_MO_ROUTE_UPDATE_RESP: 0x80000016,
  GET_MO_ROUTE: 0x00000017,
  GET_MO_ROUTE_RESP: 0x80000017,
} as const;
export type CommandId = (typeof CommandId)[keyof typeof CommandId];
export type CommandName = keyof typeof CommandId;

/** Names in the standard's order; the name of a number; the number that an answer to a request bears. */
export const { names: COMMAND_NAMES, nameOf: commandName, responseId } = commandTable<CommandName>(CommandId);
export { isResponse };

/** Bits, so that the matrix below can name several at once. */
export const SessionState = { closed: 0, open: 1, bound: 2, unbound: 4 } as const;
export type SessionState = (typeof SessionState)[keyof typeof SessionState];

/** The two ends of a session: the gateway, and the service provider who dialled it. */
export type Role = "ismg" | "sp";

const { open: OPEN, bound: BOUND } = SessionState;

export interface Operation {
  readonly name: CommandName;
  /** Session states in which an SP may send it; 0 = never. */
  readonly fromSp: number;
  /** The same for a gateway. */
  readonly fromIsmg: number;
}

/** Requests of an SP's link, and who may send them when. Before CONNECT nothing else is due. [protocols sheet 1.2, 1.16] */
export const OPERATIONS: readonly Operation[] = [
  { name: "CONNECT", fromSp: OPEN, fromIsmg: 0 },
  { name: "TERMINATE", fromSp: BOUND, fromIsmg: BOUND },
  { name: "SUBMIT", fromSp: BOUND, fromIsmg: 0 },
  { name: "DELIVER", fromSp: 0, fromIsmg: BOUND },
  { name: "QUERY", fromSp: BOUND, fromIsmg: 0 },
  { name: "CANCEL", fromSp: BOUND, fromIsmg: 0 },
  { name: "ACTIVE_TEST", fromSp: BOUND, fromIsmg: BOUND },
];

const BY_ID = new Map<number, Operation>(OPERATIONS.map((operation) => [CommandId[operation.name], operation]));

/**
 * Whether the end `role` may be sent this command now. An answer may come wherever its request may have gone out, and
 * still after TERMINATE.
 */
export function mayReceive(role: Role, state: SessionState, commandId: number): boolean {
  if (state === SessionState.closed) return false;
  const response = isResponse(commandId);
  const operation = BY_ID.get(response ? commandId & 0x7fffffff : commandId);
  if (operation === undefined) return false;
  // The sender of an answer is the receiver of its request.
  const fromSp = (role === "ismg") !== response;
  const states = fromSp ? operation.fromSp : operation.fromIsmg;
  return (states & (response && state === SessionState.unbound ? BOUND : state)) !== 0;
}
