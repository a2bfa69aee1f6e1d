/**
 * tollgate account ...: customers: their terms, those to come, their state and their money.
 */
import type { Command } from "commander";
import { termName } from "../admin/reports.js";
import type { AccountReport } from "../admin/reports.js";
import { parseDuration } from "../config/duration.js";
import { ACCOUNT_SETTINGS } from "../ledger/account-settings.js";
import { asked, change } from "./account-change.js";
import { addAccountFlags, givenSettings, settingText } from "./account-flags.js";
import { registerGuide } from "./account-guide.js";
import { registerHistory } from "./account-history.js";
import { registerMany } from "./account-many.js";
import { registerRegisters } from "./account-registers.js";
import { readTemplate } from "./account-template.js";
import { dayAt, dayStart, localTime, moment } from "./business-time.js";
import { wholeNumber, withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";

type Flags = CommonOptions & Readonly<Record<string, unknown>>;

export function register(program: Command, context: CliContext): void {
  const account = program.command("account").description("customers: their terms, state and money");

  withExample(addAccountFlags(withCommonOptions(account.command("add <name>").description("open an account"))),
    "tollgate account add demo --price 0.035 --password-stdin", "tollgate account add bank --template enterprise --party 示例银行 --valid-from 2026-12-01 --valid-to 2027-11-30")
    .option("--currency <code>", "currency of its money", "CNY")
    .option("--template <name>", "terms from a file: its path, or its name in the folder contract.templates; flags go before them")
    .action(async (name: string, flags: Flags) => {
      const { settings: own, ...secret } = await givenSettings(flags, context);
      const template = flags["template"];
      const terms = typeof template === "string" ? readTemplate(template, (await context.config(flags)).settings.contract.templates) : {};
      const settings = { ...terms, ...own };
      await change(context, flags, (api) => api.call("account.add", { name, settings, ...secret, currency: String(flags["currency"]), ...asked(context, flags) }));
    });

  withExample(addAccountFlags(withCommonOptions(account.command("set <name>").description("change an account's terms; live binds follow within a second"))),
    "tollgate account set demo --rate 50 --from 2026-12-01", "tollgate account set demo --password-stdin --keep-old 7d")
    .addHelpText("after", "\nWhat is queued already goes as it was accepted; what was scheduled is judged by the terms of its time, whom it goes to and at what hour.")
    .option("--from <time>", "when the change is to come by itself, such as 2026-12-01 or 2026-12-01T08:30; see cancel-change")
    .option("--keep-old <time>", "how long the password or secret that is replaced is still taken, such as 7d; none: not at all")
    .action(async (name: string, flags: Flags) => {
      const given = await givenSettings(flags, context);
      if (Object.keys(given.settings).length === 0 && given.cmppSecret === undefined) throw new CliError(Exit.usage, "nothing to set", "tollgate account set --help lists the flags");
      const { from } = flags;
      if (typeof from === "string") {
        if (given.cmppSecret !== undefined || "passwordHash" in given.settings) throw new CliError(Exit.usage, "a password or secret changes at once, not from a day on", "--keep-old keeps the former one for a while");
        await change(context, flags, (api, zoneMinutes) => api.call("dated.add", { name, settings: given.settings, fromMs: moment(from, zoneMinutes), ...asked(context, flags) }));
        return;
      }
      const keepOldMs = keepOld(flags["keepOld"]);
      await change(context, flags, (api) => api.call("account.set", { name, ...given, ...(keepOldMs === null ? {} : { keepOldMs }), ...asked(context, flags) }));
    });

  withExample(withCommonOptions(account.command("cancel-change <name> <number>").description("take back a change that was to come; account show lists them")), "tollgate account cancel-change demo 3")
    .option("--reason <text>", "why, for the audit log")
    .action((name: string, which: string, flags: Flags) => change(context, flags, (api) => {
      if (!/^[1-9][0-9]{0,8}$/.test(which)) throw new CliError(Exit.usage, `${JSON.stringify(which)} is no change's number`, `tollgate account show ${name} lists them`);
      return api.call("dated.cancel", { name, no: Number(which), ...asked(context, flags) });
    }));

  withCommonOptions(account.command("list").description("all accounts"))
    .action((flags: Flags) => context.withBooks(flags, async (api) => {
      const accounts = await api.call("account.list", {});
      if (flags.json === true) return context.output.json(accounts);
      context.output.table(
        [{ title: "name" }, { title: "state" }, { title: "available", right: true }, { title: "held", right: true }, { title: "currency" },
          { title: "price", right: true }, { title: "rate", right: true }, { title: "open", right: true }],
        accounts.map((one) => [one.name, one.state, one.available, one.held, one.currency, String(one["price"]), String(one["rate"]), String(one.openMessages)]),
      );
    }));

  withCommonOptions(account.command("show <name>").description("one account: its money and all its terms"))
    .action((name: string, flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const report = await api.call("account.show", { name });
      if (flags.json === true) context.output.json(report);
      else show(context, report, settings.data.zoneMinutes);
    }));

  withCommonOptions(account.command("tariff <name> <price>").description("set a price by destination prefix, from a day on"))
    .option("--prefix <digits>", "destinations that begin with it, such as 138 or +852; none: all", "")
    .option("--from <date>", "first day it holds, such as 2025-12-01; today when left out")
    .option("--reason <text>", "why, for the audit log")
    .action((name: string, price: string, flags: Flags) => change(context, flags, (api, zoneMinutes) => {
      const from = flags["from"];
      const fromMs = typeof from === "string" ? dayStart(from, zoneMinutes) : context.clock.wallMs;
      return api.call("tariff.add", { name, prefix: String(flags["prefix"]), price, fromMs, ...asked(context, flags) });
    }));

  for (const [verb, help] of [["suspend", "refuse its submits; what is accepted still goes its way"], ["resume", "take its submits again"]] as const) {
    withCommonOptions(account.command(`${verb} <name>`).description(help))
      .option("--reason <text>", "why, for the audit log")
      .action((name: string, flags: Flags) => change(context, flags, (api) => api.call(`account.${verb}`, { name, ...asked(context, flags) })));
  }

  withExample(withCommonOptions(account.command("warn <name>").description("tell it of a breach and set a day to mend it by; it still sends")), 'tollgate account warn demo --reason "adverts on the notice port" --cure-days 10')
    .requiredOption("--reason <text>", "what is to be mended, for the audit log")
    .option("--cure-days <days>", "how long it has, instead of its cure-days", wholeNumber(365))
    .action((name: string, flags: Flags) => change(context, flags, (api) => {
      const days = flags["cureDays"];
      return api.call("account.warn", { name, ...(typeof days === "number" ? { cureDays: days } : {}), ...asked(context, flags) });
    }));

  withExample(withCommonOptions(account.command("clear <name>").description("end its warning: the breach is mended")), 'tollgate account clear demo --reason "confirmed by phone"')
    .option("--reason <text>", "why, for the audit log")
    .action((name: string, flags: Flags) => change(context, flags, (api) => api.call("account.clear", { name, ...asked(context, flags) })));

  withCommonOptions(account.command("close <name>").description("close it for good; refused while messages of it are open"))
    .option("--payout", "the rest of its balance is paid out; without it, it is forfeited")
    .option("--reason <text>", "why, for the audit log")
    .action((name: string, flags: Flags) => {
      const rest = flags["payout"] === true ? "payout" : "forfeit";
      return change(context, flags, (api) => api.call("account.close", { name, rest, ...asked(context, flags) }));
    });

  registerRegisters(account, context);
  registerGuide(account, context);
  registerHistory(account, context);
  registerMany(account, context);
}

function show(context: CliContext, report: AccountReport, zoneMinutes: number): void {
  const credential = (since: string, formerUntil: string): string => {
    const days = Math.floor((context.clock.wallMs - Date.parse(since)) / 86_400_000);
    return `set ${localTime(since, zoneMinutes)}, ${String(days)} days ago${formerUntil === "" ? "" : `; the former one until ${localTime(formerUntil, zoneMinutes)}`}`;
  };
  context.output.pairs([
    ["name", report.name],
    ["state", report.stateReason === "" ? report.state : `${report.state} (${report.stateReason})`],
    ...(report.cureBy === "" ? [] : [["to be mended by", localTime(report.cureBy, zoneMinutes)] as [string, string]]),
    ["available", `${report.available} ${report.currency}`],
    ["held", `${report.held} ${report.currency}`],
    ["open messages", String(report.openMessages)],
    ["opened", localTime(report.createdAt, zoneMinutes)],
    ...(report.openedAt === "" ? [] : [["first payment", localTime(report.openedAt, zoneMinutes)] as [string, string]]),
    ...(report.unpaidDue === "" ? [] : [["owed until", dayAt(Date.parse(report.unpaidDue) - 1, zoneMinutes)] as [string, string]]),
    ["password", report.hasPassword ? credential(report.passwordSetAt, report.formerPasswordUntil) : "none: it cannot bind"],
    ["cmpp-secret", report.hasCmppSecret ? credential(report.secretSetAt, report.formerSecretUntil) : "none: it cannot bind over CMPP"],
    ["signatures", `${String(report.registeredSignatures)} registered`],
    ["templates", String(report.templates)],
    ...ACCOUNT_SETTINGS.filter((setting) => setting.kind !== "password" && setting.kind !== "secret").map((setting): [string, string] =>
      [setting.flag, withUnit(settingText(setting, report[termName(setting.name)]), setting.unit)]),
    ...report.tariffs.map((tariff): [string, string] =>
      ["tariff", `${tariff.price} to ${tariff.prefix === "" ? "all" : `${tariff.prefix}...`} from ${localTime(tariff.from, zoneMinutes)}`]),
    ...report.dated.map((one): [string, string] => [`change ${String(one.no)}`, `from ${localTime(one.from, zoneMinutes)}: ${termWords(one.terms)}`]),
  ]);
}

/** "rate 50, window 7" */
function termWords(terms: Readonly<Record<string, unknown>>): string {
  return ACCOUNT_SETTINGS.filter(({ flag }) => flag in terms).map((setting) => `${setting.flag} ${settingText(setting, terms[setting.flag])}`).join(", ");
}

function keepOld(text: unknown): number | null {
  if (typeof text !== "string") return null;
  const ms = parseDuration(text);
  if (ms === null) throw new CliError(Exit.usage, `--keep-old: ${JSON.stringify(text)} is no time`, "write it as 7d or 12h");
  return ms;
}

function withUnit(text: string, unit: string | undefined): string {
  return unit === undefined ? text : `${text} ${unit}`;
}
