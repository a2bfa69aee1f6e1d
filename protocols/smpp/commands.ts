/**
 * Every command of SMPP 3.3, 3.4 and 5.0: number, who may send it, in which session state, and what answers it.
 *
 * ```
 *  OPEN --bind ok--> BOUND_TX | BOUND_RX | BOUND_TRX --unbind answered--> UNBOUND --> CLOSED
 *    '--outbind--> OUTBOUND --bind ok--^
 * ```
 */
import { commandTable, isResponse } from "../wire/command-table.js";

/** Command numbers under the standard's names; an answer's number is its request's with bit 31 set. */
export const CommandId = {
  generic_nack: 0x80000000,
  bind_receiver: 0x00000001,
  bind_receiver_resp: 0x80000001,
  bind_transmitter: 0x00000002,
  bind_transmitter_resp: 0x80000002,
  query_sm: 0x00000003,
  query_sm_resp: 0x80000003,
  submit_sm: 0x00000004,
  submit_sm_resp: 0x80000004,
  deliver_sm: 0x00000005,
  deliver_sm_resp: 0x80000005,
  unbind: 0x00000006,
  unbind_resp: 0x80000006,
  replace_sm: 0x00000007,
  replace_sm_resp: 0x80000007,
  cancel_sm: 0x00000008,
  cancel_sm_resp: 0x80000008,
  bind_transceiver: 0x00000009,
  bind_transceiver_resp: 0x80000009,
  outbind: 0x0000000b,
  enquire_link: 0x00000015,
  enquire_link_resp: 0x80000015,
  submit_multi: 0x00000021,
  submit_multi_resp: 0x80000021,
  param_retrieve: 0x00000022,
  param_retrieve_resp: 0x80000022,
  query_last_msgs: 0x00000023,
  query_last_msgs_resp: 0x80000023,
  query_msg_details: 0x00000024,
  query_msg_details_resp: 0x80000024,
  alert_notification: 0x00000102,
  data_sm: 0x00000103,
  data_sm_resp: 0x80000103,
  broadcast_sm: 0x00000111,
  broadcast_sm_resp: 0x80000111,
  query_broadcast_sm: 0x00000112,
  query_broadcast_sm_resp: 0x80000112,
  cancel_broadcast_sm: 0x00000113,
  cancel_broadcast_sm_resp: 0x80000113,
} as const;
export type CommandId = (typeof CommandId)[keyof typeof CommandId];
export type CommandName = keyof typeof CommandId;

/** Names in the standard's order; the name of a number; the number that an answer to a request bears. */
export const { names: COMMAND_NAMES, nameOf: commandName, responseId } = commandTable<CommandName>(CommandId);
export { isResponse };

/** Bits, so that the matrix below can name several at once. */
export const SessionState = {
  closed: 0,
  open: 1,
  outbound: 2,
  bound_tx: 4,
  bound_rx: 8,
  bound_trx: 16,
  unbound: 32,
} as const;
export type SessionState = (typeof SessionState)[keyof typeof SessionState];

/** The two ends of a session. */
export type Role = "smsc" | "esme";

const { open: OPEN, outbound: OUTBOUND, bound_tx: TX, bound_rx: RX, bound_trx: TRX } = SessionState;
const BOUND = TX | RX | TRX;
const ANY = 63;

export interface Operation {
  readonly name: CommandName;
  /** Session states in which an ESME may send it; 0 = never. */
  readonly fromEsme: number;
  /** The same for a message centre. */
  readonly fromSmsc: number;
  /** First and last interface_version that has it. */
  readonly since: number;
  readonly until: number;
}

const V33 = 0x00;
const V34 = 0x34;
const V50 = 0x50;
const ALL = 0xff;

/** Requests, and who may send them when. [SMPP 3.4 2.3; SMPP 5.0 2.4] */
export const OPERATIONS: readonly Operation[] = [
  { name: "bind_receiver", fromEsme: OPEN | OUTBOUND, fromSmsc: 0, since: V33, until: ALL },
  { name: "bind_transmitter", fromEsme: OPEN | OUTBOUND, fromSmsc: 0, since: V33, until: ALL },
  // A bind states its own version, so none is known before it: every version may try.
  { name: "bind_transceiver", fromEsme: OPEN | OUTBOUND, fromSmsc: 0, since: V33, until: ALL },
  { name: "outbind", fromEsme: 0, fromSmsc: OPEN, since: V33, until: ALL },
  { name: "unbind", fromEsme: BOUND, fromSmsc: BOUND, since: V33, until: ALL },
  // Peers probe before they bind and after they unbind; 5.0 allows it and refusing helps nobody. [SMPP 5.0 2.4]
  { name: "enquire_link", fromEsme: ANY, fromSmsc: ANY, since: V33, until: ALL },
  { name: "submit_sm", fromEsme: TX | TRX, fromSmsc: 0, since: V33, until: ALL },
  { name: "submit_multi", fromEsme: TX | TRX, fromSmsc: 0, since: V33, until: ALL },
  { name: "data_sm", fromEsme: TX | TRX, fromSmsc: RX | TRX, since: V34, until: ALL },
  { name: "deliver_sm", fromEsme: 0, fromSmsc: RX | TRX, since: V33, until: ALL },
  { name: "query_sm", fromEsme: TX | TRX, fromSmsc: 0, since: V33, until: ALL },
  { name: "cancel_sm", fromEsme: TX | TRX, fromSmsc: 0, since: V33, until: ALL },
  { name: "replace_sm", fromEsme: TX | TRX, fromSmsc: 0, since: V33, until: ALL },
  { name: "alert_notification", fromEsme: 0, fromSmsc: RX | TRX, since: V34, until: ALL },
  { name: "broadcast_sm", fromEsme: TX | TRX, fromSmsc: 0, since: V50, until: ALL },
  { name: "query_broadcast_sm", fromEsme: TX | TRX, fromSmsc: 0, since: V50, until: ALL },
  { name: "cancel_broadcast_sm", fromEsme: TX | TRX, fromSmsc: 0, since: V50, until: ALL },
  { name: "param_retrieve", fromEsme: BOUND, fromSmsc: 0, since: V33, until: V34 - 1 },
  { name: "query_last_msgs", fromEsme: BOUND, fromSmsc: 0, since: V33, until: V34 - 1 },
  { name: "query_msg_details", fromEsme: BOUND, fromSmsc: 0, since: V33, until: V34 - 1 },
];

const BY_ID = new Map<number, Operation>(OPERATIONS.map((operation) => [CommandId[operation.name], operation]));

/**
 * Whether the end `role` may be sent this command now. `version` is the session's interface_version (0x00..0xFF).
 *
 * An answer may come wherever its request may have gone out, and still after unbind; generic_nack may come always.
 */
export function mayReceive(role: Role, state: SessionState, commandId: number, version: number): boolean {
  if (state === SessionState.closed) return false;
  if (commandId === CommandId.generic_nack) return true;
  const response = isResponse(commandId);
  const operation = BY_ID.get(response ? commandId & 0x7fffffff : commandId);
  if (operation === undefined || (response && responseId(commandId & 0x7fffffff) === 0)) return false;
  if (version < operation.since || version > operation.until) return false;
  // The sender of an answer is the receiver of its request.
  const fromEsme = (role === "smsc") !== response;
  const states = fromEsme ? operation.fromEsme : operation.fromSmsc;
  return (states & (response && state === SessionState.unbound ? BOUND : state)) !== 0;
}
