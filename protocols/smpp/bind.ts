/**
 * Bind: versions, directions and refusals, as both ends of a bind need them.
 */
import type { BindDirection, BindRefusal } from "../wire/protocol.js";
import { CommandId, SessionState } from "./commands.js";
import { Status, explainStatus } from "./status.js";

export const VERSION_33 = 0x33;
export const VERSION_34 = 0x34;
export const VERSION_50 = 0x50;

/** The version a session speaks for what the peer's bind said; no value is ever refused. [SMPP 3.4 5.2.4] */
export function normalVersion(interfaceVersion: number): number {
  if (interfaceVersion < VERSION_34) return VERSION_33;
  return interfaceVersion < VERSION_50 ? VERSION_34 : VERSION_50;
}

export function versionName(version: number): string {
  return version === VERSION_33 ? "3.3" : version === VERSION_34 ? "3.4" : "5.0";
}

export function isBind(commandId: number): boolean {
  return commandId === CommandId.bind_transceiver || commandId === CommandId.bind_transmitter || commandId === CommandId.bind_receiver;
}

export function directionOf(bindCommand: number): BindDirection {
  if (bindCommand === CommandId.bind_transmitter) return "transmit";
  return bindCommand === CommandId.bind_receiver ? "receive" : "both";
}

export function boundState(direction: BindDirection): SessionState {
  if (direction === "transmit") return SessionState.bound_tx;
  return direction === "receive" ? SessionState.bound_rx : SessionState.bound_trx;
}

/**
 * What a refused bind is answered with. Never "invalid password" or "invalid system id": some gateways then give up for
 * ever, and strangers would learn which names exist.
 */
export function refusalStatus(reason: BindRefusal): number {
  return reason === "shutting_down" ? Status.ESME_RSYSERR : Status.ESME_RBINDFAIL;
}

/** Answers to our bind after which asking again soon is useless: names, passwords and rights do not mend by themselves. */
const LASTING_REFUSALS: ReadonlySet<number> = new Set<number>([
  Status.ESME_RINVCMDID, Status.ESME_RALYBND, Status.ESME_RBINDFAIL, Status.ESME_RINVPASWD, Status.ESME_RINVSYSID,
  Status.ESME_RINVSYSTYP, Status.ESME_RPROHIBITED,
]);

export function isLastingRefusal(status: number): boolean {
  return LASTING_REFUSALS.has(status);
}

/** For the link's state: "bind refused: ESME_RINVPASWD, ...". */
export function refusalText(status: number): string {
  const { name, meaning } = explainStatus(status);
  return `bind refused: ${name}, ${meaning}`;
}
