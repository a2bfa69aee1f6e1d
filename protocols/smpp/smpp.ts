/**
 * SMPP 3.3, 3.4 and 5.0 as a WireProtocol: the message centre's end for customers, the ESME's end for operators.
 */
import { fitsAsIs, planText } from "../model/plan.js";
import { DialledCall } from "../wire/customer-call.js";
import { listenSockets } from "../wire/listener.js";
import type { CustomerCall, CustomerEvents, DialOptions, LinkOptions, Listener, ListenOptions, OperatorEvents, OperatorLink, WireProtocol } from "../wire/protocol.js";
import { VERSION_33, VERSION_34, VERSION_50, versionName } from "./bind.js";
import { SmppCustomerSession } from "./customer-session.js";
import { describePdu } from "./describe.js";
import { openLink } from "./link-connection.js";
import { readMessageId, shownMessageId } from "./operations.js";
import { sampleSubmit } from "./sample.js";
import { LINK_SETTINGS, linkTerms, linkText } from "./settings.js";
import { STATUS_NAMES, explainOutcome, explainStatus } from "./status.js";

/** What a bind has room for. [SMPP 3.4 4.1; the smpp sheet's wide form] */
const BIND_TEXT = /^[\x20-\x7e\xa0-\xff]{1,64}$/;
const BIND_TEXT_WORDS = "1 to 64 characters of Latin-1, no control characters";

export const smpp: WireProtocol = {
  name: "smpp",
  usualPort: 2775,
  usualWindow: 100,
  proof: "password",
  // [SMPP 3.4 5.2.2] An octet string of at most 9 with its NUL.
  maxPasswordOctets: 8,
  // Some operators insist on longer ones than the standard's 15 and 8 characters.
  bindName: { shape: BIND_TEXT, called: "system_id", words: BIND_TEXT_WORDS },
  bindSecret: { shape: BIND_TEXT, called: "password", words: BIND_TEXT_WORDS },
  versions: [VERSION_33, VERSION_34, VERSION_50].map(versionName),
  listenSettings: [],
  linkSettings: LINK_SETTINGS,
  linkFaults: (settings) => linkTerms(settings).faults,

  async listen(options: ListenOptions, events: CustomerEvents): Promise<Listener> {
    return listenSockets(options, (socket, address, port) => {
      const session = new SmppCustomerSession(socket, address, port, options, events);
      return session.admit() ? session : null;
    });
  },

  dial(options: DialOptions, events: CustomerEvents): CustomerCall {
    return new DialledCall(options, (socket, address, port) => {
      const session = new SmppCustomerSession(socket, address, port, options, events, options.account);
      if (!session.admit()) return null;
      session.outbind();
      return session;
    });
  },

  connect(options: LinkOptions, events: OperatorEvents): OperatorLink {
    return openLink(options, events);
  },

  plan: (parts, settings, options) => planText(parts, linkText(settings), options),
  fits: (message, settings) => fitsAsIs(message, linkText(settings)),
  describe: describePdu,
  explainOutcome,
  statusesInHex: true,
  sample: sampleSubmit,
  explainStatus,
  statusNames: STATUS_NAMES,

  formatMessageId(id: number): string {
    return shownMessageId(id, VERSION_34);
  },

  parseMessageId(text: string): number {
    return readMessageId(text, VERSION_34, 0);
  },
};
