/**
 * Message ids as people quote them: our own number, or the form that customers of a listener's protocol see.
 *
 * A text is read as a form only where that form would be written just so; our own number comes last, since some forms
 * are digits too.
 */
import type { WireProtocol } from "../../protocols/wire/protocol.js";
import type { ListenSettings } from "../config/settings.js";
import { readMessageId } from "./command.js";
import { CliError, Exit } from "./exit.js";

/** The part of a protocol, and of a listener's settings, that this needs. */
export type IdForms = Pick<WireProtocol, "name" | "formatMessageId" | "parseMessageId">;
export type IdListener = Pick<ListenSettings, "protocol" | "settings">;

export class MessageIdForms {
  readonly #listeners: readonly (readonly [protocol: IdForms, settings: ListenSettings["settings"]])[];

  constructor(listeners: readonly IdListener[], protocols: readonly IdForms[]) {
    this.#listeners = listeners.flatMap(({ protocol: name, settings }) => {
      const protocol = protocols.find((one) => one.name === name);
      return protocol === undefined ? [] : [[protocol, settings] as const];
    });
  }

  /** Our id; null when the text is in no form of any. `nowMs` is wall time. */
  read(text: string, nowMs: number): number | null {
    const quoted = text.trim().toLowerCase();
    for (const [protocol, settings] of this.#listeners) {
      const id = protocol.parseMessageId(quoted, settings, nowMs);
      if (id > 0 && String(id) !== quoted && protocol.formatMessageId(id, settings).toLowerCase() === quoted) return id;
    }
    return readMessageId(quoted);
  }

  /** As read. @throws CliError */
  required(text: string, nowMs: number): number {
    const id = this.read(text, nowMs);
    if (id === null) {
      throw new CliError(Exit.usage, `${JSON.stringify(text)} is no message id of ours`, "our number, or the form that a customer was answered with; an operator's id is looked for with trace --operator-id");
    }
    return id;
  }

  /** The forms that differ from our number, by protocol, each once. */
  shown(id: number): readonly { readonly protocol: string; readonly id: string }[] {
    const forms = new Map<string, string>();
    for (const [protocol, settings] of this.#listeners) {
      const form = protocol.formatMessageId(id, settings);
      if (form !== String(id)) forms.set(form, protocol.name);
    }
    return [...forms].map(([form, protocol]) => ({ protocol, id: form }));
  }
}
