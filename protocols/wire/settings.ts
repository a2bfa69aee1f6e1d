/**
 * SettingReader: a protocol's own settings read by the table that describes them; what makes no sense is its default.
 */
import type { ProtocolSettings, SettingDescription, SettingFault } from "./protocol.js";

export class SettingReader {
  readonly #descriptions: readonly SettingDescription[];
  readonly #settings: ProtocolSettings;
  /** What of the settings makes no sense and was left out. */
  readonly faults: SettingFault[] = [];

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

  /** Text of up to `most` characters of an alphabet, which is all that the wire can carry. */
  carried(name: string, most: number, alphabet: RegExp, called: string): string {
    const value = this.word(name);
    if (value.length <= most && alphabet.test(value)) return value;
    this.faults.push({ name, fault: `not up to ${most} characters of ${called}` });
    return String(this.#described(name).default);
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
