/**
 * SMPP 3.3, 3.4 and 5.0 as a WireProtocol: the message centre's end for customers, the ESME's end for operators.
 */
import { listenSockets } from "../wire/listener.js";
import type { CustomerEvents, LinkOptions, Listener, ListenOptions, OperatorEvents, OperatorLink, WireProtocol } from "../wire/protocol.js";
import { SampledLog } from "../wire/sampled-log.js";
import { VERSION_34 } from "./bind.js";
import { SmppCustomerSession } from "./customer-session.js";
import { SmppOperatorLink } from "./operator-link.js";
import { shownMessageId } from "./operations.js";
import { LINK_SETTINGS } from "./settings.js";
import { explainOutcome, explainStatus } from "./status.js";

export const smpp: WireProtocol = {
  name: "smpp",
  linkSettings: LINK_SETTINGS,

  async listen(options: ListenOptions, events: CustomerEvents): Promise<Listener> {
    const log = new SampledLog(options.log, options.clock);
    return listenSockets(options, log, (socket, address, port) => {
      const session = new SmppCustomerSession(socket, address, port, options, events, log);
      return session.admit() ? session : null;
    });
  },

  connect(options: LinkOptions, events: OperatorEvents): OperatorLink {
    return new SmppOperatorLink(options, events);
  },

  explainOutcome,
  explainStatus,

  formatMessageId(id: number): string {
    return shownMessageId(id, VERSION_34);
  },
};
