/**
 * A TOML document against the schema: values with defaults filled in, and every problem found, none hiding another.
 */
import { z } from "zod";
import type { NameForm, ProtocolSettings, SettingDescription, SettingFault, WireProtocol } from "../../protocols/wire/protocol.js";
import { SCHEMA, TABLES } from "./schema.js";
import type { Parsed } from "./schema.js";
import { fromDescription } from "./setting.js";
import type { Fields, Setting } from "./setting.js";
import { pathText } from "./toml.js";
import type { TomlDocument } from "./toml.js";
import { nearest } from "./problem.js";
import type { Problem } from "./problem.js";

/** What the configuration needs to know of a protocol: its name, what is usual for it, and the settings of its listeners and links. */
export interface ProtocolTable {
  readonly name: string;
  readonly usualPort: number;
  readonly usualWindow: number;
  readonly listenSettings: readonly SettingDescription[];
  readonly linkSettings: readonly SettingDescription[];
  readonly bindName?: NameForm;
  readonly bindSecret?: NameForm;
  linkFaults?(settings: ProtocolSettings): readonly SettingFault[];
  /** How customers prove themselves. */
  readonly proof: WireProtocol["proof"];
}

/** The tables that a protocol has settings of its own in, such as [operator.smpp]. */
export const PROTOCOL_TABLES = ["listen", "operator"] as const;
export type ProtocolTableName = (typeof PROTOCOL_TABLES)[number];

/** The protocols' own settings by protocol and table, as Settings. */
export type ProtocolFields = ReadonlyMap<string, Readonly<Record<ProtocolTableName, Fields>>>;

export function protocolFields(protocols: readonly ProtocolTable[]): ProtocolFields {
  const fields = (told: readonly SettingDescription[]): Fields => Object.fromEntries(told.map((one) => [one.name, fromDescription(one)]));
  return new Map(protocols.map((protocol) => [protocol.name, { listen: fields(protocol.listenSettings), operator: fields(protocol.linkSettings) }]));
}

/** The protocols' own settings in one table; none where the table has none. */
function ownFields(protocols: ProtocolFields, protocol: string, table: string): Fields {
  return isProtocolTable(table) ? (protocols.get(protocol)?.[table] ?? {}) : {};
}

function isProtocolTable(name: string): name is ProtocolTableName {
  return (PROTOCOL_TABLES as readonly string[]).includes(name);
}

/** The description of the setting at a path such as ["operator", 0, "smpp", "ton"], or null. */
export function settingAt(path: readonly PropertyKey[], protocols: ProtocolFields): Setting<unknown> | null {
  const names = path.filter((part): part is string => typeof part === "string");
  const [table, name, inner] = names;
  if (table === undefined || name === undefined || !Object.hasOwn(SCHEMA, table)) return null;
  const fields = SCHEMA[table as keyof typeof SCHEMA].fields as Fields;
  if (inner !== undefined) return ownFields(protocols, name, table)[inner] ?? null;
  return Object.hasOwn(fields, name) ? (fields[name] ?? null) : null;
}

/** `parsed` is null when there are problems. */
export function validate(
  document: TomlDocument,
  file: string,
  protocols: ProtocolFields,
): { readonly parsed: Parsed | null; readonly problems: readonly Problem[] } {
  const result = fileCheck(protocols).safeParse(document.value);
  if (result.success) return { parsed: result.data as unknown as Parsed, problems: [] };
  const teller = new Teller(document, file, protocols);
  const told = result.error.issues.flatMap((issue) => teller.tell(issue));
  // A value can be wrong in several ways (no safe integer, and above the limit): the first says enough.
  const problems = told.filter((one, index) => told.findIndex((other) => other.key === one.key) === index);
  return { parsed: null, problems };
}

function fileCheck(protocols: ProtocolFields): z.ZodType {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, table] of TABLES) {
    const fields = fieldChecks(table.fields);
    if (isProtocolTable(name)) {
      for (const [protocol, own] of protocols) fields[protocol] = z.strictObject(fieldChecks(own[name])).optional();
    }
    const one = z.strictObject(fields);
    shape[name] = table.kind === "list" ? z.array(one).max(1_000).prefault([]) : one.prefault({});
  }
  return z.strictObject(shape);
}

function fieldChecks(fields: Fields): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(fields).map(([name, setting]) => [name, setting.check]));
}

/** Turns the validator's issues into Problems. */
class Teller {
  readonly #document: TomlDocument;
  readonly #file: string;
  readonly #protocols: ProtocolFields;

  constructor(document: TomlDocument, file: string, protocols: ProtocolFields) {
    this.#document = document;
    this.#file = file;
    this.#protocols = protocols;
  }

  tell(issue: z.core.$ZodIssue): Problem[] {
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => this.#unknownKey(issue.path, key));
    const path = issue.path;
    const key = pathText(path);
    const value = this.#valueAt(path);
    const setting = settingAt(path, this.#protocols);
    const places = this.#document.places.get(key);
    if (value === undefined) {
      const table = this.#document.places.get(pathText(path.slice(0, -1)));
      const hint = setting === null ? "" : settingHint(path, setting);
      return [{ file: this.#file, place: table?.key ?? null, key, message: "is required, but is not there", value: "", hint }];
    }
    return [{
      file: this.#file,
      place: places?.value ?? null,
      key,
      message: issue.message.replace(/^Invalid (input|option|string): /, ""),
      // A whole table may hold a password.
      value: setting?.secret === true || (typeof value === "object" && setting === null) ? "" : shown(value),
      hint: setting === null ? this.#tableHint(path, value) : settingHint(path, setting),
    }];
  }

  #unknownKey(path: readonly PropertyKey[], key: string): Problem {
    const full = [...path, key];
    const known = this.#knownAt(path);
    const near = nearest(key, known);
    const elsewhere = TABLES.find(([, table]) => Object.hasOwn(table.fields, key));
    let hint: string;
    if (near !== null) hint = `did you mean ${near}?`;
    else if (elsewhere !== undefined) hint = `${key} belongs under ${header(elsewhere[0])}`;
    else if (this.#homeOf(path, key) !== "") hint = this.#homeOf(path, key);
    else if (known.length > 0) hint = `known here: ${known.join(", ")}`;
    else hint = "nothing may stand here";
    const value = this.#valueAt(full);
    return {
      file: this.#file,
      place: this.#document.places.get(pathText(full))?.key ?? null,
      key: pathText(full),
      message: "is no setting",
      value: typeof value === "object" || mayBeSecret(path, key) ? "" : shown(value),
      hint,
    };
  }

  /** Where the setting belongs when it is a protocol's own, in words; "" when it is none. */
  #homeOf(path: readonly PropertyKey[], key: string): string {
    const [table = "", inner] = path.filter((part) => typeof part === "string");
    for (const [protocol, fields] of this.#protocols) {
      for (const home of PROTOCOL_TABLES) {
        if (!Object.hasOwn(fields[home], key)) continue;
        const which = `${key} is a setting of ${protocol} ${home === "listen" ? "listeners" : "links"}`;
        return inner !== undefined && inner !== protocol && home === table ? `${which}, and this table is ${inner}'s` : `${which}: it belongs under [${home}.${protocol}]`;
      }
    }
    return "";
  }

  /** The names that may stand in the table at a path. */
  #knownAt(path: readonly PropertyKey[]): string[] {
    const [table, second, third] = path.filter((part) => typeof part === "string");
    if (table === undefined) return TABLES.map(([name]) => name);
    if (second !== undefined) return third === undefined ? Object.keys(ownFields(this.#protocols, second, table)) : [];
    const names = Object.keys(SCHEMA[table as keyof typeof SCHEMA].fields);
    return isProtocolTable(table) ? [...names, ...this.#protocols.keys()] : names;
  }

  #tableHint(path: readonly PropertyKey[], value: unknown): string {
    const name = String(path[0]);
    if (path.length > 2 || !Object.hasOwn(SCHEMA, name)) return "";
    if (Array.isArray(value) || (typeof value === "object" && value !== null)) return `write it as ${header(name)}`;
    return `${name} is a table: write it as ${header(name)}`;
  }

  #valueAt(path: readonly PropertyKey[]): unknown {
    let here: unknown = this.#document.value;
    for (const part of path) {
      if (typeof here !== "object" || here === null) return undefined;
      here = (here as Record<PropertyKey, unknown>)[part];
    }
    return here;
  }
}

/** An unknown key where a password may stand is likely one under a wrong name. */
function mayBeSecret(path: readonly PropertyKey[], key: string): boolean {
  if (/pass|secret|key/i.test(key)) return true;
  const [table, ...inner] = path.filter((part) => typeof part === "string");
  if (table === undefined || inner.length > 0) return false;
  return Object.values(SCHEMA[table as keyof typeof SCHEMA].fields as Fields).some((setting) => setting.secret);
}

function header(table: string): string {
  return SCHEMA[table as keyof typeof SCHEMA].kind === "list" ? `[[${table}]]` : `[${table}]`;
}

/** One line on what the setting takes. */
export function settingHint(path: readonly PropertyKey[], setting: Setting<unknown>): string {
  const name = String(path.findLast((part) => typeof part === "string"));
  const limits = setting.limits === "" ? "" : ` (${setting.limits})`;
  const fallback = setting.default === undefined ? "" : `, default ${JSON.stringify(setting.default)}`;
  return `${name} is ${article(setting.type)}${limits}${fallback}. ${setting.help}`;
}

function article(type: string): string {
  return /^(text|true)/.test(type) ? type : `a ${type}`;
}

/** A value as people wrote it, kept short. */
export function shown(value: unknown): string {
  const text = value instanceof Date ? value.toISOString() : JSON.stringify(value);
  const whole = text === undefined ? String(value) : text;
  return whole.length > 60 ? `${whole.slice(0, 57)}...` : whole;
}
