/**
 * Binding as a customer in the protocol that is asked for; its client is loaded with it.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { Bound, ClientReceipt } from "./send-client.js";
import type { SendTarget } from "./send-target.js";

/** Connects and binds. A null client says why: the gateway's status, or 0 when there was none. */
export async function bindCustomer(target: SendTarget, clock: Clock, onReceipt: (receipt: ClientReceipt) => void): Promise<Bound> {
  const options = { ...target, clock, onReceipt };
  if (target.protocol === "cmpp") return (await import("./send-cmpp.js")).bindCmpp(options, target.version);
  return (await import("./send-smpp.js")).bindSmpp(options);
}
