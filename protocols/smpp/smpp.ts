/**
 * SMPP 3.3, 3.4 and 5.0 as a WireProtocol: the message centre's end for customers, the ESME's end for operators.
 */
import { Outcome } from "../model/outcome.js";
import { fitsAsIs, planText } from "../model/plan.js";
import { listenSockets } from "../wire/listener.js";
import type { CustomerEvents, LinkOptions, Listener, ListenOptions, OperatorEvents, OperatorLink, WireProtocol } from "../wire/protocol.js";
import { VERSION_34 } from "./bind.js";
import { SmppCustomerSession } from "./customer-session.js";
import { describePdu } from "./describe.js";
import { openLink } from "./link-connection.js";
import { readMessageId, shownMessageId } from "./operations.js";
import { LINK_SETTINGS, linkText } from "./settings.js";
import { STATUSES, explainOutcome, explainStatus } from "./status.js";

/** From here on a status means what its vendor says. [SMPP 3.4 5.1.3] */
const VENDOR_FIRST = 0x400;

/** The standards' statuses and our own vendor ones. */
const STATUS_NAMES = new Map<number, string>([
  ...STATUSES.map(({ code, name }) => [code, name] as const),
  ...Object.values(Outcome).map((outcome) => explainOutcome(outcome)).filter(({ status }) => status >= VENDOR_FIRST).map(({ status, name }) => [status, name] as const),
]);

export const smpp: WireProtocol = {
  name: "smpp",
  usualPort: 2775,
  usualWindow: 100,
  proof: "password",
  listenSettings: [],
  linkSettings: LINK_SETTINGS,

  async listen(options: ListenOptions, events: CustomerEvents): Promise<Listener> {
    return listenSockets(options, (socket, address, port) => {
      const session = new SmppCustomerSession(socket, address, port, options, events);
      return session.admit() ? session : null;
    });
  },

  connect(options: LinkOptions, events: OperatorEvents): OperatorLink {
    return openLink(options, events);
  },

  plan: (parts, settings, options) => planText(parts, linkText(settings), options),
  fits: (message, settings) => fitsAsIs(message, linkText(settings)),
  describe: describePdu,
  explainOutcome,
  explainStatus,
  statusNames: STATUS_NAMES,

  formatMessageId(id: number): string {
    return shownMessageId(id, VERSION_34);
  },

  parseMessageId(text: string): number {
    return readMessageId(text, VERSION_34, 0);
  },
};
