/**
 * The example file: every setting with its meaning, type, limits, unit and default, written from the schema.
 *
 * config/tollgate.example.toml is this text (`tollgate check-config --example` prints it), and a test holds it to it.
 */
import { TABLES } from "./schema.js";
import type { Fields, Setting } from "./setting.js";
import { protocolFields } from "./validate.js";
import type { ProtocolTable } from "./validate.js";

const WIDTH = 110;

const OPENING = `Tollgate: every setting, with its meaning, type, limits, unit and default.
Made from src/config/schema.ts by "tollgate check-config --example".
A line that begins with "#" and a name is a setting left at its default, or one that may be absent.
Try a file out with "tollgate check-config --config FILE": it prints what is in force and where it came from.
Durations are texts such as "100ms", "30s", "5m", "72h" or "150d". A secret is given inline (password), in a file
(password_file) or as a systemd credential (password_credential).`;

/** The whole file's text. */
export function exampleText(protocols: readonly ProtocolTable[]): string {
  const usual = protocols.map(({ name, usualPort, usualWindow }) => `${name}, usually on port ${usualPort} with a window of ${usualWindow}`);
  const lines = comment(`${OPENING.split("\n").join(" ")} Protocols: ${usual.join("; ")}.`);
  for (const [name, table] of TABLES) {
    lines.push("", ...comment(table.help), table.kind === "list" ? `[[${name}]]` : `[${name}]`);
    addFields(lines, table.fields);
    if (name !== "operator" && name !== "listen") continue;
    const whose = name === "listen" ? "on the listener above" : "links of the operator above";
    for (const [protocol, own] of protocolFields(protocols)) {
      const fields = own[name];
      if (Object.keys(fields).length === 0) continue;
      // The tables above are of the first protocol; another one's may not stand in them.
      const shown = protocol === protocols[0]?.name;
      const mark = shown ? "" : "# ";
      lines.push("", ...comment(`Settings of ${protocol} ${whose}${shown ? "" : `, where it has protocol = "${protocol}"`}.`), `${mark}[${name}.${protocol}]`);
      addFields(lines, fields, mark);
    }
  }
  return `${lines.join("\n")}\n`;
}

function addFields(lines: string[], fields: Fields, mark = ""): void {
  for (const [name, setting] of Object.entries(fields)) {
    lines.push(...settingComment(setting));
    lines.push(`${isShown(name, setting) ? mark : "# "}${name} = ${valueText(setting)}`);
  }
}

/** Of the three forms of a secret the inline one is shown; other settings that may be absent are commented out. */
function isShown(name: string, setting: Setting<unknown>): boolean {
  return setting.required || setting.default !== undefined || name === "password";
}

/** The comment above a setting: what it means, then type, limits, unit and default. */
export function settingComment(setting: Setting<unknown>): string[] {
  const facts = [setting.type];
  if (setting.limits !== "") facts.push(setting.limits);
  if (setting.unit !== "") facts.push(setting.unit);
  if (setting.required) facts.push("required");
  else facts.push(setting.default === undefined ? "may be absent" : `default ${JSON.stringify(setting.default)}`);
  return [...comment(setting.help), `#   ${facts.join("; ")}`];
}

function valueText(setting: Setting<unknown>): string {
  return JSON.stringify(setting.required || setting.default === undefined ? setting.example : setting.default);
}

/** Wraps at spaces. */
function comment(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > WIDTH && line !== "#") {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  lines.push(line);
  return lines;
}
