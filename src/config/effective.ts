/**
 * Effective values: every setting as it will be used, and where it came from (file and line, or the default).
 */
import { TABLES } from "./schema.js";
import type { Fields, Setting } from "./setting.js";
import type { Settings } from "./settings.js";
import type { TomlDocument, TomlTable } from "./toml.js";
import type { ProtocolFields } from "./validate.js";

export interface Effective {
  /** `listen[0].port`. */
  readonly key: string;
  /** As it would stand in the file; secrets are masked. */
  readonly value: string;
  /** `tollgate.toml:6`, or "default". */
  readonly origin: string;
  readonly unit: string;
  readonly help: string;
}

export interface EffectiveInput {
  readonly document: TomlDocument;
  readonly file: string;
  readonly protocols: ProtocolFields;
  readonly settings: Settings;
}

const MASK = "********";

/** In the order of the schema. Settings that are absent and have no default are left out. */
export function effectiveValues(input: EffectiveInput): Effective[] {
  const lines: Effective[] = [];
  for (const [name, table] of TABLES) {
    const given = input.document.value[name];
    if (table.kind === "section") {
      addFields(lines, input, name, table.fields, (given ?? {}) as TomlTable);
      continue;
    }
    ((given ?? []) as TomlTable[]).forEach((one, index) => {
      const key = `${name}[${index}]`;
      if (name !== "operator" && name !== "listen") return addFields(lines, input, key, table.fields, one);
      const { protocol = "", ...used } = input.settings[name][index] ?? {};
      addFields(lines, input, key, table.fields, one, used);
      addFields(lines, input, `${key}.${protocol}`, input.protocols.get(protocol)?.[name] ?? {}, (one[protocol] ?? {}) as TomlTable);
    });
  }
  return lines;
}

/** Settings whose default depends on the protocol: shown as they are used. */
const BY_PROTOCOL: readonly string[] = ["port", "window"];

/** @param used the settings made of the table, for defaults that no single setting can tell */
function addFields(lines: Effective[], input: EffectiveInput, base: string, fields: Fields, given: TomlTable, used: object = {}): void {
  for (const [name, setting] of Object.entries(fields)) {
    const key = `${base}.${name}`;
    const value = given[name] ?? setting.default ?? (BY_PROTOCOL.includes(name) ? (used as TomlTable)[name] : undefined);
    if (value === undefined) continue;
    const places = input.document.places.get(key);
    // An operator supplied for the simulator has values and no place in the file.
    const origin = given[name] === undefined || places === undefined ? "default" : `${input.file}:${places.key.line}`;
    lines.push({ key, value: valueText(setting, value), origin, unit: setting.unit, help: setting.help });
  }
}

function valueText(setting: Setting<unknown>, value: unknown): string {
  return setting.secret ? MASK : JSON.stringify(value);
}
