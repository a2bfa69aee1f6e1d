/**
 * Group: the links of one operator; hands out the one with the most room, and says in which form they take a text.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Plan, WireProtocol } from "../../protocols/wire/protocol.js";
import type { LinkPort, OperatorPort } from "../flow/ports.js";
import type { OperatorSettings } from "../config/settings.js";
import { Correlator } from "./correlator.js";
import type { Link } from "./link.js";

export class Group implements OperatorPort {
  readonly operatorNo: number;
  readonly settings: OperatorSettings;
  readonly links: Link[] = [];
  readonly correlator: Correlator;
  readonly signatureUnits: number;
  readonly #protocol: WireProtocol;
  #next = 0;

  constructor(operatorNo: number, settings: OperatorSettings, protocol: WireProtocol) {
    this.#protocol = protocol;
    this.signatureUnits = Number(settings.settings["operator_signature"] ?? 0);
    this.operatorNo = operatorNo;
    this.settings = settings;
    this.correlator = new Correlator(settings.idStyle === "auto" && protocol.exactIds === true ? "text" : settings.idStyle);
  }

  get name(): string {
    return this.settings.name;
  }

  get anyBound(): boolean {
    for (const link of this.links) if (link.state === "bound") return true;
    return false;
  }

  fits(message: Message): boolean {
    return this.#protocol.fits(message, this.settings.settings);
  }

  plan(parts: readonly Message[], reference: number, prefix: string): Plan {
    return this.#protocol.plan(parts, this.settings.settings, { reference, prefix });
  }

  reserveLink(): LinkPort | null {
    const links = this.links;
    // Round and round, so that equal links share the work and their answers come back together.
    let left = links.length;
    while (left-- > 0) {
      if (this.#next >= links.length) this.#next = 0;
      const link = links[this.#next++] as Link;
      if (link.reserve()) return link;
    }
    return null;
  }
}
