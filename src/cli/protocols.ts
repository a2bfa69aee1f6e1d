/**
 * The protocols this build speaks, loaded when a command needs them.
 */
import type { WireProtocol } from "../../protocols/wire/protocol.js";

export async function loadProtocols(): Promise<readonly WireProtocol[]> {
  const { PROTOCOL_NAMES, protocolByName } = await import("../../protocols/index.js");
  return PROTOCOL_NAMES.flatMap((name) => protocolByName(name) ?? []);
}
