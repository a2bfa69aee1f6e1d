/**
 * CMPP 2.0, 2.1 and 3.0: the ISMG's end for customers.
 */
import { listenSockets } from "../wire/listener.js";
import type { CustomerEvents, Listener, ListenOptions } from "../wire/protocol.js";
import { CmppCustomerSession } from "./customer-session.js";

/** Takes SPs' connections. */
export async function listenForSps(options: ListenOptions, events: CustomerEvents): Promise<Listener> {
  return listenSockets(options, (socket, address, port) => {
    const session = new CmppCustomerSession(socket, address, port, options, events);
    return session.admit() ? session : null;
  });
}
