/**
 * CMPP 2.0, 2.1 and 3.0 as a WireProtocol: the ISMG's end for customers, the SP's end for operators.
 */
import { fitsAsIs, planText } from "../model/plan.js";
import { listenSockets } from "../wire/listener.js";
import type { CustomerEvents, LinkOptions, Listener, ListenOptions, OperatorEvents, OperatorLink, ProtocolSettings, WireProtocol } from "../wire/protocol.js";
import { VERSIONS, versionName } from "./bind.js";
import { CmppCustomerSession } from "./customer-session.js";
import { describePdu } from "./describe.js";
import { openLink } from "./link-connection.js";
import { formatMsgId, msgIdHigh, msgIdLow, ourMessageId, parseMsgId } from "./msgid.js";
import { sampleSubmit } from "./sample.js";
import { LINK_SETTINGS, LISTEN_SETTINGS, gatewayCodeOf, linkTerms, linkText } from "./settings.js";
import { OTHER_STATUSES, RESULT_NAMES, explainOutcome, explainStatus } from "./status.js";

export const cmpp: WireProtocol = {
  name: "cmpp",
  usualPort: 7890,
  usualWindow: 16,
  proof: "digest",
  bindName: { shape: /^[\x21-\x7e]{1,6}$/, called: "SP_Id", words: "1 to 6 printable characters" },
  // Never on the wire: its octets in UTF-8 are part of the digests.
  bindSecret: { shape: /^[^\p{Cc}\p{Zl}\p{Zp}]{1,128}$/u, called: "shared secret", words: "1 to 128 characters, no control characters" },
  versions: VERSIONS.map(versionName),
  exactIds: true,
  listenSettings: LISTEN_SETTINGS,
  linkSettings: LINK_SETTINGS,
  linkFaults: (settings) => linkTerms(settings).faults,

  async listen(options: ListenOptions, events: CustomerEvents): Promise<Listener> {
    return listenSockets(options, (socket, address, port) => {
      const session = new CmppCustomerSession(socket, address, port, options, events);
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
  sample: sampleSubmit,
  explainStatus,
  otherStatuses: OTHER_STATUSES,
  statusNames: RESULT_NAMES,

  /** 16 hexadecimal digits. */
  formatMessageId(id: number, settings: ProtocolSettings): string {
    const gatewayCode = gatewayCodeOf(settings);
    return formatMsgId(msgIdHigh(id, gatewayCode), msgIdLow(id, gatewayCode));
  },

  parseMessageId(text: string, settings: ProtocolSettings, nowMs: number): number {
    const msgId = parseMsgId(text);
    return msgId === null ? 0 : ourMessageId(msgId.high, msgId.low, gatewayCodeOf(settings), nowMs);
  },
};
