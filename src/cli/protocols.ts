/**
 * The protocols this build speaks, loaded when a command needs them.
 */
import type { WireProtocol } from "../../protocols/wire/protocol.js";

const NAMES = ["smpp"] as const;

export async function loadProtocols(): Promise<readonly WireProtocol[]> {
  const { protocolByName } = await import("../../protocols/index.js");
  return NAMES.flatMap((name) => protocolByName(name) ?? []);
}
