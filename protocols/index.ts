/**
 * The only door to the protocols: one by its name, and the types the rest of the gateway speaks in.
 */
import { cmpp } from "./cmpp/cmpp.js";
import { smpp } from "./smpp/smpp.js";
import type { WireProtocol } from "./wire/protocol.js";

const PROTOCOLS: ReadonlyMap<string, WireProtocol> = new Map([smpp, cmpp].map((protocol) => [protocol.name, protocol]));

/** Every protocol that `[[listen]]` and `[[operator]]` may name. */
export const PROTOCOL_NAMES: readonly string[] = [...PROTOCOLS.keys()];

/** The protocol of that name, e.g. "smpp"; undefined when there is none. */
export function protocolByName(name: string): WireProtocol | undefined {
  return PROTOCOLS.get(name);
}

export type * from "./model/message.js";
export type * from "./model/outcome.js";
export type * from "./model/receipt.js";
export type * from "./model/state.js";
export type * from "./wire/clock.js";
export type * from "./wire/protocol.js";
