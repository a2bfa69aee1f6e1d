/**
 * SettingReader: a protocol's own settings read by the table that describes them; what makes no sense is its default.
 */
import type { ProtocolSettings, SettingDescription } from "./protocol.js";

export class SettingReader {
  readonly #descriptions: readonly SettingDescription[];
  readonly #settings: ProtocolSettings;

  constructor(descriptions: readonly SettingDescription[], settings: ProtocolSettings) {
    this.#descriptions = descriptions;
    this.#settings = settings;
  }

  /** Text, one of the choices where there are some. */
  word(name: string): string {
    const { choices, default: preset } = this.#described(name);
    const value = String(this.#settings[name] ?? preset);
    return choices === undefined || choices.includes(value) ? value : String(preset);
  }

  /** A whole number from `min` to `max`. */
  number(name: string, min: number, max: number): number {
    const { default: preset } = this.#described(name);
    const value = Number(this.#settings[name] ?? NaN);
    return Number.isInteger(value) && value >= min && value <= max ? value : Number(preset);
  }

  flag(name: string): boolean {
    return (this.#settings[name] ?? this.#described(name).default) === true;
  }

  /** @throws TypeError when the table has no such setting: our own bug. */
  #described(name: string): SettingDescription {
    const found = this.#descriptions.find((setting) => setting.name === name);
    if (found === undefined) throw new TypeError(`no setting is called ${name}`);
    return found;
  }
}
