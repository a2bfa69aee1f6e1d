/**
 * tollgate account clone|import|export: accounts made after another, many at once from a table, and the table of those there are.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { AdminError } from "../admin/errors.js";
import { termName, type AccountReport } from "../admin/reports.js";
import { SettingError, readSetting, type SettingValue } from "../ledger/account-setting.js";
import { ACCOUNT_SETTINGS, checkName } from "../ledger/account-settings.js";
import { hashPasswordSync } from "../ledger/password.js";
import { asked, change } from "./account-change.js";
import { addAccountFlags, givenSettings, settingText } from "./account-flags.js";
import { withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CsvError, CsvReader, UTF8_MARK, csvLine } from "./csv.js";
import { CliError, Exit } from "./exit.js";

type Flags = CommonOptions & Readonly<Record<string, unknown>>;

const MAX_OCTETS = 16 * 1_048_576;
const TOLD = 200;

interface Read {
  readonly line: number;
  readonly name: string;
  readonly currency: string;
  readonly settings: Record<string, SettingValue>;
  readonly cmppSecret?: string;
}

export function registerMany(account: Command, context: CliContext): void {
  withExample(addAccountFlags(withCommonOptions(account.command("clone <from> <name>").description("open an account with another's terms and tariffs, but for names, numbers, secrets and parties, which are each customer's own"))),
    "tollgate account clone demo shop --party 示例商店 --service-code 10690002 --password-stdin")
    .action(async (from: string, name: string, flags: Flags) => {
      const given = await givenSettings(flags, context);
      await change(context, flags, (api) => api.call("account.clone", { from, name, ...given, ...asked(context, flags) }));
    });

  withExample(withCommonOptions(account.command("import <file>").description("open many accounts from a CSV file, a column a flag; checked whole before anything changes: all or none")),
    "tollgate account import customers.csv", "tollgate account export customers.csv   writes the columns")
    .option("--update", "accounts that are there already take the file's terms over; empty cells leave a term as it is, none empties it")
    .option("--check", "only look for faults that the file itself has")
    .option("--reason <text>", "why, for the audit log")
    .action(async (file: string, flags: Flags) => {
      const read = readAccounts(file, context);
      if (flags["check"] === true) return context.output.line(`${file}: ${String(read.length)} accounts, no fault in the file itself`);
      await context.withBooks(flags, async (api) => {
        try {
          const accounts = read.map(({ line: _line, ...one }) => one);
          const report = await api.call("account.import", { accounts, update: flags["update"] === true, ...asked(context, flags) });
          if (flags.json === true) return context.output.json(report);
          for (const warning of report.warnings) context.output.error(`warning: ${warning}`);
          context.output.line(`${String(report.accounts)} accounts imported`);
        } catch (error) {
          if (error instanceof AdminError) throw new AdminError(error.code, withLines(error.message, file, read), "nothing has changed");
          throw error;
        }
      });
    });

  withExample(withCommonOptions(account.command("export [file]").description("all accounts that are not closed as CSV, without passwords and secrets, as import takes it")), "tollgate account export customers.csv")
    .action((file: string | undefined, flags: Flags) => context.withBooks(flags, async (api) => {
      const accounts = (await api.call("account.list", {})).filter((one) => one.state !== "closed");
      if (flags.json === true) return context.output.json(accounts);
      const lines = [csvLine(["name", "currency", ...EXPORTED.map(({ flag }) => flag)]), ...accounts.map(exported)];
      if (file === undefined) lines.forEach((line) => context.output.line(line));
      else {
        writeFileSync(file, `${UTF8_MARK}${lines.join("\r\n")}\r\n`, { mode: 0o600 });
        context.output.line(`${String(accounts.length)} accounts written to ${file}`);
      }
    }));
}

const EXPORTED = ACCOUNT_SETTINGS.filter(({ kind }) => kind !== "password" && kind !== "secret");

function exported(report: AccountReport): string {
  const cells = EXPORTED.map((setting) => {
    const value = report[termName(setting.name)];
    return value === "" || (Array.isArray(value) && value.length === 0) ? "" : settingText(setting, value);
  });
  return csvLine([report.name, report.currency, ...cells]);
}

/** The accounts of a file. Throws CliError that tells every fault with its line and field. */
function readAccounts(file: string, context: CliContext): Read[] {
  let text: string;
  try {
    if (statSync(file).size > MAX_OCTETS) throw new CliError(Exit.usage, `${file} is larger than ${String(MAX_OCTETS / 1_048_576)} MiB`);
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(Exit.usage, `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? "error"}`);
  }
  const [head, ...rows] = rowsOf(file, text);
  if (head === undefined || rows.length === 0) throw new CliError(Exit.usage, `${file} has no accounts`, "the first line names the columns: name, currency, and flags of account add");
  const columns = head.cells;
  const known = ["name", "currency", ...ACCOUNT_SETTINGS.map(({ flag }) => flag)];
  const faults = columns.filter((column, at) => !known.includes(column) || columns.indexOf(column) !== at).map((column) => `${file}:${String(head.line)}: column ${column}: ${known.includes(column) ? "it stands there twice" : "there is no such flag"}`);
  if (!columns.includes("name")) faults.push(`${file}:${String(head.line)}: there is no column name`);
  const read = rows.map((row) => readAccount(file, row, columns, faults));
  if (faults.length > 0) {
    faults.slice(0, TOLD).forEach((fault) => context.output.error(fault));
    throw new CliError(Exit.usage, `${String(faults.length)} faults in ${file}`, "nothing has changed");
  }
  for (const one of read) {
    const password = one.settings["passwordHash"];
    if (typeof password === "string" && password !== "") one.settings["passwordHash"] = hashPasswordSync(password);
  }
  return read;
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

function rowsOf(file: string, text: string): Row[] {
  const rows: Row[] = [];
  const reader = new CsvReader();
  const take = (fields: readonly string[], line: number): void => {
    // The apostrophe that keeps a spreadsheet from reckoning is none of ours.
    const cells = fields.map((field) => field.replace(/^'(?=[=+\-@])/, "").trim());
    if (cells.some((cell) => cell !== "")) rows.push({ line, cells });
  };
  try {
    reader.push(text, take);
    reader.end(take);
  } catch (error) {
    if (error instanceof CsvError) throw new CliError(Exit.usage, `${file}: ${error.message}`);
    throw error;
  }
  return rows;
}

function readAccount(file: string, { line, cells }: Row, columns: readonly string[], faults: string[]): Read {
  const settings: Record<string, SettingValue> = {};
  let [name, currency, secret] = ["", "", ""];
  const fault = (words: string): void => void faults.push(`${file}:${String(line)}: ${words}`);
  if (cells.length > columns.length) fault(`it has ${String(cells.length)} cells, the first line ${String(columns.length)} columns`);
  columns.forEach((column, at) => {
    const cell = cells[at] ?? "";
    const setting = ACCOUNT_SETTINGS.find(({ flag }) => flag === column);
    if (column === "name") name = cell;
    else if (column === "currency") currency = cell;
    else if (setting?.kind === "secret") secret = cell;
    else if (setting !== undefined && cell !== "") {
      try {
        // A password becomes a hash once the whole file may stand.
        if (setting.kind === "password") settings[setting.name] = cell;
        else settings[setting.name] = readSetting(setting, cell === "none" && (setting.kind === "list" || setting.kind === "text") ? "" : cell);
      } catch (error) {
        if (!(error instanceof SettingError)) throw error;
        fault(error.message);
      }
    }
  });
  const wrong = checkName(name);
  if (wrong !== null) fault(wrong);
  return { line, name, currency, settings, ...(secret === "" ? {} : { cmppSecret: secret }) };
}

/** The books' faults, "name: what" a line, with the line of the file each account stands in. */
function withLines(message: string, file: string, read: readonly Read[]): string {
  return message.split("\n").map((fault) => {
    const line = read.find(({ name }) => fault.startsWith(`${name}: `))?.line;
    return line === undefined ? fault : `${file}:${String(line)}: ${fault}`;
  }).join("\n");
}
